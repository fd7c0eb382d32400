"""Inputs that are opened late, as TensorFlow opens those of `shuffle` and of an endless `repeat`."""

from __future__ import annotations

from typing import Any

from ...core.block import Block
from ..plan import Node, walk
from ..plan.shuffle import ShuffleSeeds
from .base import Context, Operator, State
from .epochs import restore_epochs, save_epochs


def deferred(node: Node, context: Context) -> Operator[Any]:
    """Return an operator for an input that is opened when its first row is asked for.

    A pass that is never read then draws no seeds for the shuffles below. Where there are none nobody can tell, and the
    input is opened at once.
    """
    is_seen = any(isinstance(getattr(each, "seeds", None), ShuffleSeeds) for each in walk(node))
    return Deferred(node, context) if is_seen else context.build(node)


class Deferred(Operator[Node]):
    """Not pure before it is opened: nothing is known of what is below."""

    def __init__(self, node: Node, context: Context) -> None:
        super().__init__(node, context)
        self._operator: Operator[Any] | None = None

    @property
    def is_pure(self) -> bool:
        return self._operator is not None and self._operator.is_pure

    @property
    def sight(self) -> int:
        return 0 if self._operator is None else self._operator.sight

    @property
    def children(self) -> tuple[Operator[Any], ...]:
        return () if self._operator is None else (self._operator,)

    @property
    def checkpoint_rows(self) -> int:
        return super().checkpoint_rows if self._operator is None else self._operator.checkpoint_rows

    def pull(self, max_rows: int) -> Block | None:
        return self._opened().pull(max_rows)

    def pull_elements(self, max_rows: int) -> list[Any] | None:
        return self._opened().pull_elements(max_rows)

    def _opened(self) -> Operator[Any]:
        if self._operator is None:
            self._operator = self.context.build(self.node)
        return self._operator

    def get_state(self) -> State:
        if self._operator is None:
            return {"input": None, "epochs": save_epochs(self.node, self.context)}
        return {"input": self._operator.get_state(), "epochs": []}

    def set_state(self, state: State) -> None:
        if state["input"] is None:
            restore_epochs(self.node, state["epochs"], self.context)
        else:
            self._operator = self.context.rebuild(self.node)
            self._operator.set_state(state["input"])

    def advanced(self, state: State, rows: int) -> State | None:
        if self._operator is None or state["input"] is None:
            return None
        following = self._operator.advanced(state["input"], rows)
        return None if following is None else {"input": following, "epochs": []}
