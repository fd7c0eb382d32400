"""`filter`: keeps the rows that the predicate holds for."""

from __future__ import annotations

import numpy as np

from ...core.block import Block
from ...core.columns import DenseColumn
from ...core.errors import InvalidArgumentError, describe
from .. import plan
from .base import Context, State, UnaryOperator, executes
from .input import Input
from .row_runner import RowRunner


@executes(plan.Filter)
class Filter(UnaryOperator[plan.Filter]):
    """Rows in the order of the input; an element whose predicate fails raises after all rows before it."""

    def __init__(self, node: plan.Filter, context: Context) -> None:
        super().__init__(node, context)
        node.predicate.prepare(node.input.element_spec)
        self._runner = RowRunner(node.predicate, node.name, context.number(node), context.check_running)
        self._source = Input(self.input, ahead=True)
        self._count = 0
        self._error: Exception | None = None
        self._rest: Block | None = None

    @property
    def is_pure(self) -> bool:
        return self.input.is_pure and self.node.predicate.is_pure

    def pull(self, max_rows: int) -> Block | None:
        while True:
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            block, self._rest = self._rest, None
            if block is None:
                block = self._source.pull(max_rows)
            if block is None:
                return None
            kept = self._keep(block)
            if kept is not None and kept.n:
                return kept

    def get_state(self) -> State:
        held = self._rest.n if self._rest is not None else 0
        if held == 0:
            return {"count": self._count, "input": self._source.get_state()}
        return {"count": self._count, "input": self._source.state_at(self._source.rows - held)}

    def set_state(self, state: State) -> None:
        self._count = state["count"]
        self._source.set_state(state["input"])

    def _keep(self, block: Block) -> Block | None:
        results, done, self._error = self._runner.run(block, self._count)
        self._count += done
        if self._error is not None:
            self._rest = block.slice(done + 1, block.n) if done + 1 < block.n else None
            self._count += 1
        if results is None:
            return None
        mask = self._mask(results, done)
        if mask.all():
            return block.slice(0, done)
        return block.take(np.flatnonzero(mask))

    def _mask(self, results: Block | list[object], n: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        if isinstance(results, Block):
            column = results.columns[0] if len(results.columns) == 1 else None
            if isinstance(column, DenseColumn) and column.values.dtype == np.bool_ and column.values.ndim == 1:
                return column.values
            raise self._not_bool(results.element(0))
        mask = np.empty(n, dtype=np.bool_)
        for i, value in enumerate(results):
            if not isinstance(value, np.bool_):
                raise self._not_bool(value)
            mask[i] = value
        return mask

    def _not_bool(self, value: object) -> InvalidArgumentError:
        return InvalidArgumentError(
            f"Dataset.filter: the predicate must return one bool. Received: {describe(value)} from "
            f"{self.node.predicate.name!r}."
        )
