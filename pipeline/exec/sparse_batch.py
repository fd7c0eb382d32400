"""`sparse_batch`: the items of rows, with their coordinates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...core.block import Block
from ...core.columns import BytesColumn, Column, DenseColumn, RaggedColumn, SparseColumn, from_elements
from ...core.errors import DTypeError, ShapeError
from ...core.specs import TensorSpec
from .. import plan
from .base import Context, executes
from .padding import row_shapes
from .stacking import Stacking


@executes(plan.SparseBatch)
class SparseBatch(Stacking[plan.SparseBatch]):
    """Every item of every row is kept, zeros among them, as in TensorFlow."""

    def __init__(self, node: plan.SparseBatch, context: Context) -> None:
        super().__init__(node, context, node.batch_size, drop_remainder=False)
        self._row_shape = node.row_shape or ()

    def _stack(self, rows: Block, leaf: int, size: int) -> Column:
        column, spec = rows.columns[leaf], rows.columns[leaf].spec
        if not rows.structure.is_leaf() or not isinstance(spec, TensorSpec) or spec.shape is None:
            raise DTypeError(
                f"{self._where()}: elements must be single dense arrays of one rank. "
                f"Received: {rows.spec!r}. Use map()."
            )
        shapes = self._checked_shapes(rows, spec)
        sizes = shapes.prod(axis=1)
        splits = np.zeros(len(shapes) + 1, dtype=np.int64)
        np.cumsum(sizes, out=splits[1:])
        coordinates = _coordinates(shapes, sizes, splits)
        items = SparseColumn(
            RaggedColumn(DenseColumn(coordinates), splits), RaggedColumn(_flat(column, spec), splits), shapes
        ).batch(size)
        limits = [[-1 if d is None else d for d in (None, *self._row_shape)]]
        dense_shapes = np.where(np.array(limits) < 0, items.dense_shapes, limits)
        return SparseColumn(items.indices, items.values, dense_shapes)

    def _checked_shapes(self, rows: Block, spec: TensorSpec) -> npt.NDArray[np.int64]:
        """Return the shape of each row; each fits into `row_shape`."""
        shapes, limit = row_shapes(rows.columns[0]), self._row_shape
        if shapes.shape[1] != len(limit):
            raise ShapeError(
                f"{self._where()}: row_shape must have the rank of the elements. Received: row_shape={list(limit)}; "
                f"{self._describe(rows, 0, 'the element', spec)}."
            )
        wrong = np.zeros(len(shapes), dtype=np.bool_)
        for axis, size in enumerate(limit):
            if size is not None:
                wrong |= shapes[:, axis] > size
        if wrong.any():
            row = int(wrong.argmax())
            element = self._describe(rows, row, "the element", TensorSpec(shapes[row].tolist(), spec.dtype))
            raise ShapeError(
                f"{self._where()}: row_shape must be as large as the elements. Received: row_shape={list(limit)}; "
                f"{element}. Use None for the largest of each batch."
            )
        return shapes


def _coordinates(
    shapes: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64], splits: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return int64[items, rank]: where each item stands in its row, in row-major order."""
    number = np.arange(splits[-1]) - np.repeat(splits[:-1], sizes)
    out = np.empty((len(number), shapes.shape[1]), dtype=np.int64)
    for axis in reversed(range(shapes.shape[1])):
        number, out[:, axis] = np.divmod(number, np.repeat(shapes[:, axis], sizes))
    return out


def _flat(column: Column, spec: TensorSpec) -> Column:
    """Return all items of dense rows as scalars, row after row."""
    if isinstance(column, RaggedColumn):
        return _flat(column._used(), spec)
    if isinstance(column, DenseColumn):
        return DenseColumn(column.values.reshape(-1))
    if isinstance(column, BytesColumn):
        return BytesColumn(column.data, column.offsets)
    items = [item for value in column.to_list() for item in np.asarray(value).reshape(-1)]
    return from_elements(items, TensorSpec((), spec.dtype))
