"""`take` and `skip`."""

from __future__ import annotations

from typing import Any

from ...core.block import Block
from .. import plan
from .base import Context, N, Operator, State, UnaryOperator, executes


class Nothing(Operator[plan.Node]):
    """No rows, and no operator for the input either: a shuffle there draws no seeds, as in TensorFlow."""

    def pull(self, max_rows: int) -> Block | None:
        return None

    def get_state(self) -> State:
        return {}

    def set_state(self, state: State) -> None:
        pass


@executes(plan.Take)
def take(node: plan.Take, context: Context) -> Operator[Any]:
    """Return the operator of a `take`."""
    return Nothing(node, context) if node.count == 0 else Take(node, context)


@executes(plan.Skip)
def skip(node: plan.Skip, context: Context) -> Operator[Any]:
    """Return the operator of a `skip`."""
    return Nothing(node, context) if node.count < 0 else Skip(node, context)


class _Counted(UnaryOperator[N]):
    """An operator whose position is a number of rows left to count, and that of its input."""

    _left: int

    def get_state(self) -> State:
        return {"left": self._left, "input": self.input.get_state()}

    def set_state(self, state: State) -> None:
        self._left = state["left"]
        self.input.set_state(state["input"])


class Take(_Counted[plan.Take]):
    """The first rows; nothing is asked of the input once they have been passed on."""

    def __init__(self, node: plan.Take, context: Context) -> None:
        super().__init__(node, context)
        self._left = node.count

    @property
    def sight(self) -> int:
        return self.input.sight

    def pull(self, max_rows: int) -> Block | None:
        if self._left == 0:
            return None
        block = self.input.pull(max_rows if self._left < 0 else min(max_rows, self._left))
        if block is not None and self._left > 0:
            self._left -= block.n
        return block


class Skip(_Counted[plan.Skip]):
    """All rows but the first."""

    def __init__(self, node: plan.Skip, context: Context) -> None:
        super().__init__(node, context)
        self._left = node.count

    @property
    def sight(self) -> int:
        return max(0, self.input.sight - max(0, self._left))

    def pull(self, max_rows: int) -> Block | None:
        while self._left > 0:
            block = self.input.pull(min(self._left, SKIP_ROWS))
            if block is None:
                self._left = 0
                return None
            self._left -= block.n
        return self.input.pull(max_rows)


# Rows that are skipped are still made by the stages below: blocks bound their memory.
SKIP_ROWS = 1024
