"""Stacking: what `batch` and its relatives share; each says how one leaf of consecutive rows is stacked."""

from __future__ import annotations

from abc import abstractmethod

from ...core.block import Block
from ...core.columns import Column
from ...core.errors import InvalidArgumentError, describe
from .base import Context, N, State, UnaryOperator
from .input import Input
from .row_queue import RowQueue


class Stacking(UnaryOperator[N]):
    """Full batches, then what is left unless `drop_remainder`.

    Args:
        node: The plan node.
        context: Shared by all operators of the iterator.
        size: Rows in a full batch.
        drop_remainder: Whether a last batch with fewer rows is left out.
    """

    def __init__(self, node: N, context: Context, size: int, *, drop_remainder: bool) -> None:
        super().__init__(node, context)
        self._number = context.number(node)
        self._size = size
        self._drop_remainder = drop_remainder
        self._source = Input(self.input, oldest=self._oldest)
        self._held = RowQueue()
        self._count = 0
        self._ended = False

    @property
    def sight(self) -> int:
        return (self._held.rows + self._source.sight) // self._size

    @abstractmethod
    def _stack(self, rows: Block, leaf: int, size: int) -> Column:
        """Return one leaf of `rows` as batches of `size` rows.

        Raises:
            InvalidArgumentError: The rows of a batch cannot be stacked.
        """

    def _alike(self, rows: Block, size: int) -> int:
        """Return how many batches of `rows`, from the first on, can be stacked at once; at least 1."""
        return rows.n // size

    def _next(self, max_rows: int) -> tuple[int, int]:
        """Return the size of the next batch, and how many of that size may follow one another, at most `max_rows`."""
        return self._size, max_rows

    def pull(self, max_rows: int) -> Block | None:
        size, most = self._next(max_rows)
        self._fill(size, most * size)
        batches = min(self._held.rows // size, most)
        if batches:
            return self._emit(batches, size)
        if self._held.rows and not self._drop_remainder:
            return self._emit(1, self._held.rows)
        return None

    def _fill(self, at_least: int, wanted: int) -> None:
        """Get rows until `at_least` are held; demand stays within `wanted`, what `max_rows` batches need."""
        while self._held.rows < at_least and not self._ended:
            block = self._source.pull(wanted - self._held.rows)
            if block is None:
                self._ended = True
                return
            self._held.append(block)

    def _emit(self, batches: int, size: int) -> Block:
        """Return the next batches; when one of them fails, those before it first, and its rows are dropped."""
        try:
            rows = self._first_rows(batches * size)
            batches = self._alike(rows, size)
            rows = rows.slice(0, batches * size)
            columns = [self._stack(rows, i, size) for i in range(len(rows.columns))]
        except InvalidArgumentError:
            if batches > 1:
                return self._emit(1, size)
            self._drop(size)
            raise
        self._drop(batches * size)
        return Block(rows.structure, columns, batches)

    @property
    def checkpoint_rows(self) -> int:
        return -(-super().checkpoint_rows // self._size)

    def _oldest(self) -> int:
        """Return the first row of the input that is held, or that comes next."""
        return self._source.rows - self._held.rows

    def get_state(self) -> State:
        source = self._source
        position = source.state_at(source.rows - self._held.rows) if self._held.rows else source.get_state()
        return {"count": self._count, "input": position}

    def advanced(self, state: State, rows: int) -> State:
        elements = self._elements(state["count"], rows)
        return {"count": state["count"] + elements, "input": self._source.advanced(state["input"], elements)}

    def _elements(self, count: int, batches: int) -> int:
        """Return how many elements are in so many batches, behind the first `count` elements."""
        return batches * self._size

    def set_state(self, state: State) -> None:
        self._count = state["count"]
        self._source.set_state(state["input"])

    def _first_rows(self, n: int) -> Block:
        try:
            return self._held.first(n)
        except InvalidArgumentError as err:
            raise self._error(str(err)) from err

    def _drop(self, rows: int) -> None:
        """Forget rows that are done with."""
        self._count += rows
        self._held.drop(rows)

    def _name(self, rows: Block, leaf: int) -> str:
        return rows.structure.paths()[leaf] or "the element"

    def _describe(self, rows: Block, row: int, name: str, spec: object) -> str:
        origin = rows.provenance.where(row) if rows.provenance is not None else None
        return f"element {self._count + row}{f' ({origin})' if origin else ''}: {name} {describe(spec)}"

    def _where(self) -> str:
        return f"Dataset.{self.node.name}" + (f" (node {self._number})" if self._number is not None else "")

    def _error(self, text: str) -> InvalidArgumentError:
        return InvalidArgumentError(f"{self._where()}: {text}")
