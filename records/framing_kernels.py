"""Kernels of TFRecord framing: framed bytes to strings and back (layout in `framing`)."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from ..core.kernels import kernel
from .words import (
    LONG_LANE,
    LONG_SHIFT,
    LONG_SHIFTS,
    SHORT_LANE,
    SHORT_SHIFT,
    SHORT_SHIFTS,
    crc_byte,
    crc_word,
    load_u64,
    store_u64,
)

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

HEADER_BYTES: Final = 12
FOOTER_BYTES: Final = 4

# Status codes of `unframe_kernel`.
FULL: Final = 0  # as many records as were asked for
SHORT_HEADER: Final = 1  # fewer than 12 bytes are left
SHORT_PAYLOAD: Final = 2  # the header holds, but its payload is not all there
BAD_LENGTH_CRC: Final = 3
BAD_PAYLOAD_CRC: Final = 4
TOO_LONG: Final = 5  # the header holds, but announces more than is allowed

_MASK_DELTA: Final = 0xA282EAD8
_LOW_32: Final = 0xFFFFFFFF


@kernel(inline=True)
def mask_kernel(crc: int) -> int:
    """Mask a finished CRC32C: rotate right by 15 bits and add a constant."""
    value = np.uint64(crc)
    rotated = (value >> np.uint64(15)) | (value << np.uint64(17))
    return (rotated + np.uint64(_MASK_DELTA)) & np.uint64(_LOW_32)


@kernel(inline=True)
def shifted_kernel(crc: int, tables: npt.NDArray[np.uint32]) -> int:
    """Return a raw CRC state after the zero bytes that `tables` stand for."""
    state, low = np.uint64(crc), np.uint64(0xFF)
    one, two = tables[0, np.intp(state & low)], tables[1, np.intp((state >> np.uint64(8)) & low)]
    three, four = tables[2, np.intp((state >> np.uint64(16)) & low)], tables[3, np.intp((state >> np.uint64(24)) & low)]
    return np.uint64(one ^ two ^ three ^ four)


@kernel(inline=True)
def lanes_kernel(
    data: Bytes,
    start: int,
    stop: int,
    out: Bytes,
    to: int,
    copies: bool,
    crc: int,
    lane: int,
    shift: npt.NDArray[np.uint32],
    shifts: npt.NDArray[np.uint32],
) -> tuple[int, int]:
    """Step a raw CRC state over as many times three lanes as there are, copying them; return `(position, state)`."""
    i, state = start, np.uint64(crc)
    while i + 3 * lane <= stop:
        second, third = np.uint64(0), np.uint64(0)
        k = i - start + to
        for j in range(0, lane, 8):
            one, two, three = load_u64(data, i + j), load_u64(data, i + lane + j), load_u64(data, i + 2 * lane + j)
            if copies:
                store_u64(out, k + j, one)
                store_u64(out, k + lane + j, two)
                store_u64(out, k + 2 * lane + j, three)
            state, second, third = crc_word(state, one), crc_word(second, two), crc_word(third, three)
        state = np.uint64(shifted_kernel(state, shifts)) ^ np.uint64(shifted_kernel(second, shift)) ^ third
        i += 3 * lane
    return i, state


@kernel(inline=True)
def words_kernel(data: Bytes, start: int, stop: int, out: Bytes, to: int, copies: bool) -> tuple[int, int]:
    """Step the raw state of a CRC32C over the words of `data[start:stop]`, with `copies` copied to `out[to:]`.

    Returns:
        `(position, state)`: up to seven bytes are left.
    """
    crc, i = np.uint64(_LOW_32), start
    if stop - i >= 3 * SHORT_LANE:
        i, crc = lanes_kernel(data, i, stop, out, to, copies, crc, LONG_LANE, LONG_SHIFT, LONG_SHIFTS)
        i, crc = lanes_kernel(data, i, stop, out, i - start + to, copies, crc, SHORT_LANE, SHORT_SHIFT, SHORT_SHIFTS)
    while i + 8 <= stop:
        word = load_u64(data, i)
        if copies:
            store_u64(out, i - start + to, word)
        crc = crc_word(crc, word)
        i += 8
    return i, crc


@kernel(inline=True)
def rest_kernel(data: Bytes, start: int, i: int, stop: int, crc: int) -> int:
    """Step a raw CRC state that `words_kernel` gave over the bytes it left, `data[i:stop]`.

    A zero state stays zero over zero bytes. So the bytes, mixed with the state, are moved to the end of a word of
    zeros, and one step takes them all; of a state longer than the bytes the rest is mixed in afterwards. A loop over
    the bytes would be mispredicted once a record.
    """
    state = np.uint64(crc)
    if i == stop:
        return state
    if stop - start < 8:
        while i < stop:
            state = crc_byte(state, data[i])
            i += 1
        return state
    bits = np.uint64(8 * (stop - i))
    unused = np.uint64(64) - bits
    last = load_u64(data, stop - 8) >> unused
    return (state >> bits) ^ crc_word(np.uint64(0), (last ^ state) << unused)


@kernel(inline=True)
def crc_kernel(data: Bytes, start: int, stop: int) -> int:
    """Return the CRC32C of `data[start:stop]`."""
    i, crc = words_kernel(data, start, stop, data, start, False)
    return rest_kernel(data, start, i, stop, crc) ^ np.uint64(_LOW_32)


@kernel(inline=True)
def copy_crc_kernel(data: Bytes, start: int, stop: int, out: Bytes, to: int) -> int:
    """Copy `data[start:stop]` to `out[to:]` and return its CRC32C, in one pass over memory."""
    i, crc = words_kernel(data, start, stop, out, to, True)
    if stop - start >= 8:
        store_u64(out, to + stop - start - 8, load_u64(data, stop - 8))
    else:
        for k in range(start, stop):
            out[k - start + to] = data[k]
    return rest_kernel(data, start, i, stop, crc) ^ np.uint64(_LOW_32)


@kernel(inline=True)
def load_u32_kernel(data: Bytes, index: int) -> int:
    """Return 4 little-endian bytes as an integer."""
    word = np.uint64(0)
    for k in range(4):
        word |= np.uint64(data[index + k]) << np.uint64(8 * k)
    return word


@kernel(inline=True)
def store_u32_kernel(data: Bytes, index: int, value: int) -> None:
    """Write 4 little-endian bytes."""
    for k in range(4):
        data[index + k] = np.uint8((np.uint64(value) >> np.uint64(8 * k)) & np.uint64(0xFF))


@kernel
def unframe_kernel(
    data: Bytes, start: int, stop: int, max_bytes: int, out: Bytes, offsets: Offsets, records: int
) -> tuple[int, int, int, int, int, int]:
    """Take records from `data[start:stop]`: check both CRCs, copy the payloads to `out`.

    `out` holds `records` records already, and has room for `stop - start` bytes more; `offsets` says where they begin,
    and has one number more than records may be taken in all. The length of a record is used for nothing before its CRC
    has been checked; one longer than `max_bytes` stops the scan.

    Returns:
        `(status, records, position, length, stored, computed)`: all records in `out`; the position after the last
        one; of the record that stopped the scan its length and, for a CRC mismatch, both masked CRCs.
    """
    position, used, max_records = start, offsets[records], len(offsets) - 1
    while records < max_records:
        if stop - position < HEADER_BYTES:
            return SHORT_HEADER, records, position, 0, 0, 0
        length = load_u64(data, position)
        stored = np.uint64(load_u32_kernel(data, position + 8))
        crc = crc_word(np.uint64(_LOW_32), length) ^ np.uint64(_LOW_32)
        computed = np.uint64(mask_kernel(crc))
        if stored != computed:
            return BAD_LENGTH_CRC, records, position, 0, np.int64(stored), np.int64(computed)
        room = stop - position - HEADER_BYTES - FOOTER_BYTES
        # A length that no file can have is cut to one that no file can have either, so that it fits int64.
        told = np.int64(min(length, np.uint64(1 << 62)))
        if told > max_bytes:
            return TOO_LONG, records, position, told, 0, 0
        if told > room:
            return SHORT_PAYLOAD, records, position, told, 0, 0
        begin = position + HEADER_BYTES
        end = begin + np.intp(length)
        stored = np.uint64(load_u32_kernel(data, end))
        computed = np.uint64(mask_kernel(copy_crc_kernel(data, begin, end, out, used)))
        if stored != computed:
            return BAD_PAYLOAD_CRC, records, position, end - begin, np.int64(stored), np.int64(computed)
        used += end - begin
        position = end + FOOTER_BYTES
        records += 1
        offsets[records] = used
    return FULL, records, position, 0, 0, 0


@kernel
def locate_kernel(
    data: Bytes,
    start: int,
    stop: int,
    max_records: int,
    max_bytes: int,
    starts: Offsets,
    lengths: Offsets,
    crcs: npt.NDArray[np.uint32],
) -> tuple[int, int, int, int, int, int]:
    """Check up to `max_records` records of `data[start:stop]` as `unframe_kernel` does, and note where they are.

    `starts`, `lengths` and `crcs` hold at least `max_records` numbers: where each header begins in `data`, the bytes of
    its payload, and the masked CRC of the payload. Returns what `unframe_kernel` returns, the records those found here.
    """
    position, records = start, 0
    while records < max_records:
        if stop - position < HEADER_BYTES:
            return SHORT_HEADER, records, position, 0, 0, 0
        length = load_u64(data, position)
        stored = np.uint64(load_u32_kernel(data, position + 8))
        crc = crc_word(np.uint64(_LOW_32), length) ^ np.uint64(_LOW_32)
        computed = np.uint64(mask_kernel(crc))
        if stored != computed:
            return BAD_LENGTH_CRC, records, position, 0, np.int64(stored), np.int64(computed)
        told = np.int64(min(length, np.uint64(1 << 62)))
        if told > max_bytes:
            return TOO_LONG, records, position, told, 0, 0
        if told > stop - position - HEADER_BYTES - FOOTER_BYTES:
            return SHORT_PAYLOAD, records, position, told, 0, 0
        begin = position + HEADER_BYTES
        end = begin + told
        stored = np.uint64(load_u32_kernel(data, end))
        computed = np.uint64(mask_kernel(crc_kernel(data, begin, end)))
        if stored != computed:
            return BAD_PAYLOAD_CRC, records, position, told, np.int64(stored), np.int64(computed)
        starts[records] = position
        lengths[records] = told
        crcs[records] = np.uint32(stored)
        position = end + FOOTER_BYTES
        records += 1
    return FULL, records, position, 0, 0, 0


@kernel
def take_records_kernel(
    data: Bytes, starts: Offsets, lengths: Offsets, crcs: npt.NDArray[np.uint32], out: Bytes, offsets: Offsets
) -> int:
    """Copy the payloads of records at known places of `data` to `out`, checking each against its header and CRC.

    The caller has checked that the places are inside `data`, and filled `offsets` with the sums of `lengths`.

    Returns:
        Number of good records; when less than all, that is the index of the first one that is not as it was.
    """
    for i in range(len(starts)):
        begin = starts[i] + HEADER_BYTES
        end = begin + lengths[i]
        if load_u64(data, starts[i]) != np.uint64(lengths[i]):
            return i
        computed = np.uint64(mask_kernel(copy_crc_kernel(data, begin, end, out, offsets[i])))
        if computed != np.uint64(crcs[i]) or np.uint64(load_u32_kernel(data, end)) != computed:
            return i
    return len(starts)


@kernel
def frame_kernel(data: Bytes, offsets: Offsets, out: Bytes) -> None:
    """Frame the strings `data[offsets[i]:offsets[i + 1]]` one after another into `out`, which has the exact size."""
    position = 0
    for i in range(len(offsets) - 1):
        begin, end = offsets[i], offsets[i + 1]
        length = np.uint64(end - begin)
        store_u64(out, position, length)
        crc = crc_word(np.uint64(_LOW_32), length) ^ np.uint64(_LOW_32)
        store_u32_kernel(out, position + 8, mask_kernel(crc))
        crc = copy_crc_kernel(data, begin, end, out, position + HEADER_BYTES)
        position += HEADER_BYTES + end - begin
        store_u32_kernel(out, position, mask_kernel(crc))
        position += FOOTER_BYTES
