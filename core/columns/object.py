"""ObjectColumn: a list of Python values, the fallback for what has no better form.

Nested datasets and arbitrary objects live here, and dense arrays whose shapes differ in more than the first axis.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import ShapeError
from ..specs import ObjectSpec, Spec, TensorSpec, most_specific, spec_of
from .base import Column, Indices, own, read_only


class ObjectColumn(Column):
    """Rows of arbitrary values.

    Args:
        values: One value per row.
    """

    __slots__ = ("values",)

    def __init__(self, values: list[Any]) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    @property
    def spec(self) -> Spec:
        return most_specific(map(spec_of, self.values)) if self.values else ObjectSpec()

    @property
    def nbytes(self) -> int:
        return sum(getattr(v, "nbytes", None) or sys.getsizeof(v) for v in self.values)

    def slice(self, start: int, stop: int) -> ObjectColumn:
        return ObjectColumn(self.values[start:stop])

    def take(self, indices: Indices) -> ObjectColumn:
        return ObjectColumn([self.values[i] for i in indices.tolist()])

    @classmethod
    def concat_same(cls, columns: Sequence[ObjectColumn]) -> ObjectColumn:
        return cls([v for c in columns for v in c.values])

    def element(self, index: int) -> Any:
        value = self.values[index]
        return own(value) if isinstance(value, np.ndarray) else value

    def to_list(self) -> list[Any]:
        return [own(v) if isinstance(v, np.ndarray) else v for v in self.values]

    def held(self) -> ObjectColumn:
        return ObjectColumn([read_only(v) if isinstance(v, np.ndarray) else v for v in self.values])

    def as_value(self) -> Any:
        return self._stacked().as_value()

    def _stacked(self) -> Column:
        from .build import from_elements
        from .ragged import RowShapeError

        specs = [spec_of(v) for v in self.values]
        for k, spec in enumerate(specs):
            if isinstance(spec, TensorSpec) and spec != specs[0]:
                raise RowShapeError(0, k, specs[0], spec)
        column = from_elements(self.values)
        if isinstance(column, ObjectColumn):
            spec = column.spec.batched(None)  # raises for what can never be stacked, and says why
            raise ShapeError(f"batch: elements differ in shape, cannot stack. Received: elements of {spec!r}.")
        return column

    def batch(self, size: int) -> Column:
        from .concat import concat

        groups = [self.slice(i, i + size)._stacked().batch(size) for i in range(0, len(self), size)]
        return concat(groups) if groups else self

    def explode(self) -> tuple[Column, npt.NDArray[np.int64]]:
        from .build import rows_of
        from .concat import concat

        for value in self.values:
            if not getattr(value, "shape", ()):
                raise ShapeError(f"unbatch: every leaf must have a first axis. Received: {spec_of(value)!r}.")
        parts = [rows_of(value) for value in self.values]
        return concat(parts) if parts else self, np.array([len(p) for p in parts], dtype=np.int64)
