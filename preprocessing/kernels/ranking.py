"""Ranking: a radix sort of row numbers by 64-bit keys, and strings as such keys, eight bytes at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Uint8s = npt.NDArray[np.uint8]
Int64s = npt.NDArray[np.int64]
Uint64s = npt.NDArray[np.uint64]

# Six digits of 11 bits: the counts of 2048 digits stay in the nearest cache.
_DIGITS = 6
_BITS = 11
_SIZE = 2048
_MASK = np.uint64(_SIZE - 1)


@kernel
def words_kernel(data: Uint8s, offsets: Int64s, rows: Int64s, at: int, out: Uint64s) -> None:
    """Fill `out` so that its order is the falling one of bytes `at` to `at + 8` of some strings, zeros behind the end.

    Args:
        data: Bytes of the strings.
        offsets: int64[n + 1].
        rows: Which strings, one for each word.
        at: Offset in each string.
        out: The words.
    """
    for i in range(len(rows)):
        start, stop = offsets[rows[i]] + at, offsets[rows[i] + 1]
        word = np.uint64(0)
        for j in range(8):
            word = word << np.uint64(8)
            if start + j < stop:
                word |= np.uint64(data[start + j])
        out[i] = ~word


@kernel
def sort_rows_kernel(keys: Uint64s, rows: Int64s, spare_keys: Uint64s, spare_rows: Int64s) -> Any:
    """Sort keys, which do not fall then, and rows with them; rows of equal keys keep their order.

    Least digit first; digits that all keys share cost nothing but their counting.

    Args:
        keys: The keys.
        rows: As many.
        spare_keys: Scratch of the same length.
        spare_rows: Scratch of the same length.

    Returns:
        0 when the result is in `keys` and `rows`, 1 when it is in the spare arrays; the other two hold anything.
    """
    n = len(keys)
    counts = np.zeros((_DIGITS, _SIZE), dtype=np.int64)
    for i in range(n):
        key = keys[i]
        for digit in range(_DIGITS):
            counts[digit, np.int64(key & _MASK)] += 1
            key = key >> np.uint64(_BITS)
    side = 0
    for digit in range(_DIGITS):
        total, largest = np.int64(0), np.int64(0)
        for j in range(_SIZE):
            count = counts[digit, j]
            largest = max(largest, count)
            counts[digit, j] = total
            total += count
        if largest == n:
            continue
        shift = np.uint64(digit * _BITS)
        if side == 0:
            _scatter(keys, rows, shift, counts[digit], spare_keys, spare_rows)
        else:
            _scatter(spare_keys, spare_rows, shift, counts[digit], keys, rows)
        side = 1 - side
    return side


@kernel
def _scatter(keys: Uint64s, rows: Int64s, shift: Any, starts: Int64s, out_keys: Uint64s, out_rows: Int64s) -> None:
    for i in range(len(keys)):
        digit = np.int64((keys[i] >> shift) & _MASK)
        place = starts[digit]
        out_keys[place] = keys[i]
        out_rows[place] = rows[i]
        starts[digit] = place + 1
