"""Ragged and sparse Tensors, functions of Python, devices: what they refuse, where they meet datasets and layers."""

from __future__ import annotations

import numpy as np
import pytest

import penstock.compat.tensorflow as tf
from penstock.core.values import Ragged, Sparse

RAGGED = tf.ragged.constant([[1, 2], [3]])


@pytest.mark.unit
@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: tf.RaggedTensor([[1]]), "must be made of a Ragged"),
        (lambda: tf.RaggedTensor.from_row_splits([1, 2], [0, 1]), "row_splits must be 1-D and run from 0"),
        (lambda: tf.RaggedTensor.from_sparse(tf.SparseTensor([[0, 1]], [1], [1, 2])), "without holes"),
        (lambda: tf.RaggedTensor.from_sparse(tf.SparseTensor([[1, 0], [0, 0]], [1, 2], [2, 2])), "in order"),
        (lambda: tf.RaggedTensor.from_sparse(tf.SparseTensor([[1]], [1], [2])), "must have two axes"),
        (lambda: tf.RaggedTensor.from_tensor([1, 2]), "at least one axis more than ragged_rank"),
        (lambda: tf.RaggedTensor.from_tensor([[1]], lengths=[1], padding=0), "exclude each other"),
        (lambda: tf.RaggedTensor.from_tensor([[1]], lengths=[1, 1]), "one number for each of 1 rows"),
        (lambda: tf.RaggedTensor.from_tensor([[[1]]], padding=0, ragged_rank=2), "go with ragged_rank=1"),
        (lambda: tf.RaggedTensor.from_tensor([[1]], row_splits_dtype=tf.int32), "row splits are int64"),
        (lambda: RAGGED.row_lengths(axis=2), "one of the ragged axes 1 to 1"),
        (lambda: tf.ragged.constant([[[1]], 2]), "values must stand at one depth"),
        (lambda: tf.SparseTensor([[5]], [1], [2]), r"must be inside dense_shape=\[2\]"),
        (lambda: tf.data.experimental.prefetch_to_device("/gpu:0"), "prefetch_to_device: the device must be a CPU"),
        (lambda: tf.data.experimental.copy_to_device("/device:TPU:0"), "copy_to_device: the device must be a CPU"),
        (lambda: tf.py_function(lambda x: x, [1.5], tf.int32), "must return what Tout says, int32"),
        (lambda: tf.numpy_function(lambda x: (x, x), [1], [tf.int32]), "2 results for 1 dtypes"),
        (lambda: tf.numpy_function(lambda x: x, [RAGGED], tf.int32), "numpy_function: inputs must be dense"),
        (lambda: tf.py_function(lambda x: None, [1], tf.int32), "0 results for 1 dtypes"),
        (lambda: tf.numpy_function(lambda x: x, [1], [tf.int32, tf.int32]), "1 results for 2 dtypes"),
    ],
)
def test_refuses(attempt, message):
    with pytest.raises(tf.errors.OpError, match=message):
        attempt()


@pytest.mark.unit
def test_shows_its_values():
    assert repr(RAGGED) == "<penstock.RaggedTensor [[1, 2], [3]]>"
    assert repr(tf.sparse.from_dense([0, 5])) == ("<penstock.SparseTensor: indices=[[1]], values=[5], dense_shape=[2]>")
    assert [row.tolist() for row in RAGGED.numpy()] == [[1, 2], [3]]
    assert tf.sparse.to_dense(RAGGED.to_sparse()).numpy().tolist() == [[1, 2], [3, 0]]


@pytest.mark.unit
@pytest.mark.parametrize("device", ["/cpu:0", "CPU", "/device:CPU:0", "/job:localhost/replica:0/task:0/device:CPU:0"])
def test_cpus_by_all_their_names(device):
    dataset = tf.data.Dataset.range(3).apply(tf.data.experimental.prefetch_to_device(device, 2))
    assert [int(x) for x in dataset] == [0, 1, 2]


@pytest.mark.unit
def test_elements_are_plain_for_numpy():
    dataset = tf.data.Dataset.from_tensors((RAGGED, tf.sparse.from_dense([0, 5])))
    ((rows, sparse),) = dataset.as_numpy_iterator()
    assert isinstance(rows, Ragged) and isinstance(sparse, Sparse)
    ((rows, sparse),) = dataset.map(lambda r, s: (r, s))
    assert isinstance(rows, tf.RaggedTensor) and isinstance(sparse, tf.SparseTensor)


@pytest.mark.unit
@pytest.mark.parametrize("function", [tf.py_function, tf.numpy_function])
def test_maps_that_call_python_run_element_by_element(function):
    seen = []

    def double(x):
        seen.append(type(x))
        return x * 2

    dataset = tf.data.Dataset.range(3).map(lambda x: tf.add(function(double, [x], tf.int64), 1))
    assert [int(x) for x in dataset] == [1, 3, 5]
    assert seen == [tf.Tensor if function is tf.py_function else np.int64] * 3
    assert f"element by element: {function.__name__} calls Python" in dataset.explain()


@pytest.mark.unit
def test_functions_without_results():
    assert tf.py_function(lambda: None, [], []) == []
    assert tf.numpy_function(lambda x: [x], [1], [tf.int32])[0].numpy() == 1
    assert tf.py_function(lambda r: r.values, [RAGGED], tf.int32).numpy().tolist() == [1, 2, 3]


@pytest.mark.unit
def test_layers_take_ragged_tensors():
    lookup = tf.keras.layers.StringLookup(vocabulary=["a", "b"])
    found = lookup(tf.ragged.constant([["a"], ["b", "c"]]))
    assert isinstance(found, tf.RaggedTensor) and found.to_list() == [[1], [2, 0]]
    adapted = tf.keras.layers.StringLookup()
    adapted.adapt(tf.data.Dataset.from_tensor_slices(tf.ragged.constant([["a"], ["b", "a"]])).ragged_batch(2))
    assert adapted.get_vocabulary() == ["[UNK]", "a", "b"]
    adapted.adapt(tf.ragged.constant([["c"], ["c", "d"]]))
    assert adapted.get_vocabulary() == ["[UNK]", "c", "d"]


def test_sparse_tensors_as_strings():
    sparse = tf.sparse.from_dense([[0, 1], [2, 0]])
    strings, rows = tf.io.serialize_sparse(sparse), tf.io.serialize_many_sparse(sparse, name="rows")
    assert isinstance(strings, tf.Tensor) and strings.shape == (3,) and rows.shape == (2, 3)
    for found in (tf.io.deserialize_many_sparse(strings, tf.int32), tf.io.deserialize_many_sparse(rows, tf.int32, 2)):
        assert isinstance(found, tf.SparseTensor) and tf.sparse.to_dense(found).numpy().tolist() == [[0, 1], [2, 0]]
    dataset = tf.data.Dataset.from_tensor_slices(sparse).map(tf.io.serialize_sparse).batch(2)
    (joined,) = dataset.map(lambda s: tf.io.deserialize_many_sparse(s, tf.int32))
    assert isinstance(joined, tf.SparseTensor) and joined.values.numpy().tolist() == [1, 2]
    with pytest.raises(TypeError, match="serialize_sparse: sp_input must be a Sparse"):
        tf.io.serialize_sparse(tf.constant([1]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="serialize_sparse: out_type must be string"):
        tf.io.serialize_sparse(sparse, tf.int32)
