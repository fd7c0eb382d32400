"""window and flat_map: datasets inside elements, what runs when, errors in their turn."""

from __future__ import annotations

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.errors import InvalidArgumentError, StageError
from penstock.core.specs import DatasetSpec
from penstock.core.values import Ragged
from penstock.pipeline import UNKNOWN_CARDINALITY
from penstock.testing import assert_resumes_exactly


def windows_of(dataset):
    return [[int(x) for x in window] for window in dataset]


@pytest.mark.unit
def test_a_nest_of_elements_is_a_nest_of_datasets() -> None:
    data = Dataset.from_tensor_slices({"a": np.arange(3), "b": (np.arange(3.0), ["x", "y", "z"])})
    first, second = data.window(2)
    assert [int(x) for x in first["a"]] == [0, 1] and list(second["b"][1]) == [b"z"]
    assert isinstance(first["a"], Dataset) and len(first["a"]) == 2
    assert repr(first["a"]) == "<Dataset window(2 rows)>"
    spec = data.window(2).element_spec
    assert spec["a"] == DatasetSpec(data.element_spec["a"])
    joined = data.window(2).flat_map(lambda w: Dataset.zip({"a": w["a"].batch(2), "b": w["b"][1].batch(2)}))
    assert [e["b"].tolist() for e in joined] == [[b"x", b"y"], [b"z"]]


@pytest.mark.unit
def test_windows_can_be_read_again_and_in_any_order() -> None:
    windows = list(Dataset.range(6).window(3, shift=1))
    assert windows_of(reversed(windows)) == [[5], [4, 5], [3, 4, 5], [2, 3, 4], [1, 2, 3], [0, 1, 2]]
    assert windows_of([windows[0], windows[0]]) == [[0, 1, 2]] * 2
    assert [float(b.mean()) for w in windows[:2] for b in w.map(lambda x: x * 2).batch(3)] == [2.0, 4.0]


@pytest.mark.unit
def test_functions_of_windows() -> None:
    totals = Dataset.range(5).window(2).map(lambda w: sum(int(x) for x in w))
    assert [int(x) for x in totals] == [1, 5, 4]
    assert windows_of(Dataset.range(5).window(2).filter(lambda w: len(w) == 2)) == [[0, 1], [2, 3]]
    assert sorted(windows_of(Dataset.range(6).window(2).shuffle(3, seed=1))) == [[0, 1], [2, 3], [4, 5]]


@pytest.mark.unit
def test_rows_of_windows_keep_what_is_known_of_the_stream() -> None:
    rows = Dataset.from_tensor_slices(Ragged.from_list([[1], [2], [3, 4], [5]]))
    batches = list(rows.window(2).flat_map(lambda w: w.ragged_batch(2)))
    assert [type(b) for b in batches] == [Ragged, Ragged]


@pytest.mark.unit
def test_the_function_below_runs_for_the_window_that_is_asked_for() -> None:
    calls = []

    def note(x):
        calls.append(int(x))
        return x

    iterator = iter(Dataset.range(20).map(note, vectorize=False).window(2, shift=5))
    next(iterator)
    assert calls == [0, 1]
    next(iterator)
    assert calls == list(range(7))


@pytest.mark.unit
def test_counts() -> None:
    for n in range(9):
        for size, shift, stride, drop in ((1, 1, 1, False), (3, 2, 2, True), (2, 5, 1, False), (2, 5, 1, True)):
            dataset = Dataset.range(n).window(size, shift, stride, drop)
            assert len(dataset) == len(list(dataset))
    assert Dataset.range(3).filter(lambda x: x > 0).window(2).cardinality() == UNKNOWN_CARDINALITY


@pytest.mark.unit
@pytest.mark.parametrize("arguments", [{"size": 0}, {"size": 2, "shift": 0}, {"size": 2, "stride": -1}, {"size": 1.5}])
def test_arguments_are_checked_at_once(arguments) -> None:
    name, value = list(arguments.items())[-1]
    with pytest.raises(
        InvalidArgumentError, match=rf"Dataset\.window: {name} must be an int >= 1\. Received: {name}={value}"
    ):
        Dataset.range(3).window(**arguments)


