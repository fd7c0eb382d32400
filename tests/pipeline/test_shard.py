"""shard: every n-th element, made by the source alone where it can."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.errors import InvalidArgumentError
from penstock.core.values import Ragged
from penstock.pipeline.rules import optimize


@pytest.mark.property
@given(st.integers(0, 40), st.integers(1, 7), st.booleans())
def test_shards_are_a_partition(n, count, is_filtered) -> None:
    dataset = Dataset.range(n)
    if is_filtered:
        dataset = dataset.filter(lambda x: x >= 0)
    shards = [[int(x) for x in dataset.shard(count, i)] for i in range(count)]
    assert shards == [list(range(i, n, count)) for i in range(count)]
    if not is_filtered:
        assert [len(dataset.shard(count, i)) for i in range(count)] == [len(shard) for shard in shards]


@pytest.mark.unit
def test_reads_no_further_than_its_last_element() -> None:
    made = []

    def note(x):
        made.append(int(x))
        return x

    iterator = iter(Dataset.range(100).map(note, vectorize=False).shard(3, 1))
    assert next(iterator) == 1 and made == [0, 1]
    assert next(iterator) == 4 and made == [0, 1, 2, 3, 4]


@pytest.mark.unit
def test_one_shard_of_one_is_everything() -> None:
    batches = Dataset.range(9).batch(2)
    assert optimize(batches.shard(1, 0)._node)[0] == batches._node


@pytest.mark.unit
def test_arrays_are_read_in_steps() -> None:
    dataset = Dataset.from_tensor_slices((np.arange(10), Ragged.from_row_lengths(np.arange(45), range(10))))
    sharded = dataset.skip(1).shard(3, 1).take(2)
    assert [(int(x), row.tolist()) for x, row in sharded] == [(2, [1, 2]), (5, [10, 11, 12, 13, 14])]
    assert [int(x) for x in Dataset.range(30).shard(3, 1).shard(2, 1)] == list(range(4, 30, 6))
    assert [int(x) for x in Dataset.range(9, -1, -2).shard(2, 0)] == [9, 5, 1]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 0), r"Dataset\.shard: num_shards must be an int >= 1\. Received: num_shards=0 \(int\)\."),
        ((2, 2), r"Dataset\.shard: index must be an int from 0 to num_shards - 1 = 1\. Received: index=2 \(int\)\."),
        ((2, -1), r"Dataset\.shard: index must be .* Received: index=-1 \(int\)\."),
        ((2.0, 1), r"Dataset\.shard: num_shards must be an int\. Received: num_shards=2\.0 \(float\)\."),
    ],
)
def test_parts_that_do_not_exist_are_refused(arguments, message) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        Dataset.range(5).shard(*arguments)
