"""`shard` of a stream: takes every n-th row of the blocks that pass (`indexed` has that of random-access sources)."""

from __future__ import annotations

import numpy as np

from ...core.block import Block
from .. import plan
from .base import Context, State, UnaryOperator


class Shard(UnaryOperator[plan.Shard]):
    """Reads as far as the last row that is asked for, and not beyond."""

    def __init__(self, node: plan.Shard, context: Context) -> None:
        super().__init__(node, context)
        # Rows of the input to pass over before the next one of this shard.
        self._skip = node.index

    def pull(self, max_rows: int) -> Block | None:
        step = self.node.num_shards
        while True:
            wanted = self._skip + 1 + (max_rows - 1) * step
            block = self.input.pull(min(wanted, max(self.context.max_block_rows, self._skip + 1)))
            if block is None:
                return None
            first = self._skip
            if first >= block.n:
                self._skip -= block.n
                continue
            rows = np.arange(first, block.n, step)
            self._skip = int(rows[-1]) + step - block.n
            return block if step == 1 else block.take(rows)

    def get_state(self) -> State:
        return {"skip": self._skip, "input": self.input.get_state()}

    def set_state(self, state: State) -> None:
        self._skip = state["skip"]
        self.input.set_state(state["input"])
