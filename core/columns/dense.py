"""DenseColumn: rows of one shape in one ndarray."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..dtypes import as_dtype
from ..errors import ShapeError
from ..specs import TensorSpec
from .base import Column, Indices, own, read_only

if TYPE_CHECKING:
    from ..specs import Spec


class DenseColumn(Column):
    """Rows of one shape and numeric dtype.

    Args:
        values: `[n, *shape]`, any strides; read-only is fine. Foreign byte order is converted.
    """

    __slots__ = ("values",)

    def __init__(self, values: npt.NDArray[Any]) -> None:
        self.values = values if values.dtype.isnative else values.astype(values.dtype.newbyteorder("="))

    def __len__(self) -> int:
        return len(self.values)

    @property
    def spec(self) -> Spec:
        return TensorSpec(self.values.shape[1:], as_dtype(self.values.dtype))

    @property
    def nbytes(self) -> int:
        return self.values.nbytes

    def slice(self, start: int, stop: int) -> DenseColumn:
        return DenseColumn(self.values[start:stop])

    def take(self, indices: Indices) -> DenseColumn:
        return DenseColumn(self.values.take(indices, axis=0))

    @classmethod
    def concat_same(cls, columns: Sequence[DenseColumn]) -> DenseColumn | None:
        first = columns[0].values
        if any(c.values.dtype != first.dtype or c.values.shape[1:] != first.shape[1:] for c in columns):
            return None
        return cls(np.concatenate([c.values for c in columns]))

    def element(self, index: int) -> Any:
        row = self.values[index]
        return own(row) if row.ndim else row

    def to_list(self) -> list[Any]:
        # Numbers are made anew; rows are views of one copy.
        return list(self.values if self.values.ndim == 1 else own(self.values))

    def as_value(self) -> npt.NDArray[Any]:
        return own(self.values)

    def held(self) -> DenseColumn:
        return DenseColumn(read_only(self.values))

    def batch(self, size: int) -> DenseColumn:
        return DenseColumn(self.values.reshape(len(self.values) // size, size, *self.values.shape[1:]))

    def explode(self) -> tuple[DenseColumn, npt.NDArray[np.int64]]:
        n, shape = len(self.values), self.values.shape[1:]
        if not shape:
            raise ShapeError("unbatch: every leaf must have a first axis. Received: a scalar.")
        return DenseColumn(self.values.reshape(n * shape[0], *shape[1:])), np.full(n, shape[0], dtype=np.int64)
