"""Kernels that read the wire format of Example: serialized messages to the values under wanted keys.

An Example is, by field number and wire type (https://protobuf.dev/programming-guides/encoding)::

    Example   { 1: Features }                            SequenceExample { 1: Features, 2: FeatureLists }
    Features  { 1: entry, any number of times }          entry { 1: key, 2: Feature }
    FeatureLists { 1: entry, any number of times }       entry { 1: key, 2: FeatureList }
    FeatureList { 1: Feature, any number of times }
    Feature   { one of 1: BytesList, 2: FloatList, 3: Int64List }
    BytesList { 1: bytes, any number of times }
    FloatList { 1: 4 bytes each, or packed }             Int64List { 1: varint each, or packed }

Every length is compared with what is left before it is used. Unknown fields are skipped. What is legal but never
written so (an entry whose parts are swapped or come twice, a Feature with two lists, groups) is `UNUSUAL`: the caller
lets protobuf rewrite such a record.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.kernels import kernel

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

# Kinds of a Feature: the field numbers of its lists; 0 when it has none or is not there.
NO_KIND: Final = 0
BYTES_LIST: Final = 1
FLOAT_LIST: Final = 2
INT64_LIST: Final = 3

# Status codes.
DONE: Final = 0
MALFORMED: Final = 1
UNUSUAL: Final = 2
MISSING: Final = 3
WRONG_KIND: Final = 4
WRONG_COUNT: Final = 5

_VARINT: Final = 0
_FIXED64: Final = 1
_DELIMITED: Final = 2
_FIXED32: Final = 5
_FIRST_DELIMITED: Final = 1 << 3 | _DELIMITED
_SECOND_DELIMITED: Final = 2 << 3 | _DELIMITED
_FIRST_FIXED32: Final = 1 << 3 | _FIXED32
_FIRST_VARINT: Final = 1 << 3 | _VARINT

_HASH_START: Final = 0xCBF29CE484222325  # FNV-1a, 64 bit (G. Fowler, L. C. Noll, K.-P. Vo; RFC 9923)
_HASH_PRIME: Final = 0x100000001B3


@kernel(inline=True)
def varint_kernel(data: Bytes, start: int, stop: int) -> tuple[np.uint64, int]:
    """Return the varint at `start` and where it ends: -1 when it does not end before `stop` or is too long."""
    if start < stop and data[start] < 128:
        return np.uint64(data[start]), start + 1
    value, shift, i = np.uint64(0), 0, start
    while i < stop and shift < 70:
        byte = np.uint64(data[i])
        i += 1
        value |= (byte & np.uint64(127)) << np.uint64(shift)
        if byte < np.uint64(128):
            return value, i
        shift += 7
    return np.uint64(0), -1


@kernel(inline=True)
def length_kernel(data: Bytes, start: int, stop: int) -> tuple[int, Any]:
    """Return where the length-delimited field at `start` (behind its tag) begins and ends; end -1 when cut off."""
    length, begin = varint_kernel(data, start, stop)
    if begin < 0 or length > np.uint64(stop - begin):
        return 0, -1
    return begin, begin + np.int64(length)


@kernel
def skip_kernel(data: Bytes, start: int, stop: int, tag: np.uint64) -> tuple[int, int]:
    """Return `(status, end)` of a field that is not known, behind its tag."""
    wire = np.int64(tag & np.uint64(7))
    if tag >> np.uint64(3) == np.uint64(0) or tag >> np.uint64(32) != np.uint64(0):
        return MALFORMED, -1
    if wire == _VARINT:
        _, end = varint_kernel(data, start, stop)
    elif wire == _FIXED64:
        end = start + 8 if stop - start >= 8 else -1
    elif wire == _DELIMITED:
        _, end = length_kernel(data, start, stop)
    elif wire == _FIXED32:
        end = start + 4 if stop - start >= 4 else -1
    else:
        return UNUSUAL if wire < _FIXED32 else MALFORMED, -1
    return DONE if end >= 0 else MALFORMED, end


@kernel(inline=True)
def hash_kernel(data: Bytes, start: int, stop: int) -> np.uint64:
    """Return the FNV-1a hash of `data[start:stop]`."""
    value = np.uint64(_HASH_START)
    for i in range(start, stop):
        value = (value ^ np.uint64(data[i])) * np.uint64(_HASH_PRIME)
    return value


@kernel(inline=True)
def same_kernel(data: Bytes, start: int, stop: int, keys: Bytes, key_offsets: Offsets, slot: int) -> bool:
    """Whether `data[start:stop]` is key `slot`."""
    first = key_offsets[slot]
    if stop - start != key_offsets[slot + 1] - first:
        return False
    for k in range(stop - start):  # noqa: SIM110  (kernels have no generators)
        if data[start + k] != keys[first + k]:
            return False
    return True


@kernel
def table_kernel(keys: Bytes, key_offsets: Offsets, table: Offsets) -> None:
    """Enter every key into a hash table (a power of two of slots, more than there are keys, filled with -1)."""
    mask = np.uint64(len(table) - 1)
    for slot in range(len(key_offsets) - 1):
        place = hash_kernel(keys, key_offsets[slot], key_offsets[slot + 1]) & mask
        while table[np.intp(place)] >= 0:
            place = (place + np.uint64(1)) & mask
        table[np.intp(place)] = slot


@kernel
def find_kernel(data: Bytes, start: int, stop: int, keys: Bytes, key_offsets: Offsets, table: Offsets) -> Any:
    """Return the slot of the key `data[start:stop]`, or -1."""
    mask = np.uint64(len(table) - 1)
    place = hash_kernel(data, start, stop) & mask
    while table[np.intp(place)] >= 0:
        slot = table[np.intp(place)]
        if same_kernel(data, start, stop, keys, key_offsets, slot):
            return slot
        place = (place + np.uint64(1)) & mask
    return -1


@kernel
def feature_kernel(data: Bytes, start: int, stop: int) -> tuple[int, int, int, int]:
    """Return `(status, kind, begin, end)` of the list that a Feature holds."""
    kind: Any = NO_KIND
    begin, end, i = 0, 0, start
    while i < stop:
        tag, i = varint_kernel(data, i, stop)
        if i < 0:
            return MALFORMED, 0, 0, 0
        field = np.int64(min(tag >> np.uint64(3), np.uint64(9)))
        if tag & np.uint64(7) == np.uint64(_DELIMITED) and 1 <= field <= 3:
            if kind != NO_KIND:
                return UNUSUAL, 0, 0, 0
            kind = field
            begin, end = length_kernel(data, i, stop)
            if end < 0:
                return MALFORMED, 0, 0, 0
            i = end
        else:
            status, i = skip_kernel(data, i, stop, tag)
            if status != DONE:
                return status, 0, 0, 0
    return DONE, kind, begin, end


@kernel
def list_kernel(data: Bytes, start: int, stop: int) -> int:
    """Walk over a FeatureList; return a status."""
    i = start
    while i < stop:
        tag, i = varint_kernel(data, i, stop)
        if i < 0:
            return MALFORMED
        if tag == np.uint64(_FIRST_DELIMITED):
            begin, i = length_kernel(data, i, stop)
            if i < 0:
                return MALFORMED
            status, _, _, _ = feature_kernel(data, begin, i)
        else:
            status, i = skip_kernel(data, i, stop, tag)
        if status != DONE:
            return status
    return DONE


@kernel
def features_kernel(
    data: Bytes,
    start: int,
    stop: int,
    keys: Bytes,
    key_offsets: Offsets,
    table: Offsets,
    order: Offsets,
    lists: bool,
    kinds: npt.NDArray[np.int8],
    ranges: Offsets,
) -> int:
    """Note kind and place of the wanted features of one Features message; return a status.

    With `lists` it is a FeatureLists message: the kind is 1, the place that of the FeatureList. `order` remembers which
    key stood at each place of the record before: records of one file mostly agree in that, and a comparison is all it
    takes to find the key.
    """
    i, place = start, 0
    while i < stop:
        tag, i = varint_kernel(data, i, stop)
        if i < 0:
            return MALFORMED
        if tag != np.uint64(_FIRST_DELIMITED):
            status, i = skip_kernel(data, i, stop, tag)
            if status != DONE:
                return status
            continue
        begin, entry_end = length_kernel(data, i, stop)
        if entry_end < 0:
            return MALFORMED
        i = entry_end
        if begin == entry_end or data[begin] != _FIRST_DELIMITED:
            return UNUSUAL
        key, key_end = length_kernel(data, begin + 1, entry_end)
        if key_end < 0:
            return MALFORMED
        if key_end == entry_end or data[key_end] != _SECOND_DELIMITED:
            return UNUSUAL
        value, value_end = length_kernel(data, key_end + 1, entry_end)
        if value_end < 0:
            return MALFORMED
        if value_end != entry_end:
            return UNUSUAL
        slot = order[place] if place < len(order) else -1
        if slot < 0 or not same_kernel(data, key, key_end, keys, key_offsets, slot):
            slot = find_kernel(data, key, key_end, keys, key_offsets, table)
            if place < len(order):
                order[place] = slot
        place += 1
        if slot >= 0:
            status, kind, first, last = DONE, 1, value, value_end
            if lists:
                status = list_kernel(data, value, value_end)
            else:
                status, kind, first, last = feature_kernel(data, value, value_end)
            if status != DONE:
                return status
            kinds[slot] = kind
            ranges[slot, 0] = first
            ranges[slot, 1] = last
    return DONE


@kernel
def locate_kernel(
    data: Bytes,
    offsets: Offsets,
    keys: Bytes,
    key_offsets: Offsets,
    table: Offsets,
    order: Offsets,
    lists: bool,
    kinds: npt.NDArray[np.int8],
    ranges: Offsets,
    unusual: npt.NDArray[np.bool_],
) -> tuple[int, int]:
    """Find the wanted features (with `lists`: the feature lists) of every record `data[offsets[r]:offsets[r + 1]]`.

    Fills `kinds` (int8[n, keys]), `ranges` (int64[n, keys, 2]: where the list's content begins and ends) and `unusual`
    (bool[n]: nothing else was noted for that record).

    Returns:
        `(status, row)`: the first record that is malformed.
    """
    wanted = np.uint64(_SECOND_DELIMITED if lists else _FIRST_DELIMITED)
    for row in range(len(offsets) - 1):
        i, stop = offsets[row], offsets[row + 1]
        kinds[row, :] = NO_KIND
        status = DONE
        while i < stop and status == DONE:
            tag, i = varint_kernel(data, i, stop)
            if i < 0:
                return MALFORMED, row
            if tag == wanted:
                begin, i = length_kernel(data, i, stop)
                if i < 0:
                    return MALFORMED, row
                status = features_kernel(
                    data, begin, i, keys, key_offsets, table, order, lists, kinds[row], ranges[row]
                )
            else:
                status, i = skip_kernel(data, i, stop, tag)
        if status == MALFORMED:
            return MALFORMED, row
        unusual[row] = status == UNUSUAL
    return DONE, len(offsets) - 1


@kernel
def count_steps_kernel(data: Bytes, kinds: npt.NDArray[np.int8], ranges: Offsets, splits: Offsets) -> None:
    """Fill `splits` with where the steps of each record's FeatureList begin; `locate_kernel` has walked over them."""
    splits[0] = 0
    for row in range(len(kinds)):
        count = 0
        if kinds[row] != NO_KIND:
            i, stop = ranges[row, 0], ranges[row, 1]
            while 0 <= i < stop:
                tag, i = varint_kernel(data, i, stop)
                count += tag == np.uint64(_FIRST_DELIMITED)
                _, i = skip_kernel(data, i, stop, tag)
        splits[row + 1] = splits[row] + count


@kernel
def steps_kernel(
    data: Bytes,
    kinds: npt.NDArray[np.int8],
    ranges: Offsets,
    step_kinds: npt.NDArray[np.int8],
    step_ranges: Offsets,
) -> None:
    """Note kind and place of the list of every step; there is room for what `count_steps_kernel` counted."""
    step = 0
    for row in range(len(kinds)):
        if kinds[row] == NO_KIND:
            continue
        i, stop = ranges[row, 0], ranges[row, 1]
        while 0 <= i < stop:
            tag, i = varint_kernel(data, i, stop)
            if tag == np.uint64(_FIRST_DELIMITED):
                begin, i = length_kernel(data, i, stop)
                _, kind, first, last = feature_kernel(data, begin, i)
                step_kinds[step] = kind
                step_ranges[step, 0] = first
                step_ranges[step, 1] = last
                step += 1
            else:
                _, i = skip_kernel(data, i, stop, tag)


@kernel(inline=True)
def read_floats_kernel(
    data: Bytes, start: int, stop: int, out: npt.NDArray[np.uint32], at: int, room: int
) -> tuple[int, int]:
    """Write the values of a FloatList (as bits), at most `room`, to `out[at:]`; return `(status, count of all)`."""
    i, count = start, 0
    while i < stop:
        tag, i = varint_kernel(data, i, stop)
        if i < 0:
            return MALFORMED, 0
        if tag == np.uint64(_FIRST_DELIMITED):
            i, end = length_kernel(data, i, stop)
            if end < 0 or (end - i) % 4 != 0:
                return MALFORMED, 0
        elif tag == np.uint64(_FIRST_FIXED32):
            end = i + 4
            if end > stop:
                return MALFORMED, 0
        else:
            status, i = skip_kernel(data, i, stop, tag)
            if status != DONE:
                return status, 0
            continue
        while i < end:
            if count < room:
                low = np.uint32(data[i]) | np.uint32(data[i + 1]) << np.uint32(8)
                high = np.uint32(data[i + 2]) | np.uint32(data[i + 3]) << np.uint32(8)
                out[at + count] = low | high << np.uint32(16)
            count += 1
            i += 4
    return DONE, count


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
        if tag == np.uint64(_FIRST_DELIMITED):
            i, end = length_kernel(data, i, stop)
            limit = end
            if end < 0:
                return MALFORMED, 0
        elif tag != np.uint64(_FIRST_VARINT):
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
        if tag == np.uint64(_FIRST_DELIMITED):
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


@kernel
def floats_kernel(
    data: Bytes,
    kinds: npt.NDArray[np.int8],
    ranges: Offsets,
    per_row: int,
    required: bool,
    out: npt.NDArray[np.uint32],
    splits: Offsets,
) -> tuple[int, int, Any]:
    """Read one feature of all records into `out`.

    Args:
        data: The records.
        kinds: int8[n], of this feature.
        ranges: int64[n, 2], of this feature.
        per_row: How many values each record must have, or -1 for any number: then `splits` is filled.
        required: A record without the feature is an error; else `out` holds the default already.
        out: Bits of float32[total]; room for all values.
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
        elif kinds[row] != FLOAT_LIST:
            return WRONG_KIND, row, np.int64(kinds[row])
        else:
            room = per_row if per_row >= 0 else len(out) - used
            status, count = read_floats_kernel(data, ranges[row, 0], ranges[row, 1], out, used, room)
            if status != DONE:
                return status, row, 0
            if per_row >= 0 and count != per_row:
                return WRONG_COUNT, row, count
            used += count
        if per_row < 0:
            splits[row + 1] = used
    return DONE, len(kinds), used


@kernel
def ints_kernel(
    data: Bytes,
    kinds: npt.NDArray[np.int8],
    ranges: Offsets,
    per_row: int,
    required: bool,
    out: npt.NDArray[np.uint64],
    splits: Offsets,
) -> tuple[int, int, Any]:
    """Read one feature of all records into `out`, the bits of int64[total]; see `floats_kernel`."""
    used = 0
    for row in range(len(kinds)):
        if kinds[row] == NO_KIND:
            if per_row >= 0 and required:
                return MISSING, row, 0
            used += max(per_row, 0)
        elif kinds[row] != INT64_LIST:
            return WRONG_KIND, row, np.int64(kinds[row])
        else:
            room = per_row if per_row >= 0 else len(out) - used
            status, count = read_ints_kernel(data, ranges[row, 0], ranges[row, 1], out, used, room)
            if status != DONE:
                return status, row, 0
            if per_row >= 0 and count != per_row:
                return WRONG_COUNT, row, count
            used += count
        if per_row < 0:
            splits[row + 1] = used
    return DONE, len(kinds), used


@kernel
def strings_kernel(
    data: Bytes,
    kinds: npt.NDArray[np.int8],
    ranges: Offsets,
    per_row: int,
    required: bool,
    out: Offsets,
    splits: Offsets,
) -> tuple[int, int, Any]:
    """Read where the strings of one feature begin and end into `out`, int64[total, 2]; see `floats_kernel`."""
    used = 0
    for row in range(len(kinds)):
        if kinds[row] == NO_KIND:
            if per_row >= 0 and required:
                return MISSING, row, 0
            used += max(per_row, 0)
        elif kinds[row] != BYTES_LIST:
            return WRONG_KIND, row, np.int64(kinds[row])
        else:
            room = per_row if per_row >= 0 else len(out) - used
            status, count = read_strings_kernel(data, ranges[row, 0], ranges[row, 1], out, used, room)
            if status != DONE:
                return status, row, 0
            if per_row >= 0 and count != per_row:
                return WRONG_COUNT, row, count
            used += count
        if per_row < 0:
            splits[row + 1] = used
    return DONE, len(kinds), used


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
            length = end - begin
            for k in range(length):
                out[to + k] = data[begin + k]
        else:
            begin, end = other_offsets[-1 - begin], other_offsets[-begin]
            length = end - begin
            for k in range(length):
                out[to + k] = other[begin + k]
        to += length
