"""Exact comparison of elements: structure, types, dtypes, shapes and values."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core import nest
from ..core.values import Ragged, Sparse


def assert_elements_equal(actual: Any, expected: Any) -> None:
    """Fail unless two elements are the same, down to their dtypes.

    NaN equals NaN, and 0.0 equals -0.0. The order of a dict's keys does not matter.

    Args:
        actual: Nest of leaves (NumPy scalars and arrays, bytes, `Ragged`, `Sparse`, other objects).
        expected: The same.

    Raises:
        AssertionError: The elements differ; the message names the leaf.
    """
    structure, wanted = nest.structure_of(actual), nest.structure_of(expected)
    assert structure == wanted, f"structures differ. Received: {structure!r}, expected: {wanted!r}."
    rows = zip(structure.paths(), structure.unpack(actual), wanted.unpack(expected), strict=True)
    for path, leaf, want in rows:
        where = f"leaf {path} " if path else ""
        assert _same(leaf, want), f"{where}differs. Received: {_text(leaf)}, expected: {_text(want)}."


def _same(actual: Any, expected: Any) -> bool:
    # Two scalar types can stand for one dtype (`ulonglong` and `uint64`): dtypes are compared below.
    if type(actual) is not type(expected) and not (isinstance(actual, np.generic) and isinstance(expected, np.generic)):
        return False
    if isinstance(expected, Ragged):
        return np.array_equal(actual.row_splits, expected.row_splits) and _same(actual.values, expected.values)
    if isinstance(expected, Sparse):
        return all(_same(getattr(actual, n), getattr(expected, n)) for n in ("indices", "values", "dense_shape"))
    if isinstance(expected, np.ndarray | np.generic):
        if (actual.dtype, actual.shape) != (expected.dtype, expected.shape):
            return False
        return bool(np.array_equal(actual, expected, equal_nan=expected.dtype.kind in "fcmM"))
    return bool(actual == expected)


def _text(leaf: Any) -> str:
    form = f" {leaf.dtype}{list(leaf.shape)}" if isinstance(leaf, np.ndarray | np.generic) else ""
    return f"{leaf!r}{form}"
