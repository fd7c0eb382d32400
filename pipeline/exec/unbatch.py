"""`unbatch`: takes columns apart along the first axis of their rows."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from ...core.block import Block
from ...core.errors import InvalidArgumentError, ShapeError
from .. import plan
from .base import Context, State, UnaryOperator, executes
from .input import Input


@executes(plan.Unbatch)
class Unbatch(UnaryOperator[plan.Unbatch]):
    """The rows of one block of elements wait; elements without rows give nothing."""

    def __init__(self, node: plan.Unbatch, context: Context) -> None:
        super().__init__(node, context)
        self._number = context.number(node)
        self._source = Input(self.input, oldest=self._element)
        self._first = 0
        # Blocks of elements that were read and are still to be taken apart.
        self._packed: deque[Block] = deque()
        # The rows that wait, and after how many of them each element of the input ends.
        self._rows: Block | None = None
        self._ends: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._next = 0
        self._skip = 0

    def pull(self, max_rows: int) -> Block | None:
        while self._rows is None:
            if not self._packed and not self._read(max_rows):
                return None
            self._unpack(self._packed.popleft())
        stop = min(self._next + max_rows, self._rows.n)
        block = self._rows.slice(self._next, stop)
        self._next = stop
        if stop == self._rows.n:
            self._rows = None
        return block

    def _read(self, max_rows: int) -> bool:
        """Get the next elements; False at the end."""
        # How many rows an element has is not known before: one is asked for, or a block where nobody sees it.
        block = self._source.pull(max_rows if self.input.is_pure else 1)
        if block is None:
            return False
        self._packed.append(block)
        return True

    def _unpack(self, block: Block) -> None:
        try:
            rows, ends = self._exploded(block)
        except InvalidArgumentError as err:
            if block.n == 1:
                raise self._error(err) from err
            # The rows of the elements before the one that fails come first.
            half = block.n // 2
            self._packed.extendleft((block.slice(half, block.n), block.slice(0, half)))
            return
        skip, self._skip = self._skip, 0
        if skip < rows.n:
            self._rows, self._ends, self._next = rows, ends, skip

    def _exploded(self, block: Block) -> tuple[Block, npt.NDArray[np.int64]]:
        """Return the rows of all elements of a block, and after how many of them each element ends."""
        parts = [column.explode() for column in block.columns]
        lengths = parts[0][1]
        for leaf, (_, other) in enumerate(parts[1:], 1):
            if not np.array_equal(lengths, other):
                self._raise_lengths(block, leaf, lengths, other)
        n = int(lengths.sum())
        provenance = None
        if block.provenance is not None:
            provenance = block.provenance.take(np.repeat(np.arange(block.n), lengths))
        return Block(block.structure, [column for column, _ in parts], n, provenance), np.cumsum(lengths)

    def _raise_lengths(
        self, block: Block, leaf: int, lengths: npt.NDArray[np.int64], other: npt.NDArray[np.int64]
    ) -> None:
        paths, row = block.structure.paths(), int((lengths != other).argmax())
        raise ShapeError(
            f"the leaves of an element must have one first axis. Received: {paths[0]} with {lengths[row]} rows and "
            f"{paths[leaf]} with {other[row]} rows."
        )

    def _error(self, err: InvalidArgumentError) -> InvalidArgumentError:
        at = f" (node {self._number})" if self._number is not None else ""
        text = str(err).removeprefix("unbatch: ")
        return type(err)(f"Dataset.unbatch{at}: element {self._first + self._element() - 1}: {text}")

    @property
    def _done(self) -> int:
        """How many of the elements whose rows wait have given all of them."""
        return int(np.searchsorted(self._ends, self._next, side="right"))

    def _element(self) -> int:
        """Return the first element of the input that has rows to come, or that comes next."""
        read = self._source.rows - sum(block.n for block in self._packed)
        return read if self._rows is None else read - len(self._ends) + self._done

    def get_state(self) -> State:
        element, source, skip = self._element(), self._source, self._skip
        if self._rows is not None:
            done = self._done
            skip = self._next - (int(self._ends[done - 1]) if done else 0)
        return {
            "count": self._first + element,
            "skip": skip,
            "input": source.get_state() if element == source.rows else source.state_at(element),
        }

    def set_state(self, state: State) -> None:
        self._first = state["count"]
        self._skip = state["skip"]
        self._source.set_state(state["input"])
