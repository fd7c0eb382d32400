"""Kernels that survey Examples: keys that are not known yet."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..core.kernels import kernel
from .parsing_kernels import find_kernel
from .wire_kernels import (
    DONE,
    FIRST_DELIMITED,
    SECOND_DELIMITED,
    Bytes,
    Offsets,
    length_kernel,
    skip_kernel,
    varint_kernel,
)

NEW_KEY: Final = 10
FEATURE_LISTS: Final = 11

# Where to look for keys: in the features of an Example or a context, or in the feature lists of a SequenceExample.
FEATURES: Final = 1
LISTS: Final = 2


@kernel
def unknown_key_kernel(
    data: Bytes, offsets: Offsets, start: int, keys: Bytes, key_offsets: Offsets, table: Offsets, part: int, plain: bool
) -> tuple[int, int]:
    """Return `(status, row)`: the first record from `start` on that has a key outside of the table in a part.

    With `plain` a record with feature lists is one too. `locate_kernel` has walked over the records: their entries
    begin with a key.
    """
    wanted = np.uint64(part << 3 | 2)
    for row in range(start, len(offsets) - 1):
        i, stop = offsets[row], offsets[row + 1]
        while 0 <= i < stop:
            tag, i = varint_kernel(data, i, stop)
            if plain and tag == np.uint64(SECOND_DELIMITED):
                return FEATURE_LISTS, row
            if tag != wanted:
                _, i = skip_kernel(data, i, stop, tag)
                continue
            k, end = length_kernel(data, i, stop)
            i = end
            while 0 <= k < end:
                tag, k = varint_kernel(data, k, end)
                if tag != np.uint64(FIRST_DELIMITED):
                    _, k = skip_kernel(data, k, end, tag)
                    continue
                begin, entry_end = length_kernel(data, k, end)
                k = entry_end
                key, key_end = length_kernel(data, begin + 1, entry_end)
                if find_kernel(data, key, key_end, keys, key_offsets, table) < 0:
                    return NEW_KEY, row
    return DONE, len(offsets) - 1
