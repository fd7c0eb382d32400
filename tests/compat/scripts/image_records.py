"""Images and labels to sharded TFRecord files and back into batches, after TensorFlow's own tutorial."""

import os

import numpy as np
import tensorflow as tf


def _bytes_feature(value):
    """Returns a bytes_list from a string / byte."""
    if isinstance(value, type(tf.constant(0))):
        value = value.numpy()  # BytesList won't unpack a string from an EagerTensor.
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def _float_feature(value):
    """Returns a float_list from a float / double."""
    return tf.train.Feature(float_list=tf.train.FloatList(value=[value]))


def _int64_feature(value):
    """Returns an int64_list from a bool / enum / int / uint."""
    return tf.train.Feature(int64_list=tf.train.Int64List(value=[int(value)]))


print(_bytes_feature(b"test_string"))
print(_bytes_feature(b"test_bytes"))
print(_float_feature(np.exp(1)))
print(_int64_feature(True))
print(_int64_feature(1))
feature = _float_feature(np.exp(1))
print(feature.SerializeToString())


def image_example(image_string, label):
    image_shape = tf.io.decode_png(image_string).shape
    feature = {
        "height": _int64_feature(image_shape[0]),
        "width": _int64_feature(image_shape[1]),
        "depth": _int64_feature(image_shape[2]),
        "label": _int64_feature(label),
        "image_raw": _bytes_feature(image_string),
    }
    return tf.train.Example(features=tf.train.Features(feature=feature))


os.makedirs("images")
rng = np.random.default_rng(0)
labels = {"cat": 0, "dog": 1}
for name in labels:
    for i in range(3):
        pixels = rng.integers(0, 256, (4 + i, 5, 3)).astype(np.uint8)
        tf.io.write_file(f"images/{name}_{i}.png", tf.io.encode_png(pixels))

filenames = sorted(tf.io.gfile.glob("images/*.png"))
print(len(filenames), [os.path.basename(f) for f in filenames])
for line in str(image_example(tf.io.read_file(filenames[0]), 0)).split("\n")[:15]:
    print(line)
print("...")

shards = 2
for shard in range(shards):
    record_file = f"images-{shard:05d}-of-{shards:05d}.tfrecords"
    with tf.io.TFRecordWriter(record_file) as writer:
        for filename in filenames[shard::shards]:
            with tf.io.gfile.GFile(filename, "rb") as file:
                image_string = file.read()
            label = labels[os.path.basename(filename).split("_")[0]]
            writer.write(image_example(image_string, label).SerializeToString())

raw_image_dataset = tf.data.TFRecordDataset(sorted(tf.io.gfile.glob("*.tfrecords")))

# Create a dictionary describing the features.
image_feature_description = {
    "height": tf.io.FixedLenFeature([], tf.int64),
    "width": tf.io.FixedLenFeature([], tf.int64),
    "depth": tf.io.FixedLenFeature([], tf.int64),
    "label": tf.io.FixedLenFeature([], tf.int64),
    "image_raw": tf.io.FixedLenFeature([], tf.string),
}


def _parse_image_function(example_proto):
    # Parse the input tf.train.Example proto using the dictionary above.
    return tf.io.parse_single_example(example_proto, image_feature_description)


parsed_image_dataset = raw_image_dataset.map(_parse_image_function)
for image_features in parsed_image_dataset:
    image_raw = image_features["image_raw"].numpy()
    print(image_features["label"].numpy(), image_features["height"].numpy(), tf.io.decode_png(image_raw).numpy().sum())


def decode(features):
    image = tf.io.decode_png(features["image_raw"], channels=3)
    image = tf.cast(image, tf.float32) / 255.0
    return tf.reshape(image, tf.stack([features["height"], features["width"], 3])), features["label"]


dataset = parsed_image_dataset.map(decode, num_parallel_calls=tf.data.AUTOTUNE)
dataset = dataset.padded_batch(3, padded_shapes=([None, None, 3], [])).prefetch(tf.data.AUTOTUNE)
for images, batch_labels in dataset:
    print(images.shape, batch_labels.numpy(), round(float(tf.reduce_sum(images)), 2))

for raw_record in raw_image_dataset.take(1):
    example = tf.train.Example()
    example.ParseFromString(raw_record.numpy())
    result = {}
    for key in sorted(example.features.feature):
        feature = example.features.feature[key]
        kind = feature.WhichOneof("kind")
        if key != "image_raw":
            result[key] = np.array(getattr(feature, kind).value)
    print({key: value.tolist() for key, value in result.items()})
