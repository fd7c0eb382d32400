"""`ragged_batch`: rows of any lengths stay one after another; a batch is a row of row splits."""

from __future__ import annotations

import numpy as np

from ...core import nest
from ...core.block import Block
from ...core.columns import Column, RaggedColumn
from ...core.errors import ShapeError
from .. import plan
from ..plan.certain import certain_spec
from ..plan.ragged_batch import ragged_depths
from .base import Context, executes
from .stacking import Stacking


@executes(plan.RaggedBatch)
class RaggedBatch(Stacking[plan.RaggedBatch]):
    """Leaves that the spec leaves open become ragged; where there is no spec, all that have an axis do."""

    def __init__(self, node: plan.RaggedBatch, context: Context) -> None:
        super().__init__(node, context, node.batch_size, drop_remainder=node.drop_remainder)
        spec = certain_spec(node.input)
        self._depths = None if spec is None else ragged_depths(node.input, nest.flatten(spec)[0])

    def _stack(self, rows: Block, leaf: int, size: int) -> Column:
        column = rows.columns[leaf]
        if self._depths is None:
            (depth,) = ragged_depths(self.node.input, [column.spec])
        else:
            depth = self._depths[leaf]
        try:
            if depth == 0:
                return column.batch(size)
            return RaggedColumn(_ragged(column, depth), np.arange(0, len(column) + 1, size, dtype=np.int64))
        except ShapeError as err:
            raise ShapeError(
                f"{self._where()}: {self._name(rows, leaf)}: {err} Only axes of unknown size become ragged; say so in "
                "the element spec, or make the shapes equal in map()."
            ) from err


def _ragged(column: Column, depth: int) -> Column:
    """Return rows whose first `depth` axes are ragged."""
    if depth == 0:
        return column
    values, lengths = column.explode()
    splits = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=splits[1:])
    return RaggedColumn(_ragged(values, depth - 1), splits)
