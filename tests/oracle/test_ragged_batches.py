"""Batches of rows of RaggedTensors, live against TensorFlow: one function of each pipeline, run on both modules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import penstock.compat.tensorflow as ours

tensorflow = pytest.importorskip("tensorflow")

pytestmark = pytest.mark.oracle


def rows(tf: Any) -> Any:
    return tf.data.Dataset.from_tensor_slices(tf.ragged.constant([[1], [2, 3], []]))


def pairs(tf: Any) -> Any:
    return tf.data.Dataset.from_tensor_slices((tf.ragged.constant([["a"], [], ["b", "c"]]), [1, 2, 3]))


CASES = {
    "rows": lambda tf: rows(tf).batch(2),
    "no remainder": lambda tf: rows(tf).batch(2, drop_remainder=True),
    "parallel": lambda tf: rows(tf).batch(2, num_parallel_calls=2),
    "of one length": lambda tf: tf.data.Dataset.from_tensor_slices(tf.ragged.constant([[1, 2], [3, 4]])).batch(2),
    "two ragged axes": lambda tf: tf.data.Dataset.from_tensor_slices(
        tf.ragged.constant([[[1], [2, 3]], [[]], []])
    ).batch(2),
    "rows of vectors": lambda tf: tf.data.Dataset.from_tensor_slices(
        tf.RaggedTensor.from_row_splits(np.arange(12).reshape(6, 2), [0, 1, 6])
    ).batch(2),
    "beside numbers": lambda tf: pairs(tf).batch(2),
    "dict": lambda tf: tf.data.Dataset.from_tensor_slices(
        {"r": tf.ragged.constant([[1], [2, 3]]), "x": [[1.0], [2.0]]}
    ).batch(2),
    "shuffled": lambda tf: pairs(tf).shuffle(3, seed=1).repeat(2).batch(2),
    "zip": lambda tf: tf.data.Dataset.zip((rows(tf), tf.data.Dataset.range(3))).batch(2),
    "enumerate": lambda tf: rows(tf).enumerate().batch(2),
    "concatenate": lambda tf: rows(tf).concatenate(rows(tf)).batch(4),
    "filter": lambda tf: rows(tf).filter(lambda row: tf.size(row) > 0).batch(2),
    "cache and prefetch": lambda tf: rows(tf).cache().prefetch(1).batch(2),
    "unbatch": lambda tf: rows(tf).batch(2).unbatch().batch(3),
    "windows": lambda tf: rows(tf).window(2).flat_map(lambda w: w.batch(2)),
    "windows that overlap": lambda tf: rows(tf).window(2, shift=1, stride=2).flat_map(lambda w: w.skip(1).batch(2)),
    "windows of one length": lambda tf: (
        tf.data.Dataset.from_tensor_slices(tf.ragged.constant([[1, 2], [3, 4]]))
        .window(2)
        .flat_map(lambda w: w.batch(2))
    ),
    "windows of two ragged axes": lambda tf: (
        tf.data.Dataset.from_tensor_slices(tf.ragged.constant([[[1], [2, 3]], [[]], []]))
        .window(3)
        .flat_map(lambda w: w.batch(2))
    ),
    "windows of pairs": lambda tf: (
        pairs(tf).window(2).flat_map(lambda r, x: tf.data.Dataset.zip((r.batch(2), x.batch(2))))
    ),
    "windows joined again": lambda tf: (
        pairs(tf).window(2, shift=1).flat_map(lambda r, x: tf.data.Dataset.zip(r, x)).batch(3)
    ),
    "batches of windows taken apart": lambda tf: (
        pairs(tf).window(2).interleave(lambda r, x: r.batch(2), cycle_length=2).unbatch().batch(3)
    ),
    "groups": lambda tf: pairs(tf).group_by_window(
        lambda r, x: tf.cast(x % 2, tf.int64), lambda key, w: w.batch(2), window_size=2
    ),
    "from_tensors": lambda tf: tf.data.Dataset.from_tensors(tf.ragged.constant([[1], [2, 3], []])).unbatch().batch(2),
}


def shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shown(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return tuple(map(shown, value))
    if hasattr(value, "row_splits"):
        return "ragged", value.ragged_rank, np.asarray(value.flat_values).dtype.kind, value.to_list()
    return "dense", np.asarray(value).dtype.kind, np.asarray(value).tolist()


@pytest.mark.parametrize("make", CASES.values(), ids=CASES)
def test_batches_of_ragged_rows(make) -> None:
    assert [shown(batch) for batch in make(ours)] == [shown(batch) for batch in make(tensorflow)]
