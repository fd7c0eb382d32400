"""interleave: TensorFlow's order, sequential and parallel; files; errors in their turn."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from penstock import AUTOTUNE, Dataset, TextLineDataset
from penstock.core.errors import InvalidArgumentError, NotFoundError, StageError
from penstock.pipeline import UNKNOWN_CARDINALITY
from penstock.testing.pipelines import build, elements


@pytest.mark.golden
@pytest.mark.parametrize("calls", [None, 1, 2, 4, AUTOTUNE])
def test_order_is_tensorflows(golden, calls) -> None:
    document = golden("interleave")
    parallel = {} if calls is None else {"num_parallel_calls": calls}
    for case in document["cases"]:
        lengths = {key: case[key] for key in ("cycle_length", "block_length")}
        if (calls or 0) > case["cycle_length"]:
            continue
        outer = Dataset.from_tensor_slices(np.array(document["layouts"][case["layout"]], dtype=np.int64))
        dataset = outer.interleave(lambda x: Dataset.range(x * 10, x * 10 + x % 10), **lengths, **parallel)
        expected = case.get("parallel_elements", {}).get(str(calls), case["elements"])
        assert elements(dataset) == expected, case


@pytest.mark.golden
def test_nested_order_is_tensorflows(golden, has_all_steps) -> None:
    for case in golden("interleave")["nested_cases"]:
        if has_all_steps(case["pipeline"]):
            assert elements(build(Dataset, case["pipeline"])) == case["elements"], case


@pytest.mark.unit
def test_defaults_are_four_datasets_and_one_element() -> None:
    dataset = Dataset.range(5).interleave(lambda x: Dataset.from_tensors(x).repeat(2))
    assert list(dataset) == [0, 1, 2, 3, 0, 1, 2, 3, 4, 4]
    assert list(Dataset.range(5).interleave(lambda x: Dataset.from_tensors(x).repeat(2), AUTOTUNE)) == list(dataset)


@pytest.mark.unit
@pytest.mark.parametrize("cycle", [None, AUTOTUNE])
def test_parallel_calls_beyond_the_cycle_that_was_not_given_change_no_order(cycle) -> None:
    dataset = Dataset.range(5).interleave(lambda x: Dataset.from_tensors(x).repeat(2), cycle, num_parallel_calls=9)
    assert list(dataset) == [0, 1, 2, 3, 0, 1, 2, 3, 4, 4]


@pytest.mark.unit
def test_a_tuple_is_spread_over_the_arguments() -> None:
    pairs = Dataset.from_tensor_slices((np.array([1, 2]), np.array([2, 1])))
    assert list(pairs.interleave(lambda value, times: Dataset.from_tensors(value).repeat(times), 1)) == [1, 1, 2]


@pytest.mark.unit
def test_datasets_are_opened_when_their_turn_comes() -> None:
    opened = []

    def open_one(x):
        opened.append(int(x))
        return Dataset.range(x, x + 3).map(lambda v: v, vectorize=False)

    iterator = iter(Dataset.range(6).interleave(open_one, cycle_length=2))
    assert opened == []
    assert [int(next(iterator)) for _ in range(2)] == [0, 1]
    assert opened == [0, 1]


@pytest.mark.unit
@pytest.mark.parametrize("calls", [None, 2])
def test_lines_of_files(tmp_path, calls) -> None:
    paths = [tmp_path / f"{i}.txt" for i in range(3)]
    for i, path in enumerate(paths):
        path.write_text("".join(f"{i}{j}\n" for j in range(4)))
    names = Dataset.from_tensor_slices([str(p) for p in paths])
    lines = names.interleave(TextLineDataset, cycle_length=3, block_length=2, num_parallel_calls=calls)
    assert [line.decode() for line in lines] == [
        f"{i}{j}" for half in (0, 2) for i in range(3) for j in (half, half + 1)
    ]


@pytest.mark.unit
def test_spec_is_that_of_the_inner_datasets_and_the_count_unknown() -> None:
    dataset = Dataset.range(3).interleave(lambda x: Dataset.from_tensors({"a": np.zeros(2, np.float32)}))
    assert dataset.cardinality() == UNKNOWN_CARDINALITY
    assert repr(dataset.element_spec) == "{'a': TensorSpec(shape=(2,), dtype=float32)}"


@pytest.mark.fault
def test_a_missing_file_says_so_after_the_lines_before_it(tmp_path, read_all) -> None:
    good = tmp_path / "good.txt"
    good.write_text("a\nb\n")
    names = Dataset.from_tensor_slices([str(good), str(tmp_path / "missing.txt")])
    iterator = iter(names.interleave(TextLineDataset, cycle_length=1))
    assert [next(iterator), next(iterator)] == [b"a", b"b"]
    with pytest.raises(NotFoundError, match=r"missing\.txt"):
        next(iterator)


@pytest.mark.fault
@pytest.mark.parametrize("calls", [None, 2, AUTOTUNE])
@pytest.mark.parametrize("block_length", [1, 3])
def test_an_error_of_one_dataset_waits_for_its_turn(read_all, calls, block_length) -> None:
    def rows(x):
        numbers = Dataset.range(x * 100, x * 100 + 50)
        return numbers.map(fail_at_120) if x == 1 else numbers

    def fail_at_120(value):
        if value == 120:
            raise KeyError("value 120")
        return value

    good = Dataset.range(3).interleave(lambda x: Dataset.range(x * 100, x * 100 + 50), 3, block_length)
    found = read_all(Dataset.range(3).interleave(rows, 3, block_length, num_parallel_calls=calls))
    at = next(i for i, x in enumerate(found) if isinstance(x, Exception))
    assert found[:at] == list(good)[:at]
    assert list(good)[at] == 120
    assert isinstance(found[at].__cause__, KeyError)


@pytest.mark.fault
def test_a_failing_function_names_stage_function_and_element() -> None:
    def pick(x):
        if x == 2:
            raise ValueError("no such part")
        return Dataset.from_tensors(x)

    iterator = iter(Dataset.range(4).interleave(pick, cycle_length=1))
    assert [next(iterator), next(iterator)] == [0, 1]
    text = r"interleave: 'pick' raised ValueError on element 2 \(node 1\): no such part"
    with pytest.raises(StageError, match=text) as caught:
        next(iterator)
    assert isinstance(caught.value.__cause__, ValueError)
    assert (caught.value.stage, caught.value.element_index) == ("interleave", 2)
    # The stream goes on behind the element that failed.
    assert next(iterator) == 3


@pytest.mark.fault
def test_function_must_return_a_dataset() -> None:
    text = r"element 0 \(node 1\): Dataset\.interleave: map_func must return a Dataset\. Received: int64\[\]\."
    with pytest.raises(StageError, match=text):
        list(Dataset.range(2).interleave(lambda x: x))


@pytest.mark.fault
def test_elements_of_different_structure_are_an_error() -> None:
    def rows(x):
        return Dataset.from_tensors({"a": x} if x else x)

    with pytest.raises(InvalidArgumentError, match="elements must have one structure"):
        list(Dataset.range(8).interleave(rows).batch(4))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"cycle_length": 0}, "cycle_length must be an int >= 1. Received: cycle_length=0"),
        ({"block_length": 0}, "block_length must be an int >= 1. Received: block_length=0"),
        ({"num_parallel_calls": 0}, "num_parallel_calls must be None, AUTOTUNE or an int >= 1"),
        (
            {"cycle_length": 2, "num_parallel_calls": 3},
            "num_parallel_calls must not be larger than cycle_length, the number of open datasets. "
            "Received: num_parallel_calls=3, cycle_length=2. Raise cycle_length, or use AUTOTUNE.",
        ),
    ],
)
def test_arguments_are_checked_at_once(arguments, text) -> None:
    with pytest.raises(InvalidArgumentError, match=f"Dataset.interleave: {text}"):
        Dataset.range(3).interleave(Dataset.range, **arguments)
    with pytest.raises(
        InvalidArgumentError, match="Dataset.interleave: map_func must be callable. Received: map_func=3"
    ):
        Dataset.range(3).interleave(3)


@pytest.mark.unit
def test_closing_ends_reads_in_progress_and_closes_open_datasets() -> None:
    closed = []

    def rows():
        try:
            yield from range(1000)
        finally:
            closed.append(True)

    dataset = Dataset.range(4).interleave(lambda x: Dataset.from_generator(rows), cycle_length=3)
    with iter(dataset) as iterator:
        [next(iterator) for _ in range(5)]
    assert closed == [True] * 3

    parallel = Dataset.range(8).interleave(lambda x: Dataset.range(10_000), 4, num_parallel_calls=4)
    with iter(parallel) as iterator:
        [next(iterator) for _ in range(5000)]
    assert not [t for t in threading.enumerate() if t.name.startswith("penstock")]
