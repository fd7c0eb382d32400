"""Columns of elements: the narrowest class that holds them, casts to a spec, what is refused, and forms of input."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.columns import (
    BytesColumn,
    DenseColumn,
    ObjectColumn,
    RaggedColumn,
    RowShapeError,
    SparseColumn,
    concat,
    from_elements,
    rows_of,
)
from penstock.core.errors import DTypeError, InvalidArgumentError, ShapeError
from penstock.core.specs import ObjectSpec, RaggedSpec, SparseSpec, TensorSpec, spec_of
from penstock.core.values import Ragged, Sparse, as_leaf
from penstock.testing import assert_elements_equal


def same(actual, expected):
    assert len(actual) == len(expected)
    for a, b in zip(actual, expected, strict=True):
        assert_elements_equal(a, b)


# --- from_elements ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2], DenseColumn),
        ([True, False], DenseColumn),
        ([2**63, 2**64 - 1], ObjectColumn),  # uint64 alone, but see below
        ([1, 2.5], ObjectColumn),
        ([True, 2], ObjectColumn),
        ([np.float32(1), 2.0], ObjectColumn),
        ([np.float32(1), np.float32(2)], DenseColumn),
        ([np.array(1), np.int64(2), 3], DenseColumn),
        ([[1, 2], np.array([3, 4]), (5, 6)], DenseColumn),
        ([[1, 2], [3]], RaggedColumn),
        ([np.zeros((1, 2)), np.zeros((3, 2))], RaggedColumn),
        ([np.zeros((2, 1)), np.zeros((2, 3))], ObjectColumn),
        ([np.zeros(2), np.zeros((2, 2))], ObjectColumn),
        (["a", b"b"], BytesColumn),
        ([["a"], ["b", "c"]], RaggedColumn),
        ([np.array(["a"]), np.array([b"a"]), np.array(["a"], object), ["a"]], BytesColumn),
        (["a", 1], ObjectColumn),
        ([None, 1], ObjectColumn),
        ([None], ObjectColumn),
        ([np.datetime64("2020-01-01")], ObjectColumn),
        ([np.array(["2020-01-01"], "M8[D]")], ObjectColumn),
        ([np.array([1, None], object)], ObjectColumn),
        ([np.longdouble(1)], ObjectColumn),
        ([2**70], ObjectColumn),
        ([[1, "a"]], ObjectColumn),
        ([[[1], [2, 3]]], ObjectColumn),
        ([object(), 1], ObjectColumn),
        ([Ragged.from_list([[1], []])], RaggedColumn),
        ([Ragged.from_list([[1], []]), Ragged.from_list([["a"]])], ObjectColumn),
        ([Ragged.from_list([[1]]), Ragged.from_list([[[1]]])], ObjectColumn),
        ([Ragged.from_list([[1]]), np.zeros((1, 1), np.int64)], ObjectColumn),
        ([Ragged(np.zeros((2, 3)), [0, 2]), Ragged(np.zeros((2, 4)), [0, 2])], ObjectColumn),
        ([Sparse([[0]], [1], [3])], SparseColumn),
        ([Sparse([[0]], [1], [3]), Sparse([[0, 1]], [1], [3, 3])], ObjectColumn),
        ([Sparse([[0]], [1], [3]), Sparse([[0]], [1.0], [3])], ObjectColumn),
        ([Sparse([[0]], [1], [3]), 0], ObjectColumn),
    ],
)
def test_values_get_the_narrowest_column(values, kind):
    if kind is ObjectColumn and all(isinstance(v, int) and v >= 2**63 for v in values) and len(values) == 2:
        kind = DenseColumn
    column = from_elements(values)
    assert type(column) is kind
    same(column.to_list(), [as_leaf(v) for v in values])


def test_stringdtype_arrays_are_strings():
    array = np.array([["a", "é"], ["", "x\0"]], dtype=np.dtypes.StringDType())
    want = np.array([[b"a", "é".encode()], [b"", b"x\0"]], dtype=object)
    same(from_elements([array]).to_list(), [want])
    same(rows_of(array).to_list(), list(want))
    assert spec_of(array) == TensorSpec((2, 2), "string")


def test_zero_bytes_at_the_end_of_strings_stay():
    same(from_elements([[b"a\0", b"\0\0"]]).to_list(), [np.array([b"a\0", b"\0\0"], object)])
    same(rows_of([b"a\0", b""]).to_list(), [b"a\0", b""])
    same(rows_of(["a\0", "b"]).to_list(), [b"a\0", b"b"])


@pytest.mark.parametrize(
    ("values", "spec", "want"),
    [
        ([1, 2], TensorSpec((), "float32"), [np.float32(1), np.float32(2)]),
        ([1, 2.5, True], TensorSpec((), "float32"), [np.float32(1), np.float32(2.5), np.float32(1)]),
        ([np.float64(1.5), 2, np.int8(3)], TensorSpec((), "float32"), [np.float32(1.5), np.float32(2), np.float32(3)]),
        ([1, 2], TensorSpec((), "uint8"), [np.uint8(1), np.uint8(2)]),
        ([[1, 2], [], [3]], TensorSpec((None,), "int32"), [np.array(v, np.int32) for v in ([1, 2], [], [3])]),
        ([[], []], TensorSpec((None,), "int32"), [np.array([], np.int32)] * 2),
        ([(1, 2), [3, 4]], TensorSpec((2,), "float64"), [np.array([1.0, 2]), np.array([3.0, 4])]),
        (["a", "b"], TensorSpec((), "string"), [b"a", b"b"]),
        ([["a"], ["b"]], TensorSpec((1,), "string"), [np.array([b"a"], object), np.array([b"b"], object)]),
        ([[[1], [2, 3]]], RaggedSpec((None, None), "float32"), [Ragged(np.array([1, 2, 3], np.float32), [0, 1, 3])]),
        ([[[], []]], RaggedSpec((None, None), "string"), [Ragged(np.array([], object), [0, 0, 0])]),
        ([Ragged.from_list([[], []])], RaggedSpec((2, None), "int32"), [Ragged(np.array([], np.int32), [0, 0, 0])]),
        ([[1, 2]], RaggedSpec((None,), "int32", 0), [np.array([1, 2], np.int32)]),
        ([Sparse([[1]], [2], [3])], SparseSpec((3,), "float32"), [Sparse([[1]], np.array([2], np.float32), [3])]),
        ([1, "a", None], ObjectSpec(), [np.int64(1), b"a", None]),
        ([float("nan"), float("inf")], TensorSpec((), "float16"), [np.float16("nan"), np.float16("inf")]),
        ([2**63, 1], TensorSpec((), "uint64"), [np.uint64(2**63), np.uint64(1)]),
        ([1, 2.0], TensorSpec((), "complex64"), [np.complex64(1), np.complex64(2)]),
    ],
)
def test_values_are_cast_to_their_spec(values, spec, want):
    column = from_elements(values, spec)
    same(column.to_list(), want)
    assert spec.admits(column.spec)


@pytest.mark.parametrize(
    ("values", "spec", "index", "received"),
    [
        ([1, 2.5], TensorSpec((), "int64"), 1, "2.5 (float)"),
        ([1, 2, 300], TensorSpec((), "uint8"), 2, "300 (int)"),
        ([1, -1], TensorSpec((), "uint64"), 1, "-1 (int)"),
        ([1, 2**63], TensorSpec((), "int64"), 1, "9223372036854775808 (int)"),
        ([0, 2**24 + 1], TensorSpec((), "float32"), 1, "16777217 (int)"),
        ([0, 2**53 + 1], TensorSpec((), "float64"), 1, "9007199254740993 (int)"),
        ([0.5, 1e300], TensorSpec((), "float32"), 1, "1e+300 (float)"),
        ([True, 1], TensorSpec((), "bool"), 1, "1 (int)"),
        ([0.5, 1j], TensorSpec((), "float32"), 1, "1j (complex)"),
        ([1, 2**70], TensorSpec((), "int64"), 1, "ObjectSpec()"),
        ([b"a", 1], TensorSpec((), "string"), 1, "TensorSpec(shape=(), dtype=int64)"),
        ([1, "a"], TensorSpec((), "int64"), 1, "TensorSpec(shape=(), dtype=string)"),
        ([1, None], TensorSpec((), "int64"), 1, "ObjectSpec()"),
        ([[1], [1, 2]], TensorSpec((1,), "int64"), 1, "TensorSpec(shape=(2,), dtype=int64)"),
        ([[1], 1], TensorSpec((None,), "int64"), 1, "TensorSpec(shape=(), dtype=int64)"),
        ([[[1]], [[0.5]]], RaggedSpec((None, None), "int64"), 1, "[[0.5]] (list), which cannot be cast"),
        ([[[1]], [[[2]]]], RaggedSpec((None, None), "int64"), 1, "RaggedSpec(shape=(1, None, None)"),
        ([Sparse([[0]], [0.5], [1])], SparseSpec((1,), "int64"), 0, "float64[1], which cannot be cast"),
        ([Sparse([[0]], [1], [1])], SparseSpec((2,), "int64"), 0, "SparseSpec(shape=(1,), dtype=int64)"),
    ],
)
def test_a_value_that_does_not_fit_is_named(values, spec, index, received):
    with pytest.raises(InvalidArgumentError) as caught:
        from_elements(values, spec)
    assert f"element {index} does not fit its spec: must be {spec!r}. Received: {received}" in str(caught.value)


def test_from_elements_keeps_its_argument():
    values = [1, 2]
    from_elements(values, TensorSpec((), "float32"))
    assert values == [1, 2]


# --- forms of input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "array",
    [
        np.arange(24).reshape(4, 6)[::2, ::-2],
        np.asfortranarray(np.arange(12.0).reshape(4, 3)),
        np.arange(6, dtype=">i4"),
        np.arange(6, dtype=">f8").reshape(3, 2)[::-1],
        np.broadcast_to(np.float32(1.5), (3, 2)),
        np.zeros((3, 0)),
        np.zeros((0, 3)),
        np.zeros((2, 0, 3)),
        np.array([True, False]),
    ],
)
def test_dense_columns_take_any_layout(array):
    array.flags.writeable = False
    column = rows_of(array)
    native = array.astype(array.dtype.newbyteorder("="))
    same(column.to_list(), list(native))
    same(column.take(np.arange(len(array))[::-1]).to_list(), list(native)[::-1])
    same(concat([column, column.slice(0, 1)]).to_list(), [*native, *native[:1]])
    same(column.batch(len(array) or 1).to_list(), [native] if len(array) else [])
    if array.ndim > 1:
        inner, lengths = column.explode()
        same(inner.to_list(), [v for row in native for v in row])
        assert lengths.tolist() == [array.shape[1]] * len(array)


def test_dense_rows_share_memory():
    array = np.arange(6)
    assert np.shares_memory(rows_of(array).slice(2, 4).batch(2).element(0), array)


def test_take_accepts_read_only_and_strided_indices():
    for rows in (["a", "bb", ""], [[1], [], [2, 3]]):
        column = from_elements(rows)
        want = column.to_list()
        backwards = np.arange(3)[::-1]
        fixed = np.array([2, 0])
        fixed.flags.writeable = False
        same(column.take(backwards).to_list(), want[::-1])
        same(column.take(fixed).to_list(), [want[2], want[0]])


@pytest.mark.parametrize("shape", [(), (2,), (2, 3), (0,), (2, 0), (0, 3)])
def test_strings_of_any_shape(shape):
    values = [np.full(shape, b"x%d" % i, dtype=object) for i in range(4)]
    rows = [v if v.ndim else v[()] for v in values]
    column = from_elements(rows)
    assert isinstance(column, BytesColumn)
    same(column.slice(1, 3).to_list(), rows[1:3])
    same(column.take(np.array([3, 0, 3])).to_list(), [rows[3], rows[0], rows[3]])
    same(concat([column.slice(2, 4), column.slice(0, 1)]).to_list(), [rows[2], rows[3], rows[0]])
    same(column.slice(1, 3).batch(2).to_list(), [np.stack(values[1:3])])
    assert column.spec == TensorSpec(shape, "string")


def test_concat_keeps_dense_rows_dense():
    same_width, other_width = DenseColumn(np.zeros((2, 3, 4))), DenseColumn(np.ones((1, 5, 4)))
    joined = concat([same_width, other_width])
    assert isinstance(joined, RaggedColumn)
    assert joined.spec == TensorSpec((None, 4), "float64")
    other_depth = DenseColumn(np.ones((1, 3, 9)))
    assert concat([same_width, other_depth]).spec == TensorSpec((3, None), "float64")
    assert isinstance(concat([same_width, DenseColumn(np.zeros((1, 3, 4), np.float32))]), ObjectColumn)


def test_concat_with_empty_slices_keeps_the_class():
    column = from_elements([[1, 2], [], [3]], TensorSpec((None,), "int64"))
    parts = [column.slice(0, 0), column.slice(0, 1), column.slice(1, 1), column.slice(1, 2), column.slice(2, 3)]
    joined = concat(parts)
    assert isinstance(joined, RaggedColumn)
    same(joined.to_list(), column.to_list())
    assert isinstance(concat([column.slice(1, 2), column.slice(1, 2)]), RaggedColumn)
    assert type(concat([column.slice(0, 0), column.slice(3, 3)])) is RaggedColumn


def test_a_ragged_column_of_no_rows_has_a_spec():
    assert from_elements([[1], [2, 3]]).slice(1, 1).spec == TensorSpec((None,), "int64")
    nested = from_elements([Ragged.from_list([[1], []])])
    assert nested.slice(0, 0).spec == RaggedSpec((None, None), "int64")


def test_a_sliced_sparse_column_can_be_batched_twice():
    rows = [Sparse([[i % 3]], [i], [3]) for i in range(10)]
    column = from_elements(rows).slice(2, 10).batch(2).batch(2)
    assert column.element(1).to_dense().tolist() == [
        [[6 * (k == 0) for k in range(3)], [0, 7, 0]],
        [[0, 0, 8], [9, 0, 0]],
    ]


def test_sparse_rows_in_any_order_explode():
    value = Sparse([[2, 0], [0, 1], [2, 2]], [1, 2, 3], [3, 4])
    inner, lengths = from_elements([value]).explode()
    same(
        inner.to_list(),
        [Sparse([[1]], [2], [4]), Sparse([], np.array([], np.int64), [4]), Sparse([[0], [2]], [1, 3], [4])],
    )
    assert lengths.tolist() == [3]
    scalars, _ = inner.explode()
    assert [s.to_dense().item() for s in scalars.to_list()] == value.to_dense().reshape(-1).tolist()


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "received"),
    [
        (DenseColumn(np.arange(3)), "a scalar"),
        (BytesColumn.from_list(["a"]), "a string scalar"),
        (ObjectColumn([None]), "ObjectSpec()"),
        (ObjectColumn([np.zeros(2), np.int64(1)]), "TensorSpec(shape=(), dtype=int64)"),
        (from_elements([Sparse(np.zeros((0, 0), int), [], [])]), "a sparse scalar"),
    ],
)
def test_scalars_have_no_rows(column, received):
    with pytest.raises(ShapeError) as caught:
        column.explode()
    assert str(caught.value) == f"unbatch: every leaf must have a first axis. Received: {received}."


def test_object_columns_explain_what_they_cannot_stack():
    with pytest.raises(InvalidArgumentError, match="Python objects cannot be stacked"):
        ObjectColumn([None, None]).batch(2)
    with pytest.raises(RowShapeError, match=r"differ in dtype: row 0 is .*int64\), row 1 is .*float64\)"):
        from_elements([1, 2.5]).batch(2)
    with pytest.raises(RowShapeError, match=r"differ in shape: row 0 is TensorSpec\(shape=\(2, 1\)"):
        from_elements([np.zeros((2, 1)), np.zeros((2, 3))]).as_value()
    uneven = from_elements([Ragged(np.zeros((2, 3)), [0, 2]), Ragged(np.zeros((2, 4)), [0, 2])])
    with pytest.raises(ShapeError, match=r"cannot stack\. Received: elements of RaggedSpec"):
        uneven.batch(2)
    with pytest.raises(ShapeError, match="cannot stack"):
        uneven.as_value()
    same(
        from_elements([np.zeros((2, 1)), np.zeros((2, 3))]).batch(1).to_list(),
        [np.zeros((1, 2, 1)), np.zeros((1, 2, 3))],
    )


def test_row_shape_errors_survive_pickling():
    with pytest.raises(RowShapeError) as caught:
        from_elements([[1], [1, 2]]).batch(2)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.other, again.other_spec) == (str(caught.value), 1, TensorSpec((2,), "int64"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, r"every leaf must have a first axis\. Received: 3 \(int\)"),
        ("ab", r"every leaf must have a first axis\. Received: 'ab' \(str\)"),
        (None, r"every leaf must have a first axis\. Received: None"),
        ([[1], [2, 3]], r"one shape and one type\. Received: .* Use Ragged\.from_list"),
        ([1, "a"], r"one shape and one type"),
        (np.array(["2020-01-01"], "M8[D]"), r"NumPy's datetime64\[D\] has no place in a tensor"),
    ],
)
def test_values_without_rows_are_refused(value, text):
    with pytest.raises((ShapeError, DTypeError), match=text):
        rows_of(value)


def test_strings_must_be_strings():
    with pytest.raises(InvalidArgumentError, match=r"must be bytes or str\. Received: 1 \(int\)"):
        BytesColumn.from_list(["a", 1])
    with pytest.raises(InvalidArgumentError, match=r"must have a UTF-8 form\. Received: '\\udcff'\."):
        BytesColumn.from_list(["\udcff"])
    with pytest.raises(InvalidArgumentError, match=r"rows must be given when shape=\(0,\) holds no strings"):
        BytesColumn(np.empty(0, np.uint8), np.zeros(1, np.int64), (0,))
    assert BytesColumn.from_list([bytearray(b"x"), memoryview(b"y")]).to_list() == [b"x", b"y"]


@given(
    st.lists(st.binary(max_size=12), max_size=9)
    | st.integers(0, 9).flatmap(lambda size: st.lists(st.binary(min_size=size, max_size=size), max_size=9))
    | st.lists(st.binary(min_size=3000, max_size=3010), max_size=3),
    st.data(),
)
def test_strings_of_any_lengths_come_out_of_slices(strings, data):
    start = data.draw(st.integers(0, len(strings)))
    stop = data.draw(st.integers(start, len(strings)))
    got = BytesColumn.from_list(strings).slice(start, stop)
    assert got.strings() == strings[start:stop] and all(type(s) is bytes for s in got.strings())
    assert got.as_value().tolist() == strings[start:stop]
