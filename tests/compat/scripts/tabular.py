"""Structured data: every kind of column through its layer, in a dataset and on batches."""

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

generator = np.random.RandomState(1)
n = 64
table = {
    "age": generator.randint(18, 90, n).astype("float32"),
    "hours": generator.uniform(0, 60, n).astype("float32"),
    "city": np.array(["Paris", "Tokyo", "Auckland", "Lima"])[generator.randint(0, 4, n)],
    "zip": generator.randint(10000, 10006, n).astype("int64"),
    "tags": np.array(["a b", "b", "c a a", ""])[generator.randint(0, 4, n)],
}
target = (table["age"] > 50).astype("int32")


def df_to_dataset(columns, labels, shuffle=True, batch_size=32):
    ds = tf.data.Dataset.from_tensor_slices((dict(columns), labels))
    if shuffle:
        ds = ds.shuffle(buffer_size=len(labels), seed=3)
    return ds.batch(batch_size).prefetch(batch_size)


dataset = df_to_dataset(table, target, batch_size=16)


def get_normalization_layer(name, dataset):
    normalizer = layers.Normalization(axis=None)
    normalizer.adapt(dataset.map(lambda x, y: x[name]))
    return normalizer


def get_category_encoding_layer(name, dataset, dtype, max_tokens=None):
    if dtype == "string":
        index = layers.StringLookup(max_tokens=max_tokens)
    else:
        index = layers.IntegerLookup(max_tokens=max_tokens)
    index.adapt(dataset.map(lambda x, y: x[name]))
    encoder = layers.CategoryEncoding(num_tokens=index.vocabulary_size(), output_mode="one_hot")
    return lambda feature: encoder(index(feature))


(batch, label) = next(iter(dataset))
print(sorted(batch), label.numpy().tolist())

age = get_normalization_layer("age", dataset)
print(np.round(age(batch["age"]).numpy()[:5], 4).tolist())
city = get_category_encoding_layer("city", dataset, "string", max_tokens=4)
print(city(batch["city"]).numpy().astype(int)[:4].tolist())
zip_code = get_category_encoding_layer("zip", dataset, "int64")
print(zip_code(batch["zip"]).numpy().astype(int)[:4].tolist())

hours = layers.Discretization(bin_boundaries=[10.0, 20.0, 40.0])
hashed = layers.Hashing(num_bins=8)
crossed = layers.HashedCrossing(num_bins=5)
multi = layers.TextVectorization(output_mode="multi_hot", vocabulary=["a", "b", "c"], pad_to_max_tokens=False)
print(hours(batch["hours"]).numpy().tolist())
print(hashed(batch["city"]).numpy().tolist(), hashed(batch["zip"]).numpy().tolist())
print(crossed((batch["city"], batch["zip"])).numpy().tolist())
print(multi(batch["tags"]).numpy().astype(int)[:4].tolist())


def features_of(row, label):
    columns = [
        tf.reshape(age(row["age"]), (-1, 1)),
        city(row["city"]),
        tf.cast(tf.one_hot(hours(row["hours"]), 4), tf.float32),
        tf.cast(multi(row["tags"]), tf.float32),
    ]
    return tf.concat(columns, axis=1), label


total = np.zeros(13)
for x, _ in dataset.map(features_of):
    total += x.numpy().sum(axis=0)
print(x.shape, np.round(total, 2).tolist())

lookup = layers.StringLookup(vocabulary=["Paris", "Tokyo", "Auckland", "Lima"], num_oov_indices=2)
inverse = layers.StringLookup(vocabulary=lookup.get_vocabulary(), num_oov_indices=2, invert=True)
indices = lookup(tf.constant([["Lima", "Oslo"], ["Paris", "Cairo"]]))
print(indices.numpy().tolist(), inverse(indices).numpy().tolist())

# Rows of a pre-trained embedding, put at the indices of a vocabulary.
vectors = {"paris": [1.0, 0.0], "lima": [0.0, 1.0]}
voc = [word.lower() for word in lookup.get_vocabulary()]
matrix = np.zeros((len(voc), 2))
hits = [word for word in voc if word in vectors]
for i, word in enumerate(voc):
    if word in vectors:
        matrix[i] = vectors[word]
print(hits, tf.gather(tf.constant(matrix), indices).numpy().tolist())
