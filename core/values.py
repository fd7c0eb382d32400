"""Leaf values that are not one dense array: `Ragged` rows and `Sparse` coordinates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .dtypes import DType, as_dtype
from .errors import InvalidArgumentError, OutOfRangeError, describe

Array = npt.NDArray[Any]


class Ragged:
    """Rows of different lengths: row `i` is `values[row_splits[i]:row_splits[i + 1]]`.

    Args:
        values: ndarray `[total, ...]`, or another `Ragged` for more ragged axes. Strings are object arrays of bytes.
        row_splits: int64[rows + 1], not decreasing, from 0 to `len(values)`.

    Raises:
        InvalidArgumentError: The splits do not fit the values.
    """

    __slots__ = ("row_splits", "values")

    def __init__(self, values: Array | Ragged, row_splits: npt.ArrayLike) -> None:
        splits = np.asarray(row_splits, dtype=np.int64)
        if splits.ndim != 1 or len(splits) == 0 or splits[0] != 0 or splits[-1] != len(values):
            raise InvalidArgumentError(
                f"Ragged: row_splits must be 1-D and run from 0 to len(values)={len(values)}. "
                f"Received: row_splits={describe(splits)} with ends "
                f"{tuple(splits[[0, -1]].tolist()) if splits.size else ()}."
            )
        if np.any(np.diff(splits) < 0):
            raise InvalidArgumentError("Ragged: row_splits must not decrease.")
        self.values = values
        self.row_splits = splits

    @classmethod
    def from_row_lengths(cls, values: Array | Ragged, row_lengths: npt.ArrayLike) -> Ragged:
        """Build from the length of each row."""
        lengths = np.asarray(row_lengths, dtype=np.int64)
        return cls(values, np.concatenate([[0], np.cumsum(lengths)]))

    @classmethod
    def from_list(cls, rows: Sequence[Any], dtype: Any = None) -> Ragged:
        """Build from nested lists; the innermost lists become the flat values.

        Args:
            rows: List of lists, at least two levels, of equal depth.
            dtype: Type of the flat values; NumPy's choice by default.
        """
        lengths = [len(row) for row in rows]
        flat: list[Any] = [item for row in rows for item in row]
        if any(isinstance(item, list | tuple) for item in flat):
            return cls.from_row_lengths(cls.from_list(flat, dtype), lengths)
        return cls.from_row_lengths(_flat_array(flat, dtype), lengths)

    @property
    def flat_values(self) -> Array:
        """The innermost values, without any ragged axis."""
        return self.values.flat_values if isinstance(self.values, Ragged) else self.values

    @property
    def ragged_rank(self) -> int:
        """How many axes are ragged."""
        return 1 + (self.values.ragged_rank if isinstance(self.values, Ragged) else 0)

    @property
    def dtype(self) -> DType:
        """Type of the flat values."""
        return as_dtype(self.flat_values.dtype)

    @property
    def shape(self) -> tuple[int | None, ...]:
        """`(rows, None, …)`: ragged axes are None."""
        return (len(self), None, *self.values.shape[1:])

    @property
    def row_lengths(self) -> npt.NDArray[np.int64]:
        """int64[rows]: the length of each row."""
        return np.diff(self.row_splits)

    def __len__(self) -> int:
        return len(self.row_splits) - 1

    def __getitem__(self, index: int) -> Any:
        n = len(self)
        if not -n <= index < n:
            raise OutOfRangeError(f"Ragged: index must be in [-{n}, {n}). Received: {index}.")
        start, stop = self.row_splits[index % n], self.row_splits[index % n + 1]
        if isinstance(self.values, Ragged):
            return self.values.rows(int(start), int(stop))
        return self.values[start:stop]

    def rows(self, start: int, stop: int) -> Ragged:
        """Return rows `start` to `stop` (not included) as a `Ragged` over the same memory."""
        splits = self.row_splits[start : stop + 1]
        low, high = int(splits[0]), int(splits[-1])
        inner = self.values.rows(low, high) if isinstance(self.values, Ragged) else self.values[low:high]
        return Ragged(inner, splits - low)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def to_list(self) -> list[Any]:
        """Return nested Python lists."""
        inner = self.values.to_list() if isinstance(self.values, Ragged) else self.values.tolist()
        bounds = self.row_splits.tolist()
        return [inner[a:b] for a, b in zip(bounds, bounds[1:], strict=False)]

    def to_dense(self, default_value: Any = None, shape: Sequence[int | None] | None = None) -> Array:
        """Return a dense array, short rows padded at the end.

        Args:
            default_value: Padding; zero, False or empty bytes when None.
            shape: Target sizes of the axes; None (also per axis) for the longest row.
        """
        want = list(shape) if shape is not None else []
        inner: Array
        if isinstance(self.values, Ragged):
            inner = self.values.to_dense(default_value, [None, *want[2:]] if want else None)
        else:
            inner = self.values
        longest = int(self.row_lengths.max(initial=0))
        rows = len(self) if not want or want[0] is None else int(want[0])
        width = longest if len(want) < 2 or want[1] is None else int(want[1])
        fill = default_value if default_value is not None else (b"" if inner.dtype.kind == "O" else 0)
        out = np.full((rows, width, *inner.shape[1:]), fill, dtype=inner.dtype)
        for i in range(min(rows, len(self))):
            row = inner[self.row_splits[i] : self.row_splits[i + 1]][:width]
            out[i, : len(row)] = row
        return out

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ragged) or not np.array_equal(self.row_splits, other.row_splits):
            return False
        if isinstance(self.values, Ragged) or isinstance(other.values, Ragged):
            return bool(self.values is other.values or self.values == other.values)
        return bool(np.array_equal(self.values, other.values))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Ragged({self.to_list()!r}, dtype={self.dtype})"


class Sparse:
    """A mostly empty array: `values[k]` stands at `indices[k]`, everything else is zero (or empty bytes).

    Args:
        indices: int64[count, rank].
        values: [count]; strings are object arrays of bytes.
        dense_shape: int64[rank].

    Raises:
        InvalidArgumentError: The three do not fit together.
    """

    __slots__ = ("dense_shape", "indices", "values")

    def __init__(self, indices: npt.ArrayLike, values: npt.ArrayLike, dense_shape: npt.ArrayLike) -> None:
        self.dense_shape = np.asarray(dense_shape, dtype=np.int64).reshape(-1)
        self.indices = np.asarray(indices, dtype=np.int64).reshape(-1, len(self.dense_shape))
        self.values = values if isinstance(values, np.ndarray) else _flat_array(list(values), None)  # type: ignore[arg-type]
        if len(self.indices) != len(self.values):
            raise InvalidArgumentError(
                f"Sparse: indices and values must have the same length. "
                f"Received: indices={describe(self.indices)}, values={describe(self.values)}."
            )

    @classmethod
    def from_dense(cls, dense: npt.ArrayLike) -> Sparse:
        """Keep what is not zero (or not empty bytes), in row-major order."""
        array = np.asarray(dense)
        held = array != (b"" if array.dtype.kind == "O" else array.dtype.type(0))
        return cls(np.argwhere(held), array[held], array.shape)

    @property
    def dtype(self) -> DType:
        """Type of the values."""
        return as_dtype(self.values.dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """The dense shape."""
        return tuple(int(d) for d in self.dense_shape)

    def to_dense(self, default_value: Any = None) -> Array:
        """Return the dense array; `default_value` (zero or empty bytes when None) where nothing stands."""
        fill = default_value if default_value is not None else (b"" if self.values.dtype.kind == "O" else 0)
        out = np.full(self.shape, fill, dtype=self.values.dtype)
        out[tuple(self.indices.T)] = self.values
        return out

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sparse)
            and np.array_equal(self.dense_shape, other.dense_shape)
            and np.array_equal(self.indices, other.indices)
            and np.array_equal(self.values, other.values)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return (
            f"Sparse(indices={self.indices.tolist()!r}, values={self.values.tolist()!r}, "
            f"dense_shape={self.dense_shape.tolist()!r})"
        )


def _flat_array(items: list[Any], dtype: Any) -> Array:
    """Make a 1-D array; strings become an object array of UTF-8 bytes."""
    strings = bool(items) and all(isinstance(v, str | bytes) for v in items)
    if strings or (dtype is not None and as_dtype(dtype).is_string):
        out = np.empty(len(items), dtype=object)
        out[:] = [v.encode() if isinstance(v, str) else v for v in items]
        return out
    return np.asarray(items, dtype=None if dtype is None else as_dtype(dtype).numpy)
