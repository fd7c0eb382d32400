"""Sparse values as strings: the bytes, and what is read from them, are TensorFlow's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import penstock.compat.tensorflow as pt

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.oracle

DTYPES = "float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64 complex128 string"


class Refused:
    """What `outcome` returns for a call that failed."""


@st.composite
def parts(draw, ranks=(1, 2, 3)):
    """Coordinates, mostly in order, values and a shape."""
    rank = draw(st.sampled_from(ranks))
    shape = draw(st.lists(st.integers(1, 4) | st.integers(100, 300), min_size=rank, max_size=rank))
    count = draw(st.integers(0, 5))
    rows = [[draw(st.integers(0, size - 1)) for size in shape] for _ in range(count)]
    if draw(st.integers(0, 4)):
        rows = sorted(map(list, {tuple(row) for row in rows}))
    dtype = draw(st.sampled_from(DTYPES.split()))
    if dtype == "string":
        values = np.array([*(draw(st.binary(max_size=140)) for _ in rows), None], object)[:-1]
    else:
        values = np.array([draw(st.integers(0, 100)) for _ in rows]).astype(dtype)
    return np.array(rows, np.int64).reshape(len(rows), rank), values, shape, dtype


def sparse(lib, indices, values, shape, dtype):
    return lib.SparseTensor(indices, lib.constant(values, getattr(lib, dtype)), shape)


def outcome(call):
    try:
        got = call()
    except (tf.errors.InvalidArgumentError, ValueError):
        return Refused
    if hasattr(got, "dense_shape"):
        read = [np.asarray(part) for part in (got.indices, got.values, got.dense_shape)]
        return [(part.dtype, part.shape, part.tolist()) for part in read]
    return got.numpy().tolist()


@pytest.mark.parametrize("name", ["serialize_sparse", "serialize_many_sparse"])
@given(given_parts=parts())
def test_written_strings(name, given_parts):
    ours, theirs = sparse(pt, *given_parts), sparse(tf, *given_parts)
    assert outcome(lambda: getattr(pt.io, name)(ours)) == outcome(lambda: getattr(tf.io, name)(theirs))


@given(parts(ranks=(2, 3)), st.sampled_from(DTYPES.split()), st.none() | st.integers(1, 4))
def test_read_strings(given_parts, other, rank):
    dtype = given_parts[-1]
    indices = given_parts[0][np.lexsort(given_parts[0].T[::-1])]
    if len(np.unique(indices, axis=0)) < len(indices):
        return
    strings = tf.io.serialize_many_sparse(sparse(tf, indices, *given_parts[1:])).numpy()
    for kind in (dtype, other):
        for given_strings in (strings, strings[0], strings[None], strings[:, :2]):
            mine = outcome(lambda k=kind, s=given_strings: pt.io.deserialize_many_sparse(s, getattr(pt, k), rank))
            expected = outcome(lambda k=kind, s=given_strings: tf.io.deserialize_many_sparse(s, getattr(tf, k), rank))
            assert mine == expected, (kind, given_strings.shape)


@given(st.lists(parts(ranks=(1, 1, 1, 2)), min_size=1, max_size=3))
def test_values_of_different_shapes(each):
    strings = [tf.io.serialize_sparse(sparse(tf, *one)).numpy().tolist() for one in each]
    dtype = each[0][-1]
    mine = outcome(lambda: pt.io.deserialize_many_sparse(strings, getattr(pt, dtype)))
    assert mine == outcome(lambda: tf.io.deserialize_many_sparse(strings, getattr(tf, dtype)))


def test_in_pipelines():
    def read(lib):
        rows = lib.data.Dataset.from_tensor_slices(lib.sparse.from_dense([[0, 1, 0], [2, 0, 3], [0, 0, 0]]))
        batches = rows.map(lib.io.serialize_sparse).batch(2)
        joined = batches.map(lambda s: lib.io.deserialize_many_sparse(s, lib.int32, rank=2))
        return [outcome(lambda value=value: value) for value in joined]

    assert read(pt) == read(tf)
