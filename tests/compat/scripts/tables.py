"""Lookup tables: in a dataset, as vocabularies with buckets for the rest, from files, and changing ones."""

import numpy as np
import tensorflow as tf

capitals = tf.lookup.StaticHashTable(
    tf.lookup.KeyValueTensorInitializer(
        keys=tf.constant(["France", "Japan", "Peru"]), values=tf.constant(["Paris", "Tokyo", "Lima"])
    ),
    default_value="?",
)
print(capitals.lookup(tf.constant(["Japan", "Mars"])).numpy().tolist(), int(capitals.size()))
print(capitals.key_dtype.name, capitals.value_dtype.name)

colors = ["red", "green", "blue"]
indices = tf.range(len(colors), dtype=tf.int64)
table = tf.lookup.StaticVocabularyTable(tf.lookup.KeyValueTensorInitializer(colors, indices), num_oov_buckets=4)
categories = tf.constant(["green", "pink", "blue", "violet", "red"])
codes = table.lookup(categories)
print(codes.numpy().tolist(), int(table.size()))
print(tf.one_hot(codes, depth=7).numpy().astype(int).tolist())

with open("words.txt", "w") as file:
    file.write("the\t120\nof\t80\nand\t75\n")
text_file = tf.lookup.TextFileInitializer(
    "words.txt", tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER
)
lines = tf.lookup.StaticHashTable(text_file, default_value=-1)
print(lines.lookup(tf.constant(["of\t80", "of"])).numpy().tolist())
counts = tf.lookup.StaticHashTable(
    tf.lookup.TextFileInitializer("words.txt", tf.string, 0, tf.int64, 1, delimiter="\t"), default_value=0
)
print(counts.lookup(tf.constant([["the", "cat"], ["and", "of"]])).numpy().tolist())

ds = tf.data.Dataset.from_tensor_slices(["red", "pink", "blue", "red"])
ds = ds.map(lambda color: (color, table.lookup(color))).batch(3)
for names, numbers in ds:
    print(names.numpy().tolist(), numbers.numpy().tolist())

ragged = tf.ragged.constant([["red"], [], ["blue", "grey"]])
print(table.lookup(ragged).to_list())

try:
    tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "a"], [1, 2]), -1)
except tf.errors.FailedPreconditionError:
    print("one key, two values")

seen = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, default_value=0)
for batch in tf.data.Dataset.from_tensor_slices(list("abracadabra")).batch(4):
    unique = sorted(set(batch.numpy().tolist()))
    added = [int((batch.numpy() == key).sum()) for key in unique]
    keys = tf.constant(unique)
    seen.insert(keys, seen.lookup(keys) + tf.constant(added, tf.int64))
keys, values = seen.export()
print(sorted(zip(keys.numpy().tolist(), values.numpy().tolist())))

ages = tf.constant([[5, 17], [18, 64]])
print(tf.raw_ops.Bucketize(input=ages, boundaries=[13, 18, 65]).numpy().tolist())
print(tf.math.bincount(tf.constant([1, 1, 3]), minlength=5).numpy().tolist())
print(tf.math.bincount(tf.constant([[1, 1], [0, 2]]), axis=-1).numpy().tolist())
print(np.asarray(tf.strings.to_number(tf.strings.split("3.5,4,1e3", sep=","))).tolist())
