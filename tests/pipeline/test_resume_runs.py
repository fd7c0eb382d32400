"""Exact resume of generated pipelines, with other threads and block sizes than at the save, and behind errors."""

from __future__ import annotations

import functools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import penstock as ps
from penstock import Dataset
from penstock.core.errors import PenstockError, StageError
from penstock.pipeline.exec import DatasetIterator
from penstock.pipeline.rules import optimize
from penstock.testing import assert_resumes_exactly, pipelines
from penstock.testing.strategies import integer_pipelines
from penstock.testing.strategies.datasets import recipes


def add_one(x):
    return int(x) + 1


def tens(x):
    return Dataset.range(x * 10, x * 10 + int(x) % 4)


# --- generated pipelines ----------------------------------------------------------------------------------------


def iterate(max_block_rows):
    """Return a maker of iterators with blocks of another size."""
    return lambda dataset: DatasetIterator(optimize(dataset._node)[0], max_block_rows=max_block_rows)


# Functions that draw without any seed draw anew in each pass: with functions all shuffles have seeds.
PIPELINES = integer_pipelines(max_steps=4) | integer_pipelines(
    unseeded=True, max_steps=4, without=("interleave", "flat_map")
)


@pytest.mark.property
@settings(max_examples=40)
@given(PIPELINES, st.sampled_from([1, 3, 16384]), st.sampled_from([1, 2, 16384]))
def test_generated_pipelines_resume_exactly(pipeline, saved_rows, restored_rows) -> None:
    assert_resumes_exactly(
        lambda: pipelines.build(Dataset, pipeline),
        steps=25,
        iterate=iterate(saved_rows),
        iterate_restored=iterate(restored_rows),
    )


@pytest.mark.property
@settings(max_examples=25)
@given(integer_pipelines(max_steps=4))
def test_epochs_after_a_resumed_one(pipeline) -> None:
    assert_resumes_exactly(lambda: pipelines.build(Dataset, pipeline).take(12))


@pytest.mark.property
@settings(max_examples=30)
@given(recipes())
def test_elements_of_any_structure_resume_exactly(recipe) -> None:
    dataset = recipe.build()
    try:
        list(dataset)
    except (PenstockError, ValueError):
        return
    assert_resumes_exactly(recipe.build, steps=15)


# --- what may differ between the two runs -----------------------------------------------------------------------


def threaded(parallel, ahead):
    """Build one pipeline with different numbers of threads."""
    opened = Dataset.range(9).interleave(tens, cycle_length=3, num_parallel_calls=parallel)
    return opened.shuffle(4, seed=2).map(add_one, num_parallel_calls=parallel, vectorize=False).prefetch(ahead).batch(2)


@pytest.mark.unit
@pytest.mark.parametrize("saved, restored", [((None, 1), (3, 4)), ((3, 4), (None, 1)), ((2, 1), (ps.AUTOTUNE, 9))])
def test_threads_may_differ(saved, restored) -> None:
    assert_resumes_exactly(
        functools.partial(threaded, *saved), make_restored=functools.partial(threaded, *restored), next_epoch=False
    )


@pytest.mark.unit
@pytest.mark.parametrize("rows", [(1, 16384), (16384, 1), (2, 5)])
def test_block_sizes_may_differ(rows) -> None:
    def make():
        dataset = Dataset.range(18).shuffle(9, seed=4).map(lambda x: x * 2).filter(lambda x: x % 3 > 0)
        return dataset.interleave(lambda x: Dataset.range(x, x + 2), cycle_length=3).repeat(2).prefetch(3).batch(3)

    assert_resumes_exactly(make, iterate=iterate(rows[0]), iterate_restored=iterate(rows[1]))


@pytest.mark.unit
def test_blocks_and_elements_in_turn() -> None:
    """Elements that wait in a block are neither skipped by `next_block` nor saved as given."""
    dataset = Dataset.range(100).shuffle(10, seed=1)
    expected = list(dataset)
    with iter(Dataset.range(100).shuffle(10, seed=1)) as iterator:
        found = [next(iterator) for _ in range(3)]
        found += iterator.next_block(2).to_list()
        found += [next(iterator)]
        state = json.loads(json.dumps(iterator.get_state()))
        found += iterator.next_block().to_list()
        assert found == expected[: len(found)]
    with iter(Dataset.range(100).shuffle(10, seed=1)) as iterator:
        iterator.set_state(state)
        assert list(iterator) == expected[6:]


# --- errors of elements -----------------------------------------------------------------------------------------


@pytest.mark.fault
@pytest.mark.parametrize("steps", ["", ".prefetch(2)", ".shuffle(3, seed=1)", ".batch(2)"])
@pytest.mark.parametrize("parallel", [None, 2])
def test_going_on_after_an_error_and_resuming(steps, parallel) -> None:
    """Elements that failed before the position are not met again, those behind it are."""

    def shaky(x):
        if x in (3, 4, 9):
            raise KeyError(int(x))
        return x

    def make():
        mapped = Dataset.range(14).map(shaky, num_parallel_calls=parallel, vectorize=False)
        return eval(f"mapped{steps}", {"mapped": mapped})

    def read(iterator):
        found = []
        while True:
            try:
                found.append(np.asarray(next(iterator)).tolist())
            except StopIteration:
                return found
            except StageError as err:
                found.append(str(err))

    complete = read(iter(make()))
    iterator = iter(make())
    for done in range(len(complete)):
        state = json.loads(json.dumps(iterator.get_state()))
        with iter(make()) as restored:
            restored.set_state(state)
            rest = read(restored)
        assert [x for x in rest if not isinstance(x, str)] == [x for x in complete[done:] if not isinstance(x, str)]
        # An error that was told right before the position may be told once more.
        told = [x for x in complete[max(0, done - 2) :] if isinstance(x, str)]
        assert {x for x in rest if isinstance(x, str)} <= set(told)
        try:
            next(iterator)
        except StageError:
            pass
