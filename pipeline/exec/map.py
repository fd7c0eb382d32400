"""`map`: traced functions run on whole blocks, others element by element; either may run on several threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from ...core.block import Block
from ...core.provenance import Provenance
from ...core.waiting import Task
from .. import plan
from .base import BlockSizer, Context, State, UnaryOperator, executes
from .input import Input
from .leading import leading_block
from .row_runner import RowRunner
from .skips import Skips

# Input of one call of a traced function: enough that what a call costs beside its kernels vanishes even where an
# element is a whole batch, and that kernels have rows for all cores. More gains nothing: results leave the caches.
CALL_BYTES: Final = 1 << 22

Results: TypeAlias = "Block | list[Any] | None"


@executes(plan.Map)
class Map(UnaryOperator[plan.Map]):
    """Results in the order of the input.

    With `num_parallel_calls` up to that many blocks (traced) or elements (opaque) are in work on the pool's threads.
    An element that fails raises when its turn comes, after all results before it.
    """

    def __init__(self, node: plan.Map, context: Context) -> None:
        super().__init__(node, context)
        node.function.prepare(node.input.element_spec)
        self._runner = RowRunner.of(node.function, node, context)
        self._parallel = _parallel_calls(node.num_parallel_calls, context.pool.max_calls)
        # An opaque function is asked for one element at a time: what it reads may be read ahead all the same.
        self._source = Input(self.input, ahead=True, oldest=self._delivered if self._parallel > 1 else None)
        self._skips = Skips(node.errors, node.name, context.number(node), context.skipped)
        self._ready: deque[_InFlight] = deque()
        # What was computed ahead in vain, where the consumer stops, is at most as much as it has taken.
        self._sizer = BlockSizer(context.max_block_rows, CALL_BYTES, growth=2)
        self._results: Block | list[Any] | None = None
        self._next = 0
        self._served = 0
        # Where listed results came from; blocks of a traced function carry it themselves.
        self._origins: Provenance | None = None
        self._error: Exception | None = None
        self._rest: Block | None = None
        self._count = 0
        self._ended = False
        self._failed: Exception | None = None

    @property
    def is_pure(self) -> bool:
        return self.input.is_pure and self.node.function.is_pure

    @property
    def sight(self) -> int:
        # A row that is skipped takes one more.
        is_certain = self.node.function.is_pure and not self.node.errors.skips
        return self._source.sight if is_certain else super().sight

    def pull(self, max_rows: int) -> Block | None:
        results = self._take(max_rows)
        if results is None or isinstance(results, Block):
            return results
        origins = None
        if self._origins is not None:
            origins = self._origins.slice(self._served, self._served + len(results))
        block, _ = leading_block(results, provenance=origins)
        assert block is not None, "an element alone always makes a block"
        if block.n < len(results):
            self._serve_again(results, origins, block.n)
        return block

    def _serve_again(self, results: list[Any], origins: Provenance | None, used: int) -> None:
        """Take back results behind the first `used`: those of another structure make another block."""
        if self._results is None:
            self._results, self._origins, self._next = results, origins, used
        else:
            self._next = self._served + used

    def pull_elements(self, max_rows: int) -> list[Any] | None:
        results = self._take(max_rows)
        return results.to_list() if isinstance(results, Block) else results

    def _delivered(self) -> int:
        """Return the number of rows of the input whose results have been returned."""
        waiting = sum(self._ready_rows) + (self._rest.n if self._rest is not None else 0)
        if self._results is not None:
            total = self._results.n if isinstance(self._results, Block) else len(self._results)
            # An element that failed comes after the results, and takes one row more.
            waiting += total - self._next + (self._error is not None)
        return self._source.rows - waiting

    def get_state(self) -> State:
        row = self._delivered()
        source = self._source
        # The source stands behind its own error, which was not told yet.
        is_at = row == source.rows and self._failed is None
        position = source.get_state() if is_at else source.state_at(row)
        count = self._count - (source.rows - sum(self._ready_rows) - row)
        streams = self._runner.seeds.get_state()
        return {"count": count, "skipped": self._skips.skipped, "streams": streams, "input": position}

    def set_state(self, state: State) -> None:
        self._count = state["count"]
        self._runner.seeds.set_state(state["streams"])
        self._skips.restore(state["skipped"])
        self._source.set_state(state["input"])

    def advanced(self, state: State, rows: int) -> State | None:
        if self.node.errors.skips or self._runner.seeds.is_used:
            # How many rows of the input that takes, or what they draw, is known only when they were tried.
            return None
        return {**state, "count": state["count"] + rows, "input": self._source.advanced(state["input"], rows)}

    def _take(self, max_rows: int) -> Results:
        """Return the next results, at most `max_rows`."""
        while True:
            if self._results is not None:
                return self._serve(max_rows)
            if self._error is not None:
                error, self._error = self._error, None
                if not self._skips.skip(error):
                    raise error
                continue
            if not self._advance(max_rows):
                return None

    def _serve(self, max_rows: int) -> Results:
        results, start = self._results, self._next
        assert results is not None
        total = results.n if isinstance(results, Block) else len(results)
        stop = min(start + max_rows, total)
        self._served, self._next = start, stop
        if stop == total:
            self._results, self._next = None, 0
        if isinstance(results, Block):
            return results.slice(start, stop)
        return results if stop - start == total else results[start:stop]

    def _advance(self, max_rows: int) -> bool:
        """Get the next results or the next error; False at the end."""
        if self._parallel > 1:
            return self._advance_parallel(max_rows)
        block = self._next_input(max_rows)
        if block is None:
            return False
        self._set(_run(self._runner, block, self._count))
        return True

    def _next_input(self, max_rows: int) -> Block | None:
        if self._rest is not None:
            # Rows after one that failed: they are still to come for whoever goes on after the error.
            block, self._rest = self._rest, None
            return block
        if self._ended:
            return None
        read = self._read(self._rows(max_rows))
        if read is not None:
            self._sizer.saw(read)
        return read

    def _rows(self, max_rows: int) -> int:
        """Return how many rows of input to take; the function runs over them where nobody can see it."""
        return max(max_rows, self._sizer.rows) if self.is_pure else max_rows

    def _read(self, max_rows: int) -> Block | None:
        block = self._source.pull(max_rows)
        self._ended = block is None
        return block

    def _set(self, outcome: _Outcome) -> None:
        self._results, self._error, self._rest = outcome.results, outcome.error, outcome.rest
        self._origins = outcome.origins
        self._count += outcome.consumed

    def _advance_parallel(self, max_rows: int) -> bool:
        if self._rest is not None:
            block, self._rest = self._rest, None
            self._set(_run(self._runner, block, self._count))
            return True
        self._schedule(max_rows)
        if not self._ready:
            failed, self._failed = self._failed, None
            if failed is not None:
                raise failed
            return False
        self._set(self._ready.popleft().task.result())
        return True

    def _schedule(self, max_rows: int) -> None:
        """Keep up to `_parallel` tasks in flight: blocks of a traced function, single elements of another."""
        in_flight = sum(self._ready_rows)
        first = self._count + in_flight
        while len(self._ready) < self._parallel and not self._ended and self._failed is None:
            try:
                block = self._read(self._rows(max_rows) if self.is_pure else 1)
            except Exception as err:
                # The results of what was read before come first.
                self._failed = err
                return
            if block is None:
                return
            self._sizer.saw(block)
            self._ready.append(_InFlight(self.context.pool.submit_call(_task(self._runner, block, first)), block.n))
            first += block.n

    @property
    def _ready_rows(self) -> list[int]:
        return [waiting.rows for waiting in self._ready]

    def close(self) -> None:
        self._ready.clear()
        super().close()


class _Outcome:
    """What became of a block: results before the first failure, the error, the rows after it, where all came from."""

    __slots__ = ("consumed", "error", "origins", "rest", "results")

    def __init__(
        self, results: Results, consumed: int, error: Exception | None, rest: Block | None, origins: Provenance | None
    ) -> None:
        self.results, self.consumed, self.error, self.rest, self.origins = results, consumed, error, rest, origins


class _InFlight:
    __slots__ = ("rows", "task")

    def __init__(self, task: Task[_Outcome], rows: int) -> None:
        self.task, self.rows = task, rows


def _run(runner: RowRunner, block: Block, first: int) -> _Outcome:
    results, done, error = runner.run(block, first)
    if error is None:
        return _Outcome(results, done, None, None, block.provenance)
    rest = block.slice(done + 1, block.n) if done + 1 < block.n else None
    return _Outcome(results, done + 1, error, rest, block.provenance)


def _task(runner: RowRunner, block: Block, first: int) -> Callable[[], _Outcome]:
    return lambda: _run(runner, block, first)


def _parallel_calls(asked: int | None, limit: int | None) -> int:
    """Return how many tasks may be in flight; -1 means as many as may run, or as there are processors."""
    if asked is None:
        return 1
    return max(1, asked) if asked > 0 else limit or os.cpu_count() or 1
