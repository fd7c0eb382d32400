"""ValueCounts: a summary of float32 numbers for quantiles; a monoid, bit for bit.

Numbers are counted in cells. As long as there are at most `CELLS` distinct numbers, each is a cell of its own and
quantiles are exact. When there are more, cells are joined two by two along the order of floating point numbers, by
dropping one more low bit of each (`level` counts the bits), until there are few enough. The level is the least one that
fits, so the summary depends on the numbers alone: any split, any order and any tree of merges give the same one.

Error bound: the cells' counts are exact, and a cell remembers its largest number. A quantile is the largest number of
the cell that holds the wanted rank: at least the exact quantile, and above it by less than `2**(level - 23)` of it
(normal numbers). `level` is 0 to 16; for a million normally distributed numbers it is 12, an error below 0.05 %.

The level never grows beyond 16, because 2**32 patterns in cells of 2**16 are `CELLS`; cells of that size do not mix
finite numbers with infinities or NaN. Keras's summary, a list of interpolated numbers with weights, depends on the
batches.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.columns.kernels import frozen
from ..core.errors import InvalidArgumentError
from .kernels import cells as kernels

Array = npt.NDArray[Any]
Float32s = npt.NDArray[np.float32]
Int64s = npt.NDArray[np.int64]
Uint32s = npt.NDArray[np.uint32]

CELLS: Final = 1 << 16
"""Most cells; saved states hold at most so many."""

# So many numbers are gathered before they are sorted and joined to the cells: sorting many at once is what is fast.
_GATHERED: Final = 1 << 18
# From this level on there are few enough cells for a table of all of them, 32 MiB of memory at most (pages that no
# number falls into are never touched): counting there takes no sorting.
_TABLE_LEVEL: Final = 10
_MOST_TALLIED: Final = 1 << 31
_TOP = np.uint32(1 << 31)
_NO_KEYS = np.empty(0, dtype=np.uint32)


class ValueCounts:
    """How often numbers were seen, in cells; see the module. One thread at a time.

    Attributes:
        level: Low bits that cells drop.
    """

    def __init__(self) -> None:
        self.level = 0
        self._tops: Uint32s = _NO_KEYS
        self._counts: Int64s = np.empty(0, dtype=np.int64)
        self._waiting: Uint32s = _NO_KEYS
        self._n_waiting = 0
        self._table: npt.NDArray[np.uint64] | None = None
        self._touched = np.empty(0, dtype=np.uint8)
        self._tallied = 0

    def add(self, values: Array) -> None:
        """Count numbers; they are copied."""
        bits = frozen(values.reshape(-1).astype(np.float32, copy=False)).view(np.uint32)
        done = 0
        while done < len(bits):
            if self.level >= _TABLE_LEVEL:
                self._tally(bits[done : done + _MOST_TALLIED])
                done += _MOST_TALLIED
                continue
            taken = bits[done : done + _GATHERED - self._n_waiting]
            end = self._n_waiting + len(taken)
            if end > len(self._waiting):
                self._grow(end)
            kernels.ordered_kernel(taken, self._waiting[self._n_waiting : end])
            self._n_waiting = end
            done += len(taken)
            if end == _GATHERED:
                self._flush()

    def _tally(self, bits: Uint32s) -> None:
        """Count numbers in the table of all cells."""
        if self._tallied + len(bits) > _MOST_TALLIED:
            self._flush()
        if self._table is None:
            cells = 1 << (32 - self.level)
            self._table = np.zeros(cells, dtype=np.uint64)
            self._touched = np.zeros(-(-cells // kernels.PAGE), dtype=np.uint8)
        kernels.tally_kernel(bits, self.level, self._table, self._touched)
        self._tallied += len(bits)

    def _grow(self, least: int) -> None:
        grown = np.empty(min(max(2 * least, 1024), _GATHERED), dtype=np.uint32)
        grown[: self._n_waiting] = self._waiting[: self._n_waiting]
        self._waiting = grown

    def merge(self, other: ValueCounts) -> None:
        """Add the counts of `other`, which keeps its own."""
        other._flush()
        self._flush()
        self._join(other._tops, other._counts, other.level)

    def __len__(self) -> int:
        """How many numbers were counted."""
        self._flush()
        return int(self._counts.sum())

    def _flush(self) -> None:
        """Join the numbers that wait, sorted or tallied, to the cells."""
        table, self._table, self._tallied = self._table, None, 0
        if table is not None:
            size = int(np.count_nonzero(self._touched)) * kernels.PAGE
            tops, counts = np.empty(size, dtype=np.uint32), np.empty(size, dtype=np.int64)
            n = kernels.tallied_kernel(table, self._touched, tops, counts)
            self._join(tops[:n], counts[:n], self.level)
        self._flush_waiting()

    def _flush_waiting(self) -> None:
        if not self._n_waiting:
            return
        ordered = np.empty(self._n_waiting, dtype=np.uint32)
        kernels.sort_kernel(self._waiting[: self._n_waiting], ordered)
        tops, ends = np.empty(self._n_waiting, dtype=np.uint32), np.empty(self._n_waiting, dtype=np.int64)
        self._n_waiting = 0
        if not len(self._tops):
            # Nothing to join them with: they are put into the cells that will do at once.
            self.level = self._least_level(ordered)
        n = kernels.runs_kernel(ordered, self.level, tops, ends)
        self._join(tops[:n], np.diff(ends[:n], prepend=0), self.level)

    def _join(self, tops: Uint32s, counts: Int64s, level: int) -> None:
        """Add cells of a level, given by their largest numbers in rising order, and their counts."""
        size = len(self._tops) + len(tops)
        joined, sums = np.empty(size, dtype=np.uint32), np.empty(size, dtype=np.int64)
        self.level = max(self.level, level)
        n = kernels.join_kernel(self._tops, self._counts, tops, counts, self.level, joined, sums)
        if n > CELLS:
            self.level = self._least_level(joined[:n])
            n = kernels.coarsen_kernel(joined[:n], sums[:n], self.level)
        self._tops, self._counts = joined[:n].copy(), sums[:n].copy()

    def _least_level(self, ordered: Uint32s) -> int:
        """Return the least level, from this one on, at which rising numbers fit into the cells."""
        levels = range(self.level, 17)
        # Cells get fewer from level to level: the first level that fits is the least.
        return levels[bisect.bisect_left(levels, 1, key=lambda at: kernels.count_cells_kernel(ordered, at) <= CELLS)]

    def at_ranks(self, ranks: Int64s) -> Float32s:
        """Return the numbers that stand at 0-based places of the sorted numbers, up to the error bound."""
        self._flush()
        cells = np.searchsorted(np.cumsum(self._counts), ranks, side="right")
        return _from_ordered(self._tops[cells])

    def to_arrays(self) -> dict[str, Array]:
        """Return everything as named arrays."""
        self._flush()
        level = np.array(self.level, dtype=np.int64)
        return {"values": _from_ordered(self._tops), "counts": self._counts.copy(), "level": level}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], *, where: str) -> ValueCounts:
        """Return the counts that `to_arrays` described.

        Raises:
            InvalidArgumentError: The arrays do not fit together.
        """
        values, counts, level = arrays.get("values"), arrays.get("counts"), arrays.get("level")
        if values is None or counts is None or level is None or values.shape != counts.shape or values.ndim != 1:
            raise InvalidArgumentError(
                f"{where}: a saved state must have values and counts of one length, and a level."
            )
        if not 0 <= int(level) <= 16 or (counts < 1).any() or len(values) > CELLS:
            raise InvalidArgumentError(f"{where}: the saved counts must be positive, and the level 0 to 16.")
        made = cls()
        keys = np.empty(len(values), dtype=np.uint32)
        kernels.ordered_kernel(frozen(values.astype(np.float32, copy=False)).view(np.uint32), keys)
        order = np.argsort(keys, kind="stable")
        made._join(keys[order], counts[order].astype(np.int64), int(level))
        return made

    def boundaries(self, n_bins: int, epsilon: float) -> Float32s:
        """Return at most `n_bins - 1` rising boundaries between bins of about equally many numbers.

        These are what Keras's `Discretization` finds for all numbers in one batch: it keeps about `1 / epsilon` evenly
        spaced numbers and interpolates between them.

        Args:
            n_bins: At least 1.
            epsilon: Above 0; the spacing, as a fraction of all numbers.
        """
        total = len(self)
        step = max(total / (1.0 / epsilon), 1)
        kept = self.at_ranks(np.arange(int(step - 1), total, int(step), dtype=np.int64))
        weights = np.full(len(kept), step, dtype=np.float32)
        kept, weights = _compressed(kept, weights, epsilon)
        return _compressed(kept, weights, 1.0 / n_bins)[0][:-1]


def _compressed(values: Float32s, weights: Float32s, spacing: float) -> tuple[Float32s, Float32s]:
    """Interpolate weighted numbers at evenly spaced fractions of the weight, if there are enough of them."""
    if len(values) * spacing < 1:
        return values, weights
    fractions = spacing + np.arange(0.0, 1.0, spacing)
    sums = np.cumsum(weights)
    reached = sums / sums[-1]
    between = np.interp(fractions, reached, values)
    new_sums = np.interp(fractions, reached, sums)
    return between.astype(np.float32), np.diff(new_sums, prepend=0.0).astype(np.float32)


def _from_ordered(ordered: Uint32s) -> Float32s:
    """Undo what `ordered_kernel` does."""
    return np.where(ordered & _TOP, ordered ^ _TOP, ~ordered).view(np.float32)
