"""ReadAhead: serves small demands from large blocks of an operator whose reading ahead nobody can see."""

from __future__ import annotations

from typing import Any

from ...core.block import Block
from .base import BlockSizer, Operator


class ReadAhead:
    """Pulls growing blocks and hands out slices.

    Args:
        source: A pure operator.
    """

    def __init__(self, source: Operator[Any]) -> None:
        self.source = source
        self._sizer = BlockSizer()
        self._block: Block | None = None
        self._next = 0

    def pull(self, max_rows: int) -> Block | None:
        """Return the next 1 to `max_rows` elements, or None at the end."""
        block = self._block
        if block is None or self._next == block.n:
            self._sizer.rows = max(self._sizer.rows, min(max_rows, 64))
            block = self.source.pull(max(self._sizer.rows, max_rows))
            if block is None:
                self._block = None
                return None
            self._sizer.saw(block)
            self._block, self._next = block, 0
        start = self._next
        self._next = min(start + max_rows, block.n)
        return block.slice(start, self._next)


def reader(operator: Operator[Any]) -> ReadAhead | Operator[Any]:
    """Return what a stage that must not read ahead pulls from: through a ReadAhead where the input allows it."""
    return ReadAhead(operator) if operator.is_pure else operator
