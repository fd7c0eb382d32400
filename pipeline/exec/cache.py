"""`cache`: keeps the blocks of the first complete pass and serves later passes from them."""

from __future__ import annotations

from typing import Any

from ...core.block import Block
from .. import plan
from ..plan.passes import draws_anew
from .base import Context, Operator, State, executes
from .epochs import restore_epochs, save_epochs


@executes(plan.Cache)
class Cache(Operator[plan.Cache]):
    """Passes the input on while it fills; a pass that is not finished leaves no cache."""

    def __init__(self, node: plan.Cache, context: Context) -> None:
        super().__init__(node, context)
        self._kept: list[Block] = []
        self._blocks = node.memory.blocks
        self._input: Operator[Any] | None = None
        if self._blocks is None:
            # A pass that an earlier process made and counted is made anew.
            again = node.memory.start is not None
            self._input = (context.apart() if again else context).build(node.input)
        # Makes the same elements again where the memory is lost: those of the pass that fills the cache.
        self._start: State = node.memory.start
        # Whether the input has to go there before it is read.
        self._restarts = self._start is not None
        if self._input is not None and not self._restarts:
            self._start = self._input.get_state()
        self._at = 0
        self._row = 0
        self._given = 0

    @property
    def is_pure(self) -> bool:
        # Reading ahead might complete the cache, and then the next pass shows it: it has the order of this one.
        return self._input is None or (self._input.is_pure and not draws_anew(self.node.input))

    @property
    def children(self) -> tuple[Operator[Any], ...]:
        return () if self._input is None else (self._input,)

    def pull(self, max_rows: int) -> Block | None:
        block = self._serve(max_rows) if self._input is None else self._fill(max_rows, self._input)
        if block is not None:
            self._given += block.n
        return block

    def _fill(self, max_rows: int, source: Operator[Any]) -> Block | None:
        if self._restarts:
            self._restarts = False
            source.set_state(self._start)
        block = source.pull(max_rows)
        if block is not None:
            block = block.held()
            self._kept.append(block)
            return block
        self.node.memory.fill(_joined(self._kept), self._start)
        return None

    def get_state(self) -> State:
        is_full = self._input is None
        epochs = save_epochs(self.node.input, self.context) if is_full else []
        return {"given": self._given, "full": is_full, "start": self._start, "epochs": epochs}

    def set_state(self, state: State) -> None:
        """Go on in the cache; where this process has none, its rows are made once more.

        All of them where it was full, so that no function runs later which would not have run; otherwise those before
        the position.
        """
        if state["full"]:
            self._fill_anew(state)
        elif self._input is not None:
            self._start, self._restarts = state["start"], True
        while self._given < state["given"]:
            if self.pull(state["given"] - self._given) is None:
                break

    def _fill_anew(self, state: State) -> None:
        self.close()
        if self.node.memory.blocks is None:
            # The pass has been counted when it was made first.
            source = self.context.apart().build(self.node.input)
            try:
                source.set_state(state["start"])
                self.node.memory.fill(_joined(_read(source)), state["start"])
            finally:
                source.close()
        self._input, self._blocks, self._start = None, self.node.memory.blocks, state["start"]
        restore_epochs(self.node.input, state["epochs"], self.context)

    def _serve(self, max_rows: int) -> Block | None:
        assert self._blocks is not None
        while self._at < len(self._blocks):
            block, start = self._blocks[self._at], self._row
            if start < block.n:
                self._row = min(start + max_rows, block.n)
                return block.slice(start, self._row)
            self._at, self._row = self._at + 1, 0
        return None


def _read(source: Operator[Any]) -> list[Block]:
    """Return all rows of an operator in blocks."""
    blocks = []
    while (block := source.pull(JOINED_ROWS if source.is_pure else 1)) is not None:
        blocks.append(block)
    return blocks


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
    return [Block.concat(group).held() for group in groups]


# Cached blocks are joined up to this many rows.
JOINED_ROWS = 4096
