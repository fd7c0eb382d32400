"""Datasets over files and databases at TensorFlow's border."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest

import penstock.compat.tensorflow as tf


@pytest.fixture
def csv_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("n,word\n1,x\n2,y\n3,z\n")
    return str(path)


def test_rows_are_tensors_and_methods_give_tensor_datasets(csv_file):
    dataset = tf.data.experimental.CsvDataset(csv_file, [tf.int64, tf.constant([""])], header=True)
    for number, word in dataset.take(1):
        assert isinstance(number, tf.Tensor) and number.dtype == tf.int64
        assert isinstance(word, tf.Tensor) and word.numpy() == b"x"
    doubled = dataset.map(lambda number, word: tf.square(number))
    assert isinstance(doubled, tf.data.Dataset)
    assert [x.numpy() for x in doubled] == [1, 4, 9]
    names = tf.data.Dataset.from_tensor_slices([csv_file])
    files = names.flat_map(lambda name: tf.data.experimental.CsvDataset(name, [tf.int32], header=True, select_cols=[0]))
    assert [x.numpy() for (x,) in files] == [1, 2, 3]


def test_batches_by_name_are_tensors(csv_file):
    dataset = tf.data.experimental.make_csv_dataset(csv_file, 2, label_name="word", num_epochs=1, shuffle=False)
    assert isinstance(dataset, tf.data.Dataset)
    features, label = next(iter(dataset))
    assert features["n"].dtype == tf.int32
    assert label.numpy().tolist() == [b"x", b"y"]
    with pytest.raises(tf.errors.InvalidArgumentError, match="label_name must be one of"):
        tf.data.experimental.make_csv_dataset(csv_file, 2, label_name="words")


def test_records_of_fixed_length_are_tensors(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"Hab" + b"cd")
    dataset = tf.data.FixedLengthRecordDataset(tf.constant([str(path)]), record_bytes=2, header_bytes=1, name="records")
    assert [x.numpy() for x in dataset] == [b"ab", b"cd"]
    assert isinstance(dataset.batch(2), tf.data.Dataset)


def test_rows_of_a_query_are_tensors(tmp_path):
    path = tmp_path / "a.db"
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (a INTEGER, b TEXT)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(1, "x"), (2, "y")])
    query = tf.constant("SELECT a, b FROM t")
    dataset = tf.data.experimental.SqlDataset("sqlite", str(path), query, (tf.int32, tf.string))
    assert [(a.numpy(), b.numpy()) for a, b in dataset] == [(1, b"x"), (2, b"y")]
    assert next(iter(dataset))[0].dtype == tf.int32
