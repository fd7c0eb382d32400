"""list_files: matching, sorting, TensorFlow's shuffled order, hints."""

from __future__ import annotations

import pytest

from penstock import Dataset
from penstock.core.errors import InvalidArgumentError, NotFoundError
from penstock.core.random import set_seed


@pytest.fixture
def folder(golden, tmp_path):
    for name in golden("list_files")["files"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def full(folder, pattern):
    return [f"{folder}/{p}" for p in pattern] if isinstance(pattern, list) else f"{folder}/{pattern}"


def relative(folder, dataset) -> list[str]:
    return [name.decode().removeprefix(f"{folder}/") for name in dataset]


@pytest.mark.golden
def test_shuffled_order_is_tensorflows(golden, folder) -> None:
    for case in golden("list_files")["shuffled"]:
        set_seed(case["global_seed"])
        dataset = Dataset.list_files(full(folder, case["pattern"]), seed=case["seed"])
        assert [relative(folder, dataset) for _ in case["epochs"]] == case["epochs"], case


# What differs from TensorFlow by design: hidden files and folders do not match, a file is listed once, brackets are
# quoted by brackets, and every pattern must match something.
BY_DESIGN = {"*", "*.txt", "x\\[1\\].txt", "['part-0*.csv', 'part-00.csv']", "['part-0*.csv', 'missing-*.csv']"}


@pytest.mark.golden
def test_found_files_are_tensorflows(golden, folder) -> None:
    for case in golden("list_files")["unshuffled"]:
        if str(case["pattern"]) in BY_DESIGN:
            continue
        if "error" in case:
            with pytest.raises((NotFoundError, InvalidArgumentError)):
                Dataset.list_files(full(folder, case["pattern"]), shuffle=False)
        else:
            assert relative(folder, Dataset.list_files(full(folder, case["pattern"]), shuffle=False)) == case["result"]


@pytest.mark.unit
def test_differences_by_design(folder) -> None:
    def listed(pattern):
        return relative(folder, Dataset.list_files(full(folder, pattern), shuffle=False))

    assert listed("*.txt") == ["B.txt", "a.txt", "x[1].txt", "ä.txt"]
    assert "sub" not in listed("*")
    assert listed("x[[]1].txt") == ["x[1].txt"]
    assert listed(["part-0[01].csv", "part-00.csv"]) == ["part-00.csv", "part-01.csv"]
    with pytest.raises(NotFoundError, match="no file matches .*missing"):
        listed(["part-0*.csv", "missing-*.csv"])


@pytest.mark.unit
def test_each_pass_has_its_own_order(folder) -> None:
    dataset = Dataset.list_files(f"{folder}/part-*.csv", seed=1)
    first, second = list(dataset), list(dataset)
    assert first != second and sorted(first) == sorted(second)
    fixed = Dataset.list_files(f"{folder}/part-*.csv", shuffle=False)
    assert list(fixed) == sorted(first) == list(fixed)
    assert len(dataset) == 12


@pytest.mark.unit
def test_a_path_object_will_do(folder) -> None:
    assert relative(folder, Dataset.list_files(folder / "part-0[12].csv", shuffle=False)) == [
        "part-01.csv",
        "part-02.csv",
    ]


@pytest.mark.fault
def test_a_pattern_without_a_match_says_what_is_there(folder, tmp_path) -> None:
    text = (
        f"Dataset.list_files: no file matches '{folder}/train-*.csv'. The folder '{folder}' holds 18 entries: "
        "'.hidden.txt', 'B.txt', 'a.txt', …."
    )
    with pytest.raises(NotFoundError) as caught:
        Dataset.list_files(f"{folder}/train-*.csv")
    assert str(caught.value) == text
    assert isinstance(caught.value, FileNotFoundError)
    with pytest.raises(NotFoundError, match=r"There is no folder '.*/nowhere'\."):
        Dataset.list_files(f"{folder}/nowhere/*.csv")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NotFoundError, match=r"The folder '.*/empty' holds 0 entries\."):
        Dataset.list_files(f"{empty}/*.csv")


@pytest.mark.unit
def test_patterns_must_be_paths() -> None:
    with pytest.raises(InvalidArgumentError, match="Dataset.list_files: filenames must be a path or a list of paths"):
        Dataset.list_files(3)


@pytest.mark.unit
def test_repr_says_what_was_asked(folder) -> None:
    shown = repr(Dataset.list_files(f"{folder}/part-*.csv", shuffle=False))
    assert shown == f"<Dataset from_tensor_slices(list_files '{folder}/part-*.csv', 12 files)>"
