"""The laws of the engine, on generated pipelines: what it gives, when it calls functions, how it ends."""

from __future__ import annotations

import itertools
import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.errors import PenstockError
from penstock.pipeline.exec import DatasetIterator
from penstock.pipeline.rules import optimize
from penstock.testing import assert_elements_equal
from penstock.testing.executor import Run
from penstock.testing.strategies.datasets import recipes

pytestmark = pytest.mark.property


def outcome(iterator):
    """Read to the end, or to the first error."""
    elements = []
    try:
        for element in iterator:
            elements.append(element)
    except (PenstockError, ValueError) as err:
        return elements, type(err)
    return elements, None


def assert_same(actual, expected) -> None:
    elements, error = actual
    wanted, wanted_error = expected
    for element, want in zip(elements, wanted, strict=False):
        assert_elements_equal(element, want)
    assert (len(elements), error) == (len(wanted), wanted_error)


def blocks_as_elements(iterator, demands):
    """Pull blocks of the given sizes, in turn."""
    turn = 0
    while (block := iterator.next_block(demands[turn % len(demands)])) is not None:
        assert 1 <= block.n <= demands[turn % len(demands)]
        turn += 1
        yield from block.to_list()


@given(recipes(), st.sampled_from([1, 2, 3, 7, 16384]))
def test_engine_gives_what_the_reference_gives(recipe, max_block_rows) -> None:
    run, wanted_of = Run(), recipe.build()
    dataset = recipe.build()
    for _ in range(2):
        expected = outcome(run.open(wanted_of._node))
        with DatasetIterator(optimize(dataset._node)[0], max_block_rows=max_block_rows) as iterator:
            assert_same(outcome(iterator), expected)


@given(recipes(), st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_any_demand_gives_the_same(recipe, demands) -> None:
    expected = outcome(Run().open(recipe.build()._node))
    with iter(recipe.build()) as iterator:
        elements, error = outcome(blocks_as_elements(iterator, demands))
    if expected[1] is None:
        assert_same((elements, error), expected)
    else:
        assert error is expected[1]


@given(recipes())
def test_optimised_is_unoptimised(recipe) -> None:
    with DatasetIterator(recipe.build()._node) as iterator:
        expected = outcome(iterator)
    assert_same(outcome(iter(recipe.build())), expected)


@given(recipes(lazy=True))
def test_opaque_functions_run_once_and_when_asked_for(recipe) -> None:
    wanted_calls: list[list[str]] = []
    calls: list[list[str]] = []
    reference = Run().open(recipe.build(wanted_calls)._node)
    with iter(recipe.build(calls)) as iterator:
        end = None
        while end is None:
            end, wanted_end = end_of_step(iterator), end_of_step(reference)
            assert calls == wanted_calls
            assert end == wanted_end


def end_of_step(iterator):
    """Read one element; None when there was one, else what came instead."""
    try:
        next(iterator)
    except (StopIteration, PenstockError, ValueError) as err:
        return type(err)
    return None


@given(
    st.integers(0, 60),
    st.lists(st.sampled_from(["shuffle", "map", "opaque", "parallel", "prefetch", "cache", "interleave", "batch"])),
)
def test_rows_in_are_rows_out(n, steps) -> None:
    dataset = Dataset.range(n)
    batched = False
    for step in steps:
        match step:
            case "shuffle":
                dataset = dataset.shuffle(5, seed=1)
            case "map":
                dataset = dataset.map(lambda x: x + 0)
            case "opaque":
                dataset = dataset.map(lambda x: x, vectorize=False)
            case "parallel":
                dataset = dataset.map(lambda x: x, num_parallel_calls=2, vectorize=False)
            case "prefetch":
                dataset = dataset.prefetch(3)
            case "cache":
                dataset = dataset.cache()
            case "interleave":
                dataset = dataset.interleave(Dataset.from_tensors, cycle_length=3)
            case "batch" if not batched:
                batched = True
                dataset = dataset.batch(4)
    found = Counter(int(x) for element in dataset for x in np.atleast_1d(element))
    assert found == Counter(range(n))


@given(recipes(), st.lists(st.integers(0, 20), min_size=1, max_size=3), st.sampled_from([1, 3, 16384]))
def test_a_restored_iterator_goes_on_where_it_was_saved(recipe, distances, max_block_rows) -> None:
    """Save after some elements, go on in a fresh iterator of a fresh dataset; and again from there."""

    def fresh():
        return DatasetIterator(optimize(recipe.build()._node)[0], max_block_rows=max_block_rows)

    with fresh() as iterator:
        expected, error = outcome(iterator)
    if error is not None:
        return
    iterator, done = fresh(), 0
    for distance in distances:
        for element in itertools.islice(iterator, distance):
            assert_elements_equal(element, expected[done])
            done += 1
        state = json.loads(json.dumps(iterator.get_state()))
        iterator.close()
        iterator = fresh()
        iterator.set_state(state)
        assert json.loads(json.dumps(iterator.get_state())) is not None
    with iterator:
        assert_same(outcome(iterator), (expected[done:], None))
