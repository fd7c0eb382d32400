"""Inputs of shuffle and of an endless repeat are opened late: a pass that nobody reads draws no seeds below."""

from __future__ import annotations

import pytest

from penstock import Dataset
from penstock.testing import ReferenceDataset, assert_resumes_exactly
from penstock.testing.pipelines import build, elements

SHUFFLES = [{"op": "shuffle", "buffer_size": 4, "seed": 1}, {"op": "shuffle", "buffer_size": 4, "seed": 2}]
FOREVER = [{"op": "repeat", "count": -1}, {"op": "take", "count": 8}]
SOURCE = {"op": "range", "stop": 4}

# Elements of four passes in TensorFlow 2.21; nothing is read of the first two.
PASSES = [
    ([SOURCE, *SHUFFLES], [[], [], [3, 0, 2, 1], [1, 0, 2, 3]]),
    (
        [SOURCE, SHUFFLES[0], *FOREVER],
        [[], [], [3, 0, 1, 2, 0, 2, 1, 3], [2, 1, 0, 3, 2, 1, 0, 3]],
    ),
    (
        [SOURCE, SHUFFLES[0], FOREVER[0], {**SHUFFLES[0], "seed": 3}, FOREVER[1]],
        [[], [], [0, 3, 3, 2, 0, 1, 2, 0], [0, 2, 2, 0, 3, 3, 1, 2]],
    ),
]


@pytest.mark.golden
@pytest.mark.parametrize("dataset_class", [Dataset, ReferenceDataset])
@pytest.mark.parametrize(("pipeline", "passes"), PASSES)
def test_passes_that_nobody_reads(dataset_class, pipeline, passes) -> None:
    dataset = build(dataset_class, pipeline)
    assert [elements(dataset, limit) for limit in (0, 0, None, None)] == passes


@pytest.mark.unit
@pytest.mark.parametrize("pipeline", [pipeline for pipeline, _ in PASSES])
def test_resumes_exactly(pipeline) -> None:
    assert_resumes_exactly(lambda: build(Dataset, pipeline))
    assert_resumes_exactly(lambda: Dataset.range(3).interleave(lambda x: build(Dataset, pipeline), 2).repeat(2))


@pytest.mark.unit
def test_a_dataset_that_is_never_read_draws_no_seeds_below() -> None:
    shuffled, alone = build(Dataset, [SOURCE, *SHUFFLES]), build(Dataset, [SOURCE, *SHUFFLES])
    assert list(Dataset.zip(Dataset.range(0), shuffled)) == []
    assert elements(alone, 0) == []
    assert elements(shuffled) == elements(alone)
