"""What the functions that make random arrays share: checks of their arguments, ranges, mean and deviation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..dtypes import as_dtype
from ..errors import DTypeError, InvalidArgumentError, ShapeError, describe
from . import samplers
from .philox import Philox

Shape = int | Sequence[int] | npt.NDArray[np.integer[Any]]
Draw = Callable[[Philox, int, np.dtype[Any]], npt.NDArray[Any]]


def integer_draw(where: str, minval: Any, maxval: Any, kind: np.dtype[Any]) -> Draw:
    """Return the sampler of integers in [minval, maxval)."""
    if maxval is None:
        raise InvalidArgumentError(f"{where}: an integer dtype needs maxval. Received: maxval=None, dtype={kind}.")
    low, high, info = int(minval), int(maxval), np.iinfo(kind)
    if not info.min <= low < high <= info.max:
        raise InvalidArgumentError(
            f"{where}: must hold {info.min} <= minval < maxval <= {info.max}. Received: minval={low}, maxval={high}."
        )
    return lambda stream, n, dtype: samplers.integers(stream, n, dtype, low, high)


def scale(unit: npt.NDArray[Any], minval: Any, maxval: Any) -> npt.NDArray[Any]:
    """Return floats of [0, 1) moved to [minval, maxval), in their own precision."""
    low, high = np.asarray(minval, unit.dtype), np.asarray(1 if maxval is None else maxval, unit.dtype)
    return np.asarray(unit * (high - low) + low)


def shift(unit: npt.NDArray[Any], mean: Any, stddev: Any) -> npt.NDArray[Any]:
    """Return normal floats with another mean and standard deviation, in their own precision."""
    return np.asarray(unit * np.asarray(stddev, unit.dtype) + np.asarray(mean, unit.dtype))


def as_kind(where: str, dtype: Any, allowed: tuple[str, ...]) -> np.dtype[Any]:
    """Return the NumPy dtype, one of those allowed by name."""
    found = as_dtype(dtype)
    if found.name not in allowed:
        raise DTypeError(f"{where}: dtype must be one of {', '.join(allowed)}. Received: dtype={found.name}.")
    return found.numpy


def as_dims(where: str, shape: Shape) -> tuple[int, ...]:
    """Return a shape as a tuple of ints >= 0."""
    dims = np.atleast_1d(np.asarray(shape))
    if dims.ndim != 1 or (dims.size and dims.dtype.kind not in "iu") or (dims < 0).any():
        raise ShapeError(f"{where}: shape must be integers >= 0. Received: shape={describe(shape)}.")
    return tuple(int(d) for d in dims)
