"""`counter`: numbers added up as they are asked for."""

from __future__ import annotations

import numpy as np

from ...core.block import Block
from ...core.columns import DenseColumn
from ...core.nest import LEAF
from .. import plan
from .base import Context, Operator, State, executes


@executes(plan.Counter)
class Counter(Operator[plan.Counter]):
    """Each number is the one before plus the step, in the dtype asked for."""

    def __init__(self, node: plan.Counter, context: Context) -> None:
        super().__init__(node, context)
        self._dtype = node.dtype.numpy
        self._next = np.array([node.start]).astype(self._dtype)
        self._step = np.array([node.step]).astype(self._dtype)

    def pull(self, max_rows: int) -> Block | None:
        n = min(max_rows, self.context.max_block_rows)
        terms = np.repeat(self._step, n + 1)
        terms[0] = self._next[0]
        # Sums from left to right: floats round after each step, as they do in TensorFlow.
        numbers = np.add.accumulate(terms, dtype=self._dtype)
        self._next = numbers[n:]
        return Block(LEAF, [DenseColumn(numbers[:n])], n)

    def get_state(self) -> State:
        return {"next": self._next[0].item()}

    def set_state(self, state: State) -> None:
        self._next = np.array([state["next"]]).astype(self._dtype)
