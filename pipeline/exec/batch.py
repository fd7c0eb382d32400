"""`batch`: stacks consecutive rows by changing the shape of their columns."""

from __future__ import annotations

from ...core.block import Block
from ...core.columns import Column, RowShapeError
from ...core.errors import InvalidArgumentError, ShapeError
from .. import plan
from .base import Context, executes
from .stacking import Stacking


@executes(plan.Batch)
class Batch(Stacking[plan.Batch]):
    """Rows of one shape in a batch."""

    def __init__(self, node: plan.Batch, context: Context) -> None:
        super().__init__(node, context, node.batch_size, drop_remainder=node.drop_remainder)

    def _stack(self, rows: Block, leaf: int, size: int) -> Column:
        try:
            return rows.columns[leaf].batch(size)
        except RowShapeError as err:
            name = self._name(rows, leaf)
            first = self._describe(rows, err.first, name, err.first_spec)
            other = self._describe(rows, err.other, name, err.other_spec)
            same_shape = getattr(err.first_spec, "shape", None) == getattr(err.other_spec, "shape", ())
            what, advice = "shape", "Use padded_batch() or ragged_batch(), or make the shapes equal"
            if same_shape:
                what, advice = "dtype", "Cast"
            raise ShapeError(
                f"{self._where()}: elements differ in {what}, cannot stack. First {first}; {other}. {advice} in map()."
            ) from err
        except InvalidArgumentError as err:
            raise self._error(str(err)) from err
