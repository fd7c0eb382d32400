"""Kernels that walk over Examples: serialized messages to kind and place of what stands under wanted keys.

An Example is, by field number and wire type (https://protobuf.dev/programming-guides/encoding)::

    Example   { 1: Features }                            SequenceExample { 1: Features, 2: FeatureLists }
    Features  { 1: entry, any number of times }          entry { 1: key, 2: Feature }
    FeatureLists { 1: entry, any number of times }       entry { 1: key, 2: FeatureList }
    FeatureList { 1: Feature, any number of times }
    Feature   { one of 1: BytesList, 2: FloatList, 3: Int64List }
    BytesList { 1: bytes, any number of times }
    FloatList { 1: 4 bytes each, or packed }             Int64List { 1: varint each, or packed }

Every length is compared with what is left before it is used. Unknown fields are skipped. What is legal but never
written so (an entry whose parts are swapped or come twice, a Feature with two lists) is `UNUSUAL`: the caller
lets protobuf rewrite such a record.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.kernels import kernel
from .list_kernels import FLOAT_LIST, INT64_LIST, NO_KIND, copy_words_kernel, read_list_kernel, varints_kernel
from .wire_kernels import (
    DELIMITED,
    DONE,
    FIRST_DELIMITED,
    MALFORMED,
    SECOND_DELIMITED,
    UNUSUAL,
    Bytes,
    Offsets,
    length_kernel,
    skip_kernel,
    varint_kernel,
)
from .words import borrow, load_u64

# Zero bytes behind the last of the keys that `same_kernel` compares with.
KEY_PADDING: Final = 8

# An entry written the short way (`short_entry_kernel`): tag and length, tag and length of the key, the key, then tag
# and length of Feature, list and content (a string of a list; the content of packed numbers has tag 1 as well).
_ENTRY_HEAD: Final = 4
_VALUE_HEAD: Final = 6
_SHORT_HEAD_BITS: Final = 0x80FF80FF
_SHORT_HEAD: Final = FIRST_DELIMITED | FIRST_DELIMITED << 16
_VALUE_TAGS: Final = SECOND_DELIMITED | DELIMITED << 16 | FIRST_DELIMITED << 32
_EACH_LENGTH: Final = 1 << 8 | 1 << 24 | 1 << 40
_LENGTHS_MORE: Final = 4 << 8 | 2 << 24

_HASH_START: Final = 0xCBF29CE484222325  # FNV-1a, 64 bit (G. Fowler, L. C. Noll, K.-P. Vo; RFC 9923)
_HASH_PRIME: Final = 0x100000001B3


@kernel(inline=True)
def hash_kernel(data: Bytes, start: int, stop: int) -> np.uint64:
    """Return the FNV-1a hash of `data[start:stop]`."""
    value = np.uint64(_HASH_START)
    for i in range(start, stop):
        value = (value ^ np.uint64(data[i])) * np.uint64(_HASH_PRIME)
    return value


@kernel(inline=True)
def same_kernel(data: Bytes, start: int, stop: int, keys: Bytes, key_offsets: Offsets, slot: int) -> bool:
    """Whether `data[start:stop]` is key `slot`; behind the last key stand `KEY_PADDING` more bytes."""
    first = key_offsets[slot]
    length = stop - start
    if length != key_offsets[slot + 1] - first:
        return False
    whole = length & ~7
    if start + whole + 8 > len(data):
        for k in range(length):  # noqa: SIM110  (kernels have no generators)
            if data[start + k] != keys[first + k]:
                return False
        return True
    for k in range(0, whole, 8):
        if load_u64(data, start + k) != load_u64(keys, first + k):
            return False
    rest = np.uint64(8 * (length - whole))
    different = load_u64(data, start + whole) ^ load_u64(keys, first + whole)
    return different & ((np.uint64(1) << rest) - np.uint64(1)) == np.uint64(0)


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


@kernel(inline=True)
def feature_kernel(data: Bytes, start: int, stop: int) -> tuple[int, int, int, int]:
    """Return `(status, kind, begin, end)` of the list that a Feature holds."""
    kind: Any = NO_KIND
    begin, end, i = 0, 0, start
    while i < stop:
        tag, i = varint_kernel(data, i, stop)
        if i < 0:
            return MALFORMED, 0, 0, 0
        field = np.int64(min(tag >> np.uint64(3), np.uint64(9)))
        if tag & np.uint64(7) == np.uint64(DELIMITED) and 1 <= field <= 3:
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
        if tag == np.uint64(FIRST_DELIMITED):
            begin, i = length_kernel(data, i, stop)
            if i < 0:
                return MALFORMED
            status, _, _, _ = feature_kernel(data, begin, i)
        else:
            status, i = skip_kernel(data, i, stop, tag)
        if status != DONE:
            return status
    return DONE


@kernel(inline=True)
def short_entry_kernel(
    data: Bytes,
    start: int,
    stop: int,
    keys: Bytes,
    key_offsets: Offsets,
    slot: int,
    row: int,
    kinds: npt.NDArray[np.int8],
    plan: Offsets,
    floats: Bytes,
    ints: npt.NDArray[np.uint64],
    spans: Offsets,
) -> int:
    """Read an entry that is written the short way and holds what is planned for key `slot`; return its end.

    That is: the lengths of all its parts take a byte each, the numbers are packed, and nothing else is there. Then tags
    and lengths stand at known places, and a few comparisons check them all. Returns -1, with nothing noted, for any
    other entry.
    """
    if start + _ENTRY_HEAD > stop or start + 8 > len(data) or plan[slot, 0] == NO_KIND:
        return -1
    head = load_u64(data, start)
    key = start + _ENTRY_HEAD
    key_end = key + np.int64(head >> np.uint64(24) & np.uint64(127))
    end = start + 2 + np.int64(head >> np.uint64(8) & np.uint64(127))
    if (
        head & np.uint64(_SHORT_HEAD_BITS) != np.uint64(_SHORT_HEAD)
        or end > stop
        or key_end + _VALUE_HEAD > end
        or key_end + 8 > len(data)
        or not same_kernel(data, key, key_end, keys, key_offsets, slot)
    ):
        return -1
    kind, size = plan[slot, 0], plan[slot, 1]
    value = load_u64(data, key_end)
    begin = key_end + _VALUE_HEAD
    # The lengths of Feature, list and content: each part ends where the entry does.
    lengths = np.uint64(end - begin) * np.uint64(_EACH_LENGTH) + np.uint64(_LENGTHS_MORE)
    tags = np.uint64(_VALUE_TAGS) | np.uint64(kind) << np.uint64(19)
    if value & np.uint64(0xFFFFFFFFFFFF) != tags | lengths or kinds[slot, row] != NO_KIND:
        return -1
    at = plan[slot, 2] + row * size
    if kind == INT64_LIST:
        i, count = varints_kernel(data, begin, end, ints, at, size)
        if i != end or count != size:
            return -1
    elif kind == FLOAT_LIST:
        if end - begin != 4 * size:
            return -1
        copy_words_kernel(data, begin, floats, 4 * at, size)
    elif size == 1:
        spans[at, 0] = begin
        spans[at, 1] = end
    else:
        return -1
    kinds[slot, row] = kind
    return end


@kernel(inline=True)
def features_kernel(
    data: Bytes,
    start: int,
    stop: int,
    keys: Bytes,
    key_offsets: Offsets,
    table: Offsets,
    order: Offsets,
    lists: bool,
    row: int,
    kinds: npt.NDArray[np.int8],
    ranges: Offsets,
    plan: Offsets,
    late: npt.NDArray[np.bool_],
    floats: Bytes,
    ints: npt.NDArray[np.uint64],
    spans: Offsets,
) -> tuple[int, int]:
    """Note kind and place of the wanted features of one Features message, and read those that are planned.

    With `lists` it is a FeatureLists message: the kind is 1, the place that of the FeatureList. `order` remembers which
    key stood at each place of the record before: records of one file mostly agree in that, and a comparison is all it
    takes to find the key. See `locate_kernel` for the rest.

    Returns:
        `(status, number of keys found that have a list)`.
    """
    i, place, found = start, 0, 0
    while i < stop:
        slot = order[place] if place < len(order) else -1
        if slot >= 0 and not lists:
            end = short_entry_kernel(data, i, stop, keys, key_offsets, slot, row, kinds, plan, floats, ints, spans)
            if end >= 0:
                i = end
                place += 1
                found += 1
                continue
        tag, i = varint_kernel(data, i, stop)
        if i < 0:
            return MALFORMED, 0
        if tag != np.uint64(FIRST_DELIMITED):
            status, i = skip_kernel(data, i, stop, tag)
            if status != DONE:
                return status, 0
            continue
        begin, entry_end = length_kernel(data, i, stop)
        if entry_end < 0:
            return MALFORMED, 0
        i = entry_end
        if begin == entry_end or data[begin] != FIRST_DELIMITED:
            return UNUSUAL, 0
        key, key_end = length_kernel(data, begin + 1, entry_end)
        if key_end < 0:
            return MALFORMED, 0
        if key_end == entry_end or data[key_end] != SECOND_DELIMITED:
            return UNUSUAL, 0
        value, value_end = length_kernel(data, key_end + 1, entry_end)
        if value_end < 0:
            return MALFORMED, 0
        if value_end != entry_end:
            return UNUSUAL, 0
        if slot < 0 or not same_kernel(data, key, key_end, keys, key_offsets, slot):
            slot = find_kernel(data, key, key_end, keys, key_offsets, table)
            if place < len(order):
                order[place] = slot
        place += 1
        if slot < 0:
            continue
        status, kind, first, last = DONE, 1, value, value_end
        if lists:
            status = list_kernel(data, value, value_end)
        else:
            status, kind, first, last = feature_kernel(data, value, value_end)
        if status != DONE:
            return status, 0
        again = kinds[slot, row] != NO_KIND
        kinds[slot, row] = kind
        found += kind != NO_KIND and not again
        if plan[slot, 0] == NO_KIND:
            ranges[plan[slot, 2], row, 0] = first
            ranges[plan[slot, 2], row, 1] = last
        else:
            count = -1
            if kind == plan[slot, 0] and not again:
                at = plan[slot, 2] + row * plan[slot, 1]
                status, count = read_list_kernel(data, first, last, kind, floats, ints, spans, at, plan[slot, 1])
            if status != DONE or count != plan[slot, 1]:
                late[slot] = True
    return DONE, found


@kernel
def locate_kernel(
    data: Bytes,
    offsets: Offsets,
    first_row: int,
    last_row: int,
    keys: Bytes,
    key_offsets: Offsets,
    table: Offsets,
    order: Offsets,
    lists: bool,
    kinds: npt.NDArray[np.int8],
    ranges: Offsets,
    unusual: npt.NDArray[np.bool_],
    plan: Offsets,
    late: npt.NDArray[np.bool_],
    floats: Bytes,
    ints: npt.NDArray[np.uint64],
    spans: Offsets,
) -> tuple[int, int]:
    """Find the wanted features (with `lists`: the feature lists) of records, and read those with a plan on the way.

    Args:
        data: The records.
        offsets: int64[n + 1], where each record begins in `data`.
        first_row: First record to look at.
        last_row: End of the records to look at.
        keys: The wanted keys, one after another.
        key_offsets: int64[keys + 1].
        table: Hash table of the keys, see `table_kernel`.
        order: int64[any], -1 at first: see `features_kernel`.
        lists: Whether to look for feature lists.
        kinds: int8[keys, n]: filled with the kind of each list, 0 where there is none.
        ranges: int64[keys without a plan, n, 2]: filled with where the list's content begins and ends.
        unusual: bool[n]: filled; nothing else is noted for such a record.
        plan: int64[keys, 4]. The kind that a list must have to be read on the way, 0 for none; the number of values
            that each record must have; the place of the first record's values in the output of that kind, or that of
            the key in `ranges`; whether the key must be there, else the output holds the default already.
        late: bool[keys]: set where a list with a plan was not as planned: the caller must read that key by itself.
        floats: See `read_list_kernel`.
        ints: See `read_list_kernel`.
        spans: See `read_list_kernel`.

    Returns:
        `(status, row)`: the first record that is malformed.
    """
    data, offsets, keys, key_offsets, table = (
        borrow(data),
        borrow(offsets),
        borrow(keys),
        borrow(key_offsets),
        borrow(table),
    )
    order, kinds, ranges, unusual, plan, late = (
        borrow(order),
        borrow(kinds),
        borrow(ranges),
        borrow(unusual),
        borrow(plan),
        borrow(late),
    )
    floats, ints, spans = borrow(floats), borrow(ints), borrow(spans)
    wanted = np.uint64(SECOND_DELIMITED if lists else FIRST_DELIMITED)
    n_keys = len(key_offsets) - 1
    for row in range(first_row, last_row):
        i, stop = offsets[row], offsets[row + 1]
        for slot in range(n_keys):
            kinds[slot, row] = NO_KIND
        status, found = DONE, 0
        while i < stop and status == DONE:
            tag, i = varint_kernel(data, i, stop)
            if i < 0:
                return MALFORMED, row
            if tag == wanted:
                begin, i = length_kernel(data, i, stop)
                if i < 0:
                    return MALFORMED, row
                status, more = features_kernel(
                    data, begin, i, keys, key_offsets, table, order, lists, row, kinds, ranges, plan, late,
                    floats, ints, spans,
                )  # fmt: skip
                found += more
            else:
                status, i = skip_kernel(data, i, stop, tag)
        if status == MALFORMED:
            return MALFORMED, row
        unusual[row] = status == UNUSUAL
        if found < n_keys:
            for slot in range(n_keys):
                if plan[slot, 3] and kinds[slot, row] == NO_KIND:
                    late[slot] = True
    return DONE, last_row
