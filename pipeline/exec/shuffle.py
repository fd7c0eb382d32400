"""`shuffle`: tf.data's shuffle buffer, as index arithmetic over stored rows.

Order, as in TensorFlow: a ring buffer of `buffer_size` slots is filled; each element draws `uint32 mod held` from a
Philox stream seeded with the pass's pair of seeds, emits the slot at that offset from the start, moves the slot at the
start into the hole, advances the start, and refills one slot. When the input has ended the buffer drains the same way.
"""

from __future__ import annotations

import numpy as np

from ...core.block import Block
from ...core.random import Philox
from .. import plan
from .base import Context, UnaryOperator, executes
from .kernels import shuffle_kernel
from .row_store import RowStore


@executes(plan.Shuffle)
class Shuffle(UnaryOperator[plan.Shuffle]):
    """Rows wait in a RowStore; slots hold their numbers."""

    def __init__(self, node: plan.Shuffle, context: Context) -> None:
        super().__init__(node, context)
        seeds = node.seeds
        number = seeds.next_pass() if context.counts_passes else seeds.passes
        self._random = Philox(*seeds.of_pass(number))
        self._store = RowStore()
        self._slots = np.empty(0, dtype=np.int64)
        self._start = 0
        self._held = 0
        self._incoming = 0
        self._ended = False
        self._failed: Exception | None = None

    def pull(self, max_rows: int) -> Block | None:
        rows = max_rows
        if self.input.is_pure:
            # Moving rows in and out of the store has a price per pull: a pure input pays it less often.
            rows = max(rows, min(self.node.buffer_size, self.context.max_block_rows))
        self._fetch(self.node.buffer_size - self._held + rows - 1)
        self._fill()
        if self._failed is not None and self._held < self.node.buffer_size:
            failed, self._failed = self._failed, None
            raise failed
        if self._held == 0:
            return None
        return self._emit(max_rows)

    def _fetch(self, wanted: int) -> None:
        """Get rows until `wanted` wait outside of the slots, or the input ends."""
        while (
            not self._ended and self._failed is None and (missing := wanted - (self._store.rows - self._incoming)) > 0
        ):
            try:
                block = self.input.pull(missing)
            except Exception as err:
                # The elements that can be drawn without the missing one come first.
                self._failed = err
                return
            if block is None:
                self._ended = True
                return
            self._store.append(block)

    def _fill(self) -> None:
        """Put waiting rows into free slots."""
        size = self.node.buffer_size
        n = min(size - self._held, self._store.rows - self._incoming)
        if n <= 0:
            return
        self._grow(min(size, self._held + n))
        free = (self._start + self._held + np.arange(n)) % len(self._slots)
        self._slots[free] = np.arange(self._incoming, self._incoming + n)
        self._held += n
        self._incoming += n

    def _grow(self, size: int) -> None:
        """Make room for `size` slots.

        A buffer larger than the data costs nothing, and before the ring turns for the first time (start is 0 then) it
        can grow in place.
        """
        if size > len(self._slots):
            grown = np.zeros(self.node.buffer_size if self._start else size, dtype=np.int64)
            grown[: len(self._slots)] = self._slots
            self._slots = grown

    def _emit(self, max_rows: int) -> Block:
        waiting = self._store.rows - self._incoming
        n = min(max_rows, self._held + waiting)
        if not self._ended:
            # While the input may hold more, a slot that was emptied must be refilled before the next draw.
            n = min(n, waiting + 1)
        out = np.empty(n, dtype=np.int64)
        words = self._random.uint32(n)
        self._start, self._held, self._incoming = shuffle_kernel(
            self._slots, self._start, self._held, self._incoming, self._store.rows, words, out
        )
        block = self._store.take(out)
        live = self._held + self._store.rows - self._incoming
        if self._store.rows > 2 * live + COMPACT_ROWS:
            self._compact()
        return block

    def _compact(self) -> None:
        """Forget the rows that were emitted; the live ones are numbered anew, slots first."""
        ring = (self._start + np.arange(self._held)) % max(1, len(self._slots))
        waiting = np.arange(self._incoming, self._store.rows)
        self._store.keep(np.concatenate([self._slots[ring], waiting]))
        self._slots[ring] = np.arange(self._held)
        self._incoming = self._held


# Dead rows that may always lie in the store: below this, compaction would cost more than the memory it frees.
COMPACT_ROWS = 1024
