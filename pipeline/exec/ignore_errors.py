"""`ignore_errors`: goes on after errors of the stages below."""

from __future__ import annotations

from ...core.block import Block
from .. import plan
from .base import Context, State, UnaryOperator, executes
from .skips import Skips


@executes(plan.IgnoreErrors)
class IgnoreErrors(UnaryOperator[plan.IgnoreErrors]):
    """The rows that can be made.

    An input that gives the same error twice without an element between does not get past it: that error is raised.
    """

    def __init__(self, node: plan.IgnoreErrors, context: Context) -> None:
        super().__init__(node, context)
        self._skips = Skips(node.policy, node.name, context.number(node), context.skipped)
        self._last: str | None = None

    def pull(self, max_rows: int) -> Block | None:
        while True:
            try:
                block = self.input.pull(max_rows)
            except Exception as err:
                text = f"{type(err).__name__}: {err}"
                if text == self._last or not self._skips.skip(err):
                    raise
                self._last = text
            else:
                self._last = None
                return block

    def get_state(self) -> State:
        return {"skipped": self._skips.skipped, "input": self.input.get_state()}

    def set_state(self, state: State) -> None:
        self._skips.restore(state["skipped"])
        self.input.set_state(state["input"])
