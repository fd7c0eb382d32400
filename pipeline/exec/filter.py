"""`filter`: keeps the rows that the predicate holds for."""

from __future__ import annotations

import numpy as np

from ...core.block import Block
from .. import plan
from .base import Context, State, UnaryOperator, executes
from .input import Input
from .predicate import mask_of
from .row_runner import RowRunner
from .skips import Skips


@executes(plan.Filter)
class Filter(UnaryOperator[plan.Filter]):
    """Rows in the order of the input; an element whose predicate fails raises after all rows before it."""

    def __init__(self, node: plan.Filter, context: Context) -> None:
        super().__init__(node, context)
        node.predicate.prepare(node.input.element_spec)
        self._runner = RowRunner.of(node.predicate, node, context)
        self._skips = Skips(node.errors, node.name, context.number(node), context.skipped)
        self._source = Input(self.input, ahead=True)
        self._count = 0
        self._error: Exception | None = None
        self._rest: Block | None = None

    @property
    def is_pure(self) -> bool:
        return self.input.is_pure and self.node.predicate.is_pure

    def pull(self, max_rows: int) -> Block | None:
        while True:
            if self._error is not None:
                error, self._error = self._error, None
                if not self._skips.skip(error):
                    raise error
            block, self._rest = self._rest, None
            if block is None:
                block = self._source.pull(max_rows)
            if block is None:
                return None
            kept = self._keep(block)
            if kept is not None and kept.n:
                return kept

    def get_state(self) -> State:
        # An element that failed and was not told yet is tested again.
        failed = self._error is not None
        held = failed + (self._rest.n if self._rest is not None else 0)
        position = self._source.state_at(self._source.rows - held) if held else self._source.get_state()
        streams = self._runner.seeds.get_state()
        return {
            "count": self._count - failed,
            "skipped": self._skips.skipped,
            "streams": streams,
            "input": position,
        }

    def set_state(self, state: State) -> None:
        self._count = state["count"]
        self._skips.restore(state["skipped"])
        self._runner.seeds.set_state(state["streams"])
        self._source.set_state(state["input"])

    def _keep(self, block: Block) -> Block | None:
        results, done, self._error = self._runner.run(block, self._count)
        self._count += done
        if self._error is not None:
            self._rest = block.slice(done + 1, block.n) if done + 1 < block.n else None
            self._count += 1
        if results is None:
            return None
        mask = mask_of(results, "Dataset.filter", self.node.predicate.name)
        if mask.all():
            return block.slice(0, done)
        return block.take(np.flatnonzero(mask))
