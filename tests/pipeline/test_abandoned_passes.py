"""Passes that nobody reads to the end: the next epoch is that of the reference, however far the engine reads ahead."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from penstock import Dataset
from penstock.pipeline.exec import DatasetIterator
from penstock.pipeline.rules import optimize
from penstock.testing import assert_elements_equal, pipelines
from penstock.testing.executor import Run
from penstock.testing.strategies.pipelines import integer_pipelines, shuffles

BLOCK_ROWS = st.sampled_from([1, 3, 16384])
OTHER = [{"op": "range", "stop": 3}, {"op": "shuffle", "buffer_size": 3, "seed": 4}]


def steps():
    """Draw steps that begin passes late, and those that read several rows for one."""
    groups = st.one_of(
        shuffles().map(lambda step: [step]),
        st.integers(1, 3).map(lambda n: [{"op": "repeat", "count": n}]),
        st.integers(0, 7).map(lambda n: [{"op": "skip", "count": n}]),
        st.integers(0, 9).map(lambda n: [{"op": "take", "count": n}]),
        st.integers(1, 4).map(lambda n: [{"op": "batch", "batch_size": n}, {"op": "unbatch"}]),
        st.integers(1, 4).map(
            lambda n: [{"op": "batch", "batch_size": 3}, {"op": "rebatch", "batch_size": n}, {"op": "unbatch"}]
        ),
        st.just([{"op": "add", "amount": 1}]),
        st.just([{"op": "keep_multiples", "of": 2}]),
        st.just([{"op": "concatenate", "other": OTHER}]),
        st.just([{"op": "zip", "other": [*OTHER, {"op": "repeat", "count": 3}]}]),
        st.just(
            [{"op": "sample", "others": [[*OTHER, {"op": "repeat", "count": 2}]], "seed": 1, "weights": [0.5, 0.5]}]
        ),
    )
    return st.lists(groups, max_size=6).map(lambda parts: list(itertools.chain(*parts)))


def prefetches(pipeline) -> bool:
    """Tell whether a pipeline reads ahead because the user asked for it: how far is a matter of time."""
    nested = [
        p for step in pipeline for p in (step.get("other", []), step.get("function", []), *step.get("others", []))
    ]
    return any(step["op"] == "prefetch" for step in pipeline) or any(map(prefetches, nested))


def check(pipeline, counts, max_block_rows) -> None:
    """Read so many elements of one pass after another; the last one is read to the end."""
    run, reference = Run(), pipelines.build(Dataset, pipeline)
    dataset = pipelines.build(Dataset, pipeline)
    for count in [*counts, 60]:
        expected = list(itertools.islice(run.open(reference._node), count))
        with DatasetIterator(optimize(dataset._node)[0], max_block_rows=max_block_rows) as iterator:
            elements = list(itertools.islice(iterator, count))
        assert len(elements) == len(expected)
        for element, want in zip(elements, expected, strict=True):
            assert_elements_equal(element, want)


@pytest.mark.property
@settings(max_examples=100)
@given(st.integers(0, 8), steps(), st.lists(st.integers(0, 9), min_size=1, max_size=3), BLOCK_ROWS)
def test_late_passes(stop, later, counts, max_block_rows) -> None:
    check([{"op": "range", "stop": stop}, *later], counts, max_block_rows)


@pytest.mark.property
@settings(max_examples=60)
@given(integer_pipelines(max_steps=5), st.lists(st.integers(0, 20), max_size=3), BLOCK_ROWS)
def test_any_pipeline(pipeline, counts, max_block_rows) -> None:
    assume(not prefetches(pipeline))
    check(pipeline, counts, max_block_rows)


@pytest.mark.unit
def test_a_buffer_that_reads_ahead_begins_no_pass_before_its_first_row_is_asked_for() -> None:
    dataset = Dataset.range(3).shuffle(3, seed=1).repeat(3).shuffle(2, seed=5)
    # Elements of passes in TensorFlow 2.21, of which 9, 1, 5 and 9 are read.
    expected = [[2, 0, 1, 0, 2, 1, 1, 0, 2], [0], [2, 0, 0, 1, 1], [1, 2, 0, 1, 2, 2, 0, 0, 1]]
    assert [[int(x) for x in itertools.islice(dataset, len(e))] for e in expected] == expected
