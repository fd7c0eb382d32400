"""Sparse values as strings and back; the bytes are TensorFlow's (see `tests/oracle/test_sparse_tensors.py`)."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.errors import DTypeError, InvalidArgumentError, ParseError, ShapeError
from penstock.core.specs import SparseSpec, TensorSpec
from penstock.core.values import Sparse
from penstock.records import (
    deserialize_many_sparse,
    parse_tensor,
    serialize_many_sparse,
    serialize_sparse,
    serialize_tensor,
)


def same(found, expected):
    assert found.indices.dtype == np.int64 and found.indices.tolist() == expected.indices.tolist()
    assert found.dtype == expected.dtype and found.values.tolist() == expected.values.tolist()
    assert found.shape == expected.shape


@st.composite
def matrices(draw):
    """A Sparse of two or three axes, its coordinates in order."""
    shape = draw(st.lists(st.integers(1, 4), min_size=2, max_size=3))
    flat = sorted(draw(st.sets(st.integers(0, int(np.prod(shape)) - 1), max_size=6)))
    dtype = draw(st.sampled_from(["int64", "float32", "bool", "uint16", "complex64", "float16", "string"]))
    if dtype == "string":
        values = np.array([*(draw(st.binary(max_size=200)) for _ in flat), None], object)[:-1]
    else:
        values = np.array([draw(st.integers(0, 9)) for _ in flat]).astype(dtype)
    return Sparse(np.stack(np.unravel_index(np.array(flat, np.int64), shape), axis=1), values, shape)


@pytest.mark.unit
def test_tensorflows_bytes() -> None:
    strings = serialize_sparse(Sparse([[1]], np.array([b"a"], object), [2]))
    assert strings.tolist() == [
        b'\x08\t\x12\x08\x12\x02\x08\x01\x12\x02\x08\x01"\x08\x01\x00\x00\x00\x00\x00\x00\x00',
        b'\x08\x07\x12\x04\x12\x02\x08\x01"\x02\x01a',
        b'\x08\t\x12\x04\x12\x02\x08\x01"\x08\x02\x00\x00\x00\x00\x00\x00\x00',
    ]
    empty = serialize_many_sparse(Sparse(np.zeros((0, 2)), np.zeros(0, np.float32), [2, 3]))
    assert (
        empty.tolist()
        == [
            [
                b"\x08\t\x12\x06\x12\x00\x12\x02\x08\x01",
                b"\x08\x01\x12\x02\x12\x00",
                b'\x08\t\x12\x04\x12\x02\x08\x01"\x08\x03\x00\x00\x00\x00\x00\x00\x00',
            ]
        ]
        * 2
    )


@pytest.mark.property
@given(matrices())
def test_what_is_written_comes_back(value) -> None:
    strings = serialize_sparse(value)
    parts = [parse_tensor(s, d) for s, d in zip(strings, ("int64", value.dtype, "int64"), strict=True)]
    assert [np.asarray(part).tolist() for part in parts] == [
        value.indices.tolist(), value.values.tolist(), value.dense_shape.tolist()
    ]  # fmt: skip
    same(deserialize_many_sparse(strings, value.dtype), value)
    rows = serialize_many_sparse(value)
    assert rows.shape == (value.shape[0], 3)
    same(deserialize_many_sparse(rows, value.dtype, rank=len(value.shape)), value)
    for row, strings in enumerate(rows):
        held = value.indices[:, 0] == row
        one = Sparse(value.indices[held, 1:], value.values[held], value.shape[1:])
        assert serialize_sparse(one).tolist() == strings.tolist()


@pytest.mark.property
@given(st.lists(matrices(), min_size=1, max_size=3))
def test_many_are_joined_as_batches_are(values) -> None:
    values = [Sparse(v.indices[:, :2], np.arange(len(v.values)), v.shape[:2]) for v in values]
    found = deserialize_many_sparse([serialize_sparse(value) for value in values], "int64")
    same(found, next(iter(Dataset.from_list(values).batch(len(values)))))


@pytest.mark.unit
def test_any_number_of_leading_axes() -> None:
    strings = serialize_many_sparse(Sparse([[0, 1], [1, 0]], [5, 6], [2, 2]))
    found = deserialize_many_sparse(strings[None], "int64", 3)
    assert found.indices.tolist() == [[0, 0, 1], [0, 1, 0]] and found.shape == (1, 2, 2)


@pytest.mark.unit
def test_in_a_pipeline() -> None:
    values = [Sparse([[0, 1]], [5], [2, 2]), Sparse([[0, 0], [1, 2]], [6, 7], [2, 3])]
    dataset = Dataset.from_list(values).map(serialize_sparse)
    assert dataset.element_spec == TensorSpec((3,), "string") and "runs on whole blocks" in dataset.explain()
    assert [row.tolist() for row in dataset] == [serialize_sparse(value).tolist() for value in values]
    back = dataset.map(lambda s: deserialize_many_sparse(s, "int64", 2))
    assert back.element_spec == SparseSpec((None, None), "int64")
    for found, value in zip(back, values, strict=True):
        same(found, value)
    rows = Dataset.from_list(values).map(serialize_many_sparse)
    assert [row.tolist() for row in rows] == [serialize_many_sparse(value).tolist() for value in values]
    (joined,) = dataset.batch(2).map(lambda s: deserialize_many_sparse(s, "int64"))
    assert joined.shape == (2, 2, 3) and joined.values.tolist() == [5, 6, 7]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (np.zeros((2, 2)), DTypeError, "serialize_many_sparse: sp_input must be a Sparse. Received: "),
        (Sparse([[0]], [1], [1]), ShapeError, "must have at least two axes. Received: shape=(1,)"),
        (Sparse([[1, 0], [0, 1]], [1, 2], [2, 2]), InvalidArgumentError, "in row-major order"),
        (Sparse([[0, 1], [0, 0]], [1, 2], [2, 2]), InvalidArgumentError, "in row-major order"),
        (Sparse([[0, 1], [0, 1]], [1, 2], [2, 2]), InvalidArgumentError, "each there once"),
    ],
)
def test_what_cannot_be_written(value, error, message) -> None:
    with pytest.raises(error, match=re.escape(message)):
        serialize_many_sparse(value)


STRINGS = serialize_sparse(Sparse([[1]], [7], [2])).tolist()
WIDER = serialize_sparse(Sparse([[0, 1]], [7], [2, 2])).tolist()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("strings", "rank", "error", "message"),
    [
        (STRINGS[:2], None, ShapeError, "serialized_sparse must be string[…, 3]"),
        (b"abc", None, ShapeError, "serialized_sparse must be string[…, 3]"),
        (np.zeros((0, 3), object), None, InvalidArgumentError, "there must be at least one value"),
        ([STRINGS], 1, ShapeError, "the result must have rank 1. Received: values of shape [1, 2]"),
        ([STRINGS, WIDER], None, ParseError, "all values must have one rank. Received: values of rank [1, 2]"),
        ([STRINGS, [b"x", b"y", b"z"]], None, ParseError, "value 1: not a serialized tensor"),
        ([STRINGS[::-1]], None, ParseError, "value 0: coordinates must have two axes, values and the dense shape one"),
        ([[WIDER[0], *STRINGS[1:]]], None, ParseError, "value 0: indices must be int64[count, rank]"),
        (
            [[STRINGS[0], STRINGS[1], serialize_tensor([1])]],
            None,
            ParseError,
            "value 0: indices must be inside dense_shape=[1]",
        ),
    ],
)
def test_what_cannot_be_read(strings, rank, error, message) -> None:
    with pytest.raises(error, match=re.escape(message)):
        deserialize_many_sparse(strings, "int64", rank)


@pytest.mark.unit
def test_values_of_another_type_are_refused() -> None:
    with pytest.raises(ParseError, match="value 0: the tensor must be float32. Received: one of int64") as caught:
        deserialize_many_sparse([STRINGS], "float32")
    assert caught.value.record_index == 0
