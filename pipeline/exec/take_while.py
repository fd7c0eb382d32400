"""`take_while`: passes rows on until the predicate is false."""

from __future__ import annotations

import numpy as np

from ...core.block import Block
from .. import plan
from .base import Context, State, UnaryOperator, executes
from .input import Input
from .predicate import mask_of
from .row_runner import RowRunner


@executes(plan.TakeWhile)
class TakeWhile(UnaryOperator[plan.TakeWhile]):
    """An element whose predicate fails raises after all rows before it, and the next one is tested then."""

    def __init__(self, node: plan.TakeWhile, context: Context) -> None:
        super().__init__(node, context)
        node.predicate.prepare(node.input.element_spec)
        self._runner = RowRunner.of(node.predicate, node, context)
        self._source = Input(self.input, ahead=True)
        self._count = 0
        self._error: Exception | None = None
        # Rows of the last block that were not passed on and not tested in vain: they come next.
        self._rest: Block | None = None
        self._ended = False

    @property
    def is_pure(self) -> bool:
        return self.input.is_pure and self.node.predicate.is_pure

    def pull(self, max_rows: int) -> Block | None:
        while not self._ended:
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            block, self._rest = self._rest, None
            if block is None:
                # The row after the last one that passes is tested, and made, only when its turn comes.
                block = self._source.pull(max_rows if self.is_pure else 1)
            if block is None:
                return None
            if passed := self._test(block):
                return block.slice(0, passed)
        return None

    def _test(self, block: Block) -> int:
        """Return how many rows from the first one on pass."""
        results, done, error = self._runner.run(block, self._count)
        mask = mask_of([] if results is None else results, "Dataset.take_while", self.node.predicate.name)
        passed = done if mask.all() else int(np.argmin(mask))
        self._ended = passed < done
        self._error = None if self._ended else error
        used = passed + (self._error is not None)
        self._count += used
        self._rest = block.slice(used, block.n) if used < block.n else None
        return passed

    def get_state(self) -> State:
        source, held = self._source, self._rest.n if self._rest is not None else 0
        # An element that failed and was not told yet is tested again.
        held += self._error is not None
        position = source.state_at(source.rows - held) if held else source.get_state()
        count = self._count - (self._error is not None)
        return {"count": count, "streams": self._runner.seeds.get_state(), "input": position}

    def set_state(self, state: State) -> None:
        self._count = state["count"]
        self._runner.seeds.set_state(state["streams"])
        self._source.set_state(state["input"])
