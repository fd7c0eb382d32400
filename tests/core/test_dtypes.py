"""Dtypes: every spelling of a type, and what has no type."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from penstock.core import dtypes
from penstock.core.dtypes import ALL, as_dtype, has_dtype
from penstock.core.errors import DTypeError


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_every_spelling_is_the_same_object(dtype):
    assert as_dtype(dtype) is dtype
    assert as_dtype(dtype.name) is dtype
    assert as_dtype(dtype.numpy) is dtype
    assert as_dtype(dtype.numpy.newbyteorder(">")) is dtype
    assert as_dtype(dtype.as_numpy_dtype) is dtype
    assert dtype == dtype.name == dtype
    assert dtype == dtype.numpy
    assert dtype.numpy == dtype
    assert np.dtype(dtype) == dtype.numpy
    assert np.zeros(2, dtype=dtype).dtype == dtype.numpy
    assert (repr(dtype), hash(dtype)) == (dtype.name, hash(dtype.name))
    for again in (pickle.loads(pickle.dumps(dtype)), copy.copy(dtype), copy.deepcopy(dtype)):
        assert again is dtype


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (int, dtypes.int64),
        (float, dtypes.float64),
        (bool, dtypes.bool_),
        (complex, dtypes.complex128),
        (bytes, dtypes.string),
        (str, dtypes.string),
        (object, dtypes.string),
        ("S7", dtypes.string),
        (np.dtype("U3"), dtypes.string),
        (np.dtypes.StringDType(), dtypes.string),
        (np.longlong, dtypes.int64),
        ("f4", dtypes.float32),
    ],
)
def test_other_spellings(value, dtype):
    assert as_dtype(value) is dtype


def test_kinds_are_told_apart():
    kinds = [(d.is_floating, d.is_integer, d.is_bool, d.is_string, d.is_complex) for d in ALL]
    assert all(sum(k) == 1 for k in kinds)
    assert [sum(k[i] for k in kinds) for i in range(5)] == [3, 8, 1, 1, 2]
    assert dtypes.int16.size == 2
    assert dtypes.float32 != dtypes.float64
    assert dtypes.float32 != None  # noqa: E711
    assert dtypes.float32 != "nonsense"
    assert dtypes.float32 != object()
    assert dtypes.float32 != "a,,b"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            "flot32",
            r"dtype: must be one of bool, int8, .*, string\. Received: 'flot32' \(str\)\. Did you mean 'float32'\?",
        ),
        (None, r"Received: None \(NoneType\)\."),
        (5, r"Received: 5 \(int\)\."),
        ("i4 oh,", r"Received: 'i4 oh,' \(str\)\."),
        ("M8[s]", r"dtype: NumPy's datetime64\[s\] has no place in a tensor\. Use one of bool, "),
        ([("a", "i4")], r"NumPy's .* has no place in a tensor"),
        (np.longdouble, r"NumPy's .* has no place in a tensor"),
    ],
)
def test_what_is_no_dtype(value, text):
    with pytest.raises(DTypeError, match=text):
        as_dtype(value)


def test_has_dtype():
    assert all(has_dtype(d.numpy) and has_dtype(d.numpy.newbyteorder(">")) for d in ALL)
    assert has_dtype(np.dtype("U2"))
    assert not any(has_dtype(np.dtype(d)) for d in ("M8[s]", "m8", [("a", "i4")], np.longdouble, "V3"))
