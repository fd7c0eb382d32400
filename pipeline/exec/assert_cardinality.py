"""`assert_cardinality`: counts the rows that pass."""

from __future__ import annotations

from ...core.block import Block
from ...core.errors import FailedPreconditionError
from .. import plan
from .base import Context, RowByRow, State, executes


@executes(plan.AssertCardinality)
class AssertCardinality(RowByRow[plan.AssertCardinality]):
    """Rows as they come; the error for a wrong number of them comes after the last one that is right."""

    def __init__(self, node: plan.AssertCardinality, context: Context) -> None:
        super().__init__(node, context)
        self._count = 0
        self._ended = False

    def pull(self, max_rows: int) -> Block | None:
        expected = self.node.expected_cardinality
        if self._ended:
            return None
        left = max_rows if expected < 0 else expected - self._count
        block = self.input.pull(max(1, min(max_rows, left)))
        if block is not None and left:
            self._count += block.n
            return block
        self._ended = True
        if block is not None:
            raise self._error(f"more than {expected}")
        if expected != plan.UNKNOWN and self._count != expected:
            raise self._error(str(self._count))
        return None

    def _error(self, found: str) -> FailedPreconditionError:
        expected = self.node.expected_cardinality
        size = "infinitely many" if expected == plan.INFINITE else str(expected)
        return FailedPreconditionError(
            f"Dataset.assert_cardinality: the dataset must have {size} elements. Received: {found} elements."
        )

    def get_state(self) -> State:
        return {"count": self._count, "input": self.input.get_state()}

    def set_state(self, state: State) -> None:
        self._count = state["count"]
        self.input.set_state(state["input"])
