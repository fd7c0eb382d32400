"""NumPy's fixed-width strings of bytes to bytes with offsets."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Uint8s = npt.NDArray[np.uint8]
Int64s = npt.NDArray[np.int64]


@kernel
def trimmed_offsets_kernel(rows: npt.NDArray[np.uint8], offsets: Int64s) -> None:
    """Fill `offsets` for rows of bytes (`S` arrays: zeros at the end are padding)."""
    total = np.int64(0)
    offsets[0] = 0
    for i in range(rows.shape[0]):
        n = rows.shape[1]
        while n > 0 and rows[i, n - 1] == 0:
            n -= 1
        total += n
        offsets[i + 1] = total


@kernel
def trimmed_fill_kernel(rows: npt.NDArray[np.uint8], offsets: Int64s, data: Uint8s) -> None:
    """Copy rows of bytes without their padding."""
    for i in range(rows.shape[0]):
        low = offsets[i]
        for j in range(offsets[i + 1] - low):
            data[low + j] = rows[i, j]
