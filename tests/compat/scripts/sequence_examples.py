"""Videos as tf.train.SequenceExample: a context, frames of encoded images, words of different numbers."""

import numpy as np
import tensorflow as tf


def int64_feature(values):
    if not isinstance(values, (tuple, list)):
        values = [values]
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def bytes_feature(value):
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def float_feature(values):
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def make_video(ident, frames, words):
    context = tf.train.Features(feature={"id": bytes_feature(ident), "length": int64_feature(len(frames))})
    encoded = [tf.io.encode_jpeg(frame, quality=100).numpy() for frame in frames]
    feature_list = {
        "frames": tf.train.FeatureList(feature=[bytes_feature(image) for image in encoded]),
        "audio": tf.train.FeatureList(feature=[float_feature([float(i), i / 2]) for i in range(len(frames))]),
        "words": tf.train.FeatureList(feature=[int64_feature(list(line)) for line in words]),
    }
    return tf.train.SequenceExample(context=context, feature_lists=tf.train.FeatureLists(feature_list=feature_list))


videos = []
for i, count in enumerate([2, 3, 1]):
    frames = [np.full((8, 8, 3), 10 * i + k, np.uint8) for k in range(count)]
    videos.append(make_video(f"video{i}".encode(), frames, [range(k + i) for k in range(count)]))

with tf.io.TFRecordWriter("videos.tfrecord", options="GZIP") as writer:
    for video in videos:
        writer.write(video.SerializeToString())

context_features = {
    "id": tf.io.FixedLenFeature([], dtype=tf.string),
    "length": tf.io.FixedLenFeature([], dtype=tf.int64),
    "title": tf.io.VarLenFeature(dtype=tf.string),
}
sequence_features = {
    "frames": tf.io.FixedLenSequenceFeature([], dtype=tf.string),
    "audio": tf.io.FixedLenSequenceFeature([2], dtype=tf.float32),
    "words": tf.io.VarLenFeature(dtype=tf.int64),
}


def parse(record):
    context, sequence = tf.io.parse_single_sequence_example(
        serialized=record, context_features=context_features, sequence_features=sequence_features
    )
    return context["id"], context["length"], sequence["audio"], sequence["words"], sequence["frames"]


dataset = tf.data.TFRecordDataset(["videos.tfrecord"], compression_type="GZIP")
for ident, length, audio, words, frames in dataset.map(parse):
    print(ident.numpy(), length.numpy(), audio.numpy().tolist(), frames.shape)
    print("  ", tf.sparse.to_dense(words).numpy().tolist(), words.dense_shape.numpy().tolist())
    images = np.stack([tf.io.decode_jpeg(frame).numpy() for frame in frames])
    print("  ", images.shape, images[:, 0, 0, 0].tolist())

for batch in dataset.batch(3):
    context, sequence, lengths = tf.io.parse_sequence_example(
        batch, context_features=context_features, sequence_features=sequence_features
    )
    print(context["length"].numpy().tolist(), sequence["audio"].shape, lengths["audio"].numpy().tolist())
    print(sequence["frames"].shape, sequence["words"].dense_shape.numpy().tolist())
    print(sequence["audio"].numpy()[..., 0].tolist())

ragged = {"words": tf.io.RaggedFeature(tf.int64)}
_, sequence, _ = tf.io.parse_sequence_example([v.SerializeToString() for v in videos], sequence_features=ragged)
print(sequence["words"].to_list())

message = tf.train.SequenceExample.FromString(videos[1].SerializeToString())
print(message.context.feature["length"].int64_list.value[0], len(message.feature_lists.feature_list["frames"].feature))
print(message == videos[1], sorted(message.feature_lists.feature_list))
print(message.feature_lists.feature_list["words"])
try:
    tf.io.parse_single_sequence_example(
        videos[0].SerializeToString(), sequence_features={"depth": tf.io.FixedLenSequenceFeature([], tf.float32)}
    )
except tf.errors.InvalidArgumentError as error:
    print("InvalidArgumentError", "depth" in error.message)
