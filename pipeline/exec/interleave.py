"""`interleave`: reads several datasets in turn, in tf.data's order.

The order is that of reading one element at a time: `block_length` elements from a slot, then the next slot of the
cycle; a slot whose dataset has ended is left, and opens the next dataset when its turn comes again. Rows are read in
blocks all the same: a kernel schedules which slot gives which row, and one gather per pull makes it so.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...core.block import Block
from ...core.waiting import Task
from .. import plan
from .base import BlockSizer, Context, Operator, State, executes
from .input import Input, row_at
from .kernels import ALL_CLOSED, interleave_kernel
from .opening import Opening


class _Slot:
    """One open dataset: its rows, and those of them that wait.

    Args:
        operator: Runs the dataset.
        element: Row, in the interleave's input, of the element that the dataset was made of; its saved position when
            the element was read before the state was restored.
        number: How many datasets were opened before.
        streams: Random streams of the user's function before it was called.
    """

    __slots__ = ("block", "element", "ended", "failed", "given", "input", "number", "pending", "sizer", "streams")

    def __init__(self, operator: Operator[Any], element: int | State, number: int, streams: list[Any]) -> None:
        self.element = element
        self.number = number
        self.streams = streams
        self.given = 0
        self.input = Input(operator, oldest=self._oldest)
        self.block: Block | None = None
        self.ended = False
        self.failed: Exception | None = None
        self.pending: Task[Block | None] | None = None
        self.sizer = BlockSizer(operator.context.max_block_rows)

    def _oldest(self) -> int:
        """Return the first row that has not been given to anybody."""
        return self.given

    def hold(self, block: Block | None, left: Block | None) -> None:
        """Take a block that was pulled; `left` are the rows that still wait."""
        if block is None:
            self.ended = True
            self.block = left
            return
        self.sizer.saw(block)
        self.block = block if left is None else Block.concat([left, block])

    def get_state(self) -> State:
        """Return the position of the first row that was not given yet."""
        failed = self.failed is not None
        if self.pending is not None:
            # What is being read right now arrives before the position can be told.
            failed = self.pending.wait() is not None
        # The input stands behind its own error, whose turn has not come.
        is_at = self.given == self.input.rows and not failed
        return self.input.get_state() if is_at else self.input.state_at(self.given)


@executes(plan.Interleave)
class Interleave(Opening[plan.Interleave]):
    """Slots of open datasets, a schedule, and a gather."""

    def __init__(self, node: plan.Interleave, context: Context) -> None:
        super().__init__(node, context)
        self._slots: list[_Slot | None] = [None] * node.cycle_length
        self._available = np.zeros(node.cycle_length, dtype=np.int64)
        self._taken = np.zeros(node.cycle_length, dtype=np.int64)
        self._closed = np.zeros(node.cycle_length, dtype=np.bool_)
        self._cycle_index = 0
        self._block_index = 0
        self._ahead = False
        self._input_ended = False
        self._parallel = node.num_parallel_calls is not None and node.num_parallel_calls != 1

    def _inners(self) -> list[Input]:
        return [slot.input for slot in self._slots if slot is not None]

    def pull(self, max_rows: int) -> Block | None:
        out_slots, out_rows = np.empty(max_rows, np.int64), np.empty(max_rows, np.int64)
        # Whoever asks a pure operator may ask for more than the user did: a dataset that is opened during this pull
        # and turns out not to be pure must then be read one element at a time.
        self._ahead = self.is_pure
        while True:
            before = self._taken.copy()
            status, n, self._cycle_index, self._block_index = interleave_kernel(
                self._available,
                self._taken,
                self._closed,
                self._cycle_index,
                self._block_index,
                self.node.block_length,
                out_slots,
                out_rows,
            )
            if n:
                block = self._gather(out_slots[:n], out_rows[:n], before)
                if self._parallel:
                    self._request_all()
                return block
            if status == ALL_CLOSED:
                return None
            self._supply(max_rows)

    def _supply(self, max_rows: int) -> None:
        """Make the slot whose turn it is give rows, or pass its turn on."""
        i = self._cycle_index
        slot = self._slots[i]
        if slot is None:
            # Once the input has ended, a slot that is empty stays so.
            self._closed[i] = self._input_ended or not self._open_or_skip(partial(self._open, i))
        elif slot.ended:
            self._close_slot(i)
            self._advance()
        else:
            try:
                self._refill(i, max_rows)
            except Exception as err:
                if not self._skips.skip(err):
                    raise
                slot.ended = True

    def _advance(self) -> None:
        self._cycle_index = (self._cycle_index + 1) % len(self._slots)
        self._block_index = 0

    def _open(self, i: int) -> bool:
        """Open the next dataset in a slot; False when the input has ended."""
        block = self._source.pull(1)
        if block is None:
            self._input_ended = True
            return False
        streams = self._seeds.get_state()
        self._slots[i] = _Slot(self._dataset_of(block), self._source.rows - 1, self._opened - 1, streams)
        return True

    def _oldest(self) -> int:
        """Return the first row of the input whose dataset is open, or that comes next."""
        rows = (slot.element for slot in self._slots if slot is not None and isinstance(slot.element, int))
        return min(rows, default=self._source.rows)

    def _close_slot(self, i: int) -> None:
        slot, self._slots[i] = self._slots[i], None
        self._available[i] = self._taken[i] = 0
        if slot is not None:
            slot.input.source.close()

    def _refill(self, i: int, max_rows: int) -> None:
        """Get rows for slot `i`, and top up the others, so that the next schedule does not stop after a few rows."""
        slot = self._slots[i]
        assert slot is not None
        if slot.pending is None and slot.failed is None and not slot.input.is_pure:
            rows = 1 if self._ahead else min(max_rows, self.node.block_length - self._block_index)
            self._hold(i, slot.input.pull(rows))
            return
        share = min(-(-max_rows // len(self._slots)), MAX_SHARE_ROWS)
        for j, other in enumerate(self._slots):
            if other is None or other.ended or (j != i and not other.input.is_pure):
                continue
            wanted = max(other.sizer.rows, share)
            if j == i:
                self._hold(j, self._next_block(other, wanted))
            elif 2 * (self._available[j] - self._taken[j]) < wanted and other.failed is None:
                self._top_up(j, other, wanted)

    def _top_up(self, i: int, slot: _Slot, rows: int) -> None:
        """Get rows before the slot's turn; an error waits until then, so that it comes after all rows before it."""
        try:
            self._hold(i, self._next_block(slot, rows))
        except Exception as err:
            slot.failed = err

    def _next_block(self, slot: _Slot, rows: int) -> Block | None:
        failed, slot.failed = slot.failed, None
        if failed is not None:
            raise failed
        pending, slot.pending = slot.pending, None
        return slot.input.pull(rows) if pending is None else pending.result()

    def _hold(self, i: int, block: Block | None) -> None:
        slot = self._slots[i]
        assert slot is not None
        left = None
        if slot.block is not None and self._taken[i] < self._available[i]:
            left = slot.block.slice(int(self._taken[i]), int(self._available[i]))
        slot.hold(block, left)
        self._taken[i] = 0
        self._available[i] = 0 if slot.block is None else slot.block.n

    def _request_all(self) -> None:
        """Have the pool read the next block of every slot that will soon need one."""
        for i, slot in enumerate(self._slots):
            if slot is None or slot.ended or slot.failed or slot.pending is not None or not slot.input.is_pure:
                continue
            if 2 * (self._available[i] - self._taken[i]) < slot.sizer.rows:
                slot.pending = self.context.pool.submit(partial(slot.input.pull, slot.sizer.rows))

    def _gather(self, slots: np.ndarray[Any, Any], rows: np.ndarray[Any, Any], before: np.ndarray[Any, Any]) -> Block:
        """Return the scheduled rows, in order."""
        parts: list[Block] = []
        bases = np.zeros(len(self._slots), dtype=np.int64)
        total = 0
        for i, slot in enumerate(self._slots):
            start, stop = int(before[i]), int(self._taken[i])
            if slot is None or slot.block is None or start == stop:
                continue
            slot.given += stop - start
            bases[i] = total - start
            parts.append(slot.block.slice(start, stop))
            total += stop - start
        if len(parts) == 1:
            return parts[0]
        return Block.concat(parts).take(bases[slots] + rows)

    def get_state(self) -> State:
        return {
            "cycle_index": self._cycle_index,
            "block_index": self._block_index,
            "before": self._before,
            "opened": self._opened,
            "skipped": self._skips.skipped,
            "closed": self._closed.tolist(),
            "streams": self._seeds.get_state(),
            "input": self._source.get_state(),
            "slots": [None if slot is None else self._state_of(slot) for slot in self._slots],
        }

    def _state_of(self, slot: _Slot) -> State:
        element = slot.element
        if isinstance(element, int):
            element = self._source.state_at(element)
        return {"element": element, "number": slot.number, "streams": slot.streams, "rows": slot.get_state()}

    def set_state(self, state: State) -> None:
        self._before = state["before"]
        self._slots = [None if s is None else self._reopened(s) for s in state["slots"]]
        self._source.set_state(state["input"])
        self._cycle_index, self._block_index = state["cycle_index"], state["block_index"]
        self._closed = np.array(state["closed"], dtype=np.bool_)
        self._input_ended = any(state["closed"])
        self._opened = state["opened"]
        self.context.restore_elements(self.node, self._before + self._opened)
        self._seeds.set_state(state["streams"])
        self._skips.restore(state["skipped"])

    def _reopened(self, state: State) -> _Slot:
        """Open the dataset of a slot again, at its saved position."""
        block = row_at(self.node.input, state["element"], self.context)
        self._seeds.set_state(state["streams"])
        self._opened = state["number"]
        with self.context.passes.pause():
            slot = _Slot(self._dataset_of(block), state["element"], state["number"], state["streams"])
        slot.input.set_state(state["rows"])
        return slot

    def close(self) -> None:
        for slot in self._slots:
            if slot is not None and slot.pending is not None and not slot.pending.cancel():
                slot.pending.wait()
        super().close()


# What one slot is asked for at least, when the whole demand is shared among the slots.
MAX_SHARE_ROWS = 1024
