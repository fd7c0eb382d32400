"""RowQueue: rows that arrive in blocks and leave in the same order."""

from __future__ import annotations

from ...core.block import Block


class RowQueue:
    """Rows that wait, the first one first."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self.rows = 0

    def append(self, block: Block) -> None:
        """Add rows at the end."""
        self._blocks.append(block)
        self.rows += block.n

    def first(self, n: int) -> Block:
        """Return the first `n` rows (there are as many) as one block over the same memory where possible.

        Raises:
            InvalidArgumentError: They are of different structure.
        """
        needed = total = 0
        while total < n:
            total += self._blocks[needed].n
            needed += 1
        joined = Block.concat(self._blocks[:needed])
        self._blocks[:needed] = [joined]
        return joined.slice(0, n)

    def drop(self, n: int) -> None:
        """Forget the first `n` rows, or all when there are fewer."""
        blocks, self._blocks = self._blocks, []
        for block in blocks:
            if n < block.n:
                self._blocks.append(block.slice(n, block.n))
            n = max(0, n - block.n)
        self.rows = sum(block.n for block in self._blocks)
