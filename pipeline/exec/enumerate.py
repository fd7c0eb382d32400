"""`enumerate`: numbers as one more column."""

from __future__ import annotations

import numpy as np

from ...core.block import Block
from ...core.columns import DenseColumn
from ...core.nest import LEAF, tuple_of
from .. import plan
from .base import Context, RowByRow, State, executes


@executes(plan.Enumerate)
class Enumerate(RowByRow[plan.Enumerate]):
    """Each row behind its number."""

    def __init__(self, node: plan.Enumerate, context: Context) -> None:
        super().__init__(node, context)
        self._next = node.start

    def pull(self, max_rows: int) -> Block | None:
        block = self.input.pull(max_rows)
        if block is None:
            return None
        numbers = DenseColumn(np.arange(self._next, self._next + block.n, dtype=np.int64))
        self._next += block.n
        return Block(tuple_of([LEAF, block.structure]), [numbers, *block.columns], block.n, block.provenance)

    def get_state(self) -> State:
        return {"next": self._next, "input": self.input.get_state()}

    def set_state(self, state: State) -> None:
        self._next = state["next"]
        self.input.set_state(state["input"])
