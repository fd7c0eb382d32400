"""RowStore: rows that arrive in blocks and leave in any order.

Rows are numbered as they arrive. Blocks are joined like the digits of a binary counter (a newer block joins an older
one that is not larger), so that single rows arriving one by one cost a logarithmic number of copies each, and `take`
never looks into more than a few blocks.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...core.block import Block

Int64s = npt.NDArray[np.int64]


class RowStore:
    """A growing set of rows, addressed by number, with a compaction that forgets the dead ones."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self.rows = 0

    def append(self, block: Block) -> None:
        """Add rows; they get the next numbers."""
        blocks = self._blocks
        blocks.append(block)
        self.rows += block.n
        while len(blocks) > 1 and blocks[-2].n <= blocks[-1].n:
            newer = blocks.pop()
            blocks[-1] = Block.concat([blocks[-1], newer])

    def take(self, numbers: Int64s) -> Block:
        """Return rows by number, in the order given."""
        if len(self._blocks) == 1:
            return self._blocks[0].take(numbers)
        starts = np.cumsum([0] + [b.n for b in self._blocks])
        if len(numbers) == 1:
            home = int(np.searchsorted(starts, numbers[0], side="right")) - 1
            row = int(numbers[0] - starts[home])
            return self._blocks[home].slice(row, row + 1)
        homes = np.searchsorted(starts, numbers, side="right") - 1
        order = np.argsort(homes, kind="stable")
        bounds = np.searchsorted(homes[order], np.arange(len(self._blocks) + 1))
        parts = []
        for home, block in enumerate(self._blocks):
            mine = order[bounds[home] : bounds[home + 1]]
            if len(mine):
                parts.append(block.take(numbers[mine] - starts[home]))
        if len(parts) == 1 and len(numbers) == parts[0].n:
            return parts[0]
        back = np.empty(len(numbers), dtype=np.int64)
        back[order] = np.arange(len(numbers))
        return Block.concat(parts).take(back)

    def keep(self, numbers: Int64s) -> None:
        """Forget all rows but these, which get the numbers 0, 1, … in the order given."""
        self._blocks = [self.take(numbers)] if len(numbers) else []
        self.rows = len(numbers)
