"""Examples to a TFRecord file and back."""

import numpy as np
import tensorflow as tf
from tensorflow.train import BytesList, Example, Feature, Features, FloatList, Int64List


def example(name, ident, scores):
    return Example(
        features=Features(
            feature={
                "name": Feature(bytes_list=BytesList(value=[name.encode()])),
                "id": Feature(int64_list=Int64List(value=[ident])),
                "scores": Feature(float_list=FloatList(value=scores)),
            }
        )
    )


people = [("Alice", 123, [1.5]), ("Bob", 456, []), ("Čeněk", 789, [2.0, -0.25])]
with tf.io.TFRecordWriter("people.tfrecord.gz", tf.io.TFRecordOptions(compression_type="GZIP")) as writer:
    for person in people:
        writer.write(example(*person).SerializeToString())

records = tf.data.TFRecordDataset(["people.tfrecord.gz"], compression_type="GZIP")
for record in records:
    message = Example.FromString(record.numpy())
    print(message.features.feature["name"].bytes_list.value[0].decode(), len(record.numpy()))

description = {
    "name": tf.io.FixedLenFeature([], tf.string),
    "id": tf.io.FixedLenFeature([], tf.int64),
    "scores": tf.io.VarLenFeature(tf.float32),
    "country": tf.io.FixedLenFeature([], tf.string, default_value="?"),
}
for parsed in records.map(lambda record: tf.io.parse_single_example(record, description)):
    scores = np.asarray(parsed["scores"].values)
    print(parsed["name"].numpy(), parsed["id"].numpy(), parsed["country"].numpy(), scores.tolist())

for parsed in records.batch(2).map(lambda batch: tf.io.parse_example(batch, description)):
    print(parsed["id"].numpy().tolist(), np.asarray(parsed["scores"].dense_shape).tolist())

one = tf.io.parse_single_example(example("Dora", 1, [3.0]).SerializeToString(), description)
print(sorted(one), one["name"].numpy(), one["id"].dtype.name)

try:
    tf.io.parse_single_example(example("Eve", 2, []).SerializeToString(), {"age": tf.io.FixedLenFeature([], tf.int64)})
except tf.errors.InvalidArgumentError as error:
    print("InvalidArgumentError", "age" in str(error))

with tf.io.TFRecordWriter("plain.tfrecord") as writer:
    for i in range(3):
        writer.write(b"record %d" % i)
with open("plain.tfrecord", "rb") as file:
    data = bytearray(file.read())
data[-6] ^= 1
with open("damaged.tfrecord", "wb") as file:
    file.write(data)
try:
    for record in tf.data.TFRecordDataset("damaged.tfrecord"):
        print(record.numpy())
except tf.errors.DataLossError:
    print("DataLossError")
try:
    list(tf.data.TFRecordDataset("nothing.tfrecord"))
except tf.errors.NotFoundError:
    print("NotFoundError")
