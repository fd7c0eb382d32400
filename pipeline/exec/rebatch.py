"""`rebatch`: batches of several sizes in turn."""

from __future__ import annotations

import numpy as np

from ...core.block import Block
from ...core.columns import Column, RaggedColumn
from ...core.errors import InvalidArgumentError
from .. import plan
from .base import Context, executes
from .stacking import Stacking


@executes(plan.Rebatch)
class Rebatch(Stacking[plan.Rebatch]):
    """The turn follows from the number of rows so far."""

    def __init__(self, node: plan.Rebatch, context: Context) -> None:
        super().__init__(node, context, max(node.batch_sizes), drop_remainder=node.drop_remainder)
        self._ends = np.cumsum(node.batch_sizes)

    def _elements(self, count: int, batches: int) -> int:
        sizes = self.node.batch_sizes
        turn = self._turn(count)
        rounds, rest = divmod(batches, len(sizes))
        return rounds * sum(sizes) + sum((sizes * 2)[turn : turn + rest])

    def _turn(self, count: int) -> int:
        """Return which size is next after so many rows."""
        return int(np.searchsorted(self._ends, count % int(self._ends[-1]), side="right"))

    def _next(self, max_rows: int) -> tuple[int, int]:
        sizes = self.node.batch_sizes
        return sizes[self._turn(self._count)], max_rows if len(sizes) == 1 else 1

    def _stack(self, rows: Block, leaf: int, size: int) -> Column:
        column = rows.columns[leaf]
        if self.node.is_ragged(leaf):
            return RaggedColumn(column, np.arange(0, len(column) + 1, size, dtype=np.int64))
        try:
            return column.batch(size)
        except InvalidArgumentError as err:
            raise self._error(f"{self._name(rows, leaf)}: {err} Use unbatch() and padded_batch().") from err
