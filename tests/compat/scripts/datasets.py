"""What datasets yield, and in which order."""

import numpy as np
import tensorflow as tf


def shown(dataset):
    return [element.numpy().tolist() for element in dataset]


numbers = tf.data.Dataset.range(10)
print(shown(numbers.repeat(2).batch(7)))
print(shown(numbers.batch(4, drop_remainder=True)))
print(shown(numbers.map(lambda x: x * 2).filter(lambda x: x % 3 == 0)))
print(shown(numbers.skip(2).take(3)), numbers.cardinality().numpy(), numbers.repeat().cardinality().numpy())
print(tf.data.experimental.cardinality(numbers.filter(lambda x: x > 3)).numpy() == tf.data.UNKNOWN_CARDINALITY)

shuffled = tf.data.Dataset.range(12).shuffle(4, seed=42)
print(shown(shuffled), shown(shuffled))
print(shown(tf.data.Dataset.range(12).shuffle(4, seed=42, reshuffle_each_iteration=False).repeat(2)))
tf.random.set_seed(7)
print(shown(tf.data.Dataset.range(8).shuffle(8)), shown(tf.data.Dataset.range(8).shuffle(8, seed=3)))

nested = {"a": ([1.0, 2.0, 3.0], [4, 5, 6]), "b": ["x", "y", "z"]}
for item in tf.data.Dataset.from_tensor_slices(nested).take(2):
    print(item["a"][0].numpy(), item["a"][0].dtype.name, item["a"][1].dtype.name, item["b"].numpy())
for x, y in tf.data.Dataset.from_tensor_slices((np.arange(4.0), np.arange(4))).batch(3):
    print(x.dtype.name, x.numpy().tolist(), y.dtype.name, y.numpy().tolist())
print(list(tf.data.Dataset.from_tensors([1, 2]).as_numpy_iterator())[0].tolist())

blocks = tf.data.Dataset.range(1, 4).interleave(
    lambda x: tf.data.Dataset.from_tensors(x).repeat(4), cycle_length=2, block_length=2
)
print(shown(blocks))


def count(stop, scale):
    for i in range(int(stop)):
        yield i, [float(scale)] * i


signature = (tf.TensorSpec(shape=(), dtype=tf.int64), tf.TensorSpec(shape=(None,), dtype=tf.float32))
for i, row in tf.data.Dataset.from_generator(count, output_signature=signature, args=(3, 0.5)):
    print(i.numpy(), row.numpy().tolist())
for i, row in tf.data.Dataset.from_generator(count, (tf.int32, tf.float32), ((), (None,)), args=(2, 2)):
    print(i.dtype.name, i.numpy(), row.numpy().tolist())


cached = numbers.map(lambda x: x + 1).cache()
print(shown(cached) == shown(cached), len(list(cached.prefetch(2))))

iterator = iter(numbers.take(2))
print(next(iterator).numpy(), next(iterator).numpy(), next(iterator, "the end"))


def features(x):
    x = tf.cast(x, tf.float32)
    inputs = {"x": x, "square": tf.square(x), "positive": tf.where(x > 4.0, 1.0, -1.0)}
    return inputs, tf.one_hot(tf.cast(x, tf.int32) % 3, depth=3)


for inputs, label in numbers.map(features).skip(3).batch(3).take(1):
    print({key: value.numpy().tolist() for key, value in sorted(inputs.items())}, label.numpy().tolist())
