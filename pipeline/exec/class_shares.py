"""`class_shares`: counts classes."""

from __future__ import annotations

import numpy as np

from ...core import nest
from ...core.block import Block
from ...core.columns import DenseColumn
from .. import plan
from ..plan.class_shares import SUPPOSED_ROWS
from .accept import check_classes
from .base import Context, State, UnaryOperator, executes
from .input import Input


@executes(plan.ClassShares)
class ClassShares(UnaryOperator[plan.ClassShares]):
    """The state is a count for each class."""

    def __init__(self, node: plan.ClassShares, context: Context) -> None:
        super().__init__(node, context)
        self._source = Input(self.input)
        self._seen = np.full(len(node.target), SUPPOSED_ROWS, dtype=np.int64)

    def pull(self, max_rows: int) -> Block | None:
        block = self._source.pull(max_rows)
        if block is None:
            return None
        estimates = []
        for classes in block.to_list():
            checked = check_classes(classes, len(self._seen), None)
            self._seen = self._seen + np.bincount(checked, minlength=len(self._seen))
            estimates.append(self.node.estimate(self._seen))
        columns = [DenseColumn(np.stack(parts)) for parts in zip(*estimates, strict=True)]
        return Block(nest.structure_of((0, 0)), columns, block.n)

    def get_state(self) -> State:
        return {"seen": self._seen, "input": self._source.get_state()}

    def set_state(self, state: State) -> None:
        self._seen = np.array(state["seen"], dtype=np.int64)
        self._source.set_state(state["input"])
