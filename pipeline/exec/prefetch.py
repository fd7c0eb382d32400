"""`prefetch`: a background task keeps a queue of elements filled.

Guarantees: opaque functions run for at most `buffer_size` elements ahead; the input is pulled by one thread at a time;
an error of the input reaches the consumer after all elements before it; `close` ends the task before it returns.

No thread waits for a full queue: the task ends when the queue is full, and the consumer starts it again when it has
taken something. So an abandoned iterator leaves at most an idle pool thread, which the pool ends.
"""

from __future__ import annotations

import threading
from collections import deque

from ...core.block import Block
from ...core.waiting import Bell, Task
from .. import plan
from .base import BlockSizer, Context, State, UnaryOperator, executes
from .input import Input


@executes(plan.Prefetch)
class Prefetch(UnaryOperator[plan.Prefetch]):
    """Elements made ahead on a pool thread; passes everything through when `buffer_size` is 0."""

    def __init__(self, node: plan.Prefetch, context: Context) -> None:
        super().__init__(node, context)
        self._lock = threading.Lock()
        # Rung when something was queued, or the task ended.
        self._bell = Bell()
        self._given = 0
        self._source = Input(self.input, oldest=self._delivered)
        self._queue: deque[Block] = deque()
        self._held = 0
        self._running = False
        self._task: Task[None] | None = None
        self._ended = False
        self._closed = False
        self._error: BaseException | None = None
        self._sizer = BlockSizer(context.max_block_rows)

    @property
    def sight(self) -> int:
        if self.node.buffer_size == 0 or self.input.is_pure:
            return self._source.sight
        # What is taken from the queue is made anew: more than one element at a time would run further ahead than asked.
        return 0

    def pull(self, max_rows: int) -> Block | None:
        if self.node.buffer_size == 0:
            return self._source.pull(max_rows)
        while True:
            with self._lock:
                if self._queue:
                    return self._taken(max_rows)
                if self._error is not None:
                    error, self._error = self._error, None
                    raise error
                if self._ended or self._closed:
                    return None
                self._start()
            self._bell.wait()

    def _taken(self, max_rows: int) -> Block:
        """Take rows from the queue. The lock is held."""
        block = self._queue.popleft()
        if block.n > max_rows:
            self._queue.appendleft(block.slice(max_rows, block.n))
            block = block.slice(0, max_rows)
        self._held -= block.n
        self._given += block.n
        self._start()
        return block

    def _delivered(self) -> int:
        return self._given

    def get_state(self) -> State:
        while True:
            with self._lock:
                if self.node.buffer_size == 0 or not (self._running or self._queue or self._error):
                    return {"input": self._source.get_state()}
                if not self._running or self._source.rows != self._given or self._queue:
                    return {"input": self._source.state_at(self._given)}
            # The task has begun and its first pull has no checkpoint yet.
            self._bell.wait()

    def set_state(self, state: State) -> None:
        self._source.set_state(state["input"])

    def advanced(self, state: State, rows: int) -> State:
        return {"input": self._source.advanced(state["input"], rows)}

    def _capacity(self) -> int:
        """Elements to hold ahead: as asked; for AUTOTUNE, and where reading ahead is invisible, at least two blocks.

        Handing over a block costs two thread switches, whatever it holds: a queue of two small elements would spend
        more time on them than on the elements.
        """
        blocks = 2 * self._sizer.rows
        if self.node.buffer_size >= 0:
            blocks = min(blocks, self._held + self.input.sight)
        return max(self.node.buffer_size, blocks, 1)

    def _start(self) -> None:
        """Start the task unless it runs or has nothing to do. The lock is held."""
        if not (self._running or self._ended or self._closed or self._error) and self._held < self._capacity():
            # Known before it is handed over: a Ctrl-C in between must not hide a task that runs from `close`.
            self._running, self._task = True, Task(self._work)
            try:
                self.context.pool.submit(self._task)
            except BaseException:
                self._running = not self._task.cancel()
                raise

    def _work(self) -> None:
        while True:
            with self._lock:
                room = self._capacity() - self._held
                if room <= 0 or self._closed:
                    self._running = False
                    self._bell.ring()
                    return
            if not self._fill(max(1, min(room, self._sizer.rows, self.input.sight))):
                return

    def _fill(self, rows: int) -> bool:
        """Pull once and queue what came; at the end and at an error, note it for the consumer and return False."""
        block: Block | None = None
        error: BaseException | None = None
        try:
            block = self._source.pull(rows)
        except BaseException as err:
            error = err
        with self._lock:
            if block is not None:
                self._sizer.saw(block)
                self._queue.append(block)
                self._held += block.n
            else:
                self._error, self._ended = error, error is None
                self._running = False
            self._bell.ring()
            # Told by the block, not by the notes: the consumer may have taken the error and started the next task.
            return block is not None

    def close(self) -> None:
        with self._lock:
            self._closed = True
            task = self._task
        # A task that no thread has begun (the pool may be closed) would never end by itself.
        if task is not None and not task.cancel():
            task.wait()
        self._queue.clear()
        super().close()
