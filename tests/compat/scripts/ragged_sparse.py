"""Ragged and sparse values, and Python functions inside of maps."""

import numpy as np
import tensorflow as tf


def show(tensor):
    print(tensor.dtype.name, tuple(tensor.shape), tensor.numpy().tolist())


ragged = tf.RaggedTensor.from_row_splits([1, 2, 3, 4], [0, 1, 1, 4])
print(ragged.to_list(), ragged.dtype.name, tuple(ragged.shape))
for part in (ragged.values, ragged.flat_values, ragged.row_splits, ragged.row_lengths(), ragged.nrows(), ragged[2]):
    show(part)
show(ragged.to_tensor())
show(ragged.to_tensor(default_value=-1, shape=[None, 2]))
print([row.numpy().tolist() for row in ragged])
print(tf.RaggedTensor.from_row_lengths(["a", "b", "c"], [2, 0, 1]).to_list())
print(tf.RaggedTensor.from_tensor([[1, 2, 0], [0, 3, 0], [0, 0, 0]]).to_list())
print(tf.RaggedTensor.from_tensor([[1, 2, 0], [0, 3, 0], [0, 0, 0]], padding=0).to_list())
print(tf.RaggedTensor.from_tensor([[1, 2, 0], [0, 3, 0]], lengths=[1, 5]).to_list())
print(tf.RaggedTensor.from_tensor([[[1], [2]], [[3], [4]]], ragged_rank=2).row_lengths(axis=2).to_list())

print(tf.RaggedTensor.from_tensor([["a", ""], ["", "b"]], padding="").to_list())
for rows in ([[1], [2, 3]], [["a"], ["b"]], [[[1], [2, 3]], [[4], [5]]], [[]]):
    array = tf.ragged.constant(rows).numpy()
    print(array.shape, array.dtype, len(array))
print(tf.RaggedTensor.from_row_splits(np.array([1.5]), [0, 1]).dtype.name)
print(tf.ragged.constant([[1, 2], [3]]).to_sparse().indices.numpy().tolist())

for rows in ([[1.5], [], [2, 3]], [["x", "y"], ["z"]], [[[1], []], [], [[2, 3]]], [[]]):
    constant = tf.ragged.constant(rows)
    print(constant.to_list(), constant.dtype.name, tuple(constant.shape), constant.ragged_rank)
pairs = tf.ragged.constant([[[1, 2]], [[3, 4], [5, 6]]], ragged_rank=1, dtype=tf.int64)
print(pairs.to_list(), pairs.dtype.name, tuple(pairs.shape))
show(pairs.flat_values)
show(tf.ragged.constant([1, 2]))
nested = tf.ragged.constant([[[1], []], [], [[2, 3]]])
print(nested.values.to_list(), nested.row_lengths().numpy().tolist(), nested.row_lengths(axis=2).to_list())

sparse = tf.SparseTensor(indices=[[1, 0], [0, 1], [0, 0]], values=[3.0, 2.0, 1.0], dense_shape=[2, 3])
sparse = tf.sparse.reorder(sparse)
for part in (sparse.indices, sparse.values, sparse.dense_shape):
    show(part)
print(tuple(sparse.shape), sparse.dtype.name)
show(tf.sparse.to_dense(sparse))
show(tf.sparse.to_dense(tf.SparseTensor([[1]], ["a"], [3]), default_value="-"))
print(tf.RaggedTensor.from_sparse(sparse).to_list())
show(tf.sparse.from_dense([[0, 5], [6, 0]]).indices)

# --- elements of datasets -------------------------------------------------------------------------------------------

for row in tf.data.Dataset.from_tensors(ragged):
    print(isinstance(row, tf.RaggedTensor), row.to_list())
for batch in tf.data.Dataset.range(4).map(lambda x: tf.range(x)).ragged_batch(3):
    print(isinstance(batch, tf.RaggedTensor), batch.to_list(), batch.row_splits.numpy().tolist())
for batch in tf.data.Dataset.from_tensor_slices(ragged).ragged_batch(2):
    print(batch.values.numpy().tolist())
for element in tf.data.Dataset.from_tensors((sparse, 1)):
    print(isinstance(element[0], tf.SparseTensor), element[0].values.numpy().tolist(), element[1].numpy())
for batch in tf.data.Dataset.from_tensor_slices([[1, 0], [0, 2]]).map(tf.sparse.from_dense).batch(2):
    print(batch.indices.numpy().tolist(), batch.values.numpy().tolist(), batch.dense_shape.numpy().tolist())
for dense in tf.data.Dataset.from_tensors(ragged).map(lambda r: r.to_tensor()):
    show(dense)


def batches():
    yield tf.ragged.constant([[1], [2, 3]])


for row in tf.data.Dataset.from_generator(batches, output_signature=tf.RaggedTensorSpec([None, None], tf.int32)):
    print(row.to_list())

# --- functions of Python --------------------------------------------------------------------------------------------

numbers = tf.data.Dataset.from_tensor_slices(np.array([[1.0, 2.0], [3.0, 4.0]], np.float32))
for x in numbers.map(lambda x: tf.py_function(lambda t: t.numpy().sum(), [x], tf.float32)):
    print(x.dtype.name, x.numpy())
for x, n in numbers.map(lambda x: tf.py_function(lambda t: (t * 2, len(t)), inp=[x], Tout=[tf.float32, tf.int64])):
    print(x.numpy().tolist(), n.dtype.name, n.numpy())
for x in numbers.map(lambda x: tf.numpy_function(np.cumsum, [x], tf.float32)):
    print(x.dtype.name, x.numpy().tolist())
for word in tf.data.Dataset.from_tensor_slices(["a", "b"]).map(
    lambda w: tf.numpy_function(lambda b: b.decode().upper(), [w], tf.string)
):
    print(word.numpy())
for pair in tf.data.Dataset.range(2).map(lambda x: [x, x + 1]):
    print(type(pair).__name__, [int(x) for x in pair])
show(tf.numpy_function(lambda x, y: x + y, [np.float32([1, 2]), np.float32(1)], tf.float32))
show(tf.py_function(func=lambda x, y: x + y, inp=[1, 2], Tout=tf.int32))

on_device = tf.data.Dataset.range(3).apply(tf.data.experimental.copy_to_device("/cpu:0"))
print([x.numpy() for x in on_device])
print([x.numpy() for x in tf.data.Dataset.range(3).apply(tf.data.experimental.prefetch_to_device("/cpu:0"))])
