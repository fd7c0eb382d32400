"""`flat_map`: reads the datasets that a function returns, one after another."""

from __future__ import annotations

from typing import Any

from ...core.block import Block
from ...core.errors import InvalidArgumentError
from .. import plan
from .base import Context, State, executes
from .input import Input, row_at
from .opening import Opening


@executes(plan.FlatMap)
class FlatMap(Opening[plan.FlatMap]):
    """One dataset is open at a time; the rows of short ones are joined into one block."""

    def __init__(self, node: plan.FlatMap, context: Context) -> None:
        super().__init__(node, context)
        self._inner: Input | None = None
        # The element that the open dataset was made of, as a row of the input; its saved position when it was read
        # before the state was restored. And the random streams of the user's function before it was called.
        self._element: int | State = 0
        self._streams: list[Any] = []
        # An error that comes behind rows that were read before it, and the position in front of it.
        self._failed: Exception | None = None
        self._failed_at: State | None = None

    def _inners(self) -> list[Input]:
        return [] if self._inner is None else [self._inner]

    def pull(self, max_rows: int) -> Block | None:
        failed, self._failed, self._failed_at = self._failed, None, None
        if failed is not None:
            raise failed
        # Whoever asks a pure operator may ask for more than the user did: a dataset that is opened during this pull
        # and turns out not to be pure must then be read one element at a time.
        ahead = self.is_pure
        parts: list[Block] = []
        rows = 0
        while rows < max_rows:
            opened = self._opened
            try:
                if self._inner is None and not self._open_or_skip(self._open):
                    break
                assert self._inner is not None
                is_seen = ahead and not self._inner.is_pure
                if is_seen and rows:
                    break
                block = self._read(self._inner, 1 if is_seen else max_rows - rows)
            except Exception as err:
                if not rows:
                    raise
                # The elements before the failure come first.
                self._failed, self._failed_at = err, self._before_failure(opened)
                break
            if block is None:
                self._close_inner()
            else:
                parts.append(block)
                rows += block.n
        return self._joined(parts)

    def _read(self, inner: Input, max_rows: int) -> Block | None:
        """Return rows of the open dataset; None at its end, and where it fails and is left."""
        try:
            return inner.pull(max_rows)
        except Exception as err:
            if not self._skips.skip(err):
                raise
            return None

    def _joined(self, parts: list[Block]) -> Block | None:
        """Return the rows of several datasets as one block; those of another structure than the first fail."""
        if len(parts) < 2:
            return parts[0] if parts else None
        fitting = next((i for i, part in enumerate(parts) if part.structure != parts[0].structure), len(parts))
        if fitting < len(parts):
            number = self.context.number(self.node)
            at = f" (node {number})" if number is not None else ""
            self._failed_at = None
            self._failed = InvalidArgumentError(
                f"Dataset.flat_map{at}: all datasets must have elements of one structure. "
                f"Received: {parts[0].structure!r} and {parts[fitting].structure!r}."
            )
        return Block.concat(parts[:fitting])

    def _open(self) -> bool:
        """Open the next dataset; False when the input has ended."""
        block = self._source.pull(1)
        if block is None:
            return False
        self._streams = self._seeds.get_state()
        self._inner = Input(self._dataset_of(block))
        self._element = self._source.rows - 1
        return True

    def _oldest(self) -> int:
        """Return the row of the input whose dataset is open, or that comes next."""
        is_open = self._inner is not None and isinstance(self._element, int)
        return self._element if is_open else self._source.rows  # type: ignore[return-value]

    def _close_inner(self) -> None:
        inner, self._inner = self._inner, None
        if inner is not None:
            inner.source.close()

    def _before_failure(self, opened: int) -> State:
        """Return the position in front of the step that just failed; so many datasets were opened before it."""
        state, source, inner = self.get_state(), self._source, self._inner
        if inner is not None:
            return {**state, "inner": {**state["inner"], "rows": inner.state_at(inner.rows)}}
        if self._opened == opened:
            return {**state, "input": source.state_at(source.rows)}
        return {
            **state,
            "opened": self._opened - 1,
            "streams": self._streams,
            "input": source.state_at(source.rows - 1),
        }

    def get_state(self) -> State:
        if self._failed_at is not None:
            return self._failed_at
        inner = None
        if self._inner is not None:
            element = self._element
            if isinstance(element, int):
                element = self._source.state_at(element)
            inner = {"element": element, "streams": self._streams, "rows": self._inner.get_state()}
        streams = self._seeds.get_state()
        return {
            "before": self._before,
            "opened": self._opened,
            "skipped": self._skips.skipped,
            "streams": streams,
            "input": self._source.get_state(),
            "inner": inner,
        }

    def set_state(self, state: State) -> None:
        self._before = state["before"]
        inner = state["inner"]
        self._source.set_state(state["input"])
        if inner is not None:
            self._opened = state["opened"] - 1
            self._element, self._streams = inner["element"], inner["streams"]
            self._seeds.set_state(self._streams)
            element = row_at(self.node.input, inner["element"], self.context)
            with self.context.passes.pause():
                self._inner = Input(self._dataset_of(element))
            self._inner.set_state(inner["rows"])
        self._opened = state["opened"]
        self.context.restore_elements(self.node, self._before + self._opened)
        self._seeds.set_state(state["streams"])
        self._skips.restore(state["skipped"])
