"""Kernels that find whole records among bytes that are not all records (layout in `framing`)."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..core.kernels import kernel
from .framing_kernels import FOOTER_BYTES, HEADER_BYTES, Bytes, crc_kernel, load_u32_kernel, mask_kernel
from .words import crc_word, load_u64

# Status codes of `find_record_kernel`.
FOUND: Final = 0
NEEDS_MORE: Final = 1  # a header holds, but its payload is not all there yet
NOT_FOUND: Final = 2

_NO_RECORD: Final = -1
_LOW_32: Final = 0xFFFFFFFF


@kernel
def header_length_kernel(data: Bytes, start: int, stop: int) -> int:
    """Return the length (at most 2**62) that the header at `start` announces, or -1 when its CRC does not hold."""
    if stop - start < HEADER_BYTES:
        return _NO_RECORD
    length = load_u64(data, start)
    crc = crc_word(np.uint64(_LOW_32), length) ^ np.uint64(_LOW_32)
    if np.uint64(load_u32_kernel(data, start + 8)) != np.uint64(mask_kernel(crc)):
        return _NO_RECORD
    return np.int64(min(length, np.uint64(1 << 62)))


@kernel
def record_end_kernel(data: Bytes, start: int, stop: int) -> int:
    """Return the end of the record at `start` when it is whole, with both CRCs good, before `stop`; else -1."""
    length = header_length_kernel(data, start, stop)
    if length < 0 or length > stop - start - HEADER_BYTES - FOOTER_BYTES:
        return _NO_RECORD
    end = start + HEADER_BYTES + length
    computed = mask_kernel(crc_kernel(data, start + HEADER_BYTES, end))
    return end + FOOTER_BYTES if np.uint64(load_u32_kernel(data, end)) == np.uint64(computed) else _NO_RECORD


@kernel
def find_record_kernel(data: Bytes, start: int, stop: int, max_bytes: int, ended: bool) -> tuple[int, int, int]:
    """Look for the first whole record of up to `max_bytes` that begins in `data[start:stop]`.

    Returns:
        `(status, position, length)`: where it begins; for `NEEDS_MORE` where a record may begin and its length, only
        while `ended` is false; for `NOT_FOUND` the first place that more bytes could make a record of.
    """
    position = start
    while position + HEADER_BYTES <= stop:
        length = header_length_kernel(data, position, stop)
        if 0 <= length <= max_bytes:
            if length <= stop - position - HEADER_BYTES - FOOTER_BYTES:
                if record_end_kernel(data, position, stop) >= 0:
                    return FOUND, position, length
            elif not ended:
                return NEEDS_MORE, position, length
        position += 1
    return NOT_FOUND, position, 0


@kernel
def chain_start_kernel(data: Bytes, start: int, goal: int) -> int:
    """Return where records begin that follow each other from inside `data[start:goal]` exactly up to `goal`, or -1."""
    position = start
    while position < goal:
        end = record_end_kernel(data, position, goal)
        if end < 0:
            position += 1
            continue
        last = end
        while last < goal:
            end = record_end_kernel(data, last, goal)
            if end < 0:
                break
            last = end
        if last == goal:
            return position
        # Every link of this chain leads to the same break: none of them needs another look.
        position = last
    return _NO_RECORD
