"""Kernels that pad rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Int64s = npt.NDArray[np.int64]


@kernel
def pad_rows_kernel(flat: npt.NDArray[Any], splits: Int64s, out: npt.NDArray[Any]) -> None:
    """Copy the items of row `i`, `flat[splits[i]:splits[i + 1]]`, to the start of `out[i]`.

    `flat` is [items, width] and `out` [rows, length, width]; what is behind a row's items stays as it is.
    """
    width = flat.shape[1]
    for i in range(len(splits) - 1):
        start = splits[i]
        for j in range(splits[i + 1] - start):
            for k in range(width):
                out[i, j, k] = flat[start + j, k]


@kernel
def pad_positions_kernel(splits: Int64s, padding: int, out: Int64s) -> None:
    """Fill `out[rows, length]` with the positions of the items of each row, then `padding`."""
    for i in range(len(splits) - 1):
        start = splits[i]
        n = splits[i + 1] - start
        for j in range(out.shape[1]):
            out[i, j] = start + j if j < n else padding
