"""`tf.io.gfile`, whole files, JPEG headers and names of TensorFlow 1, at TensorFlow's border."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

import penstock.compat.tensorflow as tf


@pytest.fixture(autouse=True)
def _apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_files_are_tensors():
    tf.io.write_file("a/b.txt", tf.constant("text"))
    tf.io.write_file(tf.constant("a/c.txt"), "more")
    content = tf.io.read_file("a/b.txt")
    assert isinstance(content, tf.Tensor) and content.dtype == tf.string and content.numpy() == b"text"
    names = tf.io.matching_files("a/*.txt")
    assert names.numpy().tolist() == [b"a/b.txt", b"a/c.txt"]
    assert tf.io.match_filenames_once(["a/b*"]).numpy().tolist() == [b"a/b.txt"]
    dataset = tf.data.Dataset.from_tensor_slices(names).map(tf.io.read_file)
    assert [x.numpy() for x in dataset] == [b"text", b"more"]
    with pytest.raises(tf.errors.NotFoundError) as caught:
        tf.io.read_file("nothing")
    assert "nothing" in caught.value.message and caught.value.error_code == tf.errors.NOT_FOUND
    assert caught.value.op is None and caught.value.node_def is None


def test_other_codes():
    assert tf.io.encode_base64(["ab"], pad=True).numpy().tolist() == [b"YWI="]
    assert tf.io.decode_base64("YWI").numpy() == b"ab"
    assert tf.io.decode_compressed(gzip.compress(b"x"), compression_type="GZIP").numpy() == b"x"
    parsed = tf.train.Example.FromString(tf.io.decode_json_example('{"features": {}}').numpy())
    assert parsed == tf.train.Example(features=tf.train.Features())
    example = tf.train.Example().SerializeToString()
    sizes, values = tf.io.decode_proto([example], "tensorflow.Example", ["features"], [tf.string])
    assert sizes.numpy().tolist() == [[0]] and values[0].numpy().tolist() == [[b""]]
    assert tf.io.encode_proto([[0]], [[["a"]]], ["features"], "tensorflow.Example").numpy().tolist() == [b""]


def test_gfile():
    tf.io.gfile.makedirs("x/y")
    with tf.io.gfile.GFile("x/a.txt", "w") as file:
        file.write("one")
    assert tf.io.gfile.exists("x/a.txt") and tf.io.gfile.isdir("x/y")
    assert tf.io.gfile.listdir("x") == ["a.txt", "y"]
    assert tf.io.gfile.glob(tf.io.gfile.join("x", "*.txt")) == ["x/a.txt"]
    tf.io.gfile.copy("x/a.txt", "x/b.txt")
    with pytest.raises(tf.errors.AlreadyExistsError):
        tf.io.gfile.copy("x/a.txt", "x/b.txt")
    tf.io.gfile.rename("x/a.txt", "x/b.txt", overwrite=True)
    assert tf.io.gfile.stat("x/b.txt").length == 3
    assert list(tf.io.gfile.walk("x")) == [("x", ["y"], ["b.txt"]), ("x/y", [], [])]
    tf.io.gfile.remove("x/b.txt")
    tf.io.gfile.mkdir("x/z")
    tf.io.gfile.rmtree("x")
    assert not tf.io.gfile.exists("x") and "s3" in tf.io.gfile.get_registered_schemes()


def test_walk_tells_its_caller_of_errors(monkeypatch):
    from penstock.records import file_system

    def fail(_path):
        raise PermissionError("no")

    monkeypatch.setattr(file_system, "list_dir", fail)
    told = []
    assert list(tf.io.gfile.walk(".", onerror=told.append)) == [] and len(told) == 1


def test_jpeg_files():
    image = np.zeros((16, 24, 3), np.uint8)
    data = tf.io.encode_jpeg(image)
    assert tf.io.is_jpeg(data).numpy() and not tf.io.is_jpeg(tf.io.encode_png(image)).numpy()
    assert tf.io.extract_jpeg_shape(data).numpy().tolist() == [16, 24, 3]
    assert tf.io.extract_jpeg_shape(data, output_type=tf.int64).dtype == tf.int64
    assert tf.io.decode_and_crop_jpeg(data, [1, 2, 3, 4]).shape == (3, 4, 3)
    assert tf.io.decode_jpeg(data, ratio=2).shape == (8, 12, 3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="crop_window must lie in the image of 16 rows"):
        tf.io.decode_and_crop_jpeg(data, [0, 0, 17, 4])
    with pytest.raises(tf.errors.InvalidArgumentError, match="ratio must be 1, 2, 4 or 8"):
        tf.io.decode_jpeg(data, ratio=3)
    with pytest.raises(tf.errors.UnimplementedError, match=r"decode_jpeg: .* Received: fancy_upscaling=False"):
        tf.io.decode_jpeg(data, fancy_upscaling=False)
    with pytest.raises(tf.errors.UnimplementedError, match="files are read at their size. Received: ratio=2"):
        tf.io.decode_and_crop_jpeg(data, [0, 0, 1, 1], ratio=2)
    shapes = tf.data.Dataset.from_tensors(data).map(lambda d: (tf.io.extract_jpeg_shape(d), tf.io.is_jpeg(d)))
    assert [(s.numpy().tolist(), bool(b)) for s, b in shapes] == [([16, 24, 3], True)]
    crops = tf.data.Dataset.from_tensors(data).map(lambda d: tf.io.decode_and_crop_jpeg(d, [1, 2, 3, 4]))
    assert next(iter(crops)).shape == (3, 4, 3)


def test_names_of_tensorflow_1():
    v1 = tf.compat.v1
    options = v1.python_io.TFRecordOptions(v1.python_io.TFRecordCompressionType.GZIP)
    for path, given in (("a.tfrecord", None), ("b.tfrecord", options)):
        with v1.python_io.TFRecordWriter(path, given) as writer:
            writer.write(b"one")
            writer.write(b"two")
        assert list(v1.python_io.tf_record_iterator(path, options=given)) == [b"one", b"two"]
    assert list(v1.io.tf_record_iterator("b.tfrecord", "GZIP")) == [b"one", b"two"]
    assert v1.FixedLenFeature is tf.io.FixedLenFeature and v1.train.Example is tf.train.Example
    assert v1.io.parse_example is tf.io.parse_example and v1.parse_single_example is tf.io.parse_single_example
    assert v1.gfile.Exists("a.tfrecord")
    with v1.gfile.FastGFile("a.tfrecord", "rb") as file:
        assert file.size() == 38
    assert v1.gfile.Open is tf.io.gfile.GFile


def test_text_and_bytes():
    assert tf.compat.as_bytes("ä") == tf.compat.as_bytes("ä".encode()) == "ä".encode()
    assert tf.compat.as_text("ä".encode()) == tf.compat.as_str("ä") == "ä"
    assert (tf.compat.as_str_any(5), tf.compat.as_str_any(b"a")) == ("5", "a")
    assert tf.compat.path_to_str("a") == "a"
    for function in (tf.compat.as_bytes, tf.compat.as_text):
        with pytest.raises(TypeError, match="must be str or bytes. Received: 5"):
            function(5)
