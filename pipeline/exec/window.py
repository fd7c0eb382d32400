"""`window`: datasets over slices of the rows that were read."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core import nest
from ...core.block import Block
from ...core.columns import ObjectColumn
from ...core.errors import InvalidArgumentError
from ...core.nest import LEAF
from .. import plan
from ..plan.certain import certain_spec
from ..plan.ragged_rows import ragged_rows
from .base import Context, State, UnaryOperator, executes
from .input import Input
from .row_queue import RowQueue


@executes(plan.Window)
class Window(UnaryOperator[plan.Window]):
    """Rows wait until the last window that they belong to has been made; windows share their memory."""

    def __init__(self, node: plan.Window, context: Context) -> None:
        super().__init__(node, context)
        self._number = context.number(node)
        self._source = Input(self.input, oldest=self._position)
        self._held = RowQueue()
        # Rows before the next window that are still to be read past.
        self._skip = 0
        self._ended = False
        spec = certain_spec(node.input)
        self._specs = None if spec is None else nest.flatten(spec)[0]
        self._ragged = ragged_rows(node.input)

    def pull(self, max_rows: int) -> Block | None:
        node = self.node
        self._fill(node.span, (max_rows - 1) * node.shift + node.span)
        held = self._held.rows
        windows = 0 if held < node.span else (held - node.span) // node.shift + 1
        if self._ended and not node.drop_remainder:
            windows = -(-held // node.shift)
        return self._emit(min(windows, max_rows)) if windows else None

    def _fill(self, at_least: int, wanted: int) -> None:
        """Get rows until `at_least` are held; demand stays within `wanted`, what `max_rows` windows need."""
        while not self._ended and self._held.rows < at_least:
            block = self._source.pull(self._skip or wanted - self._held.rows)
            if block is None:
                self._ended = True
                return
            skipped = min(self._skip, block.n)
            self._skip -= skipped
            if skipped < block.n:
                self._held.append(block.slice(skipped, block.n))

    def _emit(self, windows: int) -> Block:
        node = self.node
        try:
            rows = self._held.first(min(self._held.rows, (windows - 1) * node.shift + node.span))
        except InvalidArgumentError as err:
            self._advance(1)
            at = f" (node {self._number})" if self._number is not None else ""
            raise type(err)(f"Dataset.window{at}: {err}") from err
        columns = [ObjectColumn([]) for _ in rows.columns]
        for k in range(windows):
            start = k * node.shift
            window = _every(rows.slice(start, min(start + node.span, rows.n)), node.stride)
            for leaf, column in enumerate(columns):
                column.values.append(self._dataset(window, leaf))
        self._advance(windows)
        return Block(rows.structure, columns, windows)

    def _dataset(self, window: Block, leaf: int) -> Any:
        """Return one leaf of a window as a dataset."""
        rows = Block(LEAF, [window.columns[leaf]], window.n, window.provenance)
        spec = self._specs[leaf] if self._specs is not None else None
        return self.node.dataset_of(plan.Rows(rows, spec, frozenset((0,) if leaf in self._ragged else ())))

    def _advance(self, windows: int) -> None:
        past = windows * self.node.shift
        self._skip = max(0, past - self._held.rows)
        self._held.drop(past)

    def _position(self) -> int:
        """Return the first row of the input that the next window may hold."""
        return self._source.rows - self._held.rows

    def get_state(self) -> State:
        source, row = self._source, self._position()
        return {"skip": self._skip, "input": source.get_state() if row == source.rows else source.state_at(row)}

    def set_state(self, state: State) -> None:
        self._skip = state["skip"]
        self._source.set_state(state["input"])


def _every(rows: Block, stride: int) -> Block:
    return rows if stride == 1 else rows.take(np.arange(0, rows.n, stride))
