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
        seeds = node.seeds
        self._pass = seeds.next_pass() if context.counts_passes else seeds.passes
        self._words = Philox(*seeds.of_pass(self._pass))

    def pull(self, max_rows: int) -> Block | None:
        n = min(max_rows, self.context.max_block_rows)
        return Block(LEAF, [DenseColumn(self._words.uint32(n).astype(np.int64))], n)

    def get_state(self) -> State:
        return {"pass": self._pass, "seeds": [self._words.seed, self._words.seed2], "drawn": self._words.position}

    def set_state(self, state: State) -> None:
        self._pass = state["pass"]
        if self.context.counts_passes:
            # Passes that were begun only because rows were read ahead of the saved position are still to come.
            self.node.seeds.restore(self.node.seeds.pair, self._pass + 1)
        self._words = Philox(*state["seeds"])
        self._words.skip(state["drawn"])
