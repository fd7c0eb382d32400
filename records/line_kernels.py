"""Kernel that splits text into lines."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from ..core.kernels import kernel
from .words import load_u64, low_zero_bytes, store_u64

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

_NEWLINE: Final = 10
_RETURN: Final = 13
_NEWLINES: Final = 0x0A0A0A0A0A0A0A0A
_RETURNS: Final = 0x0D0D0D0D0D0D0D0D
_ONES: Final = 0x0101010101010101
_HIGHS: Final = 0x8080808080808080

SLACK_BYTES: Final = 8  # words are stored whole, so the last store may reach past the last line


@kernel
def drop_returns_kernel(data: Bytes, start: int, stop: int) -> int:
    """Remove every carriage return from `data[start:stop]` in place; return the new end."""
    to = start
    for i in range(start, stop):
        byte = data[i]
        data[to] = byte
        to += byte != _RETURN
    return to


@kernel
def split_lines_kernel(
    data: Bytes, start: int, stop: int, max_lines: int, at_end: bool, out: Bytes, offsets: Offsets
) -> tuple[int, int]:
    """Copy up to `max_lines` lines of `data[start:stop]` to `out`, without newlines and carriage returns.

    Eight bytes are tested and copied at a time: 3.6 GB/s on 60-byte lines, reading included, where
    `np.flatnonzero(data == 10)` alone takes 3.2 GB/s. `out` holds `stop - start + SLACK_BYTES` bytes.

    Args:
        data: uint8[...].
        start: First byte.
        stop: End of the bytes.
        max_lines: How many lines at most.
        at_end: Nothing follows `data[stop - 1]`, so that bytes after the last newline are a line.
        out: uint8[...], the lines.
        offsets: int64[max_lines + 1], where they begin.

    Returns:
        How many lines, and the position after the last one.
    """
    newlines, returns = np.uint64(_NEWLINES), np.uint64(_RETURNS)
    ones, highs = np.uint64(_ONES), np.uint64(_HIGHS)
    lines, used, position = 0, 0, start
    offsets[0] = 0
    i, to = start, 0
    has_return = False
    while lines < max_lines:
        found = False
        while i + 8 <= stop:
            word = load_u64(data, i)
            store_u64(out, to, word)
            x = word ^ newlines
            hit = (x - ones) & ~x & highs
            y = word ^ returns
            seen = (y - ones) & ~y & highs
            if hit != np.uint64(0):
                n = low_zero_bytes(hit)
                seen &= (np.uint64(1) << np.uint64(8 * n)) - np.uint64(1)
                if seen != np.uint64(0) and low_zero_bytes(seen) == n - 1:
                    to -= 1  # the usual place, right before the newline
                elif seen != np.uint64(0):
                    has_return = True
                i += n + 1
                to += n
                found = True
                break
            has_return |= seen != np.uint64(0)
            i += 8
            to += 8
        while not found and i < stop:
            byte = data[i]
            i += 1
            if byte == _NEWLINE:
                found = True
                break
            has_return |= byte == _RETURN
            out[to] = byte
            to += 1
        if not found and (not at_end or position == stop):
            break
        if has_return:
            to = drop_returns_kernel(out, used, to)
            has_return = False
        if not found and to == used:  # only carriage returns behind the last newline
            return lines, stop
        lines += 1
        used, position = to, i
        offsets[lines] = used
    return lines, position
