"""Making a column from values, and from one value that has rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..dtypes import as_dtype
from ..errors import DTypeError, InvalidArgumentError, ShapeError, describe
from ..specs import RaggedSpec, SparseSpec, Spec, TensorSpec
from ..values import Ragged, Sparse
from .base import Column
from .bytes import BytesColumn
from .dense import DenseColumn
from .object import ObjectColumn
from .ragged import RaggedColumn
from .sparse import SparseColumn

_SCALARS = (bool, int, float, complex, np.generic)


def from_elements(values: Sequence[Any], spec: Spec | None = None) -> Column:
    """Return a column with one row per value.

    Args:
        values: Leaf values of elements: numbers, strings, arrays, `Ragged`, `Sparse`, anything else.
        spec: What the rows must be; numbers are cast to its dtype when that loses nothing. None takes the values'
            own dtypes (Python numbers as NumPy does: int64, float64).

    Raises:
        InvalidArgumentError: A value does not fit `spec`; the message says which.
    """
    column = _build(list(values), spec)
    return column if spec is None else _conform(column, spec)


def _build(values: list[Any], spec: Spec | None) -> Column:
    if not values:
        return empty_column(spec)
    first = values[0]
    if isinstance(first, bytes | str):
        if all(isinstance(v, bytes | str) for v in values):
            return BytesColumn.from_list(values)
    elif isinstance(first, Ragged):
        if all(isinstance(v, Ragged) and v.ragged_rank == first.ragged_rank for v in values):
            return _from_ragged(values)
    elif isinstance(first, Sparse):
        same = (type(first), first.dtype, len(first.dense_shape))
        if all(isinstance(v, Sparse) and (type(v), v.dtype, len(v.dense_shape)) == same for v in values):
            return SparseColumn.from_values(values)
    elif isinstance(first, (*_SCALARS, np.ndarray, list)):
        return _from_arrays(values, spec)
    return ObjectColumn(values)


def _from_arrays(values: list[Any], spec: Spec | None) -> Column:
    wanted = spec.dtype.numpy if isinstance(spec, TensorSpec) and not spec.dtype.is_string else None
    if wanted is not None and all(isinstance(v, bool | int | float) for v in values):
        return DenseColumn(_cast(np.asarray(values), wanted))
    if isinstance(values[0], np.generic) and all(type(v) is type(values[0]) for v in values):
        return DenseColumn(np.array(values, dtype=values[0].dtype))
    arrays = [np.asarray(v) for v in values]
    first = arrays[0]
    if all(a.dtype.kind in "OSUT" for a in arrays):
        return _from_string_arrays(arrays)
    if any(a.dtype.kind in "OSUTV" for a in arrays):
        return ObjectColumn(values)
    if any(a.dtype != first.dtype for a in arrays):
        if not all(isinstance(v, bool | int | float | complex | list) for v in values):
            return ObjectColumn(values)
        common = np.result_type(*arrays)
        arrays = [a.astype(common) for a in arrays]
    if all(a.shape == first.shape for a in arrays):
        return DenseColumn(np.stack(arrays) if first.ndim else np.array(arrays))
    if first.ndim and all(a.ndim == first.ndim and a.shape[1:] == first.shape[1:] for a in arrays):
        return RaggedColumn(DenseColumn(np.concatenate(arrays)), _splits([len(a) for a in arrays]))
    return ObjectColumn(values)


def _from_string_arrays(arrays: list[npt.NDArray[Any]]) -> Column:
    first = arrays[0]
    if any(not isinstance(v, bytes | str) for a in arrays for v in a.flat):
        return ObjectColumn(list(arrays))
    flat = BytesColumn.from_list([s for a in arrays for s in a.reshape(-1).tolist()])
    if all(a.shape == first.shape for a in arrays):
        return BytesColumn(flat.data, flat.offsets, first.shape, rows=len(arrays))
    if first.ndim and all(a.ndim == first.ndim and a.shape[1:] == first.shape[1:] for a in arrays):
        total = sum(len(a) for a in arrays)
        rows = BytesColumn(flat.data, flat.offsets, first.shape[1:], rows=total)
        return RaggedColumn(rows, _splits([len(a) for a in arrays]))
    return ObjectColumn([np.vectorize(_to_bytes, otypes=[object])(a) if a.size else a for a in arrays])


def _to_bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


def _splits(lengths: list[int]) -> npt.NDArray[np.int64]:
    out = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=out[1:])
    return out


def _from_ragged(values: list[Ragged]) -> Column:
    inner = _rows_of_parts([v.values for v in values])
    outer = _splits([len(v) for v in values])
    shift, parts = 0, [np.zeros(1, np.int64)]
    for v in values:
        parts.append(v.row_splits[1:] + shift)
        shift += int(v.row_splits[-1])
    return RaggedColumn(RaggedColumn(inner, np.concatenate(parts)), outer)


def _rows_of_parts(parts: list[Any]) -> Column:
    """Join the rows of several arrays or `Ragged` values into one column of rows."""
    from .concat import concat

    return concat([rows_of(p) for p in parts])


def rows_of(value: Any) -> Column:
    """Return the rows along the first axis of one value as a column, over the same memory where possible.

    Args:
        value: ndarray, list, `Ragged`, `Sparse`, a `Column`, a pyarrow array, or anything `np.asarray` takes.

    Raises:
        ShapeError: The value has no first axis.
    """
    if isinstance(value, Column):
        return value
    if isinstance(value, Ragged):
        return RaggedColumn(rows_of(value.values), value.row_splits)
    if isinstance(value, Sparse):
        return SparseColumn.from_values([value]).explode()[0]
    if type(value).__module__.partition(".")[0] == "pyarrow":
        return _rows_of_arrow(value)
    array = value if isinstance(value, np.ndarray) else _as_array(value)
    if array.ndim == 0:
        raise ShapeError(f"from_tensor_slices: every leaf must have a first axis. Received: {describe(value)}.")
    if array.dtype.kind in "OSUT":
        if array.dtype.kind == "O" and not all(isinstance(v, bytes | str) for v in array.flat):
            return ObjectColumn(list(array))
        return BytesColumn.from_array(array)
    as_dtype(array.dtype)
    return DenseColumn(array)


def _as_array(value: Any) -> npt.NDArray[Any]:
    if isinstance(value, bytes | str):
        raise ShapeError(f"from_tensor_slices: every leaf must have a first axis. Received: {describe(value)}.")
    try:
        return np.asarray(value)
    except ValueError as err:
        raise ShapeError(
            f"from_tensor_slices: rows must have one shape. Received: {describe(value)}. "
            "Use Ragged.from_list() for rows of different lengths."
        ) from err


def _rows_of_arrow(value: Any) -> Column:
    import pyarrow as pa

    if isinstance(value, pa.ChunkedArray):
        value = value.combine_chunks() if value.num_chunks != 1 else value.chunk(0)
    kind = value.type
    if (
        pa.types.is_binary(kind)
        or pa.types.is_string(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_large_string(kind)
    ):
        return BytesColumn.from_arrow(value)
    if value.null_count:
        raise InvalidArgumentError(
            f"from_tensor_slices: Arrow columns must not hold nulls. Received: {value.null_count} nulls. "
            "Fill them first, e.g. with pyarrow.compute.fill_null()."
        )
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        offsets = value.offsets.to_numpy().astype(np.int64)
        return RaggedColumn(_rows_of_arrow(value.values), offsets)
    if pa.types.is_fixed_size_list(kind):
        inner = _rows_of_arrow(value.flatten())
        return inner.batch(kind.list_size)
    return DenseColumn(value.to_numpy(zero_copy_only=False))


def empty_column(spec: Spec | None) -> Column:
    """Return a column of no rows that fits `spec`."""
    if isinstance(spec, TensorSpec) and spec.shape is not None:
        shape = tuple(d or 0 for d in spec.shape)
        if spec.dtype.is_string:
            return BytesColumn(np.empty(0, np.uint8), np.zeros(1, np.int64), shape, rows=0)
        return DenseColumn(np.empty((0, *shape), dtype=spec.dtype.numpy))
    if isinstance(spec, RaggedSpec) and spec.shape is not None:
        return (
            RaggedColumn(empty_column(spec.unbatched()), np.zeros(1, np.int64))
            if spec.ragged_rank
            else (empty_column(TensorSpec(spec.shape, spec.dtype)))
        )
    if isinstance(spec, SparseSpec) and spec.shape is not None:
        rank = len(spec.shape)
        nothing = np.zeros(1, np.int64)
        inner = empty_column(TensorSpec((), spec.dtype))
        indices = RaggedColumn(DenseColumn(np.empty((0, rank), np.int64)), nothing)
        return SparseColumn(indices, RaggedColumn(inner, nothing), np.empty((0, rank), np.int64))
    return ObjectColumn([])


def _conform(column: Column, spec: Spec) -> Column:
    """Check every row against `spec`, casting numbers where nothing is lost."""
    if isinstance(column, DenseColumn) and isinstance(spec, TensorSpec) and not spec.dtype.is_string:
        column = DenseColumn(_cast(column.values, spec.dtype.numpy))
    if isinstance(column, RaggedColumn) and isinstance(spec, TensorSpec | RaggedSpec) and not spec.dtype.is_string:
        column = RaggedColumn(_conform(column.values, TensorSpec(None, spec.dtype)), column.splits)
    if len(column) and not spec.is_compatible_with(column.spec):
        for i in range(len(column)):
            row = column.slice(i, i + 1).spec
            if not spec.is_compatible_with(row):
                raise InvalidArgumentError(f"element {i} does not fit its spec: must be {spec!r}. Received: {row!r}.")
    return column


def _cast(array: npt.NDArray[Any], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    if array.dtype == dtype:
        return array
    if np.can_cast(array.dtype, dtype, "same_kind"):
        cast = array.astype(dtype)
        if array.dtype.kind not in "iu" or np.array_equal(cast, array):
            return cast
    elif array.dtype.kind in "iu" and dtype.kind in "iuf":
        cast = array.astype(dtype)
        if np.array_equal(cast, array):
            return cast
    raise DTypeError(
        f"element does not fit its spec: values must be {dtype}. Received: {array.dtype}, which would lose information."
    )