# --- flat_map ---------------------------------------------------------------------------------------------------


@pytest.mark.unit
def test_flat_map_is_interleave_with_one_open_dataset() -> None:
    def rows(x):
        return Dataset.range(x * 10, x * 10 + x % 4)

    flat = Dataset.range(30).flat_map(rows)
    assert list(flat) == list(Dataset.range(30).interleave(rows, cycle_length=1))
    assert flat.cardinality() == UNKNOWN_CARDINALITY and Dataset.range(0).flat_map(rows).cardinality() == 0
    assert repr(flat.element_spec) == "TensorSpec(shape=(), dtype=int64)"
    assert repr(flat) == "<Dataset range(30).flat_map(rows)>"


@pytest.mark.unit
def test_rows_of_short_datasets_are_joined_into_blocks() -> None:
    with iter(Dataset.range(100).flat_map(lambda x: Dataset.from_tensors(x).repeat(2))) as iterator:
        assert iterator.next_block(1).n == 1
        assert iterator.next_block(50).n == 50


@pytest.mark.unit
def test_datasets_are_opened_when_their_turn_comes() -> None:
    opened = []

    def open_one(x):
        opened.append(int(x))
        return Dataset.range(x, x + 2).map(lambda v: v, vectorize=False)

    iterator = iter(Dataset.range(6).flat_map(open_one))
    seen = []
    for _ in range(4):
        next(iterator)
        seen.append(list(opened))
    assert seen == [[0], [0], [0, 1], [0, 1]]


@pytest.mark.fault
def test_errors_come_in_their_turn_and_the_stream_goes_on(read_all) -> None:
    def rows(x):
        if x == 1:
            raise KeyError("no such part")
        return Dataset.range(x * 10, x * 10 + 2).map(lambda v: int(v) // 0 if v == 21 else v, vectorize=False)

    found = read_all(Dataset.range(4).flat_map(rows))
    assert [x if isinstance(x, Exception) else int(x) for x in (found[:2] + found[3:4] + found[5:])] == [
        0,
        1,
        20,
        30,
        31,
    ]
    assert str(found[2]) == "flat_map: 'rows' raised KeyError on element 1 (node 1): 'no such part'"
    assert isinstance(found[4], StageError) and "ZeroDivisionError" in str(found[4])


@pytest.mark.fault
def test_function_must_return_a_dataset() -> None:
    with pytest.raises(StageError, match=r"Dataset\.flat_map: map_func must return a Dataset\. Received: int64\[\]\."):
        list(Dataset.range(2).flat_map(lambda x: x))
    with pytest.raises(
        InvalidArgumentError, match=r"Dataset\.flat_map: map_func must be callable\. Received: map_func=3"
    ):
        Dataset.range(2).flat_map(3)


@pytest.mark.fault
def test_elements_of_different_structure_are_an_error(read_all) -> None:
    with iter(Dataset.range(4).flat_map(lambda x: Dataset.from_tensors({"a": x} if x == 2 else x))) as iterator:
        next(iterator)
        assert iterator.next_block(9).to_list() == [1]
        text = r"Dataset\.flat_map \(node 1\): all datasets must have elements of one structure\. Received: Structure"
        with pytest.raises(InvalidArgumentError, match=text):
            iterator.next_block(9)


@pytest.mark.unit
def test_closing_closes_the_open_dataset() -> None:
    closed = []

    def rows():
        try:
            yield from range(100)
        finally:
            closed.append(True)

    with iter(Dataset.range(4).flat_map(lambda x: Dataset.from_generator(rows))) as iterator:
        next(iterator)
    assert closed == [True]


@pytest.mark.unit
def test_resume() -> None:
    assert_resumes_exactly(
        lambda: Dataset.range(25).shuffle(5, seed=1).window(4, shift=2, stride=2).flat_map(lambda w: w.batch(4))
    )
    assert_resumes_exactly(lambda: Dataset.range(20).window(2, shift=5).flat_map(lambda w: w.repeat(2)))
    assert_resumes_exactly(
        lambda: Dataset.range(9).shuffle(3, seed=1).flat_map(lambda x: Dataset.range(x).shuffle(4, seed=2)).repeat(2)
    )
