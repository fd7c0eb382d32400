"""`concatenate`: runs one input after the other."""

from __future__ import annotations

from typing import Any

from ...core.block import Block
from .. import plan
from .base import Context, Operator, State, executes
from .epochs import restore_epochs, save_epochs
from .input import Input


@executes(plan.Concatenate)
class Concatenate(Operator[plan.Concatenate]):
    """The second dataset is opened when the first one has ended, as in TensorFlow: a shuffle there draws its seeds.

    The next loop over the dataset shows that; so it is not opened before its first row is asked for, and the end of the
    first dataset is looked for while its last rows still wait.
    """

    def __init__(self, node: plan.Concatenate, context: Context) -> None:
        super().__init__(node, context)
        self._part = 0
        self._draws = context.begins_visibly(node.second)
        self._input = Input(context.build(node.first), ahead=self._draws)

    @property
    def is_pure(self) -> bool:
        source = self._input
        return source.is_pure and (self._part == 1 or not self._draws)

    @property
    def sight(self) -> int:
        source = self._input
        return source.waiting if self._part == 0 and self._draws else source.sight

    @property
    def children(self) -> tuple[Operator[Any], ...]:
        return (self._input.source,)

    def pull(self, max_rows: int) -> Block | None:
        was_pure = self.is_pure
        block = self._input.pull(max_rows)
        if block is not None or self._part == 1:
            if self._draws and self._part == 0:
                self._input.look_ahead()
            return block
        self._begin_second(self.context.build(self.node.second))
        # Whoever asks a pure operator may ask for more than the user did; the second dataset may not be pure.
        return self._input.pull(max_rows if self.is_pure or not was_pure else 1)

    def _begin_second(self, second: Operator[Any]) -> None:
        self._input.source.close()
        self._part = 1
        self._input = Input(second)

    @property
    def _idle(self) -> plan.Node:
        """The dataset that is over, or still to come."""
        return self.node.first if self._part == 1 else self.node.second

    def get_state(self) -> State:
        return {"part": self._part, "input": self._input.get_state(), "epochs": save_epochs(self._idle, self.context)}

    def set_state(self, state: State) -> None:
        if state["part"] == 1:
            self._begin_second(self.context.rebuild(self.node.second))
        restore_epochs(self._idle, state["epochs"], self.context)
        self._input.set_state(state["input"])
