"""`batch`: stacks consecutive rows by changing the shape of their columns."""

from __future__ import annotations

from ...core.block import Block
from ...core.columns import Column, RowShapeError
from ...core.errors import InvalidArgumentError, ShapeError, describe
from .. import plan
from .base import Context, State, UnaryOperator, executes
from .input import Input


@executes(plan.Batch)
class Batch(UnaryOperator[plan.Batch]):
    """Full batches, then what is left unless `drop_remainder`."""

    def __init__(self, node: plan.Batch, context: Context) -> None:
        super().__init__(node, context)
        self._number = context.number(node)
        self._source = Input(self.input)
        self._held: list[Block] = []
        self._rows = 0
        self._count = 0
        self._ended = False

    def pull(self, max_rows: int) -> Block | None:
        size = self.node.batch_size
        self._fill(size, max_rows * size)
        batches = min(self._rows // size, max_rows)
        if batches:
            return self._emit(batches, size)
        if self._rows and not self.node.drop_remainder:
            return self._emit(1, self._rows)
        return None

    def _fill(self, at_least: int, wanted: int) -> None:
        """Get rows until `at_least` are held; demand stays within `wanted`, what `max_rows` batches need."""
        while self._rows < at_least and not self._ended:
            block = self._source.pull(wanted - self._rows)
            if block is None:
                self._ended = True
                return
            self._held.append(block)
            self._rows += block.n

    def _emit(self, batches: int, size: int) -> Block:
        """Return the next batches; when one of them fails, those before it first, and its rows are dropped."""
        used = batches * size
        try:
            held = self._joined()
            rows = held.slice(0, used)
            columns = [self._stack(rows, i, size) for i in range(len(rows.columns))]
        except InvalidArgumentError:
            if batches > 1:
                return self._emit(1, size)
            self._drop(used)
            raise
        self._drop(used)
        return Block(rows.structure, columns, batches)

    @property
    def checkpoint_rows(self) -> int:
        return -(-super().checkpoint_rows // self.node.batch_size)

    def get_state(self) -> State:
        source = self._source
        position = source.state_at(source.rows - self._rows) if self._rows else source.get_state()
        return {"count": self._count, "input": position}

    def set_state(self, state: State) -> None:
        self._count = state["count"]
        self._source.set_state(state["input"])

    def _joined(self) -> Block:
        try:
            held = Block.concat(self._held)
        except InvalidArgumentError as err:
            self._held, self._rows = [], 0
            raise self._error(str(err)) from err
        self._held = [held]
        return held

    def _drop(self, rows: int) -> None:
        """Forget rows that are done with."""
        self._held = [block.slice(rows, block.n) for block in self._held if rows < block.n]
        self._rows = sum(block.n for block in self._held)
        self._count += rows

    def _stack(self, rows: Block, leaf: int, size: int) -> Column:
        try:
            return rows.columns[leaf].batch(size)
        except RowShapeError as err:
            name = rows.structure.paths()[leaf] or "the element"
            first = self._describe(rows, err.first, name, err.first_spec)
            other = self._describe(rows, err.other, name, err.other_spec)
            same_shape = getattr(err.first_spec, "shape", None) == getattr(err.other_spec, "shape", ())
            what, advice = "shape", "Use padded_batch(), or make the shapes equal"
            if same_shape:
                what, advice = "dtype", "Cast"
            raise ShapeError(
                f"{self._where()}: elements differ in {what}, cannot stack. First {first}; {other}. {advice} in map()."
            ) from err
        except InvalidArgumentError as err:
            raise self._error(str(err)) from err

    def _describe(self, rows: Block, row: int, name: str, spec: object) -> str:
        origin = rows.provenance.where(row) if rows.provenance is not None else None
        return f"element {self._count + row}{f' ({origin})' if origin else ''}: {name} {describe(spec)}"

    def _where(self) -> str:
        return "Dataset.batch" + (f" (node {self._number})" if self._number is not None else "")

    def _error(self, text: str) -> InvalidArgumentError:
        return InvalidArgumentError(f"{self._where()}: {text}")
