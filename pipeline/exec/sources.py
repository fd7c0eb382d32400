"""Sources in memory: `from_tensor_slices`, `from_tensors`, `range`."""

from __future__ import annotations

import numpy as np

from ...core.block import Block
from ...core.columns import DenseColumn
from ...core.nest import LEAF
from .. import plan
from .base import Context, N, Operator, State, executes


class _BlockSource(Operator[N]):
    """Rows of one block."""

    def __init__(self, node: N, context: Context, block: Block, rows: range) -> None:
        super().__init__(node, context)
        self._block = block.held()
        self._rows = rows
        self._next = 0

    def pull(self, max_rows: int) -> Block | None:
        rows = self._rows[self._next : self._next + max_rows]
        if not rows:
            return None
        self._next += len(rows)
        if rows.step == 1:
            return self._block.slice(rows.start, rows.stop)
        return self._block.take(np.arange(rows.start, rows.stop, rows.step))

    def get_state(self) -> State:
        return {"next": self._next}

    def set_state(self, state: State) -> None:
        self._next = state["next"]

    def advanced(self, state: State, rows: int) -> State:
        return {"next": state["next"] + rows}


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
class Range(Operator[plan.Range]):
    """Numbers computed as they are asked for."""

    def __init__(self, node: plan.Range, context: Context) -> None:
        super().__init__(node, context)
        self._next = 0
        self._left = node.cardinality

    def pull(self, max_rows: int) -> Block | None:
        n = min(max_rows, self._left)
        if n == 0:
            return None
        node, first = self.node, self.node.start + self._next * self.node.step
        values = np.arange(n, dtype=np.int64) * node.step + first
        self._next += n
        self._left -= n
        return Block(LEAF, [DenseColumn(values.astype(node.dtype.numpy, copy=False))], n)

    def get_state(self) -> State:
        return {"next": self._next}

    def set_state(self, state: State) -> None:
        self._next = state["next"]
        self._left = max(0, self.node.cardinality - self._next)

    def advanced(self, state: State, rows: int) -> State:
        return {"next": state["next"] + rows}
