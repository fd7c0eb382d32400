"""repeat: pass after pass."""

from __future__ import annotations

import itertools

import pytest

from penstock import Dataset
from penstock.core.errors import InvalidArgumentError
from penstock.pipeline import INFINITE_CARDINALITY


@pytest.mark.unit
@pytest.mark.parametrize(("count", "passes"), [(0, 0), (1, 1), (3, 3)])
def test_count(count, passes) -> None:
    dataset = Dataset.range(4).repeat(count)
    assert list(dataset) == list(range(4)) * passes
    assert len(dataset) == 4 * passes


@pytest.mark.unit
@pytest.mark.parametrize("arguments", [(), (None,), (-1,), (-7,)])
def test_without_end(arguments) -> None:
    dataset = Dataset.range(3).repeat(*arguments)
    assert dataset.cardinality() == INFINITE_CARDINALITY
    assert list(itertools.islice(dataset, 8)) == [0, 1, 2, 0, 1, 2, 0, 1]
    with pytest.raises(TypeError, match=r"Dataset: the number of elements is infinite; cardinality\(\) returns -1\."):
        len(dataset)


@pytest.mark.unit
def test_an_empty_input_ends() -> None:
    assert list(Dataset.range(0).repeat()) == []
    assert list(Dataset.range(5).filter(lambda x: x > 9).repeat()) == []
    assert list(Dataset.range(0).repeat(10**15)) == []


@pytest.mark.unit
def test_functions_and_generators_run_anew_in_each_pass() -> None:
    starts = []

    def rows():
        starts.append(len(starts))
        yield len(starts)

    assert list(Dataset.from_generator(rows).repeat(3)) == [1, 2, 3]


@pytest.mark.unit
def test_a_finite_repeat_goes_on_after_an_empty_pass() -> None:
    passes = iter([[], [1, 2], []])
    assert list(Dataset.from_generator(lambda: next(passes)).repeat(3)) == [1, 2]


@pytest.mark.unit
def test_batches_span_passes_only_behind_repeat() -> None:
    assert [b.tolist() for b in Dataset.range(3).repeat(2).batch(4)] == [[0, 1, 2, 0], [1, 2]]
    assert [b.tolist() for b in Dataset.range(3).batch(2).repeat(2)] == [[0, 1], [2], [0, 1], [2]]


@pytest.mark.unit
def test_the_input_is_closed_after_each_pass() -> None:
    closed = []

    def rows():
        try:
            yield 1
            yield 2
        finally:
            closed.append(True)

    iterator = iter(Dataset.from_generator(rows).take(1).repeat(3))
    assert [next(iterator), next(iterator)] == [1, 1]
    assert len(closed) == 1
    iterator.close()
    assert len(closed) == 2


@pytest.mark.unit
@pytest.mark.parametrize("count", [1.0, "2", True])
def test_count_is_checked(count) -> None:
    with pytest.raises(InvalidArgumentError, match="Dataset.repeat: count must be an int"):
        Dataset.range(3).repeat(count)
