"""Columns to and from pyarrow: zero-copy both ways, slices, chunks, types, nulls."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.columns import BytesColumn, DenseColumn, RaggedColumn, from_elements, rows_of
from penstock.core.errors import DTypeError, InvalidArgumentError
from penstock.core.specs import TensorSpec

LAYOUTS = [pa.string(), pa.large_string(), pa.binary(), pa.large_binary()]


def _address(array):
    return array.__array_interface__["data"][0]


@pytest.mark.parametrize("kind", LAYOUTS, ids=str)
@pytest.mark.parametrize("bounds", [(0, 4), (1, 3), (2, 2), (4, 4)])
def test_from_arrow_shares_the_data(kind, bounds):
    array = pa.array(["", "ab", "c\0", "é"], type=kind).slice(bounds[0], bounds[1] - bounds[0])
    column = BytesColumn.from_arrow(array)
    want = [b"", b"ab", b"c\0", "é".encode()][slice(*bounds)]
    assert column.to_list() == want
    assert column.take(np.arange(len(want))[::-1]).to_list() == want[::-1]
    if want:
        assert _address(column.data) == array.buffers()[2].address
        if kind in (pa.large_string(), pa.large_binary()):
            assert _address(column.offsets) == array.buffers()[1].address + 8 * bounds[0]


def test_to_arrow_shares_data_and_offsets():
    column = BytesColumn.from_list([b"", b"ab", b"c"])
    for part, want in ((column, [b"", b"ab", b"c"]), (column.slice(1, 3), [b"ab", b"c"]), (column.slice(1, 1), [])):
        array = part.to_arrow()
        assert array.type == pa.large_binary()
        assert array.to_pylist() == want
        array.validate(full=True)
        if want:
            assert array.buffers()[1].address == _address(part.offsets)
            assert array.buffers()[2].address == _address(part.data)


def test_memory_lives_as_long_as_either_side():
    array = BytesColumn.from_list([b"abc" * 100, b"d"]).to_arrow()
    column = BytesColumn.from_arrow(pa.array([b"xyz" * 100, b"w"], type=pa.large_binary()))
    assert array.to_pylist() == [b"abc" * 100, b"d"]
    assert column.to_list() == [b"xyz" * 100, b"w"]


@given(st.lists(st.binary(max_size=5), max_size=8), st.sampled_from(LAYOUTS[2:]), st.data())
def test_round_trip(strings, kind, data):
    start = data.draw(st.integers(0, len(strings)))
    array = pa.array(strings, type=kind).slice(start)
    column = BytesColumn.from_arrow(array)
    assert column.to_list() == array.to_pylist() == column.to_arrow().to_pylist()


@pytest.mark.parametrize("shape", [(2,), (2, 3), (0,), (0, 3), (3, 0)])
def test_rows_with_a_shape_are_fixed_size_lists(shape):
    column = from_elements([np.full(shape, b"%d" % i, dtype=object) for i in range(4)]).slice(1, 4)
    array = column.to_arrow()
    array.validate(full=True)
    assert len(array) == 3
    assert array.to_pylist() == [row.tolist() for row in column.to_list()]
    again = rows_of(array)
    assert again.spec == column.spec
    assert [r.tolist() for r in again.to_list()] == [r.tolist() for r in column.to_list()]


def test_chunks_are_joined():
    chunked = pa.chunked_array([["a", "b"], [], ["cd"]], type=pa.string())
    assert BytesColumn.from_arrow(chunked).to_list() == [b"a", b"b", b"cd"]
    assert rows_of(chunked).to_list() == [b"a", b"b", b"cd"]
    assert rows_of(pa.chunked_array([[1], [2, 3]])).to_list() == [1, 2, 3]
    one = pa.chunked_array([["a", "b"]], type=pa.large_string())
    assert _address(BytesColumn.from_arrow(one).data) == one.chunk(0).buffers()[2].address
    none = pa.chunked_array([], type=pa.string())
    assert BytesColumn.from_arrow(none).to_list() == rows_of(none).to_list() == []


@pytest.mark.parametrize(
    ("array", "want"),
    [
        (pa.array([1, 2], pa.int8()), [np.int8(1), np.int8(2)]),
        (pa.array([True, False]), [True, False]),
        (pa.array([0.5]).slice(1), []),
        (pa.array(["a", "b", "a"]).dictionary_encode(), [b"a", b"b", b"a"]),
        (pa.array([1, 2, 1]).dictionary_encode(), [1, 2, 1]),
        (pa.array([b"ab", b"cd"], pa.binary(2)), [b"ab", b"cd"]),
        (pa.array(["a", "long enough to need a buffer"], pa.string_view()), [b"a", b"long enough to need a buffer"]),
    ],
)
def test_rows_of_arrow_arrays(array, want):
    assert rows_of(array).to_list() == want


@pytest.mark.parametrize("kind", [pa.list_(pa.int64()), pa.large_list(pa.int64())])
def test_lists_are_ragged(kind):
    array = pa.array([[9], [1, 2], [], [3]], type=kind).slice(1)
    column = rows_of(array)
    assert isinstance(column, RaggedColumn)
    assert [v.tolist() for v in column.to_list()] == [[1, 2], [], [3]]
    nested = rows_of(pa.array([[["a"], []], [["b", "c"]]]))
    assert [v.to_list() for v in nested.to_list()] == [[[b"a"], []], [[b"b", b"c"]]]


def test_fixed_size_lists_are_dense():
    column = rows_of(pa.array([[0, 0], [1, 2], [3, 4]], pa.list_(pa.float32(), 2)).slice(1))
    assert isinstance(column, DenseColumn)
    assert column.values.tolist() == [[1, 2], [3, 4]]
    ragged = rows_of(pa.array([[[1], [2, 3]], [[], [4]]], pa.list_(pa.list_(pa.int64()), 2)))
    assert [v.to_list() for v in ragged.to_list()] == [[[1], [2, 3]], [[], [4]]]
    assert rows_of(pa.array([[], []], pa.list_(pa.int32(), 0))).spec == TensorSpec((0,), "int32")


def test_nulls_are_refused():
    with pytest.raises(InvalidArgumentError, match=r"strings must not be null\. Received: 1 nulls\. Fill them first"):
        BytesColumn.from_arrow(pa.array(["a", None]))
    for array in (pa.array([1, None]), pa.array(["a", None]), pa.array([[1], None]), pa.array([[1, None]])):
        with pytest.raises(InvalidArgumentError, match=r"must not hold nulls\. Received: 1 nulls"):
            rows_of(array)
    assert len(rows_of(pa.array([[None], [1]]).slice(1))) == 1  # a null outside of the slice does no harm


def test_other_arrow_types_are_refused():
    with pytest.raises(InvalidArgumentError, match=r"needs a binary or string array\. Received: int64"):
        BytesColumn.from_arrow(pa.array([1]))
    with pytest.raises(InvalidArgumentError, match=r"needs a pyarrow Array or ChunkedArray\. Received: Table"):
        rows_of(pa.table({"a": [1]}))
    with pytest.raises(DTypeError, match=r"datetime64\[s\] has no place"):
        rows_of(pa.array([0], pa.timestamp("s")))
