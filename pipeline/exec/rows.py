"""The rows of a window."""

from __future__ import annotations

from ...core.block import Block
from .. import plan
from .base import Context, executes
from .numbered import Numbered


@executes(plan.Rows)
class Rows(Numbered[plan.Rows]):
    """Slices of one block."""

    def __init__(self, node: plan.Rows, context: Context) -> None:
        super().__init__(node, context)
        self._block = node.block.held()

    def pull(self, max_rows: int) -> Block | None:
        start, block = self._next, self._block
        if start >= block.n:
            return None
        self._next = min(start + max_rows, block.n)
        return block.slice(start, self._next)
