"""`random`: words of a random stream."""

from __future__ import annotations

import numpy as np

from ...core.block import Block
from ...core.columns import DenseColumn
from ...core.nest import LEAF
from ...core.random import Philox
from .. import plan
from .base import Context, Operator, State, executes


@executes(plan.Random)
class Random(Operator[plan.Random]):
    """The stream of this pass; a position in it costs nothing to find."""

    def __init__(self, node: plan.Random, context: Context) -> None:
        super().__init__(node, context)
        self._seeds = context.seeds(node.seeds, node)
        self._pair = self._seeds.pair
        self._pass = self._seeds.next_pass()
        self._words = Philox(*self._seeds.of_pass(self._pass))

    def pull(self, max_rows: int) -> Block | None:
        n = min(max_rows, self.context.max_block_rows)
        return Block(LEAF, [DenseColumn(self._words.uint32(n).astype(np.int64))], n)

    def get_state(self) -> State:
        return {"pair": list(self._pair), "pass": self._pass, "drawn": self._words.position}

    def set_state(self, state: State) -> None:
        self._pair, self._pass = state["pair"], state["pass"]
        self._seeds.restore_pass(self._pair, self._pass)
        self._words = Philox(*self._seeds.of_pass(self._pass))
        self._words.skip(state["drawn"])
