"""Kernels that write the wire format of Example: columns to serialized messages.

The size of everything is computed first; then each feature is written into all records, one feature after another, at
the place that a cursor per record keeps. `content` is the size of what a list message holds, or `MISSING`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from ..core.kernels import kernel

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

MISSING: Final = -1  # as `content`: the feature has no list

_FIRST: Final = 0x0A  # field 1, length-delimited
_SECOND: Final = 0x12  # field 2, length-delimited


@kernel(inline=True)
def varint_size_kernel(value: int) -> int:
    """Return how many bytes a varint takes."""
    size, rest = 1, np.uint64(value) >> np.uint64(7)
    while rest != np.uint64(0):
        size += 1
        rest >>= np.uint64(7)
    return size


@kernel(inline=True)
def put_varint_kernel(out: Bytes, at: int, value: int) -> int:
    """Write a varint; return where it ends."""
    rest = np.uint64(value)
    while rest >= np.uint64(128):
        out[at] = np.uint8((rest & np.uint64(127)) | np.uint64(128))
        rest >>= np.uint64(7)
        at += 1
    out[at] = np.uint8(rest)
    return at + 1


@kernel(inline=True)
def field_size_kernel(length: int) -> int:
    """Return the size of a length-delimited field of so many bytes (its number below 16)."""
    return 1 + varint_size_kernel(length) + length


@kernel
def float_content_kernel(splits: Offsets, content: Offsets) -> None:
    """Return in `content` the size of each row's FloatList; row `r` has values `splits[r]` to `splits[r + 1]`."""
    for row in range(len(content)):
        count = splits[row + 1] - splits[row]
        content[row] = field_size_kernel(4 * count) if count else 0


@kernel
def int_content_kernel(values: npt.NDArray[np.uint64], splits: Offsets, packed: Offsets, content: Offsets) -> None:
    """Return in `packed` the bytes of each row's varints, in `content` the size of its Int64List."""
    for row in range(len(content)):
        total = 0
        for i in range(splits[row], splits[row + 1]):
            total += varint_size_kernel(values[i])
        packed[row] = total
        content[row] = field_size_kernel(total) if total else 0


@kernel
def bytes_content_kernel(offsets: Offsets, splits: Offsets, content: Offsets) -> None:
    """Return in `content` the size of each row's BytesList; string `i` has `offsets[i + 1] - offsets[i]` bytes."""
    for row in range(len(content)):
        total = 0
        for i in range(splits[row], splits[row + 1]):
            total += field_size_kernel(offsets[i + 1] - offsets[i])
        content[row] = total


@kernel
def layout_kernel(content: Offsets, key_lengths: Offsets, features: Offsets, offsets: Offsets) -> None:
    """Return in `features` the size of each record's Features message, in `offsets` where the records begin.

    `content` is int64[keys, n].
    """
    offsets[0] = 0
    for row in range(len(features)):
        total = 0
        for k in range(len(key_lengths)):
            feature = field_size_kernel(content[k, row]) if content[k, row] != MISSING else 0
            total += field_size_kernel(field_size_kernel(key_lengths[k]) + field_size_kernel(feature))
        features[row] = total
        offsets[row + 1] = offsets[row] + field_size_kernel(total)


@kernel
def put_headers_kernel(features: Offsets, offsets: Offsets, out: Bytes, cursor: Offsets) -> None:
    """Write the beginning of each record; leave in `cursor` where its features begin."""
    for row in range(len(features)):
        at = offsets[row]
        out[at] = _FIRST
        cursor[row] = put_varint_kernel(out, at + 1, features[row])


@kernel(inline=True)
def put_entry_kernel(out: Bytes, at: int, key: Bytes, kind: int, content: int) -> int:
    """Write the beginning of a map entry up to the content of its list; return where that begins."""
    feature = field_size_kernel(content) if content != MISSING else 0
    out[at] = _FIRST
    at = put_varint_kernel(out, at + 1, field_size_kernel(len(key)) + field_size_kernel(feature))
    out[at] = _FIRST
    at = put_varint_kernel(out, at + 1, len(key))
    for k in range(len(key)):
        out[at + k] = key[k]
    at += len(key)
    out[at] = _SECOND
    at = put_varint_kernel(out, at + 1, feature)
    if content == MISSING:
        return at
    out[at] = kind << 3 | 2
    return put_varint_kernel(out, at + 1, content)


@kernel
def put_floats_kernel(
    values: npt.NDArray[np.uint32],
    splits: Offsets,
    key: Bytes,
    kind: int,
    content: Offsets,
    out: Bytes,
    cursor: Offsets,
) -> None:
    """Write one float feature (as bits) into all records."""
    for row in range(len(content)):
        at = put_entry_kernel(out, cursor[row], key, kind, content[row])
        first, last = splits[row], splits[row + 1]
        if last > first:
            out[at] = _FIRST
            at = put_varint_kernel(out, at + 1, 4 * (last - first))
            for i in range(first, last):
                word = values[i]
                out[at] = word & np.uint32(0xFF)
                out[at + 1] = (word >> np.uint32(8)) & np.uint32(0xFF)
                out[at + 2] = (word >> np.uint32(16)) & np.uint32(0xFF)
                out[at + 3] = word >> np.uint32(24)
                at += 4
        cursor[row] = at


@kernel
def put_ints_kernel(
    values: npt.NDArray[np.uint64],
    splits: Offsets,
    packed: Offsets,
    key: Bytes,
    kind: int,
    content: Offsets,
    out: Bytes,
    cursor: Offsets,
) -> None:
    """Write one integer feature into all records."""
    for row in range(len(content)):
        at = put_entry_kernel(out, cursor[row], key, kind, content[row])
        if packed[row]:
            out[at] = _FIRST
            at = put_varint_kernel(out, at + 1, packed[row])
            for i in range(splits[row], splits[row + 1]):
                at = put_varint_kernel(out, at, values[i])
        cursor[row] = at


@kernel
def put_strings_kernel(
    data: Bytes,
    offsets: Offsets,
    splits: Offsets,
    key: Bytes,
    kind: int,
    content: Offsets,
    out: Bytes,
    cursor: Offsets,
) -> None:
    """Write one bytes feature into all records."""
    for row in range(len(content)):
        at = put_entry_kernel(out, cursor[row], key, kind, content[row])
        for i in range(splits[row], splits[row + 1]):
            out[at] = _FIRST
            at = put_varint_kernel(out, at + 1, offsets[i + 1] - offsets[i])
            begin, length = offsets[i], offsets[i + 1] - offsets[i]
            for k in range(length):
                out[at + k] = data[begin + k]
            at += length
        cursor[row] = at
