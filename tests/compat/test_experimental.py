"""Functions of `tf.data.experimental` do what the methods of `Dataset` do that took their place."""

from __future__ import annotations

import numpy as np
import pytest

import penstock.compat.tensorflow as tf
from penstock.records import encode_example

experimental = tf.data.experimental


def shown(dataset):
    return [x.tolist() if hasattr(x, "tolist") else x for x in dataset.as_numpy_iterator()]


def sequences():
    return tf.data.Dataset.from_generator(
        lambda: (list(range(i)) for i in range(4)), output_signature=tf.TensorSpec([None], tf.int32)
    )


@pytest.mark.unit
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (experimental.map_and_batch(lambda x: x * 2, 2), lambda d: d.map(lambda x: x * 2).batch(2)),
        (experimental.map_and_batch(lambda x: x, 2, 3, True), lambda d: d.batch(2, drop_remainder=True)),
        (experimental.shuffle_and_repeat(3, 2, 7), lambda d: d.shuffle(3, 7).repeat(2)),
        (
            experimental.parallel_interleave(tf.data.Dataset.range, 2, 3, sloppy=True),
            lambda d: d.interleave(tf.data.Dataset.range, 2, 3),
        ),
        (
            experimental.group_by_window(lambda x: x % 2, lambda key, window: window.batch(2), 2),
            lambda d: d.group_by_window(lambda x: x % 2, lambda key, window: window.batch(2), 2),
        ),
        (
            experimental.rejection_resample(lambda x: tf.cast(x % 2, tf.int32), [0.5, 0.5], [0.5, 0.5], 3),
            lambda d: d.rejection_resample(lambda x: tf.cast(x % 2, tf.int32), [0.5, 0.5], [0.5, 0.5], 3),
        ),
    ],
)
def test_transformations(old, new) -> None:
    dataset = tf.data.Dataset.range(7)
    found, expected = dataset.apply(old), new(dataset)
    assert isinstance(found, tf.data.Dataset)
    assert str(list(found.as_numpy_iterator())) == str(list(expected.as_numpy_iterator()))


@pytest.mark.unit
def test_batches_of_sequences() -> None:
    ragged = list(sequences().apply(experimental.dense_to_ragged_batch(2, drop_remainder=True)))
    assert [batch.to_list() for batch in ragged] == [[[], [0]], [[0, 1], [0, 1, 2]]]
    sparse = next(iter(sequences().apply(experimental.dense_to_sparse_batch(4, [4]))))
    assert isinstance(sparse, tf.SparseTensor) and sparse.shape == (4, 4)
    buckets = sequences().apply(experimental.bucket_by_sequence_length(lambda x: tf.shape(x)[0], [2], [2, 2]))
    assert shown(buckets) == [[[0], [0]], [[0, 1, 0], [0, 1, 2]]]
    assert shown(tf.data.Dataset.range(5).batch(2).apply(experimental.unbatch())) == [0, 1, 2, 3, 4]


@pytest.mark.unit
def test_examples_are_parsed_in_batches() -> None:
    records = [encode_example({"a": [i]}) for i in range(3)]
    features = {"a": tf.io.FixedLenFeature([], tf.int64)}
    dataset = tf.data.Dataset.from_tensor_slices(records).batch(2)
    parsed = dataset.apply(experimental.parse_example_dataset(features))
    assert [batch["a"].numpy().tolist() for batch in parsed] == [[0, 1], [2]]


@pytest.mark.unit
def test_files(tmp_path) -> None:
    dataset = tf.data.Dataset.range(5)
    experimental.save(dataset, str(tmp_path / "saved"), "GZIP")
    assert shown(experimental.load(str(tmp_path / "saved"), compression="GZIP")) == [0, 1, 2, 3, 4]
    kept = dataset.apply(experimental.snapshot(str(tmp_path / "kept")))
    assert shown(kept) == shown(kept) == [0, 1, 2, 3, 4]


@pytest.mark.unit
def test_structures_and_iterators() -> None:
    dataset = tf.data.Dataset.range(2)
    assert experimental.get_structure(dataset) == experimental.get_structure(iter(dataset))
    assert isinstance(iter(dataset), tf.data.Iterator)
    assert isinstance(dataset.as_numpy_iterator(), tf.data.NumpyIterator)
    assert isinstance(dataset.window(2).element_spec, tf.data.DatasetSpec)
    assert experimental.ThreadingOptions is tf.data.ThreadingOptions


@pytest.mark.unit
def test_map_and_batch_takes_one_number() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="only one of num_parallel_batches and num_parallel_calls"):
        experimental.map_and_batch(np.abs, 2, num_parallel_batches=1, num_parallel_calls=1)
