"""`draw`: a class number for each row, drawn by weight."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.block import Block
from ...core.columns import Column, DenseColumn
from ...core.errors import InvalidArgumentError
from ...core.nest import LEAF
from .. import plan
from ..plan.draw import cumulated
from .base import Context, State, UnaryOperator, executes
from .choose_kernels import draw_kernel


@executes(plan.Draw)
class Draw(UnaryOperator[plan.Draw]):
    """The numbers that TensorFlow draws for the same random words and weights."""

    def __init__(self, node: plan.Draw, context: Context) -> None:
        super().__init__(node, context)
        self._cumulated = node.cumulative_weights if node.weights is not None else None

    def pull(self, max_rows: int) -> Block | None:
        block = self.input.pull(max_rows)
        if block is None:
            return None
        weights = self._cumulated if self._cumulated is not None else cumulated(_weights(block.columns[0]))
        out = np.empty(block.n, dtype=np.int64)
        words = block.columns[-1]
        assert isinstance(words, DenseColumn), "pairs of random words are made by batch"
        draw_kernel(np.ascontiguousarray(words.values).view(np.uint64), weights, out)
        return Block(LEAF, [DenseColumn(out)], block.n)

    def get_state(self) -> State:
        return {"input": self.input.get_state()}

    def set_state(self, state: State) -> None:
        self.input.set_state(state["input"])


def _weights(column: Column) -> npt.NDArray[np.floating[Any]]:
    """Return rows of weights, float[n, classes].

    Raises:
        InvalidArgumentError: They are no vectors of floats.
    """
    if isinstance(column, DenseColumn) and column.values.ndim == 2 and column.values.dtype in (np.float32, np.float64):
        return column.values
    raise InvalidArgumentError(
        f"Dataset.sample_from_datasets: elements of weights must be vectors of float32 or float64. "
        f"Received: {column.spec!r}."
    )
