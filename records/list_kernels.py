"""Kernels that read the lists of an Example's features: the bytes of a list to its values, and strings to one place.

A list is what a Feature holds (layout in `parsing_kernels`): a BytesList, a FloatList or an Int64List, the numbers
packed or one by one. Its kind chooses one of three outputs: bits of floats, bits of integers, begin and end of strings.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.kernels import kernel
from .wire_kernels import (
    DONE,
    FIRST_DELIMITED,
    FIRST_FIXED32,
    FIRST_VARINT,
    MALFORMED,
    Bytes,
    Offsets,
    length_kernel,
    skip_kernel,
    varint_kernel,
)
from .words import load_u64, low_bytes, low_zero_bits, low_zero_bytes, pack_sevens, store_u64

# Kinds of a Feature: the field numbers of its lists; 0 when it has none or is not there.
NO_KIND: Final = 0
BYTES_LIST: Final = 1
FLOAT_LIST: Final = 2
INT64_LIST: Final = 3

# More status codes.
MISSING: Final = 3
WRONG_KIND: Final = 4
WRONG_COUNT: Final = 5

_LAST_BYTES: Final = 0x8080808080808080  # clear in the last byte of a varint, set in the others


@kernel(inline=True)
def copy_kernel(data: Bytes, start: int, stop: int, out: Bytes, to: int) -> None:
    """Copy `data[start:stop]` to `out[to:]`; up to seven bytes of `out` behind that may change."""
    length = stop - start
    if length >= 8:
        for k in range(0, length - 7, 8):
            store_u64(out, to + k, load_u64(data, start + k))
        store_u64(out, to + length - 8, load_u64(data, stop - 8))
    elif start + 8 <= len(data) and to + 8 <= len(out):
        store_u64(out, to, load_u64(data, start))
    else:
        for k in range(length):
            out[to + k] = data[start + k]


@kernel(inline=True)
def copy_words_kernel(data: Bytes, start: int, out: Bytes, to: int, words: int) -> None:
    """Copy words of four bytes."""
    for k in range(0, 4 * words - 4, 8):
        store_u64(out, to + k, load_u64(data, start + k))
    if words & 1:
        for k in range(4 * words - 4, 4 * words):
            out[to + k] = data[start + k]


@kernel(inline=True)
def read_floats_kernel(data: Bytes, start: int, stop: int, out: Bytes, at: int, room: int) -> tuple[int, int]:
    """Write the bits of a FloatList's values, at most `room`, to `out[4 * at:]`; return `(status, count of all)`."""
    i, count = start, 0
    while i < stop:
        tag, i = varint_kernel(data, i, stop)
        if i < 0:
            return MALFORMED, 0
        if tag == np.uint64(FIRST_DELIMITED):
            i, end = length_kernel(data, i, stop)
            if end < 0 or (end - i) % 4 != 0:
                return MALFORMED, 0
        elif tag == np.uint64(FIRST_FIXED32):
            end = i + 4
            if end > stop:
                return MALFORMED, 0
        else:
            status, i = skip_kernel(data, i, stop, tag)
            if status != DONE:
                return status, 0
            continue
        to = 4 * (at + count)
        kept = max(min(room - count, (end - i) // 4), 0)
        count += (end - i) // 4
        copy_words_kernel(data, i, out, to, kept)
        i = end
    return DONE, count


@kernel(inline=True)
def eight_varints_kernel(data: Bytes, start: int, stop: int, out: npt.NDArray[np.uint64], at: int) -> int:
    """Write the first eight varints of `data[start:stop]` to `out[at:]`; return where they end.

    The caller has checked that 80 bytes can be read at `start`. Returns -1, with anything in `out`, when fewer than
    eight end in 64 bytes and before `stop`, or one has more than eight bytes.
    """
    ends = low_bytes(data, start)
    begin, longest = 0, 0
    if ends & np.uint64(0xFF) == np.uint64(0xFF):
        for k in range(8):
            out[at + k] = data[start + k]
        begin = 8
    else:
        for k in range(8):
            last = low_zero_bits(ends)
            ends &= ends - np.uint64(1)
            unused = 7 - (last - begin)
            longest |= unused
            shift = np.uint64(8 * (unused & 7))
            out[at + k] = pack_sevens(load_u64(data, start + begin) << shift >> shift)
            begin = last + 1
    return -1 if longest < 0 or begin > 64 or start + begin > stop else start + begin


@kernel(inline=True)
def varints_kernel(
    data: Bytes, start: int, stop: int, out: npt.NDArray[np.uint64], at: int, room: int
) -> tuple[int, int]:
    """Write the varints of `data[start:stop]`, at most `room`, to `out[at:]`; return `(position, count)`.

    No branch depends on how long a number is, since lengths that change defeat branch prediction: eight numbers are
    taken from the places where they end among 64 bytes, what is left over two by two from a word (a number of 0 to 40
    bits: 8.7 ns byte by byte, 3.2 ns so by two). Stops where a varint is malformed, and where `room` is used up.
    """
    i, count, size = start, 0, len(data)
    while count + 8 <= room and i + 80 <= size:
        end = eight_varints_kernel(data, i, stop, out, at + count)
        if end < 0:
            break
        i = end
        count += 8
    one, last, highest = np.uint64(1), np.uint64(_LAST_BYTES), np.uint64(1 << 63)
    while i < stop and i + 10 <= size and count < room:
        word = load_u64(data, i)
        ends = ~word & last
        first = low_zero_bytes(ends | highest) + 1
        rest = ends & (ends - one)
        if rest != np.uint64(0):
            both = low_zero_bytes(rest) + 1
            if i + both <= stop and count + 2 <= room:
                out[at + count] = pack_sevens(word & (ends ^ (ends - one)))
                out[at + count + 1] = pack_sevens((word & (rest ^ (rest - one))) >> np.uint64(8 * first))
                count += 2
                i += both
                continue
        if ends != np.uint64(0):
            if i + first > stop:
                break
            out[at + count] = pack_sevens(word & (ends ^ (ends - one)))
            count += 1
            i += first
            continue
        # Nine bytes, or the ten of a negative number: of the tenth, one bit counts.
        ninth, tenth = np.uint64(data[i + 8]), np.uint64(data[i + 9])
        value, length = pack_sevens(word) | (ninth & np.uint64(127)) << np.uint64(56), 9
        if ninth >= np.uint64(128):
            value |= tenth << np.uint64(63)
            length = 10
        if i + length > stop or (length == 10 and tenth >= np.uint64(128)):
            break
        out[at + count] = value
        count += 1
        i += length
    return i, count


@kernel(inline=True)
def read_ints_kernel(
    data: Bytes, start: int, stop: int, out: npt.NDArray[np.uint64], at: int, room: int
) -> tuple[int, int]:
    """Write the values of an Int64List, at most `room`, to `out[at:]`; return `(status, count of all)`."""
    i, count = start, 0
    while i < stop:
        tag, i = varint_kernel(data, i, stop)
        if i < 0:
            return MALFORMED, 0
        end = i + 1  # one value, wherever it ends
        limit = stop
        if tag == np.uint64(FIRST_DELIMITED):
            i, end = length_kernel(data, i, stop)
            limit = end
            if end < 0:
                return MALFORMED, 0
            i, more = varints_kernel(data, i, end, out, at + count, room - count)
            count += more
        elif tag != np.uint64(FIRST_VARINT):
            status, i = skip_kernel(data, i, stop, tag)
            if status != DONE:
                return status, 0
            continue
        while i < end:
            value, i = varint_kernel(data, i, limit)
            if i < 0:
                return MALFORMED, 0
            if count < room:
                out[at + count] = value
            count += 1
    return DONE, count


@kernel(inline=True)
def read_strings_kernel(data: Bytes, start: int, stop: int, out: Offsets, at: int, room: int) -> tuple[int, int]:
    """Write begin and end of the strings of a BytesList, at most `room`, to `out[at:]`; return `(status, count)`."""
    i, count = start, 0
    while i < stop:
        tag, i = varint_kernel(data, i, stop)
        if i < 0:
            return MALFORMED, 0
        if tag == np.uint64(FIRST_DELIMITED):
            begin, i = length_kernel(data, i, stop)
            if i < 0:
                return MALFORMED, 0
            if count < room:
                out[at + count, 0] = begin
                out[at + count, 1] = i
            count += 1
        else:
            status, i = skip_kernel(data, i, stop, tag)
            if status != DONE:
                return status, 0
    return DONE, count


@kernel(inline=True)
def read_list_kernel(
    data: Bytes,
    start: int,
    stop: int,
    kind: int,
    floats: Bytes,
    ints: npt.NDArray[np.uint64],
    spans: Offsets,
    at: int,
    room: int,
) -> tuple[int, int]:
    """Write the values of a list of some kind, at most `room`, at `at` of the output of that kind.

    Args:
        data: The records.
        start: Where the list's content begins.
        stop: Where it ends.
        kind: Which list it is.
        floats: uint8[4 * total], bits of float32.
        ints: uint64[total], bits of int64.
        spans: int64[total, 2], begin and end of strings in `data`.
        at: Number of values before the first one.
        room: Most values to write.

    Returns:
        `(status, count of all values)`.
    """
    if kind == INT64_LIST:
        return read_ints_kernel(data, start, stop, ints, at, room)
    if kind == FLOAT_LIST:
        return read_floats_kernel(data, start, stop, floats, at, room)
    return read_strings_kernel(data, start, stop, spans, at, room)


@kernel
def lists_kernel(
    data: Bytes,
    kinds: npt.NDArray[np.int8],
    ranges: Offsets,
    kind: int,
    per_row: int,
    required: bool,
    room: int,
    floats: Bytes,
    ints: npt.NDArray[np.uint64],
    spans: Offsets,
    splits: Offsets,
) -> tuple[int, int, Any]:
    """Read one feature of all records into the output of its kind; the other two are not looked at.

    Args:
        data: The records.
        kinds: int8[n], of this feature.
        ranges: int64[n, 2], of this feature: where the list's content begins and ends.
        kind: The kind that each list must have.
        per_row: How many values each record must have, or -1 for any number: then `splits` is filled.
        required: A record without the feature is an error; else the output holds the default already.
        room: Values that the output has room for.
        floats: See `read_list_kernel`.
        ints: See `read_list_kernel`.
        spans: See `read_list_kernel`.
        splits: int64[n + 1].

    Returns:
        `(status, row, count or kind)`.
    """
    used = 0
    for row in range(len(kinds)):
        if kinds[row] == NO_KIND:
            if per_row >= 0 and required:
                return MISSING, row, 0
            used += max(per_row, 0)
        elif kinds[row] != kind:
            return WRONG_KIND, row, np.int64(kinds[row])
        else:
            most = per_row if per_row >= 0 else room - used
            status, count = read_list_kernel(
                data, ranges[row, 0], ranges[row, 1], kind, floats, ints, spans, used, most
            )
            if status != DONE:
                return status, row, 0
            if per_row >= 0 and count != per_row:
                return WRONG_COUNT, row, count
            used += count
        if per_row < 0:
            splits[row + 1] = used
    return DONE, len(kinds), used


@kernel
def value_counts_kernel(data: Bytes, kinds: npt.NDArray[np.int8], ranges: Offsets, counts: Offsets) -> tuple[int, int]:
    """Fill `counts` with the number of values of one feature in each record, -1 without a list.

    Returns:
        `(status, row)`: the first record whose list is malformed.
    """
    no_floats, no_ints, no_spans = np.empty(0, np.uint8), np.empty(0, np.uint64), np.empty((0, 2), np.int64)
    for row in range(len(kinds)):
        status, count = DONE, -1
        if kinds[row] != NO_KIND:
            status, count = read_list_kernel(
                data, ranges[row, 0], ranges[row, 1], int(kinds[row]), no_floats, no_ints, no_spans, 0, 0
            )
        if status != DONE:
            return status, row
        counts[row] = count
    return DONE, len(kinds)


@kernel
def gather_lengths_kernel(spans: Offsets, other_offsets: Offsets, offsets: Offsets) -> None:
    """Fill `offsets` for the strings of `spans`; a begin of `-1 - k` means string `k` of another column."""
    total = 0
    offsets[0] = 0
    for i in range(len(spans)):
        begin, end = spans[i, 0], spans[i, 1]
        if begin < 0:
            begin, end = other_offsets[-1 - begin], other_offsets[-begin]
        total += end - begin
        offsets[i + 1] = total


@kernel
def gather_kernel(data: Bytes, spans: Offsets, other: Bytes, other_offsets: Offsets, out: Bytes) -> None:
    """Copy the strings of `spans` to `out`, one after another; see `gather_lengths_kernel`."""
    to = 0
    for i in range(len(spans)):
        begin, end = spans[i, 0], spans[i, 1]
        if begin >= 0:
            copy_kernel(data, begin, end, out, to)
        else:
            begin, end = other_offsets[-1 - begin], other_offsets[-begin]
            copy_kernel(other, begin, end, out, to)
        to += end - begin
