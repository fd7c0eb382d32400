"""RaggedTensor and SparseTensor: `Ragged` and `Sparse` values whose parts appear as Tensors.

Datasets and layers compute with the plain values; `composite` and `plain` cross the border.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from .dtypes import DType, as_dtype
from .errors import InvalidArgumentError, ShapeError, UnimplementedError, describe
from .tensor import Tensor, TensorLike, constant, to_array, wrap
from .values import Ragged, Sparse

__all__ = ["RaggedTensor", "SparseTensor", "composite", "plain", "ragged_constant", "reorder"]

Array = npt.NDArray[Any]


def composite(value: Any) -> Any:
    """Return a `Ragged` as a RaggedTensor and a `Sparse` as a SparseTensor; anything else as it is."""
    if isinstance(value, Ragged):
        return RaggedTensor(value)
    return SparseTensor.of(value) if isinstance(value, Sparse) else value


def plain(value: Any) -> Any:
    """Return the `Ragged` or `Sparse` of a RaggedTensor or a SparseTensor; anything else as it is."""
    return value._plain_value if isinstance(value, RaggedTensor | SparseTensor) else value


def _array(value: Any, dtype: Any = None) -> Array:
    return np.asarray(value) if isinstance(value, TensorLike) else to_array(value, dtype)


def _part(values: Any) -> Tensor | RaggedTensor:
    return RaggedTensor(values) if isinstance(values, Ragged) else wrap(values)


class RaggedTensor:
    """Rows of different lengths. Made by the `from_…` methods.

    Args:
        held: The plain value.
    """

    __slots__ = ("_held",)

    def __init__(self, held: Ragged) -> None:
        if not isinstance(held, Ragged):
            raise InvalidArgumentError(
                f"RaggedTensor: must be made of a Ragged. Received: {describe(held)}. Use RaggedTensor.from_row_splits."
            )
        self._held = held

    @property
    def _plain_value(self) -> Ragged:
        return self._held

    @classmethod
    def from_row_splits(
        cls,
        values: Any,
        row_splits: Any,
        name: str | None = None,
        validate: bool = True,  # noqa: FBT001, FBT002 (TensorFlow's order)
    ) -> Self:
        """Build from values and the positions at which rows begin and end.

        Raises:
            InvalidArgumentError: The splits do not run from 0 to the number of values, or decrease.
        """
        return cls(Ragged(_flat(values), _array(row_splits, "int64")))

    @classmethod
    def from_row_lengths(
        cls,
        values: Any,
        row_lengths: Any,
        name: str | None = None,
        validate: bool = True,  # noqa: FBT001, FBT002 (TensorFlow's order)
    ) -> Self:
        """Build from values and the length of each row.

        Raises:
            InvalidArgumentError: The lengths do not add up to the number of values, or one is negative.
        """
        return cls(Ragged.from_row_lengths(_flat(values), _array(row_lengths, "int64")))

    @classmethod
    def from_sparse(cls, st_input: Any, name: str | None = None, row_splits_dtype: Any = "int64") -> Self:
        """Build from a matrix whose rows are filled from the left, without holes.

        Raises:
            ShapeError: The input has not two axes.
            InvalidArgumentError: A row has a hole, or coordinates are not in order.
        """
        _check_splits_dtype("RaggedTensor.from_sparse", row_splits_dtype)
        held: Sparse = plain(st_input)
        if len(held.shape) != 2:
            raise ShapeError(f"RaggedTensor.from_sparse: the input must have two axes. Received: {describe(st_input)}.")
        rows, columns = held.indices.T
        made = Ragged.from_row_lengths(held.values, np.bincount(rows, minlength=held.shape[0]))
        in_order = bool((np.diff(rows) >= 0).all())
        if not in_order or not np.array_equal(columns, np.arange(len(rows)) - made.row_splits[rows]):
            raise InvalidArgumentError(
                "RaggedTensor.from_sparse: every row must be filled from the left, without holes, in order. "
                f"Received: indices={held.indices.tolist()}. sparse.reorder() puts coordinates in order."
            )
        return cls(made)

    @classmethod
    def from_tensor(
        cls,
        tensor: Any,
        lengths: Any = None,
        padding: Any = None,
        ragged_rank: int = 1,
        name: str | None = None,
        row_splits_dtype: Any = "int64",
    ) -> Self:
        """Build from a dense array.

        Args:
            tensor: At least two axes, one more than `ragged_rank`.
            lengths: How many entries of each row to keep; all by default.
            padding: Value that is left out at the ends of rows; goes without `lengths`.
            ragged_rank: How many axes, from the second on, become ragged.
            name: Accepted for scripts written for TensorFlow; has no effect.
            row_splits_dtype: Only int64.

        Raises:
            InvalidArgumentError: Both `lengths` and `padding` are given.
            ShapeError: The array has too few axes, or `lengths` is not one number for each row.
            UnimplementedError: `lengths` or `padding` with a `ragged_rank` above 1.
        """
        where = "RaggedTensor.from_tensor"
        _check_splits_dtype(where, row_splits_dtype)
        dense = _array(tensor)
        if lengths is not None and padding is not None:
            raise InvalidArgumentError(f"{where}: lengths and padding exclude each other. Received: both.")
        if ragged_rank < 1 or dense.ndim <= ragged_rank:
            raise ShapeError(
                f"{where}: the array must have at least one axis more than ragged_rank, which is 1 or more. "
                f"Received: {describe(dense)}, ragged_rank={ragged_rank}."
            )
        if ragged_rank > 1 and (lengths is not None or padding is not None):
            raise UnimplementedError(
                f"{where}: lengths and padding go with ragged_rank=1. Received: ragged_rank={ragged_rank}."
            )
        rows, width = dense.shape[:2]
        if ragged_rank > 1:
            inner = cls.from_tensor(dense.reshape(rows * width, *dense.shape[2:]), ragged_rank=ragged_rank - 1)
            return cls(Ragged.from_row_lengths(inner._held, np.full(rows, width)))
        if padding is not None:
            kept = dense != _array(padding, dense.dtype)
            kept = kept.reshape(rows, width, -1).any(axis=2)
            counts = np.where(kept, np.arange(1, width + 1), 0).max(axis=1, initial=0)
        elif lengths is not None:
            counts = np.clip(_array(lengths, "int64"), 0, width)
            if counts.shape != (rows,):
                raise ShapeError(f"{where}: lengths must be one number for each of {rows} rows. Received: {lengths!r}.")
        else:
            counts = np.full(rows, width)
        return cls(Ragged.from_row_lengths(dense[np.arange(width) < counts[:, None]], counts))

    @property
    def values(self) -> Tensor | RaggedTensor:
        """All rows joined; a RaggedTensor where more axes are ragged."""
        return _part(self._held.values)

    @property
    def flat_values(self) -> Tensor:
        """The innermost values, without any ragged axis."""
        return wrap(self._held.flat_values)

    @property
    def row_splits(self) -> Tensor:
        """int64[rows + 1]: where rows begin and end in `values`."""
        return wrap(self._held.row_splits)

    @property
    def ragged_rank(self) -> int:
        """How many axes are ragged."""
        return self._held.ragged_rank

    @property
    def dtype(self) -> DType:
        """Type of the values."""
        return self._held.dtype

    @property
    def shape(self) -> tuple[int | None, ...]:
        """`(rows, None, …)`: ragged axes are None."""
        return self._held.shape

    def nrows(self, out_type: Any = "int64", name: str | None = None) -> Tensor:
        """Return the number of rows."""
        return constant(len(self._held), out_type)

    def row_lengths(self, axis: int = 1, name: str | None = None) -> Tensor | RaggedTensor:
        """Return the length of each row; along a deeper ragged axis, a RaggedTensor of lengths.

        Raises:
            InvalidArgumentError: The axis is not ragged.
        """
        if not 1 <= axis <= self.ragged_rank:
            raise InvalidArgumentError(
                f"RaggedTensor.row_lengths: axis must be one of the ragged axes 1 to {self.ragged_rank}. "
                f"Received: axis={axis}."
            )
        if axis == 1:
            return wrap(self._held.row_lengths)
        values = self._held.values
        assert isinstance(values, Ragged)  # there are as many as ragged axes
        inner = RaggedTensor(values).row_lengths(axis - 1)
        return RaggedTensor(Ragged(_flat(inner), self._held.row_splits))

    def to_list(self) -> list[Any]:
        """Return nested Python lists."""
        return self._held.to_list()

    def to_tensor(self, default_value: Any = None, name: str | None = None, shape: Any = None) -> Tensor:
        """Return a dense Tensor, short rows padded at the end and long ones cut.

        Args:
            default_value: Padding; zero, False or empty bytes when None.
            name: Accepted for scripts written for TensorFlow; has no effect.
            shape: Target sizes of the axes; None (also per axis) for the longest row.
        """
        filler = None if default_value is None else _array(default_value, self.dtype)[()]
        return wrap(self._held.to_dense(filler, shape))

    def to_sparse(self, name: str | None = None) -> SparseTensor:
        """Return the values with their coordinates.

        Raises:
            UnimplementedError: There is more than one axis beside the rows.
        """
        if len(self.shape) != 2:
            raise UnimplementedError(f"RaggedTensor.to_sparse: must have two axes. Received: shape={self.shape}.")
        lengths = self._held.row_lengths
        rows = np.repeat(np.arange(len(lengths)), lengths)
        places = np.stack([rows, np.arange(len(rows)) - self._held.row_splits[rows]], axis=1)
        shape = np.array([len(lengths), lengths.max(initial=0)])
        return SparseTensor.of(Sparse.of_parts(places, self._held.flat_values, shape))

    def numpy(self) -> Array:
        """Return an array, of objects (one array per row) where rows differ in length."""
        values = self.values.numpy()
        rows = [values[start:stop] for start, stop in itertools.pairwise(self._held.row_splits)]
        if len({len(row) for row in rows}) == 1:
            return np.stack(rows)
        made = np.empty(len(rows), dtype=object if rows else values.dtype)
        made[:] = rows
        return made

    def __getitem__(self, index: Any) -> Tensor | RaggedTensor:
        return _part(self._held[int(index)])

    def __iter__(self) -> Iterator[Tensor | RaggedTensor]:
        return map(_part, self._held)

    def __repr__(self) -> str:
        return f"<penstock.RaggedTensor {self.to_list()!r}>"


def _flat(values: Any) -> Array | Ragged:
    value = plain(values)
    return value if isinstance(value, Ragged) else _array(value)


def _check_splits_dtype(where: str, dtype: Any) -> None:
    if as_dtype(dtype).name != "int64":
        raise UnimplementedError(f"{where}: row splits are int64. Received: row_splits_dtype={dtype}.")


def ragged_constant(
    pylist: Any,
    dtype: Any = None,
    ragged_rank: int | None = None,
    inner_shape: Sequence[int] | None = None,
    name: str | None = None,
    row_splits_dtype: Any = "int64",
) -> Tensor | RaggedTensor:
    """Make a RaggedTensor of nested lists; a Tensor where no axis is ragged.

    Args:
        pylist: Nested lists, values all at one depth.
        dtype: Dtype of the values; that of `constant` by default.
        ragged_rank: How many axes are ragged; by default all but the first and those of `inner_shape`.
        inner_shape: Shape of each innermost value.
        name: Accepted for scripts written for TensorFlow; has no effect.
        row_splits_dtype: Only int64.

    Raises:
        InvalidArgumentError: Values stand at different depths.
    """
    _check_splits_dtype("ragged.constant", row_splits_dtype)
    inner = tuple(inner_shape or ())
    rank = max(_depth(pylist) - 1 - len(inner), 0) if ragged_rank is None else ragged_rank
    items, splits = pylist, []
    for _ in range(rank):
        wrong = next((item for item in items if not isinstance(item, list | tuple | np.ndarray)), None)
        if wrong is not None:
            raise InvalidArgumentError(
                f"ragged.constant: values must stand at one depth. Received: {describe(wrong)} beside lists."
            )
        splits.append(np.array([0, *itertools.accumulate(len(item) for item in items)], np.int64))
        items = [value for item in items for value in item]
    flat = to_array(items, dtype)
    value: Any = flat.reshape(-1, *inner) if inner and rank else flat
    for rows in reversed(splits):
        value = Ragged(value, rows)
    return _part(value)


def _depth(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.ndim
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list | tuple) else 0


class SparseTensor:
    """A mostly empty array: `values[k]` stands at `indices[k]`, everything else is zero (or empty bytes).

    Args:
        indices: int64[count, rank], inside `dense_shape`.
        values: [count].
        dense_shape: int64[rank].

    Raises:
        InvalidArgumentError: The three do not fit together.
    """

    __slots__ = ("_held",)

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        self._held = Sparse(_array(indices, "int64"), _array(values), _array(dense_shape, "int64"))

    @property
    def _plain_value(self) -> Sparse:
        return self._held

    @classmethod
    def of(cls, held: Sparse) -> Self:
        """Return a plain value as a SparseTensor."""
        made = cls.__new__(cls)
        made._held = held
        return made

    @property
    def indices(self) -> Tensor:
        """int64[count, rank]: the coordinates of the values."""
        return wrap(self._held.indices)

    @property
    def values(self) -> Tensor:
        """The values that are there."""
        return wrap(self._held.values)

    @property
    def dense_shape(self) -> Tensor:
        """int64[rank]."""
        return wrap(self._held.dense_shape)

    @property
    def dtype(self) -> DType:
        """Type of the values."""
        return self._held.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """The dense shape."""
        return self._held.shape

    def __repr__(self) -> str:
        held = self._held
        return (
            f"<penstock.SparseTensor: indices={held.indices.tolist()!r}, values={held.values.tolist()!r}, "
            f"dense_shape={held.dense_shape.tolist()!r}>"
        )


def reorder(value: SparseTensor) -> SparseTensor:
    """Return the same values with their coordinates in row-major order."""
    held: Sparse = plain(value)
    order = np.lexsort(held.indices.T[::-1]) if held.indices.shape[1] else np.arange(len(held.values))
    return SparseTensor.of(Sparse.of_parts(held.indices[order], held.values[order], held.dense_shape))
