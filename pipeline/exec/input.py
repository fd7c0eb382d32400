"""Input: what an operator reads through; it reads ahead where nobody can see it, and knows the way back.

An operator's state is the position right after the last row that it returned. An operator that holds rows (a buffer, a
queue, results that wait) needs the position of an earlier row of its input: an Input keeps states of the source from
time to time (checkpoints), and gives any later position as "that state, then skip so many rows".
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from ...core.block import Block
from ...core.errors import FailedPreconditionError
from ..plan import Node
from .base import CHECKPOINT_ROWS, BlockSizer, Context, Operator, State

# Checkpoints that nobody needs any more are dropped when there are twice as many as after the last time, and at least
# this many. Few: that of a shuffle over a large buffer takes tens of KiB.
MANY_CHECKPOINTS: Final = 8


class Input:
    """The rows of an operator, for one reader.

    One thread at a time pulls; `state_at` may be called by another meanwhile for rows that were pulled before.

    Args:
        source: The operator to read.
        ahead: Whether small demands are served from large blocks, as long as the source is pure.
        oldest: Returns the oldest row that `state_at` may be asked for; None when the reader needs no row before those
            of its last pull.
    """

    def __init__(self, source: Operator[Any], *, ahead: bool = False, oldest: Callable[[], int] | None = None) -> None:
        self.source = source
        self.rows = 0
        self._ahead = ahead
        self._oldest = oldest
        self._sizer = BlockSizer(source.context.max_block_rows)
        self._block: Block | None = None
        self._next = 0
        self._read = 0
        self._last = 0
        self._skip = 0
        # Whether the source may be asked to count positions: not where it could not when the state was saved.
        self._counts = True
        self._failed = False
        # What looking ahead found besides rows.
        self._over = False
        self._error: Exception | None = None
        self._lock = threading.Lock()
        self._checkpoints: deque[tuple[int, State]] = deque()
        self._limit = MANY_CHECKPOINTS

    @property
    def is_pure(self) -> bool:
        """Whether the source may be asked for more than the user demanded."""
        return self.source.is_pure

    def pull(self, max_rows: int) -> Block | None:
        """Return the next 1 to `max_rows` elements, or None at the end."""
        self.source.context.check_running()
        self._last = self.rows
        block = self._block
        if block is None or self._next == block.n:
            self._block, self._next = None, 0
            error, self._error = self._error, None
            if error is not None:
                raise error
            block = None if self._over else self._pull_source(max_rows)
            if block is None:
                return None
        start = self._next
        if block.n - start <= max_rows:
            self._block, self._next = None, 0
            self.rows += block.n - start
            return block.slice(start, block.n)
        self._block, self._next = block, start + max_rows
        self.rows += max_rows
        return block.slice(start, self._next)

    def pull_elements(self, max_rows: int) -> list[Any] | None:
        """Return the next elements as users see them, for a reader that never asks for an earlier position."""
        if self._block is not None:
            block = self.pull(max_rows)
            return None if block is None else block.to_list()
        if self._skip:
            self._skip_rows()
        elements = self.source.pull_elements(max_rows)
        if elements is not None:
            self.rows += len(elements)
            self._read += len(elements)
        return elements

    @property
    def waiting(self) -> int:
        """How many rows wait: reading them cannot be seen, whatever the source would do next."""
        return 0 if self._block is None else self._block.n - self._next

    @property
    def sight(self) -> int:
        """How many rows can be pulled without anybody seeing it; see `Operator.sight`."""
        return self.waiting + self.source.sight

    def look_ahead(self) -> None:
        """Have the next row wait, where nobody can see that it is read; an error comes when the row is asked for."""
        if self.waiting or self._over or self._error is not None or not self.source.sight:
            return
        try:
            self._block, self._next = self._pull_source(1), 0
        except Exception as err:
            self._error = err
        self._over = self._block is None and self._error is None

    def _pull_source(self, max_rows: int) -> Block | None:
        if self._skip:
            self._skip_rows()
        self._checkpoint()
        rows = max_rows
        if self._ahead and (sight := self.source.sight):
            self._sizer.rows = max(self._sizer.rows, min(max_rows, CHECKPOINT_ROWS))
            rows = max(min(self._sizer.rows, sight), max_rows)
        try:
            block = self.source.pull(rows)
        except Exception:
            # Whoever goes on after the error gets a position behind the row that failed, which no skip counts.
            self._failed = True
            raise
        if block is not None:
            if self._ahead:
                self._sizer.saw(block)
            self._read += block.n
        return block

    def _skip_rows(self) -> None:
        """Read past the rows between a restored checkpoint and the position that was saved."""
        while self._skip:
            block = pull_again(self.source.pull, self._skip)
            if block is None:
                raise FailedPreconditionError(
                    f"set_state: {self.source.node.name} ends {self._skip} elements before the saved position. "
                    "The files or arrays that the pipeline reads must be the same."
                )
            self._skip -= block.n

    def _checkpoint(self) -> None:
        """Keep the source's state before a pull, now and then."""
        # None where this input started either: a position that was restored stays what it is.
        few = self._checkpoints and (
            self._read == 0 or self._read - self._checkpoints[-1][0] < self.source.checkpoint_rows
        )
        if few and not self._failed:
            return
        self._failed = False
        state = self.source.get_state()
        with self._lock:
            self._checkpoints.append((self._read, state))
            if len(self._checkpoints) > self._limit or self._oldest is None:
                self._forget(self._last if self._oldest is None else self._oldest())
                self._limit = max(MANY_CHECKPOINTS, 2 * len(self._checkpoints))

    def _forget(self, row: int) -> None:
        """Drop the checkpoints that no row from `row` on needs."""
        checkpoints = self._checkpoints
        while len(checkpoints) > 1 and checkpoints[1][0] <= row:
            checkpoints.popleft()

    def get_state(self) -> State:
        """Return the position of the next row; nobody pulls meanwhile."""
        if self._block is None and not self._skip and self._error is None:
            return {"from": self.source.get_state(), "skip": 0}
        return self.state_at(self.rows)

    def state_at(self, row: int) -> State:
        """Return the position of a row, counted from where this input started; not before the oldest one needed."""
        with self._lock:
            for start, state in reversed(self._checkpoints):
                if start <= row:
                    return self._after(state, row - start)
            assert not self._checkpoints, "the reader tells the oldest row that it needs"
        # Nothing was pulled yet.
        return self._after(self.source.get_state(), row + self._skip)

    def advanced(self, state: State, rows: int) -> State:
        """Return the position `rows` rows after another position."""
        return self._after(state["from"], state["skip"] + rows)

    def _after(self, state: State, rows: int) -> State:
        advanced = self.source.advanced(state, rows) if rows and self._counts else None
        return {"from": state, "skip": rows} if advanced is None else {"from": advanced, "skip": 0}

    def set_state(self, state: State) -> None:
        """Go to a position; before the first pull."""
        self.source.set_state(state["from"])
        self._skip = state["skip"]
        self._counts = not self._skip
        if self._skip:
            self._checkpoints.append((-self._skip, state["from"]))


def pull_again(pull: Callable[[int], Block | None], max_rows: int) -> Block | None:
    """Pull rows that were read before the state was saved.

    Elements that failed then fail again; their errors have been told, so they are passed over. An error that comes
    twice in a row, or with no row behind it, is another one: it stays.
    """
    told: Exception | None = None
    while True:
        try:
            block = pull(max_rows)
        except Exception as err:
            if told is not None and str(err) == str(told):
                raise
            told = err
            continue
        if block is None and told is not None:
            raise told
        return block


def row_at(node: Node, position: State, context: Context) -> Block:
    """Return one row of a node again, by a position that an Input over it gave.

    Raises:
        FailedPreconditionError: There is no such row any more.
    """
    context = context.apart()
    again = Input(context.build(node))
    try:
        again.set_state(position)
        block = pull_again(again.pull, 1)
    finally:
        again.source.close()
    if block is None:
        raise FailedPreconditionError(
            f"set_state: {node.name} has fewer elements than when the state was saved. "
            "The files or arrays that the pipeline reads must be the same."
        )
    return block
