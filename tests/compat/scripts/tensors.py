"""Tensors and the functions on them."""

import numpy as np
import tensorflow as tf


def show(tensor):
    print(tensor.dtype.name, tuple(tensor.shape), np.asarray(tensor).tolist())


for value in (1, 1.5, [1, 2], [[1.0], [2.0]], True, "text", ["ab", b"c"], np.arange(3), np.float64(2), 2**40):
    show(tf.constant(value))
show(tf.constant([1, 2], dtype=tf.float32))
show(tf.constant(7, shape=(2, 2)))
show(tf.convert_to_tensor([tf.constant(1.0), tf.constant(2.0)]))

t = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
show(t[:, 1:])
show(t[..., 1, tf.newaxis])
show(t + 10)
show(10 - t)
show(t @ tf.transpose(t))
show(tf.square(t) / 2.0)
show(np.square(t) if isinstance(np.square(t), tf.Tensor) else tf.constant(np.square(t)))
show(t > 2.5)
show(abs(-t) ** 2 // 2)

show(tf.add(1, 2))
show(tf.add(np.float32(1), 2))
show(tf.math.add([1.0, 2.0], 1))
show(tf.add_n([t, t, t]))
show(tf.divide(7, 2))
show(tf.math.floordiv(-7, 2))
show(tf.math.floormod(-7, 2))
show(tf.pow(2.0, 3))
show(tf.maximum([1, 5], 3))
show(tf.equal(["a", "b"], "a"))
show(tf.logical_and([True, False], True))

show(tf.reduce_sum(t))
show(tf.reduce_sum(input_tensor=t, axis=1, keepdims=True))
show(tf.reduce_mean([1, 2, 4]))
show(tf.reduce_max(t, axis=0))
show(tf.reduce_sum(np.array([200, 100], dtype=np.uint8)))
show(tf.reduce_all([True, False]))
show(tf.argmax(t, axis=-1, output_type=tf.int32))
show(tf.argmax([[1, 9], [8, 2]]))

show(tf.reshape(t, shape=(-1, 2)))
show(tf.squeeze([[1], [2]], axis=1))
show(tf.expand_dims([1, 2], axis=0))
show(tf.concat([t, [[7, 8, 9]]], axis=0))
show(tf.stack([1, 2, 3]))
show(tf.tile([1, 2], multiples=[2]))
show(tf.transpose(t, perm=[1, 0]))
for part in tf.split(t, num_or_size_splits=[1, 2], axis=1) + tf.unstack(t):
    show(part)
show(tf.gather(t, [1, 0]))
show(tf.gather(t, [2, 0], axis=1))
show(tf.one_hot([0, 2], depth=tf.constant(3)))
show(tf.one_hot([1], depth=2, on_value=5, off_value=-1))
show(tf.where([True, False], t[0, :2], 0.0))
show(tf.clip_by_value(t, 2, 5))
show(tf.matmul(t, t, transpose_b=True))
show(tf.broadcast_to([1, 2], [2, 2]))
rows, columns = tf.shape(t)
print(int(rows), int(columns), int(tf.size(t)), int(tf.rank(t)))

show(tf.zeros(shape=(2)))
show(tf.ones((2, 1), dtype=tf.int64))
show(tf.fill([2], 3.5))
show(tf.range(5))
show(tf.range(1.0, 2.0, 0.25))
show(tf.range(3, dtype=tf.float32))
show(tf.zeros_like(t, dtype=tf.int32))
show(tf.eye(2))
show(tf.cast([1.7, -1.7], "int32"))
show(tf.cast([0, 2], tf.bool))

show(tf.nn.relu([-1.0, 2.0]))
show(tf.nn.leaky_relu(tf.constant([-1.0, 2.0]), alpha=0.5))
show(tf.math.round(100 * tf.nn.softmax(t)))
show(tf.math.round(1000 * tf.sigmoid([0.5])))
mean, variance = tf.nn.moments(t, axes=-1, keepdims=True)
show(mean)
show(tf.math.round(1000 * variance))

tf.random.set_seed(42)
show(tf.math.round(1000 * tf.random.uniform([2])))
show(tf.math.round(1000 * tf.random.normal((2, 1), stddev=2.0)))
show(tf.random.uniform([3], maxval=10, dtype=tf.int32, seed=1))
show(tf.random.shuffle([1, 2, 3, 4], seed=5))

v = tf.Variable([1.0, 2.0])
v.assign_add([1.0, 1.0])
show(tf.identity(v))
show(v * 2)
print("%.2f" % t[0, 0], f"{t[1, 1]:.3f}", float(t[0, 2]), bool(t[0, 0] > 0))

for attempt in (
    lambda: tf.constant(1) + tf.constant(1.0),
    lambda: tf.constant(1.0) + tf.constant(1.0, tf.float64),
    lambda: tf.sqrt(4),
    lambda: tf.nn.softmax([1, 2]),
    lambda: tf.add(1, 2.5),
):
    try:
        show(attempt())
    except tf.errors.InvalidArgumentError:
        print("InvalidArgumentError")
try:
    t[0, 0] = 5.0
except TypeError:
    print("tensors do not change")
