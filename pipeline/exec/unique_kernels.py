"""A set of 64-bit keys, as a hash table in two arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

_SHIFT_A = np.uint64(33)
_MIX = np.uint64(0xFF51AFD7ED558CCD)


@kernel
def insert_kernel(
    keys: npt.NDArray[np.uint64], table: npt.NDArray[np.uint64], used: npt.NDArray[np.bool_], new: npt.NDArray[np.bool_]
) -> int:
    """Insert keys, uint64[n], into a table; `new[i]` says whether key `i` was not there before.

    The table has a power of two of places, more than keys: the search for a free one ends. Keys are spread by the
    first half of the finalizer of MurmurHash3 (A. Appleby, public domain).

    Returns:
        How many were new.
    """
    places = np.uint64(len(table) - 1)
    count = 0
    for i in range(len(keys)):
        key = keys[i]
        mixed = (key ^ (key >> _SHIFT_A)) * _MIX
        place = np.intp((mixed ^ (mixed >> _SHIFT_A)) & places)
        while used[place] and table[place] != key:
            place = np.intp(0) if place + 1 == len(table) else place + np.intp(1)
        new[i] = not used[place]
        if new[i]:
            used[place] = True
            table[place] = key
            count += 1
    return count
