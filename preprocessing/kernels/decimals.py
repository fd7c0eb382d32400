"""Integers written as decimal numbers, into one byte buffer."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Uint8s = npt.NDArray[np.uint8]
Int64s = npt.NDArray[np.int64]

_TEN = np.uint64(10)
_ONE = np.uint64(1)


@kernel
def _magnitude(value: Any) -> Any:
    """Return the absolute value as uint64; the least int64 has one there."""
    return ~np.uint64(value) + _ONE if value < 0 else np.uint64(value)


@kernel
def decimal_lengths_kernel(values: Int64s, offsets: Int64s) -> None:
    """Fill `offsets` (int64[n + 1]) for the decimal forms of `values`."""
    total = np.int64(0)
    offsets[0] = 0
    for k in range(len(values)):
        rest = _magnitude(values[k]) // _TEN
        total += 2 if values[k] < 0 else 1
        while rest > 0:
            rest = rest // _TEN
            total += 1
        offsets[k + 1] = total


@kernel
def decimal_fill_kernel(values: Int64s, offsets: Int64s, data: Uint8s) -> None:
    """Write the decimal forms of `values` where `decimal_lengths_kernel` has put them."""
    for k in range(len(values)):
        rest = _magnitude(values[k])
        p = offsets[k + 1] - 1
        while True:
            digit = rest % _TEN
            data[p] = np.uint8(48) + np.uint8(digit)
            rest = rest // _TEN
            p -= 1
            if rest == 0:
                break
        if values[k] < 0:
            data[p] = 45
