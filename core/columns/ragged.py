"""RaggedColumn: rows of different lengths over an inner column.

Over a DenseColumn a row is an ndarray whose first axis varies; over a BytesColumn an object array of bytes; over
another RaggedColumn a `Ragged` value.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import ShapeError
from ..specs import RaggedSpec, Spec, TensorSpec
from ..values import Ragged
from . import kernels
from .base import Column, Indices
from .bytes import BytesColumn
from .dense import DenseColumn


class RaggedColumn(Column):
    """Row `i` is rows `splits[i]` to `splits[i + 1]` of `values`.

    Args:
        values: The inner rows: a Dense, Bytes or Ragged column.
        splits: int64[n + 1], not decreasing, inside `values`; `splits[0]` may be above 0 (slices share memory).
    """

    __slots__ = ("splits", "values")

    def __init__(self, values: Column, splits: npt.NDArray[np.int64]) -> None:
        self.values, self.splits = values, splits

    def __len__(self) -> int:
        return len(self.splits) - 1

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """int64[n]: length of each row."""
        return np.diff(self.splits)

    @property
    def spec(self) -> Spec:
        inner = self.values.spec
        lengths = self.lengths
        same = int(lengths[0]) if len(lengths) and (lengths == lengths[0]).all() else None
        assert isinstance(inner, TensorSpec | RaggedSpec)
        shape = inner.shape or ()
        if isinstance(self.values, RaggedColumn):
            rank = 1 + (inner.ragged_rank if isinstance(inner, RaggedSpec) else 0)
            return RaggedSpec((same, None, *shape[1:]), inner.dtype, rank)
        return TensorSpec((same, *shape), inner.dtype)

    @property
    def nbytes(self) -> int:
        return self._used().nbytes + self.splits.nbytes

    def _used(self) -> Column:
        return self.values.slice(int(self.splits[0]), int(self.splits[-1]))

    def slice(self, start: int, stop: int) -> RaggedColumn:
        return RaggedColumn(self.values, self.splits[start : stop + 1])

    def take(self, indices: Indices) -> RaggedColumn:
        rows, old = kernels.frozen(indices), kernels.frozen(self.splits)
        splits = np.empty(len(rows) + 1, dtype=np.int64)
        kernels.taken_lengths_kernel(old, rows, splits)
        positions = np.empty(int(splits[-1]), dtype=np.int64)
        kernels.take_positions_kernel(old, rows, splits, positions)
        return RaggedColumn(self.values.take(positions), splits)

    @classmethod
    def concat_same(cls, columns: Sequence[RaggedColumn]) -> RaggedColumn | None:
        kind = type(columns[0].values)
        if any(type(c.values) is not kind for c in columns):
            return None
        # The inner rows must join in their own class: a wider one would turn arrays into `Ragged` values.
        values = kind.concat_same([c._used() for c in columns])
        if values is None:
            return None
        parts, total = [np.zeros(1, np.int64)], 0
        for column in columns:
            parts.append(column.splits[1:] + (total - column.splits[0]))
            total += int(column.splits[-1] - column.splits[0])
        return cls(values, np.concatenate(parts))

    def __reduce__(self) -> tuple[Any, ...]:
        # A slice is pickled without the rest of its parent's memory.
        return RaggedColumn, (self._used(), self.splits - self.splits[0])

    def element(self, index: int) -> Any:
        return self.values.slice(int(self.splits[index]), int(self.splits[index + 1])).as_value()

    def to_list(self) -> list[Any]:
        whole = self._used().as_value()
        bounds = itertools.pairwise((self.splits - self.splits[0]).tolist())
        return [whole.rows(a, b) for a, b in bounds] if isinstance(whole, Ragged) else [whole[a:b] for a, b in bounds]

    def as_value(self) -> Any:
        """Return the rows as one `Ragged`.

        Rows that are dense arrays of one length would stack to a dense array: `batch` does that, `as_value` keeps the
        ragged form, because it is what an outer ragged row shows.
        """
        return Ragged.of_parts(self._used().as_value(), self.splits - self.splits[0])

    def batch(self, size: int) -> Column:
        if isinstance(self.values, RaggedColumn):
            return RaggedColumn(self, np.arange(0, len(self) + 1, size, dtype=np.int64))
        return self._stack(size)

    def _stack(self, size: int) -> Column:
        """Stack dense rows of one length per batch."""
        lengths = self.lengths.reshape(len(self) // size, size)
        uneven = (lengths != lengths[:, :1]).any(axis=1)
        if uneven.any():
            b = int(uneven.argmax())
            k = int((lengths[b] != lengths[b, 0]).argmax())
            raise RowShapeError(
                0, k, self.slice(b * size, b * size + 1).spec, self.slice(b * size + k, b * size + k + 1).spec
            )
        if (lengths == lengths[0, 0]).all() if len(lengths) else True:
            width = int(lengths[0, 0]) if len(lengths) else 0
            return reshape_rows(self._used(), len(self), width).batch(size)
        from .object import ObjectColumn

        return ObjectColumn([_stack_rows(self.slice(i, i + size)) for i in range(0, len(self), size)])

    def held(self) -> RaggedColumn:
        return RaggedColumn(self.values.held(), self.splits)

    def uniform(self) -> Column:
        """Return dense rows of one length without the ragged form; the lengths are equal."""
        width = int(self.lengths[0]) if len(self) else 0
        return reshape_rows(self._used(), len(self), width)

    def explode(self) -> tuple[Column, npt.NDArray[np.int64]]:
        return self._used(), self.lengths


class RowShapeError(ShapeError):
    """Rows of one batch differ in shape; the caller adds the stage and the leaf's name.

    Attributes:
        first: Row of the batch that sets the shape.
        other: Row that differs.
        first_spec: Spec of the first row.
        other_spec: Spec of the other row.
    """

    def __init__(self, first: int, other: int, first_spec: Spec, other_spec: Spec) -> None:
        what = "dtype" if getattr(first_spec, "shape", 0) == getattr(other_spec, "shape", 1) else "shape"
        super().__init__(f"elements differ in {what}: row {first} is {first_spec!r}, row {other} is {other_spec!r}.")
        self.first, self.other, self.first_spec, self.other_spec = first, other, first_spec, other_spec


def _stack_rows(rows: RaggedColumn) -> Any:
    width = int(rows.lengths[0])
    return reshape_rows(rows._used(), len(rows), width).as_value()


def reshape_rows(flat: Column, n: int, width: int) -> Column:
    """View `n * width` rows as `n` rows of `width`."""
    if isinstance(flat, DenseColumn):
        return DenseColumn(flat.values.reshape(n, width, *flat.values.shape[1:]))
    if isinstance(flat, BytesColumn):
        return BytesColumn(flat.data, flat.offsets, (width, *flat.shape), rows=n)
    return RaggedColumn(flat, np.arange(n + 1, dtype=np.int64) * width)
