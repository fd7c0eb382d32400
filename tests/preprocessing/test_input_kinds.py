"""Layers take data of every kind, and give for it what they give for an array."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import penstock as ps
from penstock.core.columns import BytesColumn, DenseColumn
from penstock.core.values import Ragged
from penstock.errors import DTypeError, InvalidArgumentError
from penstock.preprocessing import (
    CategoryEncoding,
    Discretization,
    HashedCrossing,
    Hashing,
    IntegerLookup,
    Normalization,
    Rescaling,
    StringLookup,
    TextVectorization,
)

pytestmark = pytest.mark.unit

WORDS = ["b", "a", "b", "zz"]
NUMBERS = [3, 1, 3, 9]

STRINGS = {
    "list": WORDS,
    "tuple": tuple(WORDS),
    "bytes": [w.encode() for w in WORDS],
    "U": np.array(WORDS),
    "S": np.array(WORDS, dtype="S"),
    "StringDType": np.array(WORDS, dtype=np.dtypes.StringDType()),
    "strided": np.array([x for w in WORDS for x in (w, "q")], dtype=object)[::2],
    "BytesColumn": BytesColumn.from_list(WORDS),
    "slice of BytesColumn": BytesColumn.from_list(["q", *WORDS, "q"]).slice(1, 5),
    "arrow": pa.array(WORDS),
    "arrow large": pa.array(WORDS, pa.large_string()),
    "arrow binary": pa.array([w.encode() for w in WORDS]),
    "arrow view": pa.array(WORDS, pa.string_view()),
    "arrow dictionary": pa.array(WORDS).dictionary_encode(),
    "arrow slice": pa.array(["q", *WORDS, "q"]).slice(1, 4),
    "arrow chunks": pa.chunked_array([WORDS[:1], [], WORDS[1:]]),
    "series": pd.Series(WORDS),
    "series of objects": pd.Series(WORDS, dtype=object),
    "series of strings": pd.Series(WORDS, dtype="string"),
    "series of categories": pd.Series(WORDS, dtype="category"),
    "series of arrow": pd.Series(WORDS, dtype=pd.ArrowDtype(pa.string())),
    "filtered series": pd.Series(["q", *WORDS]).iloc[1:],
    "index": pd.Index(WORDS),
    "categorical": pd.Categorical(WORDS),
    "tensor": ps.Tensor(np.array(WORDS, dtype=object)),
}
STRING_LAYERS = {
    "lookup": StringLookup(vocabulary=["a", "b"]),
    "lookup rows": StringLookup(vocabulary=["a", "b"], output_mode="count"),
    "hashing": Hashing(5),
    "hashing rows": Hashing(5, output_mode="one_hot"),
    "text": TextVectorization(vocabulary=["a", "b"]),
}


@pytest.mark.parametrize("layer", STRING_LAYERS.values(), ids=STRING_LAYERS)
@pytest.mark.parametrize("value", STRINGS.values(), ids=STRINGS)
def test_strings(layer, value):
    expected = layer(np.array(WORDS, dtype=object))
    found = layer(value)
    assert isinstance(found, ps.Tensor) == isinstance(value, ps.Tensor)
    np.testing.assert_array_equal(np.asarray(found), expected)


@pytest.mark.parametrize("value", STRINGS.values(), ids=STRINGS)
def test_crossed_strings(value):
    layer = HashedCrossing(7)
    np.testing.assert_array_equal(np.asarray(layer([value, NUMBERS])), layer([WORDS, NUMBERS]))


INTEGERS = {
    "list": NUMBERS,
    "uint8": np.array(NUMBERS, np.uint8),
    "float": np.array(NUMBERS, np.float64),
    "big-endian": np.array(NUMBERS, ">i4"),
    "strided": np.array([[n, 7] for n in NUMBERS])[:, 0],
    "DenseColumn": DenseColumn(np.array(NUMBERS)),
    "arrow": pa.array(NUMBERS),
    "arrow small": pa.array(NUMBERS, pa.uint8()),
    "arrow dictionary": pa.array(NUMBERS).dictionary_encode(),
    "arrow chunks": pa.chunked_array([NUMBERS[:1], NUMBERS[1:]]),
    "series": pd.Series(NUMBERS),
    "nullable series": pd.Series(NUMBERS, dtype="Int64"),
    "series of categories": pd.Series(NUMBERS, dtype="category"),
    "series of arrow": pd.Series(NUMBERS, dtype=pd.ArrowDtype(pa.int64())),
    "index": pd.Index(NUMBERS),
    "tensor": ps.Tensor(np.array(NUMBERS)),
}
NUMBER_LAYERS = {
    "lookup": IntegerLookup(vocabulary=[3, 1]),
    "lookup rows": IntegerLookup(vocabulary=[3, 1], output_mode="one_hot"),
    "inverse": StringLookup(vocabulary=["x", "y", "z"], invert=True),
    "hashing": Hashing(5),
    "bins": Discretization([2.0, 5.0]),
    "categories": CategoryEncoding(10, "one_hot"),
    "normalization": Normalization(axis=None, mean=1.0, variance=4.0),
    "rescaling": Rescaling(2.0),
}


@pytest.mark.parametrize("layer", NUMBER_LAYERS.values(), ids=NUMBER_LAYERS)
@pytest.mark.parametrize("value", INTEGERS.values(), ids=INTEGERS)
def test_numbers(layer, value):
    expected = layer(np.array(NUMBERS))
    np.testing.assert_array_equal(np.asarray(layer(value)), expected)


def test_tables_are_matrices():
    words, numbers = {"a": WORDS, "b": WORDS[::-1]}, {"a": NUMBERS, "b": NUMBERS[::-1]}
    for make in (pd.DataFrame, pa.table, pa.RecordBatch.from_pydict):
        for layer in (StringLookup(vocabulary=["a", "b"]), Hashing(5)):
            matrix = np.stack([WORDS, WORDS[::-1]], axis=1)
            np.testing.assert_array_equal(layer(make(words)), layer(matrix))
        for layer in (IntegerLookup(vocabulary=[3]), Hashing(5), Discretization([2.0])):
            np.testing.assert_array_equal(layer(make(numbers)), layer(np.stack([NUMBERS, NUMBERS[::-1]], axis=1)))
        one = make({"a": WORDS})
        np.testing.assert_array_equal(HashedCrossing(7)([one, one]), HashedCrossing(7)([WORDS, WORDS])[:, None])


def test_arrow_lists_are_ragged_rows():
    words, rows = [["b"], [], ["a", "zz"]], Ragged.from_list([[b"b"], [], [b"a", b"zz"]])
    for array in (
        pa.array(words),
        pa.array(words, pa.large_list(pa.string())),
        pa.chunked_array([words[:1], words[1:]]),
    ):
        for layer in (StringLookup(vocabulary=["a", "b"]), Hashing(5)):
            assert layer(array) == layer(rows)
        np.testing.assert_array_equal(
            StringLookup(vocabulary=["a", "b"], output_mode="count")(array), [[0, 0, 1], [0, 0, 0], [1, 1, 0]]
        )
    numbers = pa.array([[3], [], [1, 9]])
    for layer in (IntegerLookup(vocabulary=[3, 1]), Hashing(5), Discretization([2.0])):
        assert layer(numbers) == layer(Ragged.from_list([[3], [], [1, 9]], np.int64))
    nested = pa.array([[["b"], ["a", "b"]], []])
    assert StringLookup(vocabulary=["a", "b"])(nested).to_list() == [[[2], [1, 2]], []]
    adapted = StringLookup()
    adapted.adapt(pa.array([["b"], ["a", "b"]]))
    assert adapted.get_vocabulary() == ["[UNK]", "b", "a"]
    with pytest.raises(DTypeError, match=r"'s': rows must not be null\. Received: 1 nulls in list<"):
        StringLookup(vocabulary=["a"], name="s")(pa.array([["a"], None]))


def test_scalars_of_every_kind():
    lookup, integers = StringLookup(vocabulary=["a", "b"]), IntegerLookup(vocabulary=[3, 1])
    for word in (
        "b",
        b"b",
        np.str_("b"),
        np.bytes_(b"b"),
        np.array("b"),
        np.array(b"b"),
        pa.scalar("b"),
        pa.scalar(b"b"),
    ):
        assert lookup(word) == 2
        assert lookup(word).shape == ()
        assert Hashing(5)(word) == Hashing(5)("b")
    for number in (1, 1.0, np.int8(1), np.array(1), pa.scalar(1), True):
        assert integers(number) == 2
        assert integers(number).shape == ()
        assert Discretization([0.5, 3.0])(number) == 1


def test_missing_numbers_are_nan_and_make_no_noise():
    values = [pd.Series([3, None], dtype="Int64"), pa.array([3, None]), [3.0, float("nan")]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for value in values:
            assert np.isnan(Normalization(axis=None, mean=1.0, variance=4.0)(value)).tolist() == [False, True]
            assert IntegerLookup(vocabulary=[3])(value).tolist() == [1, 0]
            assert Discretization([2.0, 5.0])(value).tolist() == [1, 2]
            assert CategoryEncoding(5, "one_hot")(value).sum() == 1
            assert StringLookup(vocabulary=["a"], num_oov_indices=3, invert=True)(value).tolist() == [b"a", b"[UNK]"]


@pytest.mark.parametrize("layer", STRING_LAYERS.values(), ids=STRING_LAYERS)
@pytest.mark.parametrize("value", [["a", None], [None, "a"], pd.Series(["a", None]), pa.array(["a", None]), ["a", 1]])
def test_missing_strings_are_refused(layer, value):
    with pytest.raises(DTypeError, match="inputs must be strings"):
        layer(value)


def test_uneven_lists_are_refused():
    for layer in (*STRING_LAYERS.values(), *NUMBER_LAYERS.values()):
        rows = [["a"], ["b", "c"]] if layer in STRING_LAYERS.values() else [[1], [2, 3]]
        with pytest.raises(
            InvalidArgumentError, match=r"rows of (nested lists|inputs) must have one length\. Received"
        ):
            layer(rows)
