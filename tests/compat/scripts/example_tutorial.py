"""Observations as tf.train.Example: from arrays to a file, raw records, parsed records, errors."""

import numpy as np
import tensorflow as tf

n_observations = 1000
rng = np.random.default_rng(7)
feature0 = rng.choice([False, True], n_observations)
feature1 = rng.integers(0, 5, n_observations)
strings = np.array([b"cat", b"dog", b"chicken", b"horse", b"goat"])
feature2 = strings[feature1]
feature3 = rng.standard_normal(n_observations)


def _bytes_feature(value):
    if isinstance(value, type(tf.constant(0))):
        value = value.numpy()
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def _float_feature(value):
    return tf.train.Feature(float_list=tf.train.FloatList(value=[value]))


def _int64_feature(value):
    return tf.train.Feature(int64_list=tf.train.Int64List(value=[int(value)]))


def serialize_example(feature0, feature1, feature2, feature3):
    """Creates a tf.train.Example message ready to be written to a file."""
    feature = {
        "feature0": _int64_feature(feature0),
        "feature1": _int64_feature(feature1),
        "feature2": _bytes_feature(feature2),
        "feature3": _float_feature(feature3),
    }
    example_proto = tf.train.Example(features=tf.train.Features(feature=feature))
    return example_proto.SerializeToString()


serialized_example = serialize_example(False, 4, b"goat", 0.9876)
print(len(serialized_example))
example_proto = tf.train.Example.FromString(serialized_example)
for key in sorted(example_proto.features.feature):
    print(key, example_proto.features.feature[key])

features_dataset = tf.data.Dataset.from_tensor_slices((feature0, feature1, feature2, feature3))
print(features_dataset.element_spec[2].dtype == tf.string, len(features_dataset.element_spec))
for f0, f1, f2, f3 in features_dataset.take(1):
    print(f0.numpy(), f1.numpy(), f2.numpy(), round(float(f3), 4))


def tf_serialize_example(f0, f1, f2, f3):
    tf_string = tf.py_function(serialize_example, (f0, f1, f2, f3), tf.string)
    return tf.reshape(tf_string, ())


serialized_features_dataset = features_dataset.take(5).map(tf_serialize_example)
for record in serialized_features_dataset:
    print(len(record.numpy()), record.dtype == tf.string, record.shape.rank if hasattr(record.shape, "rank") else 0)

filename = "test.tfrecord"
with tf.io.TFRecordWriter(filename) as writer:
    for i in range(n_observations):
        writer.write(serialize_example(feature0[i], feature1[i], feature2[i], feature3[i]))

filenames = [filename]
raw_dataset = tf.data.TFRecordDataset(filenames)
for raw_record in raw_dataset.take(2):
    example = tf.train.Example()
    example.ParseFromString(raw_record.numpy())
    print(example.features.feature["feature2"].bytes_list.value, "feature1" in example.features.feature)

# Create a description of the features.
feature_description = {
    "feature0": tf.io.FixedLenFeature([], tf.int64, default_value=0),
    "feature1": tf.io.FixedLenFeature([], tf.int64, default_value=0),
    "feature2": tf.io.FixedLenFeature([], tf.string, default_value=""),
    "feature3": tf.io.FixedLenFeature([], tf.float32, default_value=0.0),
    "missing": tf.io.FixedLenFeature([2], tf.float32, default_value=[1.0, 2.0]),
}


def _parse_function(example_proto):
    return tf.io.parse_single_example(example_proto, feature_description)


parsed_dataset = raw_dataset.map(_parse_function)
for key, spec in sorted(parsed_dataset.element_spec.items()):
    print(key, tuple(spec.shape), spec.dtype.name)
for parsed_record in parsed_dataset.take(3):
    print({key: np.asarray(value.numpy()).tolist() for key, value in sorted(parsed_record.items())})

total = parsed_dataset.reduce(np.int64(0), lambda count, record: count + record["feature1"])
print(int(total) == int(feature1.sum()))
print(sum(1 for _ in raw_dataset), len(list(raw_dataset.batch(300))), len(list(raw_dataset.shard(4, 1))))

batched = raw_dataset.batch(4).map(lambda records: tf.io.parse_example(records, feature_description))
for batch in batched.take(1):
    print(batch["feature2"].numpy().tolist(), batch["missing"].shape, batch["feature3"].dtype.name)

for bad in (
    {"feature1": tf.io.FixedLenFeature([], tf.string)},
    {"feature1": tf.io.FixedLenFeature([3], tf.int64)},
    {"nothing": tf.io.FixedLenFeature([], tf.int64)},
):
    try:
        next(iter(raw_dataset.map(lambda record, bad=bad: tf.io.parse_single_example(record, bad))))
    except tf.errors.InvalidArgumentError as error:
        print("InvalidArgumentError", error.error_code == tf.errors.INVALID_ARGUMENT, isinstance(error.message, str))

with open(filename, "rb") as file:
    content = file.read()
with tf.io.gfile.GFile("cut.tfrecord", "wb") as file:
    file.write(content[:-7])
count = 0
try:
    for _ in tf.data.TFRecordDataset("cut.tfrecord"):
        count += 1
except tf.errors.DataLossError as error:
    print("DataLossError after", count, error.error_code)
try:
    next(iter(tf.data.TFRecordDataset("absent.tfrecord")))
except tf.errors.OpError as error:
    print(type(error).__name__, "absent.tfrecord" in str(error))
