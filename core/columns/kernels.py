"""Kernels that move variable-length rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..kernels import kernel

Int64s = npt.NDArray[np.int64]


def frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a read-only, contiguous view (a copy where there is none).

    Numba compiles a kernel again for every mix of writable and read-only arguments, and columns come as both: inputs
    are given to kernels in this one form, for half a microsecond each.
    """
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


@kernel
def taken_lengths_kernel(splits: Int64s, indices: Int64s, out: Int64s) -> None:
    """Fill `out[0..n]` with the splits that the rows at `indices` have once they lie one after another."""
    total = np.int64(0)
    out[0] = 0
    for k in range(len(indices)):
        i = indices[k]
        total += splits[i + 1] - splits[i]
        out[k + 1] = total


@kernel
def take_ranges_kernel(
    data: npt.NDArray[Any], splits: Int64s, indices: Int64s, new_splits: Int64s, out: npt.NDArray[Any]
) -> None:
    """Copy the ranges of the rows at `indices` from `data` into `out`, one after another (1-D items)."""
    for k in range(len(indices)):
        source = splits[indices[k]]
        target = new_splits[k]
        for j in range(new_splits[k + 1] - target):
            out[target + j] = data[source + j]


@kernel
def take_positions_kernel(splits: Int64s, indices: Int64s, new_splits: Int64s, out: Int64s) -> None:
    """Fill `out` with the positions of the items of the rows at `indices`, one row after another."""
    for k in range(len(indices)):
        source = splits[indices[k]]
        target = new_splits[k]
        for j in range(new_splits[k + 1] - target):
            out[target + j] = source + j
