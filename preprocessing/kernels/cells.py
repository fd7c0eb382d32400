"""Numbers counted in cells along their order: keys, radix sort, tables of all cells, and lists of cells joined."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Uint32s = npt.NDArray[np.uint32]
Uint64s = npt.NDArray[np.uint64]
Int64s = npt.NDArray[np.int64]

_SIGN = np.uint32(0x80000000)
_MAGNITUDE = np.uint32(0x7FFFFFFF)
_INFINITY = np.uint32(0x7F800000)
_NAN = np.uint32(0x7FC00000)

# Entries of a table of cells: counts above the largest number of each.
_ONE = np.uint64(1 << 32)
_COUNT = np.uint64(32)
_TOP = np.uint64((1 << 32) - 1)
# Entries of a table that are passed over together when none of them has a count: a page of memory.
PAGE = 512

# Digits of the radix sort: 11, 11 and 10 bits. Counts of 2048 digits stay in the nearest cache.
_DIGIT = np.uint32(0x7FF)
_SECOND = np.uint32(11)
_THIRD = np.uint32(22)


@kernel
def _ordered(bits: Any) -> Any:
    magnitude = bits & _MAGNITUDE
    if magnitude > _INFINITY:
        bits = _NAN
    elif magnitude == 0:
        bits = magnitude
    # A word in a register is 64 bits wide for Numba: the upper ones must not stay.
    return np.uint32(~bits if bits & _SIGN else bits | _SIGN)


@kernel
def ordered_kernel(bits: Uint32s, out: Uint32s) -> None:
    """Fill `out` with unsigned integers in the order of float32 numbers, given by their bits.

    Both zeros are one, and every NaN is the same, above all numbers.
    """
    for i in range(len(bits)):
        out[i] = _ordered(bits[i])


@kernel
def tally_kernel(bits: Uint32s, level: int, table: Uint64s, touched: npt.NDArray[np.uint8]) -> None:
    """Count numbers in a table of all cells.

    Args:
        bits: The bits of float32 numbers.
        level: Low bits that cells drop.
        table: uint64[2**(32 - level)]: for each cell the count, in the high 32 bits, and its largest number.
        touched: uint8[ceil(len(table) / PAGE)], 1 for each page of the table that has counts.
    """
    shift = np.uint32(level)
    # A part at a time: the keys are made with vectors (2 ns a number, 5 in one loop).
    keys = np.empty(1024, dtype=np.uint32)
    for start in range(0, len(bits), len(keys)):
        n = min(len(keys), len(bits) - start)
        for i in range(n):
            keys[i] = _ordered(bits[start + i])
        for i in range(n):
            key = keys[i]
            cell = np.int64(key >> shift)
            entry = table[cell] + _ONE
            if np.uint64(key) > entry & _TOP:
                entry = (entry & ~_TOP) | np.uint64(key)
            table[cell] = entry
            touched[cell // PAGE] = 1


@kernel
def tallied_kernel(table: Uint64s, touched: npt.NDArray[np.uint8], tops: Uint32s, counts: Int64s) -> Any:
    """Write the cells that a table counted, in rising order; return how many.

    Args:
        table: See `tally_kernel`.
        touched: See `tally_kernel`.
        tops: uint32[PAGE for each touched page].
        counts: int64, of the same length.
    """
    n = np.int64(0)
    for page in range(len(touched)):
        if not touched[page]:
            continue
        for cell in range(page * PAGE, min((page + 1) * PAGE, len(table))):
            entry = table[cell]
            if entry:
                tops[n] = np.uint32(entry & _TOP)
                counts[n] = np.int64(entry >> _COUNT)
                n += 1
    return n


@kernel
def _place(keys: Uint32s, shift: Any, starts: Int64s, out: Uint32s) -> None:
    for i in range(len(keys)):
        digit = np.int64((keys[i] >> shift) & _DIGIT)
        out[starts[digit]] = keys[i]
        starts[digit] += 1


@kernel
def sort_kernel(keys: Uint32s, spare: Uint32s) -> None:
    """Write `keys` sorted into `spare`, of the same length; `keys` is scratch afterwards.

    Least digit first, three passes: 5 ns a number, where `np.sort` takes 27 (2**18 numbers, AVX2).
    """
    counts = np.zeros((3, 2048), dtype=np.int64)
    for i in range(len(keys)):
        counts[0, np.int64(keys[i] & _DIGIT)] += 1
        counts[1, np.int64((keys[i] >> _SECOND) & _DIGIT)] += 1
        counts[2, np.int64(keys[i] >> _THIRD)] += 1
    for digit in range(3):
        total = np.int64(0)
        for j in range(2048):
            n = counts[digit, j]
            counts[digit, j] = total
            total += n
    _place(keys, np.uint32(0), counts[0], spare)
    _place(spare, _SECOND, counts[1], keys)
    _place(keys, _THIRD, counts[2], spare)


@kernel
def runs_kernel(keys: Uint32s, level: int, tops: Uint32s, ends: Int64s) -> Any:
    """Write the largest number and the end of each run of one cell; without a branch for each number.

    Args:
        keys: Rising, not empty.
        level: Low bits that cells drop.
        tops: uint32[n].
        ends: int64[n].

    Returns:
        The number of cells.
    """
    shift = np.uint32(level)
    last = keys[0] >> shift
    n = np.int64(0)
    for i in range(len(keys)):
        cell = keys[i] >> shift
        n += cell != last
        last = cell
        tops[n] = keys[i]
        ends[n] = i + 1
    return n + 1


@kernel
def join_kernel(
    tops: Uint32s,
    counts: Int64s,
    more_tops: Uint32s,
    more_counts: Int64s,
    level: int,
    out_tops: Uint32s,
    out_counts: Int64s,
) -> Any:
    """Merge two rising lists of cells into one; numbers of one cell are joined.

    Args:
        tops: Largest number of each cell.
        counts: int64[cells].
        more_tops: uint32[n].
        more_counts: int64[n].
        level: Low bits that cells drop.
        out_tops: uint32[cells + n].
        out_counts: int64[cells + n].

    Returns:
        The number of cells.
    """
    shift = np.uint32(level)
    i, j, n = 0, 0, 0
    while i < len(tops) or j < len(more_tops):
        if j == len(more_tops) or (i < len(tops) and tops[i] <= more_tops[j]):
            top, count = tops[i], counts[i]
            i += 1
        else:
            top, count = more_tops[j], more_counts[j]
            j += 1
        if n and (out_tops[n - 1] >> shift) == (top >> shift):
            out_tops[n - 1] = top
            out_counts[n - 1] += count
            continue
        out_tops[n] = top
        out_counts[n] = count
        n += 1
    return n


@kernel
def count_cells_kernel(tops: Uint32s, level: int) -> Any:
    """Return how many cells there are once `level` low bits are dropped; `tops` is rising and not empty."""
    shift = np.uint32(level)
    n = np.int64(1)
    for i in range(1, len(tops)):
        n += (tops[i - 1] >> shift) != (tops[i] >> shift)
    return n


@kernel
def coarsen_kernel(tops: Uint32s, counts: Int64s, level: int) -> Any:
    """Join neighbours that are one cell once `level` low bits are dropped, in place; return how many cells are left."""
    shift = np.uint32(level)
    n = 0
    for i in range(len(tops)):
        if n and (tops[n - 1] >> shift) == (tops[i] >> shift):
            tops[n - 1] = tops[i]
            counts[n - 1] += counts[i]
        else:
            tops[n] = tops[i]
            counts[n] = counts[i]
            n += 1
    return n
