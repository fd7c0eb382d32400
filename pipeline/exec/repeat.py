"""`repeat`: builds its input anew for each pass."""

from __future__ import annotations

from typing import Any

from ...core.block import Block
from .. import plan
from .base import Context, Operator, State, executes
from .deferred import deferred
from .epochs import restore_epochs, save_epochs
from .input import Input


@executes(plan.Repeat)
class Repeat(Operator[plan.Repeat]):
    """Pass after pass; an endless repeat ends when a pass has no elements, as in tf.data.

    Where the passes are counted, TensorFlow makes the iterator of a next pass after the last one too. Nobody reads it,
    but a shuffle below has drawn the seeds of an epoch by then, and the next loop over the dataset shows it. A repeat
    right on top of a shuffle is one operator there, which does not do so.

    A pass that begins can be seen where it draws seeds: by the next loop over the dataset. None begins before its first
    row is asked for; so the end of a pass is looked for while its last rows still wait.
    """

    def __init__(self, node: plan.Repeat, context: Context) -> None:
        super().__init__(node, context)
        self._pass = 0
        self._draws = context.begins_visibly(node.input)
        self._input: Input | None = None if node.count == 0 else self._open()
        self._produced = False

    @property
    def is_pure(self) -> bool:
        source = self._input
        return source is None or (source.is_pure and not self._draws)

    @property
    def sight(self) -> int:
        source = self._input
        return source.waiting if source is not None and self._draws else super().sight

    @property
    def children(self) -> tuple[Operator[Any], ...]:
        return () if self._input is None else (self._input.source,)

    def pull(self, max_rows: int) -> Block | None:
        while self._input is not None:
            block = self._input.pull(max_rows)
            if block is not None:
                self._produced = True
                if self._draws:
                    self._input.look_ahead()
                return block
            self._input.source.close()
            self._pass += 1
            self._input = self._next_pass()
            self._produced = False
        return None

    def get_state(self) -> State:
        state = {"pass": self._pass, "produced": self._produced}
        if self._input is None:
            return {**state, "input": None, "epochs": save_epochs(self.node.input, self.context)}
        return {**state, "input": self._input.get_state(), "epochs": []}

    def set_state(self, state: State) -> None:
        self._pass, self._produced = state["pass"], state["produced"]
        if state["input"] is None:
            self.close()
            self._input = None
            restore_epochs(self.node.input, state["epochs"], self.context)
        elif self._input is not None:
            self._input.set_state(state["input"])

    def _open(self) -> Input:
        """Return the rows of a pass; every pass has one of the same kind, so that positions fit all of them."""
        node = self.node
        # An endless repeat opens its input late in TensorFlow; right on top of a shuffle it is one operator with it.
        is_late = node.count < 0 and not isinstance(node.input, plan.Shuffle)
        source = deferred(node.input, self.context) if is_late else self.context.build(node.input)
        return Input(source, ahead=self._draws)

    def _next_pass(self) -> Input | None:
        node = self.node
        if node.count < 0 or node.input.cardinality == 0:
            return self._open() if self._produced else None
        if self._pass < node.count:
            return self._open()
        if node.count > 1 and not isinstance(node.input, plan.Shuffle):
            self.context.build(node.input).close()
        return None
