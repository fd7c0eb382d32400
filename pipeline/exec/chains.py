"""Chains: rows that wait in groups, each group in the order of arrival."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ...core.block import Block
from ...core.errors import FailedPreconditionError
from .chain_kernels import chained_rows_kernel
from .input import Input
from .row_store import RowStore

Int64s = npt.NDArray[np.int64]

# Dead rows that may always lie in the store: below this, compaction would cost more than the memory it frees.
COMPACT_ROWS = 1024


class Chains:
    """A store of rows, and for each the next one of its group.

    Rows are appended first, then put into groups in the order of their numbers (by a kernel that fills `heads`,
    `tails`, `counts` and `next_row`, and by setting `incoming`), and forgotten when their group is taken.

    Attributes:
        incoming: Number of the first row that is in no group yet.
        next_row: int64[rows or more], the next row of the same group, or -1.
        heads: int64[groups], the first row of each group.
        tails: int64[groups], the last row.
        counts: int64[groups], how many rows; the absolute value counts.
    """

    def __init__(self, groups: int = 0) -> None:
        self._store = RowStore()
        # Number of each stored row among the rows of the input.
        self._arrivals: Int64s = np.empty(0, np.int64)
        self.incoming = 0
        self.next_row: Int64s = np.empty(0, np.int64)
        self.heads, self.tails, self.counts = (np.zeros(groups, np.int64) for _ in range(3))

    @property
    def rows(self) -> int:
        """How many rows are stored; the number of the next one."""
        return self._store.rows

    def append(self, block: Block, arrivals: Int64s) -> None:
        """Store rows, which are in no group yet."""
        self._store.append(block)
        rows = self._store.rows
        if rows > len(self._arrivals):
            self._arrivals = _grown(self._arrivals, 2 * rows)
            self.next_row = _grown(self.next_row, 2 * rows)
        self._arrivals[rows - block.n : rows] = arrivals

    def grow(self, groups: int) -> None:
        """Make room for more groups."""
        if groups > len(self.counts):
            size = max(groups, 2 * len(self.counts), 16)
            self.heads, self.tails, self.counts = (_grown(a, size) for a in (self.heads, self.tails, self.counts))

    def rows_of(self, groups: Sequence[int] | Int64s) -> Int64s:
        """Return the numbers of the rows of some groups, group after group."""
        chosen = np.asarray(groups, dtype=np.int64)
        counts = np.abs(self.counts)
        out = np.empty(int(counts[chosen].sum()), dtype=np.int64)
        chained_rows_kernel(chosen, self.next_row, self.heads, counts, out)
        return out

    def take(self, rows: Int64s) -> Block:
        """Return rows by number."""
        return self._store.take(rows)

    def arrivals(self, rows: Int64s) -> Int64s:
        """Return which rows of the input the rows are."""
        return self._arrivals[rows]

    def oldest(self, default: int) -> int:
        """Return the first row of the input that is stored and not forgotten, or `default`."""
        held = self.heads[self.counts != 0]
        if self.incoming < self._store.rows:
            default = min(default, int(self._arrivals[self.incoming]))
        return min(default, int(self._arrivals[held].min())) if len(held) else default

    def forget(self, groups: Sequence[int] | Int64s) -> None:
        """Empty groups; their rows are dropped when there are enough of them."""
        self.counts[groups] = 0
        live = int(np.abs(self.counts).sum()) + self._store.rows - self.incoming
        if self._store.rows > 2 * live + COMPACT_ROWS:
            self._compact()

    def _compact(self) -> None:
        """Number the rows that are left anew, in the same order."""
        live = np.flatnonzero(self.counts)
        grouped = np.sort(self.rows_of(live))
        kept = np.concatenate([grouped, np.arange(self.incoming, self._store.rows)])
        renumbered = np.full(self._store.rows, -1, dtype=np.int64)
        renumbered[kept] = np.arange(len(kept))
        following = self.next_row[grouped]
        self.next_row[: len(grouped)] = np.where(following < 0, -1, renumbered[following])
        self.heads[live], self.tails[live] = renumbered[self.heads[live]], renumbered[self.tails[live]]
        self._arrivals[: len(kept)] = self._arrivals[kept]
        self._store.keep(kept)
        self.incoming = len(grouped)

    def restore(
        self, source: Input, groups: Sequence[Sequence[int]], read: int, apart: Sequence[int] = ()
    ) -> Block | None:
        """Read rows of a saved state again.

        Args:
            source: The input, at the oldest row.
            groups: The arrivals of each group, counted from the oldest row.
            read: How many rows of the input were in groups, or gone, counted from the oldest row.
            apart: More arrivals, in order, that are in no group.

        Returns:
            The rows `apart`, or None when there are none.

        Raises:
            FailedPreconditionError: The input has fewer rows now.
        """
        wanted = np.sort(np.array([*(a for group in groups for a in group), *apart], dtype=np.int64))
        while (start := source.rows) < read:
            block = source.pull(read - start)
            if block is None:
                raise FailedPreconditionError(
                    f"set_state: elements up to {read} after the saved position were held, but now the input ends "
                    f"after {start}. The files or arrays that the pipeline reads must be the same."
                )
            low, high = np.searchsorted(wanted, [start, start + block.n])
            if low < high:
                self.append(block.take(wanted[low:high] - start), wanted[low:high])
        self.grow(len(groups))
        for g, group in enumerate(groups):
            rows = np.searchsorted(wanted, np.array(group, dtype=np.int64))
            self.heads[g], self.tails[g], self.counts[g] = rows[0], rows[-1], len(rows)
            self.next_row[rows[:-1]] = rows[1:]
            self.next_row[rows[-1]] = -1
        self.incoming = self._store.rows
        return self.take(np.searchsorted(wanted, np.array(apart, dtype=np.int64))) if len(apart) else None


def _grown(array: Int64s, size: int) -> Int64s:
    out = np.zeros(size, dtype=np.int64)
    out[: len(array)] = array
    return out
