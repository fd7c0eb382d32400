"""`padded_batch`: pads the rows of a batch to one shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.block import Block
from ...core.columns import Column, ObjectColumn
from ...core.errors import ShapeError
from ...core.nest import Structure
from ...core.specs import TensorSpec
from .. import plan
from ..plan.padded_batch import padding_of, target_of
from .base import Context, executes
from .padding import pad_rows, row_shapes
from .stacking import Stacking


@executes(plan.PaddedBatch)
class PaddedBatch(Stacking[plan.PaddedBatch]):
    """Batches of one padded shape make a block; those that differ in shape come one block each."""

    def __init__(self, node: plan.PaddedBatch, context: Context) -> None:
        super().__init__(node, context, node.batch_size, drop_remainder=node.drop_remainder)
        self._structure: Structure | None = None
        self._targets: tuple[list[Any], list[Any]] = ([], [])

    def _alike(self, rows: Block, size: int) -> int:
        batches, alike = rows.n // size, 1
        first = self._shapes(rows.slice(0, size), size)
        while alike < batches:
            # Twice as many each time: batches that all differ cost one look ahead each.
            stop = min(2 * alike, batches)
            shapes = self._shapes(rows.slice(alike * size, stop * size), size)
            different = np.zeros(stop - alike, dtype=np.bool_)
            for mine, theirs in zip(first, shapes, strict=True):
                different |= (theirs != mine).any(axis=1)
            if different.any():
                return alike + int(different.argmax())
            alike = stop
        return alike

    def _shapes(self, rows: Block, size: int) -> list[npt.NDArray[np.int64]]:
        """Return, for each leaf, int64[batches, rank]: the shape that the rows of each batch are padded to."""
        return [self._leaf_shapes(rows, leaf, size) for leaf in range(len(rows.columns))]

    def _leaf_shapes(self, rows: Block, leaf: int, size: int) -> npt.NDArray[np.int64]:
        column, path = rows.columns[leaf], rows.structure.paths()[leaf]
        target = self._options(rows)[0][leaf]
        self._check_ranks(rows, leaf)
        # The rank, and that the leaf is dense; sizes are compared below, where the element can be named.
        target_of(None if target is None else (None,) * len(target), column.spec, path)
        shapes = row_shapes(column)
        largest: npt.NDArray[np.int64] = shapes.reshape(len(shapes) // size, size, shapes.shape[1]).max(axis=1)
        if target is None:
            return largest
        limits = np.array([np.iinfo(np.int64).max if t is None else t for t in target])
        wrong = (shapes > limits).any(axis=1)
        if wrong.any():
            row = int(wrong.argmax())
            spec = TensorSpec(shapes[row].tolist(), getattr(column.spec, "dtype", None))
            element = self._describe(rows, row, self._name(rows, leaf), spec)
            raise ShapeError(
                f"{self._where()}: padded_shapes must be as large as the elements. Received: {list(target)}; "
                f"{element}. Use None for the largest of each batch, or cut the elements in map()."
            )
        return np.where([t is None for t in target], largest, limits)

    def _check_ranks(self, rows: Block, leaf: int) -> None:
        """Check that the rows of a leaf are of one rank and dtype, as far as its column does not say so."""
        column = rows.columns[leaf]
        if not isinstance(column, ObjectColumn):
            return
        specs = [column.slice(i, i + 1).spec for i in range(len(column))]
        for i, spec in enumerate(specs):
            first = specs[0]
            if not isinstance(spec, TensorSpec) or not isinstance(first, TensorSpec):
                continue
            if (spec.rank, spec.dtype) != (first.rank, first.dtype):
                name = self._name(rows, leaf)
                raise ShapeError(
                    f"{self._where()}: elements differ in rank or dtype, cannot pad. First "
                    f"{self._describe(rows, 0, name, first)}; {self._describe(rows, i, name, spec)}. "
                    "Make them alike in map()."
                )

    def _stack(self, rows: Block, leaf: int, size: int) -> Column:
        column, path = rows.columns[leaf], rows.structure.paths()[leaf]
        shape = self._leaf_shapes(rows.slice(0, size), leaf, size)[0]
        spec = column.spec
        assert isinstance(spec, TensorSpec)
        padding = padding_of(self._options(rows)[1][leaf], spec.dtype, path)
        return pad_rows(column, tuple(shape.tolist()), padding).batch(size)

    def _options(self, rows: Block) -> tuple[list[Any], list[Any]]:
        """Return the padded shape and the padding of each leaf."""
        if self._structure is None or self._structure != rows.structure:
            self._structure, self._targets = rows.structure, self.node.targets(rows.structure)
        return self._targets
