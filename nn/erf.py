"""The error function, as an op.

References:
    M. Abramowitz, I. Stegun, "Handbook of mathematical functions", 1964, formula 7.1.1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core import ops
from ..core.ops.families import elementwise
from ..core.ops.registry import Value, call
from .erf_kernels import erf_kernel

Array = npt.NDArray[Any]


def _erf(x: Any) -> Array:
    array = np.ascontiguousarray(x)
    if array.dtype not in (np.float32, np.float64):
        # Numba has no float16; integers become float64, as in the other functions.
        wide = _erf(array.astype(np.float64))
        return wide.astype(array.dtype) if array.dtype.kind == "f" else wide
    out = np.empty_like(array)
    erf_kernel(array.reshape(-1), out.reshape(-1))
    return out.reshape(np.shape(x))


ERF = elementwise(
    "erf",
    _erf,
    lambda g, y, x: ops.multiply(g, ops.multiply(ops.exp(ops.negative(ops.square(x))), 2 / math.sqrt(math.pi))),
    template="math.erf({0})",
)


def erf(x: Value) -> Value:
    """Return the error function, twice the integral of `exp(-t²)/sqrt(pi)` from 0 to `x`."""
    return call(ERF, x)
