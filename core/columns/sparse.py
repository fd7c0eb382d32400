"""SparseColumn: rows of `Sparse` values, as three columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UnimplementedError
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
        """Build from `Sparse` values of one rank and dtype."""
        splits = np.concatenate([[0], np.cumsum([len(r.values) for r in rows])]).astype(np.int64)
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
        return Sparse(self.indices.element(index), self.values.element(index), self.dense_shapes[index])

    def to_list(self) -> list[Any]:
        return [self.element(i) for i in range(len(self))]

    def as_value(self) -> Sparse:
        stacked: Sparse = self.batch(len(self)).element(0)
        return stacked

    def batch(self, size: int) -> SparseColumn:
        """Stack rows: each gains a leading coordinate; the dense shape is the largest in the batch, as in TensorFlow."""
        groups = len(self) // size
        splits = np.append(self.indices.splits[:-1][::size], self.indices.splits[-1])
        used = self.indices.values.slice(int(self.indices.splits[0]), int(self.indices.splits[-1]))
        assert isinstance(used, DenseColumn)
        row = np.repeat(np.arange(len(self)) % size, self.indices.lengths)
        coordinates = np.concatenate([row[:, None], used.values], axis=1)
        shapes = self.dense_shapes.reshape(groups, size, -1).max(axis=1, initial=0)
        dense_shapes = np.concatenate([np.full((groups, 1), size, np.int64), shapes], axis=1)
        rebased = splits - splits[0]
        return SparseColumn(
            RaggedColumn(DenseColumn(coordinates), rebased), RaggedColumn(self.values.values, splits), dense_shapes
        )

    def explode(self) -> tuple[Column, npt.NDArray[np.int64]]:
        lengths = self.dense_shapes[:, 0].astype(np.int64)
        rows: list[Sparse] = []
        for value in self.to_list():
            if value.indices.shape[1] < 1:
                raise UnimplementedError("unbatch: every leaf must have a first axis. Received: a sparse scalar.")
            first = value.indices[:, 0]
            for i in range(value.shape[0]):
                held = first == i
                rows.append(Sparse(value.indices[held][:, 1:], value.values[held], value.dense_shape[1:]))
        if not rows:
            return self.slice(0, 0), lengths
        return SparseColumn.from_values(rows), lengths
