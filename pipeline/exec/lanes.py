"""Lanes: several inputs that are read in any order, with rows of each waiting in blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.block import Block
from .base import BlockSizer, Operator, State
from .input import Input

# What one lane is asked for at least, when the whole demand is shared among the lanes.
MAX_SHARE_ROWS = 1024


class Lane:
    """One input and the rows of it that wait."""

    __slots__ = ("block", "ended", "failed", "given", "input", "sizer")

    def __init__(self, operator: Operator[Any]) -> None:
        self.given = 0
        self.input = Input(operator, oldest=self._oldest)
        self.block: Block | None = None
        self.ended = False
        self.failed: Exception | None = None
        self.sizer = BlockSizer(operator.context.max_block_rows)

    def _oldest(self) -> int:
        """Return the first row that has not been given to anybody."""
        return self.given

    def get_state(self) -> State:
        """Return the position of the first row that was not given yet."""
        return self.input.get_state() if self.given == self.input.rows else self.input.state_at(self.given)


class Lanes:
    """Inputs with buffered rows, addressed as a kernel addresses them.

    Args:
        operators: The inputs.

    Attributes:
        available: How many rows of each lane are buffered.
        taken: How many of them are scheduled already.
        closed: Lanes that will never have rows again; set by `close`.
    """

    def __init__(self, operators: Sequence[Operator[Any]]) -> None:
        self.lanes = [Lane(operator) for operator in operators]
        self.available = np.zeros(len(operators), dtype=np.int64)
        self.taken = np.zeros(len(operators), dtype=np.int64)
        self.closed = np.zeros(len(operators), dtype=np.bool_)

    @property
    def is_pure(self) -> bool:
        """Whether reading any lane ahead is invisible."""
        return all(closed or lane.input.is_pure for lane, closed in zip(self.lanes, self.closed, strict=True))

    @property
    def sight(self) -> int:
        """How many rows can be pulled, whichever lanes they are of, without anybody seeing it."""
        waiting = self.available - self.taken
        return min(
            (
                int(n) + lane.input.sight
                for n, lane, closed in zip(waiting, self.lanes, self.closed, strict=True)
                if not closed
            ),
            default=0,
        )

    def refill(self, i: int, max_rows: int) -> bool:
        """Get rows for lane `i`, and top up the others; False when the lane has ended.

        Lanes whose reading can be seen get one row, when it is their turn.
        """
        lane = self.lanes[i]
        if lane.ended:
            return False
        if lane.failed is None and not lane.input.sight:
            self._hold(i, lane.input.pull(1))
            return bool(self.available[i] > 0)
        share = min(-(-max_rows // len(self.lanes)), MAX_SHARE_ROWS)
        self._hold(i, self._next_block(lane, share))
        for j, other in enumerate(self.lanes):
            if j != i and not other.ended and other.failed is None and other.input.sight:
                self._top_up(j, other, share)
        return bool(self.available[i] > 0)

    def _top_up(self, j: int, lane: Lane, share: int) -> None:
        """Get rows before the lane's turn; an error waits until then, so that it comes after all rows before it."""
        if 2 * (self.available[j] - self.taken[j]) >= max(lane.sizer.rows, share):
            return
        try:
            self._hold(j, self._next_block(lane, share))
        except Exception as err:
            lane.failed = err

    def _next_block(self, lane: Lane, share: int) -> Block | None:
        failed, lane.failed = lane.failed, None
        if failed is not None:
            raise failed
        return lane.input.pull(max(1, min(max(lane.sizer.rows, share), lane.input.sight)))

    def _hold(self, i: int, block: Block | None) -> None:
        lane = self.lanes[i]
        left = None
        if lane.block is not None and self.taken[i] < self.available[i]:
            left = lane.block.slice(int(self.taken[i]), int(self.available[i]))
        if block is None:
            lane.ended = True
            lane.block = left
        else:
            lane.sizer.saw(block)
            lane.block = block if left is None else Block.concat([left, block])
        self.taken[i] = 0
        self.available[i] = 0 if lane.block is None else lane.block.n

    def close(self, i: int) -> None:
        """Give a lane up that has ended."""
        self.closed[i] = True
        self.lanes[i].input.source.close()

    def gather(self, lanes: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], before: npt.NDArray[np.int64]) -> Block:
        """Return scheduled rows, in order.

        Args:
            lanes: The lane of each row.
            rows: The number of each row in its lane's block.
            before: What `taken` was before these rows were scheduled.
        """
        parts: list[Block] = []
        bases = np.zeros(len(self.lanes), dtype=np.int64)
        total = 0
        for i, lane in enumerate(self.lanes):
            start, stop = int(before[i]), int(self.taken[i])
            if lane.block is None or start == stop:
                continue
            lane.given += stop - start
            bases[i] = total - start
            parts.append(lane.block.slice(start, stop))
            total += stop - start
        return parts[0] if len(parts) == 1 else Block.concat(parts).take(bases[lanes] + rows)

    def get_state(self) -> State:
        """Return the positions of all lanes."""
        return {"closed": self.closed.tolist(), "inputs": [lane.get_state() for lane in self.lanes]}

    def set_state(self, state: State) -> None:
        """Go to positions; before anything was read."""
        self.closed = np.array(state["closed"], dtype=np.bool_)
        for lane, position in zip(self.lanes, state["inputs"], strict=True):
            lane.input.set_state(position)
