"""Sources in memory: `from_tensor_slices`, `from_tensors`, `range`."""

from __future__ import annotations

import numpy as np

from ...core.block import Block
from ...core.columns import DenseColumn
from ...core.nest import LEAF
from .. import plan
from .base import Context, Operator, State, executes


class _BlockSource(Operator[plan.Node]):
    """The rows of one block."""

    def __init__(self, node: plan.FromTensorSlices | plan.FromTensors, context: Context) -> None:
        super().__init__(node, context)
        self._block = node.block
        self._next = 0

    def pull(self, max_rows: int) -> Block | None:
        start = self._next
        if start >= self._block.n:
            return None
        self._next = min(start + max_rows, self._block.n)
        return self._block.slice(start, self._next)

    def get_state(self) -> State:
        return {"next": self._next}

    def set_state(self, state: State) -> None:
        self._next = state["next"]


@executes(plan.FromTensorSlices)
class FromTensorSlices(_BlockSource):
    """The rows of arrays in memory, as views."""


@executes(plan.FromTensors)
class FromTensors(_BlockSource):
    """One element."""


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
        self._left = self.node.cardinality - self._next
