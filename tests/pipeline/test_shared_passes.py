"""One shuffled dataset at several places, or returned by a function: these draw its passes together."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock import Dataset
from penstock.pipeline.exec import DatasetIterator
from penstock.pipeline.rules import optimize
from penstock.testing import assert_elements_equal, assert_resumes_exactly
from penstock.testing.executor import Run


def shuffled(n=3):
    return Dataset.range(n).shuffle(n, seed=1)


def zipped():
    return Dataset.zip(shuffled().repeat(2), shuffled())


def zipped_with_itself():
    a = shuffled()
    return Dataset.zip(a, a).shuffle(2, seed=3).repeat(2)


def sampled():
    a = shuffled().repeat(3)
    return Dataset.sample_from_datasets([a, a.map(lambda x: int(x), vectorize=False), a], seed=3).shuffle(3, seed=4)


def concatenated():
    a = shuffled()
    return a.concatenate(a).concatenate(a).shuffle(5, seed=5)


def concatenated_ahead():
    a = shuffled()
    return a.concatenate(a.batch(1).unbatch()).concatenate(a).prefetch(4)


def opened_late():
    a = Dataset.range(2).shuffle(2, seed=0)
    twice = Dataset.range(2).concatenate(a).map(lambda x: int(x) * 2, vectorize=False)
    return Dataset.sample_from_datasets([twice, twice.skip(1), twice], seed=0)


def by_flat_map():
    a = shuffled(5)
    return Dataset.range(4).flat_map(lambda _: a)


def by_interleave():
    a = shuffled(5)
    return Dataset.range(4).interleave(lambda _: a, cycle_length=2)


def by_parallel_interleave():
    a = shuffled()
    return Dataset.range(4).interleave(lambda _: a, num_parallel_calls=2, cycle_length=3).batch(2)


def below_a_buffer():
    a = shuffled(5)
    return Dataset.range(4).flat_map(lambda _: a).shuffle(6, seed=2)


def below_a_queue():
    a = shuffled()
    return Dataset.range(4).flat_map(lambda _: a).batch(2).prefetch(2)


def repeated_inside():
    a = shuffled()
    return Dataset.range(4).interleave(lambda _: a.repeat(2), cycle_length=2)


def in_windows():
    a = shuffled()
    return Dataset.range(6).group_by_window(lambda x: x % 2, lambda key, window: Dataset.zip(window, a), 3)


def nested():
    a = shuffled(2)
    return Dataset.range(2).flat_map(lambda _: Dataset.range(2).interleave(lambda _: a, cycle_length=2)).concatenate(a)


CASES = [
    zipped,
    zipped_with_itself,
    sampled,
    concatenated,
    concatenated_ahead,
    opened_late,
    by_flat_map,
    by_interleave,
    by_parallel_interleave,
    below_a_buffer,
    below_a_queue,
    repeated_inside,
    in_windows,
    nested,
]


@pytest.mark.unit
@pytest.mark.parametrize("make", CASES)
def test_resumes_exactly(make) -> None:
    assert_resumes_exactly(make)


@pytest.mark.unit
@pytest.mark.parametrize("make", CASES)
@pytest.mark.parametrize("max_block_rows", [1, 3])
def test_the_order_does_not_depend_on_blocks(make, max_block_rows) -> None:
    run, expected_of, dataset = Run(), make(), make()
    for _ in range(2):
        expected = list(run.open(expected_of._node))
        with DatasetIterator(optimize(dataset._node)[0], max_block_rows=max_block_rows) as iterator:
            elements = list(iterator)
        assert len(elements) == len(expected)
        for element, want in zip(elements, expected, strict=True):
            assert_elements_equal(element, want)


# Elements of the first pass in TensorFlow 2.21.
EXPECTED = {
    by_flat_map: [0, 4, 3, 1, 2, 3, 1, 0, 4, 2, 0, 1, 3, 4, 2, 1, 2, 0, 4, 3],
    by_interleave: [0, 3, 4, 1, 3, 0, 1, 4, 2, 2, 0, 1, 1, 2, 3, 0, 4, 4, 2, 3],
    below_a_buffer: [3, 1, 2, 4, 4, 0, 0, 3, 4, 1, 3, 0, 2, 1, 4, 1, 2, 2, 3, 0],
    sampled: [0, 1, 1, 0, 1, 0, 2, 2, 0, 2, 1, 0, 1, 2, 2, 1, 0, 2, 0, 1, 2, 1, 1, 2, 2, 0, 0],
    concatenated: [1, 0, 2, 1, 2, 1, 0, 2, 0],
    concatenated_ahead: [1, 2, 0, 1, 0, 2, 0, 1, 2],
}


@pytest.mark.golden
@pytest.mark.parametrize("make", EXPECTED)
def test_elements_of_tensorflow(make) -> None:
    assert [int(x) for x in make()] == EXPECTED[make]


@pytest.mark.unit
def test_a_fresh_process_gives_each_place_its_passes() -> None:
    assert_resumes_exactly(below_a_buffer, fresh_process=True)


@pytest.mark.unit
def test_two_iterators_draw_from_one_counter_and_each_goes_on_with_its_own_passes() -> None:
    dataset = shuffled().repeat(3)
    first, second = iter(dataset), iter(dataset)
    read = [next(first), next(second), next(second), next(second), next(second), next(first)]
    state = first.get_state()
    rest = [int(x) for x in first]
    again = iter(shuffled().repeat(3))
    again.set_state(state)
    assert len(read) == 6
    assert [int(x) for x in again] == rest


@pytest.mark.unit
def test_the_state_of_many_passes_is_small() -> None:
    iterator = iter(shuffled().repeat())
    for _ in range(3000):
        next(iterator)
    state = iterator.get_state()
    [[_, _, passes, [[_, runs]]]] = state["passes"]
    assert passes >= 1000
    assert len(runs) == 1


@st.composite
def datasets(draw):
    """Draw a maker of a pipeline that reads one shuffled dataset at several places."""
    size, count = draw(st.integers(1, 4)), draw(st.integers(2, 4))
    places = [draw(st.sampled_from(PLACES)) for _ in range(count)]
    combine = draw(st.sampled_from(COMBINATIONS))
    above = draw(st.sampled_from([*PLACES, lambda d: d.batch(2), lambda d: d.prefetch(2)]))
    return functools.partial(make_drawn, size, places, combine, above)


def make_drawn(size, places, combine, above):
    a = Dataset.range(size).shuffle(3, seed=6)
    return above(combine([place(a) for place in places]))


PLACES = [
    lambda d: d,
    lambda d: d.repeat(2),
    lambda d: d.shuffle(2, seed=1),
    lambda d: d.repeat(2).shuffle(2, seed=3),
    lambda d: d.map(lambda x: x + 10),
    lambda d: d.map(lambda x: int(x) + 20, vectorize=False),
    lambda d: Dataset.range(2).flat_map(lambda _: d),
    lambda d: Dataset.range(3).interleave(lambda _: d, cycle_length=2),
    lambda d: Dataset.range(1).concatenate(d),
]
COMBINATIONS = [
    lambda parts: Dataset.zip(*parts).map(lambda *xs: sum(xs)),
    lambda parts: functools.reduce(lambda a, b: a.concatenate(b), parts),
    lambda parts: Dataset.sample_from_datasets(parts, seed=2, stop_on_empty_dataset=False),
    lambda parts: Dataset.choose_from_datasets(
        parts, Dataset.from_tensor_slices(np.arange(40) % len(parts)), stop_on_empty_dataset=False
    ),
]


@pytest.mark.property
@settings(max_examples=40)
@given(datasets(), st.sampled_from([1, 2, 16384]), st.sampled_from([1, 3, 16384]))
def test_generated_pipelines(make, saved_rows, restored_rows) -> None:
    def iterate(rows):
        return lambda dataset: DatasetIterator(optimize(dataset._node)[0], max_block_rows=rows)

    run, dataset = Run(), make()
    expected = list(run.open(make()._node))
    elements = list(iterate(saved_rows)(dataset))
    assert [np.asarray(e).tolist() for e in elements] == [np.asarray(e).tolist() for e in expected]
    assert_resumes_exactly(make, steps=25, iterate=iterate(saved_rows), iterate_restored=iterate(restored_rows))
