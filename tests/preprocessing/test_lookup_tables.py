"""Tables, `bincount` and `Bucketize` against what TensorFlow recorded, inside `Dataset.map`, and their errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import penstock as ps
from penstock.compat import tensorflow as tf
from penstock.core.columns import BytesColumn
from penstock.core.errors import (
    DTypeError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    ParseError,
    PenstockError,
    ShapeError,
)
from penstock.core.values import Ragged, Sparse
from penstock.preprocessing.counting import bincount
from penstock.preprocessing.lookup_tables import StaticHashTable, StaticVocabularyTable
from penstock.preprocessing.mutable_tables import DenseHashTable, MutableHashTable
from penstock.preprocessing.table_initializers import KeyValueTensorInitializer, TextFileIndex, TextFileInitializer

CASES = json.loads((Path(__file__).parents[1] / "golden" / "lookup_tables.json").read_text(encoding="utf-8"))["cases"]
# Ragged and sparse keys work here for tables that change, too.
MORE = [c for c in CASES if c["kind"] in ("mutable", "dense") and "values" not in c["given"]["lookup"]]


def value_of(given):
    if "ragged" in given:
        return tf.ragged.constant(given["ragged"])
    if "sparse" in given:
        return tf.sparse.from_dense(tf.constant(given["sparse"], given["dtype"]))
    return tf.constant(given["values"], given["dtype"])


def written(value):
    if isinstance(value, tuple):
        return [written(v) for v in value]
    if isinstance(value, tf.SparseTensor):
        return {"indices": value.indices.numpy().tolist(), "values": written(value.values)}
    values = value.to_list() if isinstance(value, tf.RaggedTensor) else value.numpy()
    return {"dtype": value.dtype.name, "values": text(values.tolist() if hasattr(values, "tolist") else values)}


def text(value):
    if isinstance(value, list):
        return [text(v) for v in value]
    return value.decode() if isinstance(value, bytes) else value


def run(kind, given, folder):
    lookup = tf.lookup
    if kind == "bincount":
        weights = None if "weights" not in given else value_of(given["weights"])
        return tf.math.bincount(value_of(given["arr"]), weights, **given["options"])
    if kind == "bucketize":
        return tf.raw_ops.Bucketize(input=value_of(given["input"]), boundaries=given["boundaries"])
    looked = value_of(given["lookup"])
    if kind == "file":
        path = folder / "words.txt"
        if given["text"] is not None:
            path.write_bytes(given["text"].encode())
        table = lookup.StaticHashTable(lookup.TextFileInitializer(path, *given["options"]), given["default"])
    elif kind in ("mutable", "dense"):
        keys, values = value_of(given["keys"]), value_of(given["values"])
        if kind == "mutable":
            table = lookup.experimental.MutableHashTable(keys.dtype, values.dtype, given["default"])
        else:
            table = lookup.experimental.DenseHashTable(keys.dtype, values.dtype, given["default"], "$", "~")
        table.insert(keys, values)
    else:
        initializer = None
        if given["keys"] is not None:
            initializer = lookup.KeyValueTensorInitializer(value_of(given["keys"]), value_of(given["values"]))
        if kind == "static":
            table = lookup.StaticHashTable(initializer, given["default"])
        else:
            table = lookup.StaticVocabularyTable(initializer, given["oov"], given.get("key_dtype"))
    return table.lookup(looked), table.size()


@pytest.mark.golden
@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['kind']}-{json.dumps(c['given'])[:70]}")
def test_results_are_tensorflows(case, tmp_path):
    if "error" in case["result"] and case not in MORE:
        with pytest.raises((PenstockError, ValueError, TypeError)):
            run(case["kind"], case["given"], tmp_path)
        return
    found = written(run(case["kind"], case["given"], tmp_path))
    if case not in MORE:
        assert found == case["result"]


keys = st.dictionaries(st.binary(max_size=12), st.integers(-9, 9), max_size=12)


@pytest.mark.property
@given(keys, st.lists(st.binary(max_size=12), max_size=9))
def test_tables_of_strings_are_dicts(pairs, others):
    table = StaticHashTable(
        KeyValueTensorInitializer(BytesColumn.from_list(list(pairs)), np.array(list(pairs.values()), np.int64)), 77
    )
    looked = [*pairs, *others]
    assert table.lookup(BytesColumn.from_list(looked)).tolist() == [pairs.get(k, 77) for k in looked]
    assert table.size() == len(pairs)
    exported = dict(zip(*(part.tolist() for part in table.export()), strict=True))
    assert exported == pairs
    changing = MutableHashTable("string", "int64", 77)
    changing.insert(BytesColumn.from_list(list(pairs)), np.array(list(pairs.values()), np.int64))
    assert changing.lookup(BytesColumn.from_list(looked)).tolist() == [pairs.get(k, 77) for k in looked]


@pytest.mark.property
@given(st.dictionaries(st.integers(-(2**63), 2**63 - 1), st.text(max_size=4), max_size=9), st.lists(st.integers(-5, 5)))
def test_tables_of_integers_are_dicts(pairs, others):
    given = np.array(list(pairs), np.int64)
    table = StaticHashTable(KeyValueTensorInitializer(given, list(pairs.values()), "int64", "string"), "?")
    looked = [*pairs, *others]
    expected = [pairs.get(k, "?").encode() for k in looked]
    assert table.lookup(np.array(looked, np.int64)).tolist() == expected


def test_tables_inside_map_run_on_blocks():
    codes = StaticHashTable(KeyValueTensorInitializer(["a", "b"], [1, 2]), -1)
    names = StaticHashTable(KeyValueTensorInitializer([1, 2], ["one", "two"]), "none")
    spread = StaticVocabularyTable(KeyValueTensorInitializer(["a", "b"], [0, 1]), 5)
    words = ["a", "q", "b", ""]
    ds = ps.Dataset.from_tensor_slices(words)
    assert [int(x) for x in ds.map(codes.lookup, vectorize=True)] == [1, -1, 2, -1]
    there = ds.map(lambda w: names[codes[w]], vectorize=True)
    assert list(there) == [b"one", b"none", b"two", b"none"]
    assert [int(x) for x in ds.map(spread.lookup, vectorize=True)] == spread.lookup(words).tolist()
    batches = ds.batch(2).map(lambda w: names[codes[w]], vectorize=True)
    assert [b.tolist() for b in batches] == [[b"one", b"none"], [b"two", b"none"]]
    rows = ps.Dataset.from_tensor_slices(Ragged.from_list([["a"], [], ["b", "x"]])).map(codes.lookup)
    assert [r.tolist() for r in rows] == [[1], [], [2, -1]]
    changing = MutableHashTable("string", "int64", 0)
    changing.insert(["a"], [9])
    assert [int(x) for x in ds.map(changing.lookup)] == [9, 0, 0, 0]
    bins = ps.Dataset.from_tensor_slices([1.0, 5.0]).map(lambda x: tf.raw_ops.Bucketize(input=x, boundaries=[2.0]))
    assert [int(x) for x in bins] == [0, 1]


def test_forms_and_vectors_of_values():
    table = StaticHashTable(KeyValueTensorInitializer(["a"], [1.5]), 0.0)
    assert table["a"] == 1.5
    sparse = Sparse(np.array([[0, 1]]), np.array([b"a"], dtype=object), (1, 3))
    assert table.lookup(sparse).to_dense().tolist() == [[0.0, 1.5, 0.0]]
    assert table.lookup(Ragged.from_list([["a", "b"], []], dtype="string")).to_list() == [[1.5, 0.0], []]
    vectors = MutableHashTable("int64", "float32", [0.0, 0.0])
    vectors.insert([3], [[1.0, 2.0]])
    assert vectors.lookup([3, 4]).tolist() == [[1.0, 2.0], [0.0, 0.0]]
    vectors.remove([3, 5])
    assert vectors.size() == 0
    counts = MutableHashTable("string", "int64", -1)
    assert counts.lookup(["x", "y"], [7, 8]).tolist() == [7, 8]
    assert repr(table) == "StaticHashTable(1 keys, string to float64)"
    assert repr(counts) == "MutableHashTable(0 keys, string to int64)"
    assert repr(StaticVocabularyTable(None, 2)) == "StaticVocabularyTable(0 keys, 2 codes for others)"


def test_errors(tmp_path):
    given = KeyValueTensorInitializer
    with pytest.raises(FailedPreconditionError, match="a key must have one value. Received: 'a' with 1 and 2"):
        StaticHashTable(given(["a", "a"], [1, 2]), 0)
    with pytest.raises(ShapeError, match="one value for each key. Received: 2 keys and 1 values"):
        given(["a", "b"], [1])
    with pytest.raises(DTypeError, match="keys must be string, int32, int64. Received: key_dtype=float64"):
        given([1.5], [1])
    with pytest.raises(DTypeError, match="values must be int64. Received"):
        given(["a"], [1.5], value_dtype="int64")
    with pytest.raises(ShapeError, match="default_value must be one value"):
        StaticHashTable(given(["a"], [1]), [1, 2])
    with pytest.raises(DTypeError, match="keys must be integers. Received"):
        StaticHashTable(given([1], [1]), 0).lookup([1.5])
    with pytest.raises(DTypeError, match="StaticHashTable: inputs must be strings"):
        StaticHashTable(given(["a"], [1]), 0).lookup([1])
    with pytest.raises(InvalidArgumentError, match="num_oov_buckets must be an int >= 1. Received: num_oov_buckets=0"):
        StaticVocabularyTable(given(["a"], [0]), 0)
    with pytest.raises(DTypeError, match="StaticVocabularyTable: values must be int64. Received: float64"):
        StaticVocabularyTable(given(["a"], [0.0]), 1)
    with pytest.raises(DTypeError, match="lookup_key_dtype must be of the kind of the keys"):
        StaticVocabularyTable(given(["a"], [0]), 1, "int64")
    with pytest.raises(InvalidArgumentError, match="DenseHashTable: the empty_key must not be a key. Received: ''"):
        DenseHashTable("string", "int64", 0, "", "~").insert([""], [1])
    with pytest.raises(InvalidArgumentError, match="empty_key and deleted_key must differ"):
        DenseHashTable("string", "int64", 0, "~", "~")
    with pytest.raises(ShapeError, match=r"values must have shape \(1,\)"):
        MutableHashTable("string", "int64", 0).insert(["a"], [1, 2])
    line, whole = TextFileIndex.LINE_NUMBER, TextFileIndex.WHOLE_LINE
    with pytest.raises(NotFoundError, match="the file must exist"):
        StaticHashTable(TextFileInitializer(tmp_path / "no", "string", whole, "int64", line), 0)
    path = tmp_path / "words.txt"
    path.write_text("a 1\nb x\n")
    with pytest.raises(ParseError, match=r"words.txt, line 2: the column must be int64. Received: b'x'") as caught:
        StaticHashTable(TextFileInitializer(path, "string", 0, "int64", 1, delimiter=" "), 0)
    assert caught.value.line == 2
    with pytest.raises(ParseError, match=r"words.txt, line 1: the line must have at least 3 columns. Received: 2"):
        StaticHashTable(TextFileInitializer(path, "string", 0, "int64", 2, delimiter=" "), 0)
    with pytest.raises(InvalidArgumentError, match="must have vocab_size=3 lines. Received: 2 lines"):
        StaticHashTable(TextFileInitializer(path, "string", whole, "int64", line, vocab_size=3), 0)
    for content, number in (("a\n\nb", 2), ("", 1)):
        path.write_text(content)
        with pytest.raises(ParseError, match=f"words.txt, line {number}: the file must hold one key or more"):
            StaticHashTable(TextFileInitializer(path, "string", whole, "int64", line), 0)
    with pytest.raises(DTypeError, match="value_dtype must be int64 for value_index=-1. Received: float32"):
        TextFileInitializer(path, "string", whole, "float32", line)
    with pytest.raises(InvalidArgumentError, match="values must be at least 0. Received: -2"):
        bincount([1, -2])
    with pytest.raises(InvalidArgumentError, match="axis must be 0, -1 or None. Received: axis=1"):
        bincount([1], axis=1)
    with pytest.raises(ShapeError, match="there must be a weight for each value"):
        bincount([1, 2], [1.0])
    with pytest.raises(ShapeError, match="values must have at most two axes"):
        bincount([[[1]]], axis=-1)


def test_dense_tables_have_the_names_of_tensorflow_too():
    table = DenseHashTable("string", "int64", 0, "", "~")
    table.insert_or_assign(["a", "b"], [1, 2])
    table.insert_or_assign(["a"], [3])
    table.erase(["b"])
    assert table.lookup(["a", "b"]).tolist() == [3, 0]
