"""`ignore_errors`: goes on after errors of the stages below."""

from __future__ import annotations

from ...core.block import Block
from .. import plan
from .base import Context, State, UnaryOperator, executes, plain
from .skips import Skips


@executes(plan.IgnoreErrors)
class IgnoreErrors(UnaryOperator[plan.IgnoreErrors]):
    """The rows that can be made.

    An input that gives the same error without end does not get past it: when it stands where it stood before, that
    error is raised.
    """

    def __init__(self, node: plan.IgnoreErrors, context: Context) -> None:
        super().__init__(node, context)
        self._skips = Skips(node.policy, node.name, context.number(node), context.skipped)
        self._last: str | None = None
        # Where the input stood when the last error came again.
        self._place: State | None = None

    def pull(self, max_rows: int) -> Block | None:
        while True:
            try:
                block = self.input.pull(max_rows)
            except Exception as err:
                if self._is_stuck(f"{type(err).__name__}: {err}") or not self._skips.skip(err):
                    raise
            else:
                self._last = self._place = None
                return block

    def _is_stuck(self, text: str) -> bool:
        """Return whether the input gave this error before, at the place where it stands now."""
        if text != self._last:
            self._last, self._place = text, None
            return False
        before, self._place = self._place, plain(self.input.get_state())
        return before == self._place

    def get_state(self) -> State:
        return {"skipped": self._skips.skipped, "input": self.input.get_state()}

    def set_state(self, state: State) -> None:
        self._skips.restore(state["skipped"])
        self.input.set_state(state["input"])
