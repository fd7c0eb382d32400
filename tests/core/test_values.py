"""Leaf values: their one form, `Ragged` and `Sparse`."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core import dtypes
from penstock.core.errors import DTypeError, InvalidArgumentError, OutOfRangeError, ShapeError
from penstock.core.leaves import as_element
from penstock.core.specs import TensorSpec, spec_of
from penstock.core.values import Ragged, Sparse, as_array, as_leaf, cast_exactly, encode
from penstock.testing import assert_elements_equal
from penstock.testing.strategies import element_specs, elements, leaf_specs, leaves, ragged_specs, sparse_specs

# --- leaves -----------------------------------------------------------------------------------------------------------


@given(leaf_specs().flatmap(leaves))
def test_leaves_are_leaves_already(leaf):
    assert as_leaf(leaf) is leaf


@given(element_specs().flatmap(elements))
def test_elements_are_elements_already(element):
    assert_elements_equal(as_element(element), element)


class _Array:
    def __array__(self, dtype=None, copy=None):
        return np.arange(3, dtype=">i2")


@pytest.mark.parametrize(
    ("value", "leaf"),
    [
        (1, np.int64(1)),
        (True, np.bool_(True)),
        (1.5, np.float64(1.5)),
        (1j, np.complex128(1j)),
        (2**63, np.uint64(2**63)),
        ("é", "é".encode()),
        (np.str_("é"), "é".encode()),
        (np.bytes_(b"a"), b"a"),
        (np.array(3.5, np.float32), np.float32(3.5)),
        (np.array("a"), b"a"),
        (np.array(b"a\0b", object), b"a\0b"),
        (np.array([1], ">f8"), np.array([1.0])),
        ([], np.array([])),
        ((1, 2), np.array([1, 2])),
        ([["a", b"b\0"]], np.array([[b"a", b"b\0"]], object)),
        (np.array(["a", "b"]), np.array([b"a", b"b"], object)),
        (_Array(), np.arange(3, dtype=np.int16)),
        (np.array([1, 2]).view(np.recarray), np.array([1, 2])),
    ],
)
def test_as_leaf(value, leaf):
    assert_elements_equal(as_leaf(value), leaf)
    assert spec_of(value) == spec_of(leaf)


@pytest.mark.parametrize(
    "value", [None, object(), 2**70, [1, "a"], [[1], [2, 3]], np.datetime64(0, "s"), np.longdouble(1), int]
)
def test_what_no_tensor_holds_stays(value):
    assert as_leaf(value) is value
    assert as_array(value) is None


def test_encode():
    assert encode("é") == "é".encode()
    assert encode(memoryview(b"a")) == b"a"
    with pytest.raises(InvalidArgumentError, match=r"string: must be bytes or str\. Received: 1 \(int\)\."):
        encode(1)
    with pytest.raises(
        InvalidArgumentError, match=r"must have a UTF-8 form\. Received: '\\ud800'\. Encode it yourself"
    ):
        encode("\ud800")


NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.sampled_from(
    [0, 1, -1, 2**24 + 1, 2**53 + 1, 2**63 - 1, 2**64 - 1, 255]
)


@given(st.sampled_from([d for d in dtypes.ALL if d.is_integer]), st.sampled_from(dtypes.ALL[:-1]), NUMBERS)
def test_integers_are_cast_exactly_or_not_at_all(source, target, number):
    limits = np.iinfo(source.numpy)
    number = max(int(limits.min), min(int(limits.max), number))
    cast = cast_exactly(np.array([number], source.numpy), target.numpy)
    if cast is not None:
        assert cast.dtype == target.numpy
        value = cast[0]
        assert (int(value.real) if target.is_complex or target.is_floating else int(value)) == number
    elif target.is_integer:
        assert not np.iinfo(target.numpy).min <= number <= np.iinfo(target.numpy).max


@given(st.floats(), st.sampled_from(["float16", "float32", "float64"]))
def test_floats_are_rounded_but_stay_finite(number, target):
    array = np.array([number])
    cast = cast_exactly(array, np.dtype(target))
    with np.errstate(over="ignore"):
        rounded = array.astype(target)
    if np.isfinite(number) and not np.isfinite(rounded[0]):
        assert cast is None
    else:
        np.testing.assert_array_equal(cast, rounded)
    assert cast_exactly(array, np.dtype("int64")) is None


# --- Ragged -----------------------------------------------------------------------------------------------------------


@given(ragged_specs().flatmap(leaves))
def test_ragged_lists_rows_and_copies(value):
    rows = [r.to_list() if isinstance(r, Ragged) else r.tolist() for r in value]
    assert repr(rows) == repr(value.to_list())  # NaN is written like NaN
    assert len(value) == len(value.to_list()) == value.shape[0]
    assert value.row_lengths.tolist() == [len(row) for row in value.to_list()]
    assert value.shape[1 : value.ragged_rank + 1] == (None,) * value.ragged_rank
    for again in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value)):
        assert_elements_equal(again, value)
    if not (value.dtype.is_floating or value.dtype.is_complex):
        assert value == copy.deepcopy(value)


@given(ragged_specs(dtype="int64").flatmap(leaves), st.data())
def test_ragged_rows(value, data):
    stop = data.draw(st.integers(0, len(value)))
    start = data.draw(st.integers(0, stop))
    assert value.rows(start, stop).to_list() == value.to_list()[start:stop]
    if len(value):
        last = value[-1]
        assert (last.to_list() if isinstance(last, Ragged) else last.tolist()) == value.to_list()[-1]


def _pad(rows, shape, fill):
    """Slow reference of `to_dense` for plain rows."""
    height, width = shape
    return [[*row[:width], *[fill] * (width - len(row))] for row in rows[:height]] + [
        [fill] * width for _ in range(height - len(rows))
    ]


@given(
    st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=4),
    st.none() | st.integers(0, 5),
    st.none() | st.integers(0, 5),
)
def test_to_dense_pads_and_cuts(rows, height, width):
    value = Ragged.from_list(rows, "int32")
    want = _pad(
        rows, (len(rows) if height is None else height, max(map(len, rows), default=0) if width is None else width), 7
    )
    dense = value.to_dense(7, [height, width])
    assert dense.dtype == np.int32
    assert dense.tolist() == want


def test_to_dense_of_other_kinds():
    nested = Ragged.from_list([[[1, 2], []], [], [[3]]])
    assert nested.to_dense().tolist() == [[[1, 2], [0, 0]], [[0, 0], [0, 0]], [[3, 0], [0, 0]]]
    assert nested.to_dense(9, [1, None, 3]).tolist() == [[[1, 2, 9], [9, 9, 9]]]
    assert Ragged.from_list([["a"], []]).to_dense().tolist() == [[b"a"], [b""]]
    assert Ragged.from_list([["a"], []]).to_dense("-").tolist() == [[b"a"], [b"-"]]
    assert Ragged.from_list([[True], []]).to_dense().tolist() == [[True], [False]]
    assert Ragged(np.ones((3, 2)), [0, 1, 3]).to_dense().shape == (2, 2, 2)
    assert Ragged.from_list([]).to_dense().shape == (0, 0)


def test_ragged_from_list():
    assert Ragged.from_list([[1], []]).dtype == "int64"
    assert Ragged.from_list([["a", b"b"], []]).to_list() == [[b"a", b"b"], []]
    assert Ragged.from_list([[], []], "string").dtype == "string"
    assert Ragged.from_list([[1, 2]], "float32").dtype == "float32"
    assert Ragged.from_list([[[1], []], []]).ragged_rank == 2
    assert Ragged.from_list([np.ones((2, 3)), np.ones((1, 3))]).shape == (2, None, 3)
    assert Ragged.from_row_lengths(np.arange(3), [2, 0, 1]).to_list() == [[0, 1], [], [2]]
    assert Ragged(["a", "b"], [0, 2]).to_list() == [[b"a", b"b"]]
    assert Ragged(np.array(["a", "b"]), [0, 2]).flat_values.dtype == object


def test_ragged_equality():
    value = Ragged.from_list([[1], [2, 3]])
    assert value == Ragged(np.array([1, 2, 3]), [0, 1, 3])
    assert value != Ragged(np.array([1, 2, 3]), [0, 2, 3])
    assert value != Ragged(np.array([1, 2, 4]), [0, 1, 3])
    assert value != [[1], [2, 3]]
    two = Ragged(np.zeros((2, 2)), [0, 2])
    nested = Ragged(Ragged(np.zeros(4), [0, 2, 4]), [0, 2])
    assert two != nested
    assert nested != two
    assert nested == copy.deepcopy(nested)
    assert repr(value) == "Ragged([[1], [2, 3]], dtype=int64)"


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (
            lambda: Ragged([1, 2], [0, 1]),
            InvalidArgumentError,
            r"run from 0 to len\(values\)=2\. Received: row_splits=int64\[2\] with ends \(0, 1\)",
        ),
        (lambda: Ragged([1, 2], []), InvalidArgumentError, r"row_splits=int64\[0\] with ends \(\)\."),
        (lambda: Ragged([1, 2], [[0, 2]]), InvalidArgumentError, r"must be 1-D .*Received: row_splits=int64\[1, 2\]"),
        (
            lambda: Ragged([1, 2], [0, 2, 1, 2]),
            InvalidArgumentError,
            r"must not decrease\. Received: a row of length -1 at row 1\.",
        ),
        (
            lambda: Ragged([1, 2], [0, 1.5, 2]),
            InvalidArgumentError,
            r"row_splits must be integers\. Received: float64\[3\]",
        ),
        (lambda: Ragged(np.array(3), [0, 1]), ShapeError, r"values: must have a first axis\. Received: int64\[\]"),
        (lambda: Ragged.from_row_lengths([1], [0.5]), InvalidArgumentError, r"row_lengths must be integers"),
        (
            lambda: Ragged.from_list([[1], 2]),
            InvalidArgumentError,
            r"every row must be a list, all of one depth\. Received: row 1 is 2 \(int\)\.",
        ),
        (lambda: Ragged.from_list(["ab"]), InvalidArgumentError, r"Received: row 0 is 'ab' \(str\)\."),
        (lambda: Ragged.from_list([[1], [[2]]]), InvalidArgumentError, r"Received: row 0 is 1 \(int\)\."),
        (
            lambda: Ragged.from_list([["a", 1]]),
            DTypeError,
            r"values: must be numbers or strings of one shape\. Received: \['a', 1\]",
        ),
        (lambda: Ragged.from_list([["a"]], "int64"), DTypeError, r"values: must be int64\. Received: \['a'\]"),
        (lambda: Ragged.from_list([[1]], "string"), DTypeError, r"values: must be string\. Received: \[1\]"),
        (
            lambda: Ragged.from_list([[0.5]], "int64"),
            DTypeError,
            r"must be int64\. Received: \[0\.5\] \(list\), which cannot be cast without loss",
        ),
        (lambda: Ragged.from_list([[1], [2]])[2], OutOfRangeError, r"index must be in \[-2, 2\)\. Received: 2\."),
    ],
)
def test_ragged_messages(make, error, text):
    with pytest.raises(error, match=text):
        make()


# --- Sparse -----------------------------------------------------------------------------------------------------------


@given(sparse_specs().flatmap(leaves))
def test_sparse_to_dense_and_back(value):
    dense = value.to_dense()
    assert dense.shape == value.shape
    assert dense.dtype == value.dtype.numpy
    again = Sparse.from_dense(dense)
    assert again.dtype == value.dtype
    np.testing.assert_array_equal(again.to_dense(), dense)
    assert_elements_equal(pickle.loads(pickle.dumps(value)), value)


def test_sparse_forms():
    value = Sparse([[0, 1], [1, 0]], ["a", b"b"], [2, 2])
    assert value.to_dense().tolist() == [[b"", b"a"], [b"b", b""]]
    assert value.to_dense("-").tolist() == [[b"-", b"a"], [b"b", b"-"]]
    assert Sparse([1], [5], [3]) == Sparse([[1]], [5], [3])
    assert Sparse([1], [5], [3]) != Sparse([[2]], [5], [3])
    assert Sparse([], [], [3]).to_dense().tolist() == [0, 0, 0]
    assert Sparse([], [], [2, 2]).indices.shape == (0, 2)
    assert Sparse.from_dense(["a", "", "b"]).indices.tolist() == [[0], [2]]
    assert Sparse.from_dense([0, 3]).values.tolist() == [3]
    for scalar in (5, "a"):
        zero_d = Sparse.from_dense(scalar)
        assert zero_d.shape == ()
        assert zero_d.to_dense()[()] == as_leaf(scalar)
    assert Sparse.from_dense(0).to_dense() == 0
    assert repr(value) == "Sparse(indices=[[0, 1], [1, 0]], values=[b'a', b'b'], dense_shape=[2, 2])"
    assert spec_of(value).unbatched().batched(2) == spec_of(value) != TensorSpec((2, 2), "string")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            lambda: Sparse([[0], [1]], [1], [3]),
            r"Received: indices=int64\[2, 1\], values=int64\[1\], dense_shape=\[3\]",
        ),
        (lambda: Sparse([[0], [1]], [1], [3, 3]), r"indices must be int64\[count, rank\].*indices=int64\[2, 1\]"),
        (lambda: Sparse([[0]], [[1]], [3]), r"values=int64\[1, 1\]"),
        (lambda: Sparse([[0], [3]], [1, 2], [3]), r"must be inside dense_shape=\[3\]\. Received: indices\[1\]=\[3\]\."),
        (lambda: Sparse([[-1]], [1], [3]), r"Received: indices\[0\]=\[-1\]\."),
        (lambda: Sparse([[0.5]], [1], [3]), r"Sparse: indices must be integers\. Received: float64\[1, 1\]"),
        (lambda: Sparse([[0]], [1], [3.0]), r"Sparse: dense_shape must be integers\. Received: float64\[1\]"),
    ],
)
def test_sparse_messages(make, text):
    with pytest.raises(InvalidArgumentError, match=text):
        make()
