"""Files of Examples and back, and Optionals: batches, their order, written files and values are TensorFlow's."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import penstock.compat.tensorflow as pt
from penstock.records import TFRecordWriter, encode_example

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.oracle


@pytest.fixture(scope="module")
def pattern(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    for name, count in (("a", 5), ("b", 11), ("c", 1), ("d", 7)):
        with TFRecordWriter(str(folder / name)) as writer:
            for i in range(count):
                writer.write(encode_example({"n": [i], "name": [name], "v": list(range(i % 3))}))
    return str(folder / "*")


def plain(value):
    if hasattr(value, "dense_shape"):
        return [plain(value.indices), plain(value.values), plain(value.dense_shape)]
    return np.asarray(value.numpy()).tolist()


def batches(lib, pattern, **options):
    io = lib.io
    features = {
        "n": io.FixedLenFeature([], lib.int64),
        "name": io.FixedLenFeature([1], lib.string),
        "v": io.VarLenFeature(lib.int64),
    }
    dataset = lib.data.experimental.make_batched_features_dataset(pattern, 4, features, **options)
    return [_plain(element) for element in itertools.islice(dataset, 20)]


def _plain(element):
    if isinstance(element, tuple):
        return tuple(_plain(part) for part in element)
    return {key: plain(value) for key, value in element.items()} if isinstance(element, dict) else plain(element)


@pytest.mark.parametrize(
    "options",
    [
        {"shuffle": False, "num_epochs": 1},
        {"shuffle": False, "num_epochs": 1, "drop_final_batch": True, "label_key": "n"},
        {"shuffle": False, "reader_num_threads": 2, "num_epochs": 2},
        {"shuffle": False, "reader_num_threads": 3},
        {"shuffle_seed": 7, "num_epochs": 1, "label_key": "name"},
        {"shuffle_seed": 7, "num_epochs": 3, "shuffle_buffer_size": 5},
        {"shuffle_seed": 3, "shuffle_buffer_size": 9, "reader_num_threads": 2},
    ],
    ids=str,
)
def test_batches_of_features(pattern, options):
    assert batches(pt, pattern, **options) == batches(tf, pattern, **options)


def test_examples_parsed_by_a_transformation(pattern):
    def parsed(lib):
        features = {"n": lib.io.FixedLenFeature([], lib.int64), "v": lib.io.VarLenFeature(lib.int64)}
        files = sorted(lib.io.gfile.glob(pattern))
        rows = lib.data.TFRecordDataset(files).batch(5)
        parse = lib.data.experimental.parse_example_dataset(features, num_parallel_calls=2)
        return [_plain(element) for element in rows.apply(parse)]

    assert parsed(pt) == parsed(tf)


@pytest.mark.parametrize("compression", [None, ""])
def test_written_files(tmp_path, compression):
    for name, lib in (("ours", pt), ("theirs", tf)):
        dataset = lib.data.Dataset.from_tensor_slices(["a", "", "b" * 1000])
        lib.data.experimental.TFRecordWriter(str(tmp_path / name), compression).write(dataset)
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()


@pytest.mark.parametrize("value", [1, 1.5, b"a", [1, 2], (1, [2.0]), {"a": True, "b": ("x", 2)}, [[1], [2]]], ids=str)
def test_optionals(value):
    ours, theirs = pt.experimental.Optional.from_value(value), tf.experimental.Optional.from_value(value)
    specs = tf.nest.flatten(theirs.element_spec)
    found = tf.nest.flatten(ours.element_spec)
    assert [(s.shape, s.dtype.name) for s in found] == [(tuple(s.shape), s.dtype.name) for s in specs]
    assert tf.nest.map_structure(plain, ours.get_value()) == tf.nest.map_structure(plain, theirs.get_value())


def test_a_pass_by_optionals():
    def steps(lib):
        elements = iter(lib.data.Dataset.range(2))
        found = [elements.get_next_as_optional() for _ in range(4)]
        return [(bool(o.has_value()), int(o.get_value()) if o.has_value() else None) for o in found]

    assert steps(pt) == steps(tf)
