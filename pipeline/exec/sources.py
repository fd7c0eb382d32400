"""Sources in memory: `from_tensor_slices`, `from_tensors`, `range`."""

from __future__ import annotations

import numpy as np

from ...core.block import Block
from ...core.columns import DenseColumn
from ...core.nest import LEAF
from .. import plan
from .base import Context, N, executes
from .numbered import Numbered


class _BlockSource(Numbered[N]):
    """Rows of one block."""

    def __init__(self, node: N, context: Context, block: Block, rows: range) -> None:
        super().__init__(node, context)
        self._block = block.held()
        self._rows = rows

    def pull(self, max_rows: int) -> Block | None:
        rows = self._rows[self._next : self._next + max_rows]
        if not rows:
            return None
        self._next += len(rows)
        if rows.step == 1:
            return self._block.slice(rows.start, rows.stop)
        return self._block.take(np.arange(rows.start, rows.stop, rows.step))


@executes(plan.FromTensorSlices)
class FromTensorSlices(_BlockSource[plan.FromTensorSlices]):
    """The rows of arrays in memory, as views where they are neighbours."""

    def __init__(self, node: plan.FromTensorSlices, context: Context) -> None:
        super().__init__(node, context, node.block, node.rows)


@executes(plan.FromTensors)
class FromTensors(_BlockSource[plan.FromTensors]):
    """One element."""

    def __init__(self, node: plan.FromTensors, context: Context) -> None:
        super().__init__(node, context, node.block, range(1))


@executes(plan.Range)
class Range(Numbered[plan.Range]):
    """Numbers computed as they are asked for."""

    def __init__(self, node: plan.Range, context: Context) -> None:
        super().__init__(node, context)
        self._rows = node.cardinality

    def pull(self, max_rows: int) -> Block | None:
        n = min(max_rows, self._rows - self._next)
        if n <= 0:
            return None
        node, first = self.node, self.node.start + self._next * self.node.step
        values = np.arange(n, dtype=np.int64) * node.step + first
        self._next += n
        return Block(LEAF, [DenseColumn(values.astype(node.dtype.numpy, copy=False))], n)
