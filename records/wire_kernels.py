"""Kernels for the parts that every protobuf message is made of: varints, lengths, fields that are not known.

Every length is compared with what is left before it is used (https://protobuf.dev/programming-guides/encoding).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.kernels import kernel

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

# Status codes of kernels that read records; a file that reads them may add its own.
DONE: Final = 0
MALFORMED: Final = 1
UNUSUAL: Final = 2

VARINT: Final = 0
FIXED64: Final = 1
DELIMITED: Final = 2
GROUP: Final = 3
FIXED32: Final = 5
FIRST_DELIMITED: Final = 1 << 3 | DELIMITED
SECOND_DELIMITED: Final = 2 << 3 | DELIMITED
FIRST_FIXED32: Final = 1 << 3 | FIXED32
FIRST_VARINT: Final = 1 << 3 | VARINT

_GROUP_END: Final = 4
_MOST_NESTED: Final = 100  # groups in groups, protobuf's own limit


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
def end_kernel(data: Bytes, start: int, stop: int, tag: np.uint64) -> int:
    """Return where a field ends whose tag is before `start`, or -1; for a group behind its end tag."""
    wire = np.int64(tag & np.uint64(7))
    if tag >> np.uint64(3) == np.uint64(0) or tag >> np.uint64(32) != np.uint64(0):
        return -1
    if wire == VARINT:
        _, end = varint_kernel(data, start, stop)
    elif wire == FIXED64:
        end = start + 8 if stop - start >= 8 else -1
    elif wire == DELIMITED:
        _, end = length_kernel(data, start, stop)
    elif wire == FIXED32:
        end = start + 4 if stop - start >= 4 else -1
    else:
        end = -1
    return end


@kernel
def group_kernel(data: Bytes, start: int, stop: int, tag: np.uint64) -> int:
    """Return where the group ends whose start tag is before `start`, behind its end tag, or -1."""
    if tag >> np.uint64(3) == np.uint64(0) or tag >> np.uint64(32) != np.uint64(0):
        return -1
    opened = np.empty(_MOST_NESTED, np.uint64)
    opened[0], depth, i = tag >> np.uint64(3), 1, start
    while depth:
        inner, i = varint_kernel(data, i, stop)
        if i < 0:
            return -1
        wire = np.int64(inner & np.uint64(7))
        if wire == GROUP:
            if depth == _MOST_NESTED:
                return -1
            opened[depth] = inner >> np.uint64(3)
            depth += 1
        elif wire == _GROUP_END:
            depth -= 1
            if opened[depth] != inner >> np.uint64(3):
                return -1
        else:
            i = end_kernel(data, i, stop, inner)
            if i < 0:
                return -1
    return i


@kernel
def skip_kernel(data: Bytes, start: int, stop: int, tag: np.uint64) -> tuple[int, int]:
    """Return `(status, end)` of a field that is not known, behind its tag."""
    group = np.int64(tag & np.uint64(7)) == GROUP
    end = group_kernel(data, start, stop, tag) if group else end_kernel(data, start, stop, tag)
    return DONE if end >= 0 else MALFORMED, end
