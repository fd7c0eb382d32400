"""`cache`: keeps the blocks of the first complete pass and serves later passes from them."""

from __future__ import annotations

from typing import Any

from ...core.block import Block
from .. import plan
from .base import Context, Operator, State, executes


@executes(plan.Cache)
class Cache(Operator[plan.Cache]):
    """Passes the input on while it fills; a pass that is not finished leaves no cache."""

    def __init__(self, node: plan.Cache, context: Context) -> None:
        super().__init__(node, context)
        self._kept: list[Block] = []
        self._blocks = node.memory.blocks
        self._input: Operator[Any] | None = None if self._blocks is not None else context.build(node.input)
        self._at = 0
        self._row = 0
        self._given = 0

    @property
    def is_pure(self) -> bool:
        return self._input is None or self._input.is_pure

    @property
    def children(self) -> tuple[Operator[Any], ...]:
        return () if self._input is None else (self._input,)

    def pull(self, max_rows: int) -> Block | None:
        block = self._serve(max_rows) if self._input is None else self._fill(max_rows, self._input)
        if block is not None:
            self._given += block.n
        return block

    def _fill(self, max_rows: int, source: Operator[Any]) -> Block | None:
        block = source.pull(max_rows)
        if block is not None:
            self._kept.append(block)
            return block
        self.node.memory.fill(_joined(self._kept))
        return None

    def get_state(self) -> State:
        return {"given": self._given}

    def set_state(self, state: State) -> None:
        # A cache that is not full must hold all rows when it is: those before the position are made once more.
        while self._given < state["given"]:
            if self.pull(state["given"] - self._given) is None:
                break

    def _serve(self, max_rows: int) -> Block | None:
        assert self._blocks is not None
        while self._at < len(self._blocks):
            block, start = self._blocks[self._at], self._row
            if start < block.n:
                self._row = min(start + max_rows, block.n)
                return block.slice(start, self._row)
            self._at, self._row = self._at + 1, 0
        return None


def _joined(blocks: list[Block]) -> list[Block]:
    """Join small neighbours, so that later passes serve blocks of a good size."""
    groups: list[list[Block]] = []
    rows = 0
    for block in blocks:
        if not groups or rows >= JOINED_ROWS or block.structure != groups[-1][0].structure:
            groups.append([])
            rows = 0
        groups[-1].append(block)
        rows += block.n
    return [Block.concat(group) for group in groups]


# Cached blocks are joined up to this many rows.
JOINED_ROWS = 4096
