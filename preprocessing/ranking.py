"""Ranking of counted strings in linear time: by count, then by bytes, both falling."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn
from .kernels import ranking as kernels

Int64s = npt.NDArray[np.int64]
Uint64s = npt.NDArray[np.uint64]

_WORD = 8  # bytes compared at a time


def ranked_rows(strings: BytesColumn, counts: Int64s) -> Int64s:
    """Return row numbers by falling count; rows of one count by falling order of their strings' bytes.

    A radix sort: first by eight bytes and the count, then, among rows that are still equal, by the next eight bytes,
    and so on; a string costs the same whatever their number is. pyarrow's `sort_indices` takes 350 ns a string for a
    million random ones and 560 for four million.

    Args:
        strings: Distinct strings (equal ones stand in any order), one per row.
        counts: int64[n], not negative.
    """
    n = len(strings)
    rows, keys = np.arange(n, dtype=np.int64), np.empty(n, dtype=np.uint64)
    if not n:
        return rows
    kernels.words_kernel(strings.data, strings.offsets, rows, 0, keys)
    words = keys.copy()
    rows, _ = _sorted(keys, rows)
    falling = (int(counts.max()) - counts).astype(np.uint64)
    rows, by_count = _sorted(falling[rows], rows)
    words = words[rows]
    # Whether each row is equal, as far as was looked, to the one before it.
    same = np.zeros(n + 1, dtype=np.bool_)
    same[1:n] = (by_count[1:] == by_count[:-1]) & (words[1:] == words[:-1])
    lengths = strings.lengths
    at = _WORD
    while (places := np.flatnonzero(same[:-1] | same[1:])).size:
        some = rows[places]
        groups = np.cumsum(~same[places]).astype(np.uint64)
        is_last = at >= int(lengths[some].max())
        keys = np.empty(len(some), dtype=np.uint64)
        if is_last:  # They differ in zeros at the end.
            np.subtract(np.uint64(1 << 63), lengths[some].astype(np.uint64), out=keys)
        else:
            kernels.words_kernel(strings.data, strings.offsets, some, at, keys)
        order, _ = _sorted(keys.copy(), np.arange(len(some), dtype=np.int64))
        order, by_group = _sorted(groups[order], order)
        rows[places] = some[order]
        if is_last:
            break
        words = keys[order]
        equal = np.zeros(len(some), dtype=np.bool_)
        equal[1:] = (by_group[1:] == by_group[:-1]) & (words[1:] == words[:-1])
        same[:] = False
        same[places] = equal
        at += _WORD
    return rows


def _sorted(keys: Uint64s, rows: Int64s) -> tuple[Int64s, Uint64s]:
    """Return rows in the order of their keys, and the keys; both arguments are scratch afterwards."""
    spare: Any = np.empty_like(keys), np.empty_like(rows)
    side = kernels.sort_rows_kernel(keys, rows, *spare)
    return (spare[1], spare[0]) if side else (rows, keys)
