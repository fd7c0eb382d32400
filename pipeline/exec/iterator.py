"""DatasetIterator: what a `for` loop over a dataset holds."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator
from itertools import islice
from operator import length_hint
from typing import Any, Generic, NoReturn, Self, TypeVar

from ...core.block import Block
from ...core.closing import Closing
from ...core.errors import FailedPreconditionError
from ..plan import Node
from ..plan.passes import as_tree
from ..plan.with_options import options_of
from . import checkpoint
from .base import MAX_BLOCK_ROWS, BlockSizer, Context, Operator, State, plain
from .epochs import save_caches
from .input import Input
from .pool import Pool
from .skips import SkipReport

T = TypeVar("T")


class DatasetIterator(Closing, Generic[T]):
    """Elements of one pass over a plan.

    Single use; belongs to one thread at a time. Closed at the end, by `close`, by leaving a `with` block, and when it
    is garbage: then no thread and no file of it remains.

    Args:
        root: The plan, after rewriting.
        counts_passes: Whether a shuffle counts this pass as one of its epochs; a look at the first element is none.
        max_block_rows: Most rows in a block that the engine makes on its own account.
    """

    def __init__(self, root: Node, *, counts_passes: bool = True, max_block_rows: int = MAX_BLOCK_ROWS) -> None:
        pool = Pool(options_of(root).threading.private_threadpool_size or None)
        # Two places that share a node have their own positions.
        root = as_tree(root)
        context = Context(root, pool, counts_passes=counts_passes, max_block_rows=max_block_rows)
        self._root = root
        self._context = context
        self._caches = save_caches(root)
        self._operator: Operator[Any] = context.build(root)
        self._source = Input(self._operator)
        self._sizer = BlockSizer(max_block_rows)
        # The elements of the last block that wait, and that block.
        self._elements: Iterator[T] = iter(())
        self._block: Block | None = None
        self._begun = False
        self._ended = False
        self._closed = False
        # Threads do not live on in a forked process: there the iterator is of no use, and nothing waits for its end.
        self._process = os.getpid()
        self._finalizer = weakref.finalize(self, _release, self._operator, pool, self._process)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        for element in self._elements:
            return element
        self._refill()
        return next(self._elements)

    def _refill(self) -> None:
        """Get the next elements; raises StopIteration at the end."""
        self._check_open()
        if self._ended:
            raise StopIteration
        self._begun = True
        source = self._source
        elements: list[Any] | None
        if sight := source.sight:
            block = source.pull(min(self._sizer.rows, sight))
            if block is not None:
                self._sizer.saw(block)
            self._block = block
            elements = None if block is None else block.to_list()
        else:
            # Opaque functions run when their element is asked for, not before.
            elements = source.pull_elements(1)
        if elements is None:
            self._end()
            raise StopIteration
        self._elements = iter(elements)

    def _end(self) -> None:
        """Release everything at the end of the pass; the iterator goes on saying that it has ended."""
        self._ended = True
        self._let_go()

    def _let_go(self) -> None:
        """Stop threads and close files, once."""
        try:
            self._finalizer()
        except KeyboardInterrupt:
            # It may have come before anything was done, and the finalizer does not run again.
            _release(self._operator, self._context.pool, self._process)
            raise

    def next_block(self, max_rows: int | None = None) -> Block | None:
        """Return the next elements as a block, or None at the end.

        Args:
            max_rows: At most this many; None lets the engine choose (one where user functions must not run ahead).
        """
        self._check_open()
        if self._ended:
            return None
        if waiting := length_hint(self._elements):
            return self._rest_of_block(waiting, max_rows or waiting)
        self._begun = True
        rows = max_rows or max(1, min(self._sizer.rows, self._source.sight))
        block = self._source.pull(rows)
        if block is None:
            self._end()
        elif max_rows is None:
            self._sizer.saw(block)
        return block

    def _rest_of_block(self, waiting: int, max_rows: int) -> Block:
        """Return rows of the block whose elements wait."""
        block = self._block
        assert block is not None, "elements that wait are those of a block"
        start = block.n - waiting
        stop = min(start + max_rows, block.n)
        next(islice(self._elements, stop - start - 1, None))
        return block.slice(start, stop)

    def get_state(self) -> State:
        """Return the position after the last element that was returned, as plain values that JSON holds.

        It holds positions and seeds, not elements; see `set_state`.

        Raises:
            FailedPreconditionError: The iterator is closed.
        """
        self._check_open()
        waiting = length_hint(self._elements)
        source = self._source
        if self._ended:
            return checkpoint.save(self._root, self._context.passes, save_caches(self._root), None)
        position = source.state_at(source.rows - waiting) if waiting else source.get_state()
        return checkpoint.save(self._root, self._context.passes, self._caches, plain(position))

    def set_state(self, state: Any) -> None:
        """Go on where `get_state` was called, in this process or another one; before the first element.

        The pipeline must be built alike, over the same files or arrays. Elements in shuffle buffers are read again from
        their sources; generators run again up to the position, so they must yield the same elements each time.

        Args:
            state: What `get_state` returned, also read from JSON.

        Raises:
            InvalidArgumentError: The state belongs to another pipeline; the message names the first difference.
            FailedPreconditionError: The iterator has been used already, or is closed.
        """
        self._check_open()
        if self._begun:
            raise FailedPreconditionError(
                "set_state: the iterator has been used already. Make a new one with iter(dataset), then set its state."
            )
        position = checkpoint.load(self._root, self._context.passes, state)
        self._begun = True
        self._caches = state["caches"]
        if position is None:
            self._end()
            return
        try:
            self._source.set_state(position)
        except BaseException:
            self.close()
            raise

    @property
    def skipped(self) -> SkipReport:
        """The elements that stages with an error policy left out so far; complete when the iterator has ended."""
        return self._context.skipped

    @property
    def element_spec(self) -> Any:
        """Nest of specs of the elements, or None when only running can tell."""
        return self._operator.node.element_spec

    def close(self) -> None:
        """End the pass: stop threads, close files; idempotent."""
        self._closed = True
        self._elements = iter(())
        self._let_go()

    def __repr__(self) -> str:
        from ..explain import one_line

        state = ", closed" if self._closed else ", ended" if self._ended else ""
        return f"<{type(self).__name__} over {one_line(self._root)}{state}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__}: an iterator holds threads and files and cannot be copied or pickled. "
            "Pass the dataset, and what get_state() returns."
        )

    def _check_open(self) -> None:
        if self._closed:
            raise FailedPreconditionError(
                "DatasetIterator: the iterator is closed. Make a new one with iter(dataset) to start again."
            )
        if self._process != os.getpid():
            raise FailedPreconditionError(
                "DatasetIterator: the iterator belongs to the process that made it. "
                f"Received: made in process {self._process}, used in {os.getpid()}. "
                "Make a new one with iter(dataset) after the fork; get_state() and set_state() carry a position over."
            )


def _release(operator: Operator[Any], pool: Pool, process: int) -> None:
    """Close the operators, then end the threads. A finalizer: it must not hold the iterator itself."""
    if process != os.getpid():
        return
    operator.context.stop()
    if pool.owns(threading.current_thread()):
        # Garbage was collected on a thread of this very iterator, in the middle of a task that `close` waits for.
        threading.Thread(target=_release, args=(operator, pool, process), daemon=True).start()
        return
    try:
        operator.close()
    finally:
        pool.close()


def first_spec(root: Node) -> Any:
    """Return the nest of specs of a plan's first element, by running the plan that far; None when it has none."""
    first: DatasetIterator[Any] = DatasetIterator(root, counts_passes=False)
    with first:
        for element in first:
            return Block.from_elements([element]).spec
    return None
