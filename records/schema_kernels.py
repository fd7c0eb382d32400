"""Kernels that survey Examples: keys that are not known yet, and numbers of values."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from ..core.kernels import kernel
from .parsing_kernels import (
    BYTES_LIST,
    DONE,
    FLOAT_LIST,
    NO_KIND,
    Bytes,
    Offsets,
    find_kernel,
    length_kernel,
    read_floats_kernel,
    read_ints_kernel,
    read_strings_kernel,
    skip_kernel,
    varint_kernel,
)

NEW_KEY: Final = 10
FEATURE_LISTS: Final = 11

_FIRST_DELIMITED: Final = 1 << 3 | 2
_SECOND_DELIMITED: Final = 2 << 3 | 2


@kernel
def unknown_key_kernel(
    data: Bytes, offsets: Offsets, start: int, keys: Bytes, key_offsets: Offsets, table: Offsets
) -> tuple[int, int]:
    """Return `(status, row)`: the first record from `start` on that has a key outside of the table, or feature lists.

    `locate_kernel` has walked over the records: their entries begin with a key.
    """
    for row in range(start, len(offsets) - 1):
        i, stop = offsets[row], offsets[row + 1]
        while 0 <= i < stop:
            tag, i = varint_kernel(data, i, stop)
            if tag == np.uint64(_SECOND_DELIMITED):
                return FEATURE_LISTS, row
            if tag != np.uint64(_FIRST_DELIMITED):
                _, i = skip_kernel(data, i, stop, tag)
                continue
            k, end = length_kernel(data, i, stop)
            i = end
            while 0 <= k < end:
                tag, k = varint_kernel(data, k, end)
                if tag != np.uint64(_FIRST_DELIMITED):
                    _, k = skip_kernel(data, k, end, tag)
                    continue
                begin, entry_end = length_kernel(data, k, end)
                k = entry_end
                key, key_end = length_kernel(data, begin + 1, entry_end)
                if find_kernel(data, key, key_end, keys, key_offsets, table) < 0:
                    return NEW_KEY, row
    return DONE, len(offsets) - 1


@kernel
def value_counts_kernel(data: Bytes, kinds: npt.NDArray[np.int8], ranges: Offsets, counts: Offsets) -> tuple[int, int]:
    """Fill `counts` with the number of values of one feature in each record, -1 without a list.

    Returns:
        `(status, row)`: the first record whose list is malformed.
    """
    no_floats, no_ints = np.empty(0, np.uint32), np.empty(0, np.uint64)
    no_strings = np.empty((0, 2), np.int64)
    for row in range(len(kinds)):
        status, count, start, stop = DONE, -1, ranges[row, 0], ranges[row, 1]
        if kinds[row] == BYTES_LIST:
            status, count = read_strings_kernel(data, start, stop, no_strings, 0, 0)
        elif kinds[row] == FLOAT_LIST:
            status, count = read_floats_kernel(data, start, stop, no_floats, 0, 0)
        elif kinds[row] != NO_KIND:
            status, count = read_ints_kernel(data, start, stop, no_ints, 0, 0)
        if status != DONE:
            return status, row
        counts[row] = count
    return DONE, len(kinds)
