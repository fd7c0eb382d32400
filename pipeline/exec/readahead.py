"""ReadAhead: serves small demands from large blocks of an operator whose reading ahead nobody can see."""

from __future__ import annotations

from typing import Any

from ...core.block import Block
from .base import BlockSizer, Operator


class ReadAhead:
    """Pulls growing blocks and hands out slices, as long as the source is pure; passes demands through otherwise.

    Args:
        source: The operator to read.
    """

    def __init__(self, source: Operator[Any]) -> None:
        self.source = source
        self._sizer = BlockSizer(source.context.max_block_rows)
        self._block: Block | None = None
        self._next = 0

    def pull(self, max_rows: int) -> Block | None:
        """Return the next 1 to `max_rows` elements, or None at the end."""
        block = self._block
        if block is None or self._next == block.n:
            if not self.source.is_pure:
                self._block = None
                return self.source.pull(max_rows)
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
