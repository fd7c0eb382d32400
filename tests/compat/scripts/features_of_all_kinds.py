"""Ragged, sparse and sequence features, tensors inside of Examples, files handled with gfile, TensorFlow 1's names."""

import os

import numpy as np
import tensorflow as tf
from tensorflow.io import FixedLenFeature, FixedLenSequenceFeature, RaggedFeature, SparseFeature, VarLenFeature, gfile


def make_example(**lists):
    feature = {}
    for key, values in lists.items():
        if isinstance(values[0], bytes):
            feature[key] = tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
        elif isinstance(values[0], float):
            feature[key] = tf.train.Feature(float_list=tf.train.FloatList(value=values))
        else:
            feature[key] = tf.train.Feature(int64_list=tf.train.Int64List(value=values))
    return tf.train.Example(features=tf.train.Features(feature=feature))


examples = [
    make_example(tags=[b"a", b"b"], weights=[0.5, 1.5, 2.5], rows=[1, 2], at=[3, 0], values=[1.0, 2.0]),
    make_example(tags=[b"c"], weights=[4.5], rows=[0, 1, 0], at=[1], values=[7.0]),
]
serialized = [example.SerializeToString() for example in examples]
description = {
    "tags": VarLenFeature(tf.string),
    "weights": FixedLenSequenceFeature([], tf.float32, allow_missing=True, default_value=-1.0),
    "parted": RaggedFeature(tf.float32, value_key="weights", partitions=[RaggedFeature.RowLengths("rows")]),
    "sparse": SparseFeature(index_key="at", value_key="values", dtype=tf.float32, size=5),
}
parsed = tf.io.parse_example(
    serialized, {key: spec for key, spec in description.items() if key in ("tags", "weights", "sparse")}
)
print(tf.sparse.to_dense(parsed["tags"], default_value=b"-").numpy().tolist())
print(parsed["weights"].numpy().tolist())
print(tf.sparse.to_dense(parsed["sparse"]).numpy().tolist())
print(tf.io.parse_example(serialized, {"parted": description["parted"]})["parted"].to_list())

# An array in an Example: its bytes with their shape, or a serialized tensor.
array = np.arange(6, dtype=np.float32).reshape(2, 3)
example = make_example(
    raw=[array.tobytes()], shape=list(array.shape), tensor=[tf.io.serialize_tensor(tf.constant(array)).numpy()]
)
with tf.io.TFRecordWriter("arrays.tfrecord") as writer:
    writer.write(example.SerializeToString())


def read_array(record):
    features = tf.io.parse_single_example(
        record,
        {
            "raw": FixedLenFeature([], tf.string),
            "shape": FixedLenFeature([2], tf.int64),
            "tensor": FixedLenFeature([], tf.string),
        },
    )
    raw = tf.reshape(tf.io.decode_raw(features["raw"], tf.float32), features["shape"])
    tensor = tf.io.parse_tensor(features["tensor"], out_type=tf.float32)
    return raw, tf.reshape(tensor, [2, 3])


for raw, tensor in tf.data.TFRecordDataset("arrays.tfrecord").map(read_array):
    print(raw.numpy().tolist(), bool(tf.reduce_all(raw == tensor)))

# Files and folders.
gfile.makedirs("data/train")
gfile.makedirs("data/test")
for split in ("train", "test"):
    for shard in range(2):
        path = gfile.join("data", split, f"part-{shard}.tfrecord")
        with tf.io.TFRecordWriter(path) as writer:
            for i in range(3):
                writer.write(make_example(id=[100 * shard + i]).SerializeToString())
print(sorted(gfile.listdir("data")), gfile.exists("data/train/part-0.tfrecord"), gfile.isdir("data"))
print([(os.path.basename(top), sorted(folders), sorted(files)) for top, folders, files in gfile.walk("data/train")])
with gfile.GFile("data/info.txt", "w") as file:
    file.write("first line\n")
    file.write("second line\n")
with gfile.GFile("data/info.txt", "r") as file:
    print([line.strip() for line in file], file.size())
gfile.copy("data/info.txt", "data/copy.txt")
gfile.rename("data/copy.txt", "data/renamed.txt", overwrite=True)
print(gfile.stat("data/renamed.txt").length, tf.io.read_file("data/renamed.txt").numpy())
try:
    gfile.copy("data/info.txt", "data/renamed.txt")
except tf.errors.AlreadyExistsError as error:
    print("AlreadyExistsError", error.error_code)
gfile.remove("data/renamed.txt")
try:
    gfile.remove("data/renamed.txt")
except tf.errors.NotFoundError as error:
    print("NotFoundError", error.error_code)

files = tf.data.Dataset.list_files("data/train/*.tfrecord", shuffle=False)
ids = files.interleave(tf.data.TFRecordDataset, cycle_length=2).map(
    lambda record: tf.io.parse_single_example(record, {"id": FixedLenFeature([], tf.int64)})["id"]
)
print([int(i) for i in ids])
gfile.rmtree("data/test")
print(gfile.exists("data/test"), sorted(os.path.basename(f) for f in gfile.glob("data/*/*")))

# Old scripts.
for record in tf.compat.v1.io.tf_record_iterator("data/train/part-1.tfrecord"):
    print(tf.train.Example.FromString(record).features.feature["id"].int64_list.value)
options = tf.compat.v1.python_io.TFRecordOptions(tf.compat.v1.python_io.TFRecordCompressionType.GZIP)
with tf.compat.v1.python_io.TFRecordWriter("old.tfrecord", options=options) as writer:
    writer.write(tf.compat.as_bytes("text"))
print(list(tf.compat.v1.python_io.tf_record_iterator("old.tfrecord", options=options)))

# Other codes.
code = tf.io.encode_base64(tf.constant([b"one", b"\xff\xfe"]))
print(code.numpy().tolist(), tf.io.decode_base64(code).numpy().tolist())
json = '{"features": {"feature": {"id": {"int64List": {"value": ["5"]}}}}}'
print(tf.io.parse_single_example(tf.io.decode_json_example(json), {"id": FixedLenFeature([], tf.int64)})["id"].numpy())
sizes, values = tf.io.decode_proto(
    [serialized[0], b""], message_type="tensorflow.Example", field_names=["features"], output_types=[tf.string]
)
print(sizes.numpy().tolist(), tf.train.Features.FromString(values[0].numpy()[0, 0]) == examples[0].features)
