"""`shuffle`: tf.data's shuffle buffer, as index arithmetic over stored rows.

Order, as in TensorFlow: a ring buffer of `buffer_size` slots is filled; each element draws `uint32 mod held` from a
Philox stream seeded with the pass's pair of seeds, emits the slot at that offset from the start, moves the slot at the
start into the hole, advances the start, and refills one slot. When the input has ended the buffer drains the same way.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...core.block import Block
from ...core.errors import FailedPreconditionError
from ...core.random import Philox
from .. import plan
from .base import Context, State, UnaryOperator, executes
from .deferred import deferred
from .input import Input, pull_again
from .kernels import shuffle_kernel
from .row_store import RowStore


@executes(plan.Shuffle)
class Shuffle(UnaryOperator[plan.Shuffle]):
    """Rows wait in a RowStore; slots hold their numbers."""

    def __init__(self, node: plan.Shuffle, context: Context) -> None:
        super().__init__(node, context, deferred(node.input, context))
        self._seeds = context.seeds(node.seeds, node)
        self._pair = self._seeds.pair
        self._pass = self._seeds.next_pass()
        self._random = Philox(*self._seeds.of_pass(self._pass))
        self._words = np.empty(0, dtype=np.uint32)
        self._next_word = 0
        self._source = Input(self.input, oldest=self._oldest)
        self._store = RowStore()
        # Number of each stored row among the rows of the input.
        self._arrivals = np.empty(0, dtype=np.int64)
        self._slots = np.empty(0, dtype=np.int64)
        self._start = 0
        self._held = 0
        self._incoming = 0
        self._ended = False
        self._failed: Exception | None = None

    @property
    def sight(self) -> int:
        waiting = self._store.rows - self._incoming
        if self._ended:
            return self._held + waiting
        # The buffer must be full before each draw.
        return max(0, self.input.sight + waiting - (self.node.buffer_size - self._held) + 1)

    def pull(self, max_rows: int) -> Block | None:
        # Moving rows in and out of the store has a price per pull: it is paid less often where nobody can see it.
        rows = max(max_rows, min(self.node.buffer_size, self.context.max_block_rows, self.sight))
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
                block = self._source.pull(missing)
            except Exception as err:
                # The elements that can be drawn without the missing one come first.
                self._failed = err
                return
            if block is None:
                self._ended = True
                return
            self._append(block, np.arange(self._source.rows - block.n, self._source.rows))

    def _append(self, block: Block, arrivals: npt.NDArray[np.int64]) -> None:
        self._store.append(block)
        if self._store.rows > len(self._arrivals):
            grown = np.empty(2 * self._store.rows, dtype=np.int64)
            grown[: self._store.rows - block.n] = self._arrivals[: self._store.rows - block.n]
            self._arrivals = grown
        self._arrivals[self._store.rows - block.n : self._store.rows] = arrivals

    def _held_arrivals(self) -> npt.NDArray[np.int64]:
        """Return the numbers of the rows in the slots, in the order of the ring."""
        stop, size = self._start + self._held, len(self._slots)
        ring = self._slots[self._start : min(stop, size)]
        if stop > size:
            ring = np.concatenate([ring, self._slots[: stop - size]])
        return self._arrivals[ring]

    def _oldest(self) -> int:
        """Return the first row of the input that is held, or that comes next."""
        waiting = self._source.rows - (self._store.rows - self._incoming)
        return min(int(self._held_arrivals().min(initial=waiting)), waiting)

    @property
    def checkpoint_rows(self) -> int:
        # The state is as large as the buffer. A resume draws half as many rows once more, at most.
        return max(super().checkpoint_rows, self.node.buffer_size // 2)

    def get_state(self) -> State:
        """Return the position: which rows of the input are held, in the ring's order, counted from the oldest one."""
        held, waiting = self._held_arrivals(), self._source.rows - (self._store.rows - self._incoming)
        oldest = min(int(held.min(initial=waiting)), waiting)
        return {
            "pair": list(self._pair),
            "pass": self._pass,
            "drawn": self._drawn(),
            "held": held - oldest,
            "read": waiting - oldest,
            "input": self._source.get_state() if oldest == self._source.rows else self._source.state_at(oldest),
        }

    def set_state(self, state: State) -> None:
        self._pair, self._pass = state["pair"], state["pass"]
        self._seeds.restore_pass(self._pair, self._pass)
        self._random = Philox(*self._seeds.of_pass(self._pass))
        self._random.skip(state["drawn"])
        self._source.set_state(state["input"])
        held = np.array(state["held"], dtype=np.int64)
        self._read_held(np.sort(held), state["read"])
        # Rows were stored in the order of the input; the ring has them in its own.
        self._slots = np.empty(max(1, min(self.node.buffer_size, len(held) + 1)), dtype=np.int64)
        self._slots[: len(held)] = np.argsort(np.argsort(held))
        self._start, self._held, self._incoming = 0, len(held), len(held)

    def _read_held(self, held: npt.NDArray[np.int64], rows: int) -> None:
        """Read the span of the input from the oldest held row to the next one to come, and store the held ones."""
        while (start := self._source.rows) < rows:
            block = pull_again(self._source.pull, rows - start)
            if block is None:
                raise FailedPreconditionError(
                    f"set_state: shuffle held elements up to {rows} of its input after the saved position, but now the "
                    f"input ends after {start}. The files or arrays that the pipeline reads must be the same."
                )
            low, high = np.searchsorted(held, [start, start + block.n])
            if low < high:
                self._append(block.take(held[low:high] - start), held[low:high])

    def _fill(self) -> None:
        """Put waiting rows into free slots."""
        size = self.node.buffer_size
        n = min(size - self._held, self._store.rows - self._incoming)
        if n <= 0:
            return
        self._grow(min(size, self._held + n))
        if n == 1:  # one row in, one row out: the steady state below a function that must not run ahead
            self._slots[(self._start + self._held) % len(self._slots)] = self._incoming
        else:
            free = (self._start + self._held + np.arange(n)) % len(self._slots)
            self._slots[free] = np.arange(self._incoming, self._incoming + n)
        self._held += n
        self._incoming += n

    def _grow(self, size: int) -> None:
        """Make room for `size` slots.

        A buffer larger than the data costs nothing.
        """
        if size > len(self._slots):
            grown = np.zeros(size, dtype=np.int64)
            ring = (self._start + np.arange(self._held)) % max(1, len(self._slots))
            grown[: self._held] = self._slots[ring]
            self._slots, self._start = grown, 0

    def _emit(self, max_rows: int) -> Block:
        waiting = self._store.rows - self._incoming
        n = min(max_rows, self._held + waiting)
        if not self._ended:
            # While the input may hold more, a slot that was emptied must be refilled before the next draw.
            n = min(n, waiting + 1)
        out = np.empty(n, dtype=np.int64)
        words = self._draw(n)
        self._start, self._held, self._incoming = shuffle_kernel(
            self._slots, self._start, self._held, self._incoming, self._store.rows, words, out
        )
        block = self._store.take(out)
        live = self._held + self._store.rows - self._incoming
        if self._store.rows > 2 * live + COMPACT_ROWS:
            self._compact()
        return block

    def _draw(self, n: int) -> npt.NDArray[np.uint32]:
        """Return the next random words; few at a time come from a supply, because making them has a price per call."""
        if n > WORDS_AHEAD // 4:
            return self._random_at(self._drawn(), n)
        if self._next_word + n > len(self._words):
            self._words, self._next_word = self._random_at(self._drawn(), WORDS_AHEAD), 0
        self._next_word += n
        return self._words[self._next_word - n : self._next_word]

    def _drawn(self) -> int:
        """Return how many words were used."""
        return self._random.position - (len(self._words) - self._next_word)

    def _random_at(self, position: int, n: int) -> npt.NDArray[np.uint32]:
        self._random.skip(position - self._random.position)
        self._words, self._next_word = self._words[:0], 0
        return self._random.uint32(n)

    def _compact(self) -> None:
        """Forget the rows that were emitted; the live ones are numbered anew, slots first."""
        ring = (self._start + np.arange(self._held)) % max(1, len(self._slots))
        waiting = np.arange(self._incoming, self._store.rows)
        kept = np.concatenate([self._slots[ring], waiting])
        self._store.keep(kept)
        self._arrivals[: len(kept)] = self._arrivals[kept]
        self._slots[ring] = np.arange(self._held)
        self._incoming = self._held


# Random words made at once where few are drawn at a time.
WORDS_AHEAD = 1024
# Dead rows that may always lie in the store: below this, compaction would cost more than the memory it frees.
COMPACT_ROWS = 1024
