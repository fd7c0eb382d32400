"""What a user function's result becomes: one form for each kind of leaf."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import nest
from .values import Ragged, Sparse

_AS_IS = (np.generic, bytes, Ragged, Sparse)


def as_leaf(value: Any) -> Any:
    """Return a leaf as users see it in an element.

    Python numbers become NumPy's int64, float64 and bool scalars, `str` becomes UTF-8 bytes, lists and anything with
    `numpy()` become arrays; 0-d arrays become scalars. Other objects stay as they are.
    """
    if isinstance(value, np.ndarray):
        return value[()] if value.ndim == 0 else value
    if isinstance(value, _AS_IS):
        return value
    if isinstance(value, bool):
        return np.bool_(value)
    if isinstance(value, int):
        return np.int64(value) if -(2**63) <= value < 2**63 else np.uint64(value)
    if isinstance(value, float):
        return np.float64(value)
    if isinstance(value, complex):
        return np.complex128(value)
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, list):
        return _stack(value)
    numpy = getattr(value, "numpy", None)
    if callable(numpy):
        return as_leaf(numpy())
    return value


def _stack(values: list[Any]) -> Any:
    leaves = [as_leaf(v) for v in values]
    if leaves and any(isinstance(v, bytes) for v in leaves):
        out = np.empty(len(leaves), dtype=object)
        out[:] = leaves
        return out
    return np.asarray(leaves) if leaves else np.asarray(leaves, dtype=np.float32)


def as_element(result: Any) -> Any:
    """Return a nest whose leaves all are as `as_leaf` makes them."""
    if not isinstance(result, tuple | dict) and not hasattr(result, "__dataclass_fields__"):
        return as_leaf(result)
    if type(result) is tuple and not any(isinstance(v, tuple | dict) for v in result):
        return tuple([as_leaf(v) for v in result])
    return nest.map_structure(as_leaf, result)
