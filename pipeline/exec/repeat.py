"""`repeat`: builds its input anew for each pass."""

from __future__ import annotations

from typing import Any

from ...core.block import Block
from .. import plan
from .base import Context, Operator, executes


@executes(plan.Repeat)
class Repeat(Operator[plan.Repeat]):
    """Pass after pass; ends when a pass has no elements, as in tf.data."""

    def __init__(self, node: plan.Repeat, context: Context) -> None:
        super().__init__(node, context)
        self._pass = 0
        self._input: Operator[Any] | None = None if node.count == 0 else context.build(node.input)
        self._produced = False

    @property
    def is_pure(self) -> bool:
        return self._input is None or self._input.is_pure

    @property
    def children(self) -> tuple[Operator[Any], ...]:
        return () if self._input is None else (self._input,)

    def pull(self, max_rows: int) -> Block | None:
        while self._input is not None:
            block = self._input.pull(max_rows)
            if block is not None:
                self._produced = True
                return block
            self._input.close()
            self._pass += 1
            again = self._produced and (self.node.count < 0 or self._pass < self.node.count)
            self._input = self.context.build(self.node.input) if again else None
            self._produced = False
        return None
