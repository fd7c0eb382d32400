"""SparseColumn: rows of `Sparse` values, as three columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import ShapeError
from ..specs import SparseSpec, Spec, TensorSpec
from ..values import Sparse
from .base import Column, Indices
from .bytes import BytesColumn
from .dense import DenseColumn
from .ragged import RaggedColumn


class SparseColumn(Column):
    """Rows of sparse arrays of one rank.

    Args:
        indices: Ragged rows of int64[count, rank].
        values: Ragged rows of [count], with the same splits.
        dense_shapes: int64[n, rank].
    """

    __slots__ = ("dense_shapes", "indices", "values")

    def __init__(self, indices: RaggedColumn, values: RaggedColumn, dense_shapes: npt.NDArray[np.int64]) -> None:
        self.indices, self.values, self.dense_shapes = indices, values, dense_shapes

    @classmethod
    def from_values(cls, rows: Sequence[Sparse]) -> SparseColumn:
        """Build from one or more `Sparse` values of one rank and dtype."""
        splits = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(r.values) for r in rows], out=splits[1:])
        flat = np.concatenate([r.values for r in rows])
        inner: Column = BytesColumn.from_array(flat) if flat.dtype.kind == "O" else DenseColumn(flat)
        indices = RaggedColumn(DenseColumn(np.concatenate([r.indices for r in rows])), splits)
        return cls(indices, RaggedColumn(inner, splits), np.stack([r.dense_shape for r in rows]))

    def __len__(self) -> int:
        return len(self.dense_shapes)

    @property
    def spec(self) -> Spec:
        inner = self.values.values.spec
        assert isinstance(inner, TensorSpec)
        same = [len({*axis.tolist()}) == 1 for axis in self.dense_shapes.T]
        shape = [int(self.dense_shapes[0, i]) if ok else None for i, ok in enumerate(same)]
        return SparseSpec(shape, inner.dtype)

    @property
    def nbytes(self) -> int:
        return self.indices.nbytes + self.values.nbytes + self.dense_shapes.nbytes

    def slice(self, start: int, stop: int) -> SparseColumn:
        return SparseColumn(
            self.indices.slice(start, stop), self.values.slice(start, stop), self.dense_shapes[start:stop]
        )

    def take(self, indices: Indices) -> SparseColumn:
        return SparseColumn(self.indices.take(indices), self.values.take(indices), self.dense_shapes[indices])

    @classmethod
    def concat_same(cls, columns: Sequence[SparseColumn]) -> SparseColumn | None:
        if len({c.dense_shapes.shape[1] for c in columns}) > 1:
            return None
        indices = RaggedColumn.concat_same([c.indices for c in columns])
        values = RaggedColumn.concat_same([c.values for c in columns])
        if indices is None or values is None:
            return None
        return cls(indices, values, np.concatenate([c.dense_shapes for c in columns]))

    def element(self, index: int) -> Sparse:
        return Sparse.of_parts(self.indices.element(index), self.values.element(index), self.dense_shapes[index])

    def to_list(self) -> list[Any]:
        rows = zip(self.indices.to_list(), self.values.to_list(), self.dense_shapes, strict=True)
        return [Sparse.of_parts(indices, values, shape) for indices, values, shape in rows]

    def as_value(self) -> Sparse:
        # One batch of all rows; that of no rows is one batch too.
        stacked: Sparse = self._stack(len(self), 1).element(0)
        return stacked

    def held(self) -> SparseColumn:
        return SparseColumn(self.indices.held(), self.values.held(), self.dense_shapes)

    def batch(self, size: int) -> SparseColumn:
        """Stack rows: each gains a leading coordinate; the dense shape is the batch's largest, as in TensorFlow."""
        return self._stack(size, len(self) // size)

    def _stack(self, size: int, groups: int) -> SparseColumn:
        used = self.indices._used()
        assert isinstance(used, DenseColumn)
        row = np.repeat(np.tile(np.arange(size), groups), self.indices.lengths)
        coordinates = np.concatenate([row[:, None], used.values], axis=1)
        splits = self.indices.splits[np.arange(groups + 1) * size] - self.indices.splits[0]
        shapes = self.dense_shapes.reshape(groups, size, self.dense_shapes.shape[1]).max(axis=1, initial=0)
        dense_shapes = np.concatenate([np.full((groups, 1), size, np.int64), shapes], axis=1)
        return SparseColumn(
            RaggedColumn(DenseColumn(coordinates), splits), RaggedColumn(self.values._used(), splits), dense_shapes
        )

    def explode(self) -> tuple[Column, npt.NDArray[np.int64]]:
        if self.dense_shapes.shape[1] == 0:
            raise ShapeError("unbatch: every leaf must have a first axis. Received: a sparse scalar.")
        lengths = self.dense_shapes[:, 0]
        used = self.indices._used()
        assert isinstance(used, DenseColumn)
        first_row = np.cumsum(lengths) - lengths
        target = np.repeat(first_row, self.indices.lengths) + used.values[:, 0]
        # Coordinates may be in any order; a stable sort keeps the order that each row had.
        order = np.argsort(target, kind="stable")
        splits = np.zeros(int(lengths.sum()) + 1, dtype=np.int64)
        np.cumsum(np.bincount(target, minlength=len(splits) - 1), out=splits[1:])
        rows = SparseColumn(
            RaggedColumn(DenseColumn(used.values[order, 1:]), splits),
            RaggedColumn(self.values._used().take(order), splits),
            np.repeat(self.dense_shapes[:, 1:], lengths, axis=0),
        )
        return rows, lengths
