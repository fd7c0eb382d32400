"""`zip`: rows of several inputs side by side.

Blocks of the inputs are cut to the shortest one; what is left of the others waits. The user's functions below see what
they would see if one element after another were made: an input that is not pure is asked only for rows whose partners
exist, and where several are not pure they are asked one row at a time, in turn.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ...core.block import Block
from ...core.nest import Structure, structure_of
from .. import plan
from .base import Context, Operator, State, executes
from .input import Input


@executes(plan.Zip)
class Zip(Operator[plan.Zip]):
    """Ends with the shortest input; an element that fails takes its partners with it, so that the rest stay aligned."""

    def __init__(self, node: plan.Zip, context: Context) -> None:
        super().__init__(node, context)
        self._inputs = [Input(context.build(dataset), ahead=True) for dataset in node.datasets]
        self._held: list[Block | None] = [None] * len(self._inputs)
        self._structures: tuple[Structure, ...] = ()
        self._structure = node.structure
        self._ended = False

    @property
    def is_pure(self) -> bool:
        return all(source.is_pure for source in self._inputs)

    @property
    def sight(self) -> int:
        return min(source.sight for source in self._inputs)

    @property
    def children(self) -> tuple[Operator[Any], ...]:
        return tuple(source.source for source in self._inputs)

    def pull(self, max_rows: int) -> Block | None:
        self._ended = self._ended or not self._fill(max_rows)
        if self._ended:
            return None
        held = [block for block in self._held if block is not None]
        rows = min(block.n for block in held)
        self._held = [block.slice(rows, block.n) if rows < block.n else None for block in held]
        return self._joined([block.slice(0, rows) for block in held], rows)

    def _fill(self, max_rows: int) -> bool:
        """Hold at least one row of each input; False when one of them has ended.

        Pure inputs come first: how many rows they have says how many the others may be asked for.
        """
        sight = self.sight
        pure = [sight > 0 or source.is_pure for source in self._inputs]
        rows = min(max_rows, max(1, sight)) if sight or pure.count(False) > 1 else max_rows
        ended = len(self._inputs)
        for i in sorted(range(ended), key=lambda i: not pure[i]):
            if i > ended:
                continue
            if not self._hold(i, rows if ended == len(self._inputs) else 1):
                # Inputs that stand before one that has ended are read once more all the same, those behind it are not.
                ended = i
            elif (block := self._held[i]) is not None:
                rows = min(rows, block.n)
        return ended == len(self._inputs)

    def _hold(self, i: int, rows: int) -> bool:
        """Hold rows of an input; False when it has ended."""
        if self._held[i] is None:
            try:
                self._held[i] = self._inputs[i].pull(rows)
            except Exception:
                self._drop_partners(i)
                raise
        return self._held[i] is not None

    def _drop_partners(self, failed: int) -> None:
        """Pass over one row of each input but the one that failed."""
        for i, source in enumerate(self._inputs):
            if i == failed:
                continue
            block = self._held[i]
            # The first error is the one to tell; a partner that fails as well is passed over too.
            with suppress(Exception):
                if block is None:
                    self._ended = source.pull(1) is None or self._ended
                else:
                    self._held[i] = block.slice(1, block.n) if block.n > 1 else None

    def _joined(self, blocks: list[Block], rows: int) -> Block:
        structures = tuple(block.structure for block in blocks)
        if structures != self._structures:
            self._structures = structures
            # A nest of stand-ins has the structure of the nests to come.
            self._structure = structure_of(self.node.structure.pack([s.pack([0] * s.n_leaves) for s in structures]))
        columns = [column for block in blocks for column in block.columns]
        origins = next((block.provenance for block in blocks if block.provenance is not None), None)
        return Block(self._structure, columns, rows, origins)

    def get_state(self) -> State:
        return {"inputs": [_position(*pair) for pair in zip(self._inputs, self._held, strict=True)]}

    def set_state(self, state: State) -> None:
        for source, position in zip(self._inputs, state["inputs"], strict=True):
            source.set_state(position)


def _position(source: Input, held: Block | None) -> State:
    """Return the position of the first row of an input that was not returned yet."""
    return source.get_state() if held is None else source.state_at(source.rows - held.n)
