"""`take` and `skip`."""

from __future__ import annotations

from ...core.block import Block
from .. import plan
from .base import Context, UnaryOperator, executes


@executes(plan.Take)
class Take(UnaryOperator[plan.Take]):
    """The first rows; nothing is asked of the input once they have been passed on."""

    def __init__(self, node: plan.Take, context: Context) -> None:
        super().__init__(node, context)
        self._left = node.count

    def pull(self, max_rows: int) -> Block | None:
        if self._left == 0:
            return None
        block = self.input.pull(max_rows if self._left < 0 else min(max_rows, self._left))
        if block is not None and self._left > 0:
            self._left -= block.n
        return block


@executes(plan.Skip)
class Skip(UnaryOperator[plan.Skip]):
    """All rows but the first."""

    def __init__(self, node: plan.Skip, context: Context) -> None:
        super().__init__(node, context)
        self._left = node.count

    def pull(self, max_rows: int) -> Block | None:
        if self._left < 0:
            return None
        while self._left > 0:
            block = self.input.pull(min(self._left, SKIP_ROWS))
            if block is None:
                self._left = 0
                return None
            self._left -= block.n
        return self.input.pull(max_rows)


# Rows that are skipped are still made by the stages below: blocks bound their memory.
SKIP_ROWS = 1024
