"""zip: nests of elements side by side; what runs for them; errors keep partners together."""

from __future__ import annotations

import numpy as np
import pytest

from penstock import Dataset, TextLineDataset
from penstock.core.errors import InvalidArgumentError, StageError
from penstock.pipeline import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY


def logged(log, name, n):
    """A range that writes down which of its elements are made."""

    def note(x):
        log.append(f"{name}{x}")
        return x

    return Dataset.range(n).map(note, vectorize=False)


@pytest.mark.unit
def test_any_nest_of_datasets() -> None:
    pairs = Dataset.zip(Dataset.range(2), Dataset.from_tensor_slices(["a", "b", "c"]))
    assert list(pairs) == [(0, b"a"), (1, b"b")]
    nested = Dataset.zip(({"x": Dataset.range(3).batch(2)}, pairs))
    first, second = list(nested)
    assert first[0]["x"].tolist() == [0, 1] and first[1] == (0, b"a")
    assert second[0]["x"].tolist() == [2] and second[1] == (1, b"b")
    assert repr(nested.element_spec) == (
        "({'x': TensorSpec(shape=(None,), dtype=int64)}, "
        "(TensorSpec(shape=(), dtype=int64), TensorSpec(shape=(), dtype=string)))"
    )
    assert [x.tolist() for x in Dataset.zip(Dataset.range(2))] == [0, 1]
    assert list(Dataset.zip((Dataset.range(2),))) == [(0,), (1,)]
    assert list(Dataset.zip(datasets=(Dataset.range(1), Dataset.range(5)))) == [(0, 0)]


@pytest.mark.unit
def test_blocks_of_different_sizes_are_aligned() -> None:
    n = 5000
    slow = Dataset.range(n).interleave(lambda x: Dataset.from_tensors(x), cycle_length=1)
    found = list(Dataset.zip(Dataset.range(n), slow, Dataset.range(n).map(lambda x: -x)).batch(999))
    columns = [np.concatenate(parts) for parts in zip(*found, strict=True)]
    for column, wanted in zip(columns, (np.arange(n), np.arange(n), -np.arange(n)), strict=True):
        assert np.array_equal(column, wanted)


@pytest.mark.unit
def test_cardinality_is_that_of_the_shortest() -> None:
    unknown, endless = Dataset.range(3).filter(lambda x: x > 0), Dataset.range(3).repeat()
    assert len(Dataset.zip(Dataset.range(3), endless, Dataset.range(2))) == 2
    assert Dataset.zip(endless, endless).cardinality() == INFINITE_CARDINALITY
    assert Dataset.zip(endless, unknown).cardinality() == UNKNOWN_CARDINALITY


@pytest.mark.unit
@pytest.mark.parametrize("batch_size", [1, 4])
def test_functions_run_as_if_elements_were_made_one_by_one(batch_size) -> None:
    log: list[str] = []
    list(Dataset.zip(logged(log, "a", 6), logged(log, "b", 2)).batch(batch_size))
    assert log == ["a0", "b0", "a1", "b1", "a2"]
    log.clear()
    list(Dataset.zip(logged(log, "a", 6), Dataset.range(2)).batch(batch_size))
    assert log == ["a0", "a1", "a2"]
    log.clear()
    list(Dataset.zip(Dataset.range(2), logged(log, "a", 6)).batch(batch_size))
    assert log == ["a0", "a1"]


@pytest.mark.unit
def test_one_shuffled_dataset_twice_has_two_orders() -> None:
    shuffled = Dataset.range(6).shuffle(4, seed=1)
    pairs = Dataset.zip(shuffled, shuffled)
    assert [(int(a), int(b)) for a, b in pairs] == [(0, 2), (4, 1), (5, 3), (2, 5), (3, 4), (1, 0)]
    assert [(int(a), int(b)) for a, b in pairs] == [(3, 0), (1, 2), (0, 1), (5, 5), (4, 3), (2, 4)]


@pytest.mark.fault
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("vectorize", [None, False])
def test_an_error_takes_the_partners_along(read_all, is_first, vectorize) -> None:
    def shaky(x):
        if x == 2:
            raise RuntimeError("bad row")
        return x

    bad, good = Dataset.range(5).map(shaky, vectorize=vectorize), Dataset.range(10, 15)
    found = read_all(Dataset.zip(bad, good) if is_first else Dataset.zip(good, bad))
    assert isinstance(found.pop(2), StageError)
    assert [sorted(map(int, pair)) for pair in found] == [[0, 10], [1, 11], [3, 13], [4, 14]]


@pytest.mark.unit
def test_where_rows_came_from_is_kept(tmp_path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("1\nx\n")
    with pytest.raises(StageError, match=r"element 1 \(node 3, .*a\.txt, line 2\)"):
        list(Dataset.zip(Dataset.range(5), TextLineDataset(path)).map(lambda i, line: int(line)))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Dataset.zip(), r"Dataset\.zip: takes datasets, or one nest of them\. Received: nothing\."),
        (
            lambda: Dataset.zip(Dataset.range(1), datasets=Dataset.range(1)),
            r"Dataset\.zip: takes datasets, or one nest of them\. Received: both\.",
        ),
        (lambda: Dataset.zip(()), r"Dataset\.zip: at least one dataset is needed\. Received: .*"),
        (lambda: Dataset.zip(Dataset.range(1), 3), r"Dataset\.zip: takes datasets\. Received: 3 \(int\)\.$"),
        (
            lambda: Dataset.zip([Dataset.range(1)]),
            r"Dataset\.zip: takes datasets\. Received: .*\(list\)\. A list is one leaf of a nest: use a tuple\.",
        ),
    ],
)
def test_what_is_no_dataset_is_refused(call, message) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        call()
