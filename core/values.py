"""Leaf values: what users see in an element, among it `Ragged` rows and `Sparse` coordinates."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from .dtypes import ALL, DType, as_dtype, has_dtype
from .errors import DTypeError, InvalidArgumentError, OutOfRangeError, ShapeError, describe

Array = npt.NDArray[Any]

# What needs no change to be a leaf: the forms that nearly all values have.
_NUMERIC: Final = frozenset(d.numpy for d in ALL if not d.is_string)
_SCALARS: Final = frozenset(d.type for d in _NUMERIC)
_PYTHON: Final[dict[type, Callable[[Any], Any]]] = {
    bool: np.bool_, int: np.int64, float: np.float64, complex: np.complex128,
}  # fmt: skip


def as_leaf(value: Any) -> Any:
    """Return a value in the form that leaves of elements have.

    Numbers become NumPy scalars (Python's int64, float64 and bool), strings `bytes` (UTF-8), lists and array-likes
    ndarrays in native byte order, arrays of strings object arrays of `bytes`; a 0-d array becomes its scalar. `Ragged`,
    `Sparse`, datasets and objects that no tensor can hold are returned as they are; what stands for a `Ragged` or a
    `Sparse` (it has a `_plain_value`) becomes that.
    """
    kind = type(value)
    if kind is bytes or kind in _SCALARS:
        return value
    if kind is np.ndarray and value.dtype in _NUMERIC:
        return value if value.ndim else value[()]
    if kind is np.ndarray and value.ndim and holds_bytes(value):
        return value
    if kind in _PYTHON and (kind is not int or -(2**63) <= value < 2**63):
        return _PYTHON[kind](value)
    if isinstance(value, bytes | str):
        return encode(value)
    if isinstance(value, Ragged | Sparse) or hasattr(value, "_element_leaf_spec"):
        return value
    if hasattr(value, "_plain_value"):
        return value._plain_value
    found = as_array(value)
    if found is None:
        return value
    array = np.asarray(found)
    if array.dtype.kind in "SUOT":
        array = encode_array(array)
    elif not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return array if array.ndim else array[()]


def holds_bytes(array: Array) -> bool:
    """Whether an array is an object array of `bytes` and nothing else."""
    return array.dtype.kind == "O" and {*map(type, array.reshape(-1).tolist())} <= {bytes}


def as_array(value: Any) -> Array | np.generic[Any] | None:
    """Return the array that a number, a list or an array-like stands for, or None when no tensor can hold it.

    Arrays of strings have any of NumPy's four forms (`S`, `U`, `object` of str and bytes, StringDType).
    """
    array: Array | np.generic[Any] | None
    if isinstance(value, np.generic):
        array = value
    elif isinstance(value, np.ndarray | bool | int | float | complex) or hasattr(value, "__array__"):
        array = np.asarray(value)
    elif isinstance(value, list | tuple):
        array = _array_of_list(value)
    else:
        return None
    if array is None or not has_dtype(array.dtype):
        return None
    if array.dtype.kind == "O" and not all(isinstance(v, bytes | str) for v in np.asarray(array).flat):
        return None
    return array


def _array_of_list(value: Any) -> Array | None:
    try:
        array = np.asarray(value)
        # `S` drops zero bytes at the end and `U` writes numbers out: strings keep their objects instead.
        return np.array(value, dtype=object) if array.dtype.kind in "SU" else array
    except UnicodeDecodeError:  # str beside bytes that are not ASCII
        return np.array(value, dtype=object)
    except ValueError:
        return None


def encode(value: Any) -> bytes:
    """Return a string as `bytes`; `str` in UTF-8.

    Raises:
        InvalidArgumentError: The value is no string, or has no UTF-8 form.
    """
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if not isinstance(value, str):
        raise InvalidArgumentError(f"string: must be bytes or str. Received: {describe(value)}.")
    try:
        return value.encode()
    except UnicodeEncodeError as err:
        raise InvalidArgumentError(
            f"string: must have a UTF-8 form. Received: {value!a}. Encode it yourself and pass bytes."
        ) from err


def encode_array(array: Array) -> Array:
    """Return an array of strings in any of NumPy's forms as an object array of `bytes`; itself if it is one."""
    if holds_bytes(array):
        return array
    items = array.reshape(-1).tolist()
    out = np.empty(len(items), dtype=object)
    out[:] = [encode(v) for v in items]
    return out.reshape(array.shape)


def cast_exactly(array: Array, dtype: np.dtype[Any]) -> Array | None:
    """Return numbers cast within their kind, or from integers to floats, or None when a value would be lost.

    Floats may be rounded, but not become infinite; integers and bools keep their values.
    """
    if array.dtype == dtype or not array.size:
        return array.astype(dtype, copy=False)
    if not np.can_cast(array.dtype, dtype, "same_kind") and not (array.dtype.kind in "iu" and dtype.kind in "iu"):
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        cast = array.astype(dtype)
        if array.dtype.kind in "iu":
            exact = array == (cast if dtype.kind in "iu" else cast.real.astype(array.dtype))
        else:
            exact = np.isfinite(cast) == np.isfinite(array)
    return cast if bool(np.all(exact)) else None


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
        if not isinstance(values, Ragged):
            values = _flat_array(values, None)
        splits = _int64("Ragged: row_splits", row_splits)
        if splits.ndim != 1 or len(splits) == 0 or splits[0] != 0 or splits[-1] != len(values):
            raise InvalidArgumentError(
                f"Ragged: row_splits must be 1-D and run from 0 to len(values)={len(values)}. "
                f"Received: row_splits={describe(splits)} with ends "
                f"{tuple(splits.reshape(-1)[[0, -1]].tolist()) if splits.size else ()}."
            )
        if np.any(np.diff(splits) < 0):
            raise InvalidArgumentError(
                "Ragged: row_splits must not decrease. "
                f"Received: a row of length {int(np.diff(splits).min())} at row {int(np.diff(splits).argmin())}."
            )
        self.values = values
        self.row_splits = splits

    @classmethod
    def of_parts(cls, values: Array | Ragged, row_splits: npt.NDArray[np.int64]) -> Self:
        """Build from parts that are known to fit, without the checks; for columns, which make many."""
        made = cls.__new__(cls)
        made.values, made.row_splits = values, row_splits
        return made

    @classmethod
    def from_row_lengths(cls, values: Array | Ragged, row_lengths: npt.ArrayLike) -> Self:
        """Build from the length of each row."""
        lengths = _int64("Ragged: row_lengths", row_lengths)
        return cls(values, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]))

    @classmethod
    def from_list(cls, rows: Sequence[Any], dtype: Any = None) -> Self:
        """Build from nested lists; the innermost lists become the flat values.

        Args:
            rows: List of lists, at least two levels, of equal depth.
            dtype: Type of the flat values; NumPy's choice by default.

        Raises:
            InvalidArgumentError: A row is no list, or depths differ.
        """
        for i, row in enumerate(rows):
            if not isinstance(row, list | tuple | np.ndarray):
                raise InvalidArgumentError(
                    "Ragged.from_list: every row must be a list, all of one depth. "
                    f"Received: row {i} is {describe(row)}."
                )
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
        start, stop = int(self.row_splits[index % n]), int(self.row_splits[index % n + 1])
        return self.values.rows(start, stop) if isinstance(self.values, Ragged) else self.values[start:stop]

    def rows(self, start: int, stop: int) -> Ragged:
        """Return rows `start` to `stop` (not included) as a `Ragged` over the same memory."""
        splits = self.row_splits[start : stop + 1]
        low, high = int(splits[0]), int(splits[-1])
        inner = self.values.rows(low, high) if isinstance(self.values, Ragged) else self.values[low:high]
        return Ragged.of_parts(inner, splits - low if low else splits)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def to_list(self) -> list[Any]:
        """Return nested Python lists."""
        inner = self.values.to_list() if isinstance(self.values, Ragged) else self.values.tolist()
        return [inner[a:b] for a, b in itertools.pairwise(self.row_splits.tolist())]

    def to_dense(self, default_value: Any = None, shape: Sequence[int | None] | None = None) -> Array:
        """Return a dense array, short rows padded at the end and long ones cut.

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
        rows = len(self) if not want or want[0] is None else int(want[0])
        width = int(self.row_lengths.max(initial=0)) if len(want) < 2 or want[1] is None else int(want[1])
        out = _filled((rows, width, *inner.shape[1:]), inner, default_value)
        starts, lengths = self.row_splits[:-1][:rows, None], self.row_lengths[:rows, None]
        place = np.arange(width)
        held = place < lengths
        out[: len(held)][held] = inner[(starts + place)[held]]
        return out

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ragged) or not np.array_equal(self.row_splits, other.row_splits):
            return False
        if isinstance(self.values, Ragged) or isinstance(other.values, Ragged):
            return isinstance(self.values, Ragged) and self.values == other.values
        return bool(np.array_equal(self.values, other.values))

    __hash__ = None  # type: ignore[assignment]  # equal by value, and mutable

    def __repr__(self) -> str:
        return f"Ragged({self.to_list()!r}, dtype={self.dtype})"


class Sparse:
    """A mostly empty array: `values[k]` stands at `indices[k]`, everything else is zero (or empty bytes).

    Args:
        indices: int64[count, rank], inside `dense_shape`; int64[count] will do for rank 1.
        values: [count]; strings are object arrays of bytes.
        dense_shape: int64[rank].

    Raises:
        InvalidArgumentError: The three do not fit together.
    """

    __slots__ = ("dense_shape", "indices", "values")

    def __init__(self, indices: npt.ArrayLike, values: npt.ArrayLike, dense_shape: npt.ArrayLike) -> None:
        self.dense_shape = _int64("Sparse: dense_shape", dense_shape).reshape(-1)
        self.indices = _int64("Sparse: indices", indices)
        self.values = _flat_array(values, None)
        rank = len(self.dense_shape)
        if self.indices.ndim == 1 and (rank == 1 or not self.indices.size):
            self.indices = self.indices.reshape(len(self.values) if rank == 0 else -1, rank)
        if self.values.ndim != 1 or self.indices.shape != (len(self.values), rank):
            raise InvalidArgumentError(
                f"Sparse: indices must be int64[count, rank], values [count], dense_shape int64[rank]. Received: "
                f"indices={describe(self.indices)}, values={describe(self.values)}, "
                f"dense_shape={self.dense_shape.tolist()}."
            )
        outside = ((self.indices < 0) | (self.indices >= self.dense_shape)).any(axis=1)
        if outside.any():
            k = int(outside.argmax())
            raise InvalidArgumentError(
                f"Sparse: indices must be inside dense_shape={self.dense_shape.tolist()}. "
                f"Received: indices[{k}]={self.indices[k].tolist()}."
            )

    @classmethod
    def of_parts(cls, indices: npt.NDArray[np.int64], values: Array, dense_shape: npt.NDArray[np.int64]) -> Self:
        """Build from parts that are known to fit, without the checks; for columns, which make many."""
        made = cls.__new__(cls)
        made.indices, made.values, made.dense_shape = indices, values, dense_shape
        return made

    @classmethod
    def from_dense(cls, dense: npt.ArrayLike) -> Self:
        """Keep what is not zero (or not empty bytes), in row-major order."""
        leaf = as_leaf(dense)
        array = np.asarray(leaf, dtype=object if isinstance(leaf, bytes) else None)
        held = array != _padding(array, None)
        return cls(np.argwhere(held), array[held], array.shape)

    @property
    def dtype(self) -> DType:
        """Type of the values."""
        return as_dtype(self.values.dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """The dense shape."""
        return tuple(self.dense_shape.tolist())

    def to_dense(self, default_value: Any = None) -> Array:
        """Return the dense array; `default_value` (zero or empty bytes when None) where nothing stands."""
        out = _filled(self.shape, self.values, default_value)
        if len(self.dense_shape):
            out[tuple(self.indices.T)] = self.values
        elif len(self.values):
            out[()] = self.values[-1]
        return out

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sparse)
            and np.array_equal(self.dense_shape, other.dense_shape)
            and np.array_equal(self.indices, other.indices)
            and np.array_equal(self.values, other.values)
        )

    __hash__ = None  # type: ignore[assignment]  # equal by value, and mutable

    def __repr__(self) -> str:
        return (
            f"Sparse(indices={self.indices.tolist()!r}, values={self.values.tolist()!r}, "
            f"dense_shape={self.dense_shape.tolist()!r})"
        )


def _filled(shape: Sequence[int], like: Array, default_value: Any) -> Array:
    """Return an array full of padding; `fill` and not `np.full`, which takes bytes for a fixed-width string."""
    out = np.empty(tuple(shape), dtype=like.dtype)
    out.fill(_padding(like, default_value))
    return out


def _padding(array: Array, default_value: Any) -> Any:
    """Return what stands where an array holds nothing."""
    if array.dtype.kind == "O":
        return b"" if default_value is None else encode(default_value)
    return array.dtype.type(0) if default_value is None else default_value


def _int64(what: str, value: npt.ArrayLike) -> npt.NDArray[np.int64]:
    array = np.asarray(value)
    if array.dtype.kind not in "iu" and array.size:
        raise InvalidArgumentError(f"{what} must be integers. Received: {describe(array)}.")
    return array.astype(np.int64, copy=False)


def _flat_array(items: Any, dtype: Any) -> Array:
    """Make an array with a first axis; strings become an object array of UTF-8 bytes."""
    wanted = None if dtype is None else as_dtype(dtype)
    array = as_array(items)
    if array is None:
        raise DTypeError(f"values: must be numbers or strings of one shape. Received: {describe(items)}.")
    if not array.ndim:
        raise ShapeError(f"values: must have a first axis. Received: {describe(items)}.")
    if wanted is not None and array.size and wanted.is_string != (array.dtype.kind in "SUOT"):
        raise DTypeError(f"values: must be {wanted}. Received: {describe(items)}.")
    if (wanted is not None and wanted.is_string) or (wanted is None and array.dtype.kind in "SUOT"):
        return encode_array(np.asarray(array))
    array = np.asarray(array)
    cast = cast_exactly(array, array.dtype.newbyteorder("=") if wanted is None else wanted.numpy)
    if cast is None:
        raise DTypeError(f"values: must be {wanted}. Received: {describe(items)}, which cannot be cast without loss.")
    return cast
