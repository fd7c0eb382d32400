"""Kernels over chains: rows by number, each with the number of the next row of its group."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Int64s = npt.NDArray[np.int64]


@kernel
def chain_kernel(
    kinds: Int64s,
    group_of: Int64s,
    row: int,
    next_row: Int64s,
    heads: Int64s,
    tails: Int64s,
    counts: Int64s,
    sizes: Int64s,
) -> tuple[int, int]:
    """Put rows `row`, `row + 1`, … at the ends of the chains of their groups, until a group is full.

    Args:
        kinds: The kind of each row.
        group_of: The group of each kind; -1 for one that has none yet, which ends the work.
        row: Number of the first row.
        next_row: For each row the next one of its group, or -1.
        heads: First row of each group.
        tails: Last row of each group.
        counts: Rows in each group.
        sizes: How many rows make a group full.

    Returns:
        How many rows were put into chains, and the group that is full, or -1.
    """
    for i in range(len(kinds)):
        g = group_of[kinds[i]]
        if g < 0:
            return i, -1
        next_row[row + i] = -1
        if counts[g] == 0:
            heads[g] = row + i
        else:
            next_row[tails[g]] = row + i
        tails[g] = row + i
        counts[g] += 1
        if counts[g] >= sizes[g]:
            return i + 1, g
    return len(kinds), -1


@kernel
def chained_rows_kernel(groups: Int64s, next_row: Int64s, heads: Int64s, counts: Int64s, out: Int64s) -> None:
    """Fill `out` with the rows of some groups, group after group."""
    n = 0
    for k in range(len(groups)):
        row = heads[groups[k]]
        for _ in range(counts[groups[k]]):
            out[n] = row
            n += 1
            row = next_row[row]


@kernel(inline=True)
def _is_better(left: Any, opened: Any, than_left: Any, than_opened: Any, best_fit: bool) -> Any:
    """Whether a bin comes before another one: it is fuller, or it was opened earlier."""
    if best_fit and left != than_left:
        return left < than_left
    return opened < than_opened


@kernel
def pack_kernel(
    lengths: Int64s,
    row: int,
    capacity: Int64s,
    best_fit: bool,
    next_row: Int64s,
    heads: Int64s,
    tails: Int64s,
    counts: Int64s,
    used: Int64s,
    opened: Int64s,
    open_number: int,
    closed: Int64s,
) -> tuple[int, int, int]:
    """Put sequences into bins until `len(closed)` bins are closed, one must be emptied first, or all are in.

    A sequence goes into the best bin that has room for all of its leaves: the first opened one, or the fullest one.
    When none has room and no bin is free, the best of all is closed. A bin without room in some leaf is closed at once.
    Bins that were closed have a negative count until the caller empties them.

    Args:
        lengths: int64[rows, leaves], none above the capacity.
        row: Number of the first row.
        capacity: int64[leaves].
        best_fit: Whether the fullest bin is the best one, instead of the first opened one.
        next_row: For each row the next one of its bin, or -1.
        heads: First row of each bin.
        tails: Last row of each bin.
        counts: Rows in each bin; 0 for one that is free.
        used: int64[bins, leaves], what each bin holds.
        opened: When each bin was opened.
        open_number: The number of the bin that is opened next.
        closed: Is filled with the bins that were closed.

    Returns:
        How many rows were put into bins, how many bins were closed, and the new `open_number`.
    """
    bins, leaves = used.shape
    n_closed = 0
    for i in range(len(lengths)):
        free = -1
        best = -1
        best_left = np.int64(0)
        first = -1
        first_left = np.int64(0)
        for b in range(bins):
            if counts[b] == 0 and free == -1:
                free = b
            if counts[b] <= 0:
                continue
            fits = True
            left = np.int64(0)
            for k in range(leaves):
                room = capacity[k] - used[b, k]
                left += room
                if lengths[i, k] > room:
                    fits = False
            if first == -1 or _is_better(left, opened[b], first_left, opened[first], best_fit):
                first, first_left = b, left
            if fits and (best == -1 or _is_better(left, opened[b], best_left, opened[best], best_fit)):
                best, best_left = b, left
        if best == -1 and free == -1:
            # Bins that were closed in this call make place when they are emptied; no other one is closed before.
            if n_closed == 0:
                counts[first] = -counts[first]
                closed[0] = first
                n_closed = 1
            return i, n_closed, open_number
        if best == -1:
            best = free
            opened[best] = open_number
            open_number += 1
            heads[best] = row + i
            used[best] = 0
        else:
            next_row[tails[best]] = row + i
        next_row[row + i] = -1
        tails[best] = row + i
        counts[best] += 1
        is_full = True
        for k in range(leaves):
            used[best, k] += lengths[i, k]
            if used[best, k] < capacity[k]:
                is_full = False
        if is_full:
            counts[best] = -counts[best]
            closed[n_closed] = best
            n_closed += 1
            if n_closed == len(closed):
                return i + 1, n_closed, open_number
    return len(lengths), n_closed, open_number
