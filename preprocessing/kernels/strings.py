"""NumPy's fixed-width strings to bytes with offsets, and what goes with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Uint8s = npt.NDArray[np.uint8]
Int64s = npt.NDArray[np.int64]


@kernel
def utf8_lengths_kernel(codes: npt.NDArray[np.uint32], ends: Int64s) -> Any:
    """Fill `ends` for the UTF-8 form of rows of code points (`U` arrays: zeros at the end are padding).

    Args:
        codes: uint32[n, width].
        ends: int64[n], where each row ends when the first begins at 0.

    Returns:
        -1, or the first row with a code point that UTF-8 does not have (a surrogate, or above 0x10FFFF).
    """
    total = np.int64(0)
    for i in range(codes.shape[0]):
        n = codes.shape[1]
        while n > 0 and codes[i, n - 1] == 0:
            n -= 1
        for j in range(n):
            c = codes[i, j]
            if c < 0x80:
                total += 1
            elif c < 0x800:
                total += 2
            elif c < 0x10000:
                if 0xD800 <= c < 0xE000:
                    return i
                total += 3
            elif c < 0x110000:
                total += 4
            else:
                return i
        ends[i] = total
    return -1


@kernel
def utf8_fill_kernel(codes: npt.NDArray[np.uint32], offsets: Int64s, data: Uint8s) -> None:
    """Write the UTF-8 form of rows of code points that `utf8_lengths_kernel` has accepted."""
    for i in range(codes.shape[0]):
        p = offsets[i]
        stop = offsets[i + 1]
        j = 0
        while p < stop:
            c = codes[i, j]
            j += 1
            if c < 0x80:
                data[p] = c
                p += 1
            elif c < 0x800:
                data[p] = 0xC0 | (c >> 6)
                data[p + 1] = 0x80 | (c & 0x3F)
                p += 2
            elif c < 0x10000:
                data[p] = 0xE0 | (c >> 12)
                data[p + 1] = 0x80 | ((c >> 6) & 0x3F)
                data[p + 2] = 0x80 | (c & 0x3F)
                p += 3
            else:
                data[p] = 0xF0 | (c >> 18)
                data[p + 1] = 0x80 | ((c >> 12) & 0x3F)
                data[p + 2] = 0x80 | ((c >> 6) & 0x3F)
                data[p + 3] = 0x80 | (c & 0x3F)
                p += 4


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


@kernel
def is_utf8_kernel(data: Uint8s, offsets: Int64s) -> Any:
    """Return -1, or the first string that is not valid UTF-8 (RFC 3629: no surrogates, no overlong forms)."""
    for k in range(len(offsets) - 1):
        p, stop = offsets[k], offsets[k + 1]
        while p < stop:
            c = data[p]
            if c < 0x80:
                p += 1
                continue
            low, high, more = np.uint8(0x80), np.uint8(0xBF), 0
            if 0xC2 <= c <= 0xDF:
                more = 1
            elif 0xE0 <= c <= 0xEF:
                more = 2
                if c == 0xE0:
                    low = np.uint8(0xA0)
                elif c == 0xED:
                    high = np.uint8(0x9F)
            elif 0xF0 <= c <= 0xF4:
                more = 3
                if c == 0xF0:
                    low = np.uint8(0x90)
                elif c == 0xF4:
                    high = np.uint8(0x8F)
            if more == 0 or p + more >= stop or not low <= data[p + 1] <= high:
                return k
            for j in range(2, more + 1):
                if data[p + j] < 0x80 or data[p + j] > 0xBF:
                    return k
            p += more + 1
    return -1
