"""Layers that learn from data."""

import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import Normalization, StringLookup

ages = np.array([[20.0, 1.0], [30.0, 3.0], [40.0, 5.0], [70.0, 7.0]], dtype=np.float32)
normalize = Normalization()
normalize.adapt(ages)
print(np.round(normalize(ages).numpy(), 3).tolist())

dataset = tf.data.Dataset.from_tensor_slices(ages).batch(2)
streamed = tf.keras.layers.Normalization(axis=-1)
streamed.adapt(dataset)
for batch in dataset.map(streamed):
    print(batch.dtype.name, np.round(batch.numpy(), 3).tolist())
print(np.round(Normalization(mean=5.0, variance=4.0)(np.array([[3.0], [9.0]])).numpy(), 3).tolist())

cities = ["Auckland", "Paris", "Paris", "San Francisco", "Auckland", "Zürich"]
lookup = StringLookup()
lookup.adapt(cities)
print([str(word) for word in lookup.get_vocabulary()], lookup.vocabulary_size())
print(lookup([["Paris", "Auckland"], ["Montreal", "Zürich"]]).numpy().tolist())
print(lookup(tf.constant("San Francisco")).numpy())

one_hot = StringLookup(vocabulary=["a", "b", "c"], output_mode="one_hot")
print(np.asarray(one_hot(["b", "z"])).astype(int).tolist())

hashed = StringLookup(num_oov_indices=5)
hashed.adapt(cities)
print(hashed(["Paris", "Auckland", "Foo", "Bar", "Baz"]).numpy().tolist())

words = tf.data.Dataset.from_tensor_slices(["to", "be", "or", "not", "to", "be"])
from_stream = StringLookup(max_tokens=4)
from_stream.adapt(words.batch(4))
print([str(word) for word in from_stream.get_vocabulary()])
for ids in words.batch(6).map(from_stream):
    print(ids.numpy().tolist())

model = tf.keras.Sequential(
    [tf.keras.Input(shape=(2,)), normalize, tf.keras.layers.Dense(1, kernel_initializer="ones")]
)
print(np.round(model.predict(ages, verbose=0)[:, 0], 3).tolist())
