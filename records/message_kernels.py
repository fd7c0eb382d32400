"""Kernels for messages of any type: the values of wanted fields out of them, and values into them.

A message is a sequence of fields, each a tag (a varint: number and wire type) and a value. `numbers` are the wanted
fields' numbers, rising; of each, `forms` is the wire type that it is written in and `repeated` says whether it holds
many values. Fields of another number or form are skipped, as protobuf skips what it does not know. Every length is
compared with what is left before it is used.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.kernels import kernel
from .encoding_kernels import put_varint_kernel, varint_size_kernel
from .wire_kernels import (
    DELIMITED,
    DONE,
    FIXED32,
    FIXED64,
    GROUP,
    MALFORMED,
    VARINT,
    Bytes,
    Offsets,
    end_kernel,
    group_kernel,
    length_kernel,
    varint_kernel,
)

Bits = npt.NDArray[np.uint64]


@kernel
def slot_kernel(number: np.uint64, numbers: Offsets, hint: int) -> int:
    """Return the place of a field's number, or -1; `hint` is looked at first."""
    wanted = np.int64(number)
    if hint < len(numbers) and numbers[hint] == wanted:
        return hint
    low, high = 0, len(numbers)
    while low < high:
        middle = (low + high) >> 1
        if numbers[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < len(numbers) and numbers[low] == wanted else -1


@kernel
def packed_count_kernel(data: Bytes, start: int, stop: int, form: int) -> int:
    """Return how many values a packed field holds, or -1."""
    if form == FIXED64:
        return (stop - start) // 8 if (stop - start) % 8 == 0 else -1
    if form == FIXED32:
        return (stop - start) // 4 if (stop - start) % 4 == 0 else -1
    count, i = 0, start
    while i < stop:
        _, i = varint_kernel(data, i, stop)
        if i < 0:
            return -1
        count += 1
    return count


@kernel
def fixed_kernel(data: Bytes, start: int, size: int) -> np.uint64:
    """Return `size` bytes as a little-endian number."""
    value = np.uint64(0)
    for k in range(size):
        value |= np.uint64(data[start + k]) << np.uint64(8 * k)
    return value


@kernel
def count_fields_kernel(
    data: Bytes, offsets: Offsets, numbers: Offsets, forms: Offsets, repeated: npt.NDArray[np.bool_], counts: Offsets
) -> tuple[int, int]:
    """Count the values of each wanted field in each message, int64[n, fields]; return `(status, row)`.

    A field that is not repeated has at most one value, however often it comes.
    """
    for row in range(len(offsets) - 1):
        i, stop, hint = offsets[row], offsets[row + 1], 0
        while i < stop:
            tag, i = varint_kernel(data, i, stop)
            if i < 0:
                return MALFORMED, row
            wire = np.int64(tag & np.uint64(7))
            end = group_kernel(data, i, stop, tag) if wire == GROUP else end_kernel(data, i, stop, tag)
            if end < 0:
                return MALFORMED, row
            slot = slot_kernel(tag >> np.uint64(3), numbers, hint)
            if slot >= 0:
                hint = slot if repeated[slot] else slot + 1
                if wire == forms[slot]:
                    counts[row, slot] = counts[row, slot] + 1 if repeated[slot] else 1
                elif wire == DELIMITED and repeated[slot] and forms[slot] != GROUP:
                    begin, _ = length_kernel(data, i, stop)
                    inside = packed_count_kernel(data, begin, end, forms[slot])
                    if inside < 0:
                        return MALFORMED, row
                    counts[row, slot] += inside
            i = end
    return DONE, -1


@kernel
def read_fields_kernel(
    data: Bytes,
    offsets: Offsets,
    numbers: Offsets,
    forms: Offsets,
    repeated: npt.NDArray[np.bool_],
    places: Offsets,
    values: Bits,
    ends: Offsets,
) -> None:
    """Read the values of each wanted field out of messages that have been counted.

    Args:
        data: The messages.
        offsets: Where they begin and end.
        numbers: See the module.
        forms: See the module.
        repeated: See the module.
        places: int64[n, fields]: where in `values` those of each row and field go; changed.
        values: Filled with the bits of numbers; of strings and groups, with where they begin in `data`.
        ends: Filled with where strings and groups end.
    """
    for row in range(len(offsets) - 1):
        i, stop, hint = offsets[row], offsets[row + 1], 0
        while i < stop:
            start = i
            tag, i = varint_kernel(data, i, stop)
            wire = np.int64(tag & np.uint64(7))
            end: Any = group_kernel(data, i, stop, tag) if wire == GROUP else end_kernel(data, i, stop, tag)
            slot = slot_kernel(tag >> np.uint64(3), numbers, hint)
            if slot >= 0:
                hint = slot if repeated[slot] else slot + 1
                at = places[row, slot]
                if wire == forms[slot]:
                    if wire == VARINT:
                        values[at], _ = varint_kernel(data, i, stop)
                    elif wire == FIXED64:
                        values[at] = fixed_kernel(data, i, 8)
                    elif wire == FIXED32:
                        values[at] = fixed_kernel(data, i, 4)
                    elif wire == DELIMITED:
                        begin, _ = length_kernel(data, i, stop)
                        values[at], ends[at] = np.uint64(begin), end
                    else:
                        values[at], ends[at] = np.uint64(start), end
                    places[row, slot] = at + 1 if repeated[slot] else at
                elif wire == DELIMITED and repeated[slot] and forms[slot] != GROUP:
                    k, _ = length_kernel(data, i, stop)
                    while k < end:
                        if forms[slot] == VARINT:
                            values[at], k = varint_kernel(data, k, end)
                        else:
                            size = 8 if forms[slot] == FIXED64 else 4
                            values[at] = fixed_kernel(data, k, size)
                            k += size
                        at += 1
                    places[row, slot] = at
            i = end


@kernel(inline=True)
def number_size_kernel(value: Any, form: int) -> int:
    """Return how many bytes a number takes, without a tag."""
    if form == FIXED64:
        return 8
    if form == FIXED32:
        return 4
    return varint_size_kernel(value)


@kernel
def put_number_kernel(out: Bytes, at: int, value: Any, form: int) -> int:
    """Write a number; return where it ends."""
    if form == VARINT:
        return put_varint_kernel(out, at, value)
    size = 8 if form == FIXED64 else 4
    for k in range(size):
        out[at + k] = np.uint8((value >> np.uint64(8 * k)) & np.uint64(255))
    return at + size


@kernel
def number_lengths_kernel(
    values: Bits, counts: Offsets, form: int, tag_size: int, packed: bool, contents: Offsets, lengths: Offsets
) -> None:
    """Add to `lengths` what each row's numbers take; `values` is uint64[n, width], of which `counts` are written.

    `contents` gets the bytes of the numbers alone.
    """
    for row in range(len(counts)):
        content = 0
        for k in range(counts[row]):
            content += number_size_kernel(values[row, k], form)
        contents[row] = content
        if counts[row] > 0:
            lengths[row] += content
            lengths[row] += tag_size + varint_size_kernel(content) if packed else tag_size * counts[row]


@kernel
def put_message_numbers_kernel(
    values: Bits,
    counts: Offsets,
    form: int,
    tag: int,
    packed: bool,
    contents: Offsets,
    out: Bytes,
    cursor: Offsets,
) -> None:
    """Write each row's numbers where its cursor stands."""
    for row in range(len(counts)):
        at = cursor[row]
        if packed and counts[row] > 0:
            at = put_varint_kernel(out, at, tag)
            at = put_varint_kernel(out, at, contents[row])
        for k in range(counts[row]):
            if not packed:
                at = put_varint_kernel(out, at, tag)
            at = put_number_kernel(out, at, values[row, k], form)
        cursor[row] = at


@kernel
def string_lengths_kernel(
    offsets: Offsets, width: int, counts: Offsets, tag_size: int, group: bool, lengths: Offsets
) -> None:
    """Add to `lengths` what each row's strings take: string `row * width + k`, of which `counts` are written.

    A group stands between two tags, a string behind one and its length.
    """
    for row in range(len(counts)):
        for k in range(counts[row]):
            i = row * width + k
            size = offsets[i + 1] - offsets[i]
            lengths[row] += size + (2 * tag_size if group else tag_size + varint_size_kernel(size))


@kernel
def put_message_strings_kernel(
    data: Bytes,
    offsets: Offsets,
    width: int,
    counts: Offsets,
    tag: int,
    group: bool,
    out: Bytes,
    cursor: Offsets,
) -> None:
    """Write each row's strings where its cursor stands; the end tag of a group is its start tag plus one."""
    for row in range(len(counts)):
        at = cursor[row]
        for k in range(counts[row]):
            i = row * width + k
            at = put_varint_kernel(out, at, tag)
            if not group:
                at = put_varint_kernel(out, at, offsets[i + 1] - offsets[i])
            for b in range(offsets[i], offsets[i + 1]):
                out[at] = data[b]
                at += 1
            if group:
                at = put_varint_kernel(out, at, tag + 1)
        cursor[row] = at
