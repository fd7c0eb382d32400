"""Results in float32 as images of the dtype that the user gave."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def saturated(values: Array, dtype: Any, *, rounded: bool = False) -> Array:
    """Return numbers as another dtype; those that it cannot hold become the nearest that it can.

    Args:
        values: Floats or integers.
        dtype: A NumPy dtype.
        rounded: Round floats to the nearest integer, halves to even, instead of towards zero. For integer dtypes.
    """
    kind = np.dtype(dtype)
    if values.dtype == kind:
        return values
    low, high = _limits(kind)
    own_low, own_high = _limits(values.dtype)
    if values.dtype.kind == "f" and kind.kind in "iu":
        return _to_integers(values, kind, int(low), int(high), rounded=rounded)
    if own_low < low or own_high > high:
        values = np.clip(values, values.dtype.type(max(low, own_low)), values.dtype.type(min(high, own_high)))
    return values.astype(kind)


def _limits(dtype: np.dtype[Any]) -> tuple[Any, Any]:
    if dtype.kind in "iu":
        return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    return float(np.finfo(dtype).min), float(np.finfo(dtype).max)


def _to_integers(values: Array, kind: np.dtype[Any], low: int, high: int, *, rounded: bool) -> Array:
    own = values.dtype.type
    with np.errstate(over="ignore"):
        bound = own(high)
    if not np.isfinite(bound) or int(bound) > high:  # the largest integer has no float: one below does
        bound = np.nextafter(bound, own(0))
    with np.errstate(over="ignore", invalid="ignore"):  # NaN becomes what a cast makes of it
        found = np.rint(values) if rounded else values
        return np.clip(found, own(low), bound).astype(kind)
