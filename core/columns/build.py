"""Making a column from values, and from one value that has rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..dtypes import DType, as_dtype, has_dtype
from ..errors import DTypeError, InvalidArgumentError, ShapeError, describe
from ..specs import RaggedSpec, SparseSpec, Spec, TensorSpec, spec_of
from ..values import Ragged, Sparse, as_array, as_leaf, cast_exactly
from .base import Column
from .bytes import BytesColumn
from .dense import DenseColumn
from .object import ObjectColumn
from .ragged import RaggedColumn, reshape_rows
from .sparse import SparseColumn

_PYTHON_NUMBERS: dict[type, type] = {bool: np.bool_, int: np.int64, float: np.float64, complex: np.complex128}


def from_elements(values: Sequence[Any], spec: Spec | None = None) -> Column:
    """Return a column with one row per value, in the narrowest class that holds them.

    Without a spec every value keeps the dtype that it has alone (Python numbers as in NumPy: int64, float64), so that
    the rows do not depend on what else is in the block; values of several dtypes make an ObjectColumn.

    Args:
        values: Leaf values of elements: numbers, strings, lists, arrays, `Ragged`, `Sparse`, anything else.
        spec: What the rows must be. Numbers are cast to its dtype within their kind (float64 to float32, int64 to
            int32) and from integers to floats, where no value is lost.

    Raises:
        InvalidArgumentError: A value does not fit `spec`; the message says which.
    """
    values = list(values)
    if not values:
        return empty_column(spec)
    if spec is None:
        return _build(values)
    column = _build_fast(values, spec)
    if column is None or not spec.admits(column.spec):
        column = _build([_fit(value, spec, i) for i, value in enumerate(values)])
    return column


def _build_fast(values: list[Any], spec: Spec) -> Column | None:
    """Build and cast all rows at once, or return None where rows must be looked at one by one."""
    wanted = spec.dtype.numpy if isinstance(spec, TensorSpec) and not spec.dtype.is_string else None
    column: Column
    if wanted is not None and {*map(type, values)} <= _PYTHON_NUMBERS.keys():
        column = DenseColumn(np.asarray(values))
        if column.values.dtype.kind == "O":  # an integer beyond 64 bits
            return None
    else:
        column = _build(values)
    if wanted is None:
        return column
    flat = column.values if isinstance(column, RaggedColumn) else column
    if not isinstance(flat, DenseColumn):
        return column
    cast = cast_exactly(flat.values, wanted)
    if cast is None:
        return None
    return RaggedColumn(DenseColumn(cast), column.splits) if isinstance(column, RaggedColumn) else DenseColumn(cast)


def _fit(value: Any, spec: Spec, index: int) -> Any:
    """Return one value in the form that `spec` asks for."""
    if isinstance(value, list) and isinstance(spec, RaggedSpec) and spec.ragged_rank:
        leaf: Any = Ragged.from_list(value)
    else:
        leaf = as_leaf(value)
    fitted = leaf
    if isinstance(spec, TensorSpec | RaggedSpec | SparseSpec) and getattr(leaf, "dtype", spec.dtype) != spec.dtype:
        fitted = _cast_leaf(leaf, spec.dtype.numpy)
        if fitted is None:
            raise DTypeError(
                f"element {index} does not fit its spec: must be {spec!r}. Received: {describe(value)}, "
                "which cannot be cast without loss."
            )
    if not spec.admits(spec_of(fitted)):
        received = spec_of(leaf)
        raise InvalidArgumentError(f"element {index} does not fit its spec: must be {spec!r}. Received: {received!r}.")
    return fitted


def _cast_leaf(leaf: Any, dtype: np.dtype[Any]) -> Any:
    """Return a leaf with its numbers cast, or None when that would lose something."""
    if isinstance(leaf, Ragged):
        values = _cast_leaf(leaf.values, dtype)
        return None if values is None else Ragged.of_parts(values, leaf.row_splits)
    if isinstance(leaf, Sparse):
        values = _cast_leaf(leaf.values, dtype)
        return None if values is None else Sparse.of_parts(leaf.indices, values, leaf.dense_shape)
    if not isinstance(leaf, np.ndarray | np.generic):
        return leaf
    array = np.asarray(leaf)
    if array.size and "O" in (array.dtype.kind, dtype.kind):
        return leaf  # numbers and strings do not become one another: the caller sees that this does not fit
    cast = cast_exactly(array, dtype)
    return cast if cast is None or cast.ndim else cast[()]


def _build(values: list[Any]) -> Column:
    """Return a column of values, of which there is at least one."""
    kinds = {*map(type, values)}
    if kinds <= {bytes, str}:
        return BytesColumn.from_list(values)
    if len(kinds) == 1:
        kind = kinds.pop()
        if kind in _PYTHON_NUMBERS:
            array = np.asarray(values)
            if array.dtype.type is _PYTHON_NUMBERS[kind]:
                return DenseColumn(array)
        elif issubclass(kind, np.number | np.bool_) and has_dtype(values[0].dtype):
            return DenseColumn(np.array(values, dtype=values[0].dtype))
    return _from_leaves([as_leaf(v) for v in values])


def _from_leaves(leaves: list[Any]) -> Column:
    """Return the narrowest column of values that have the form of leaves."""
    first = leaves[0]
    kind = type(first)
    column: Column | None = None
    if kind is bytes and all(type(v) is bytes for v in leaves):
        column = BytesColumn.from_list(leaves)
    elif isinstance(first, np.ndarray | np.generic) and has_dtype(first.dtype):
        if all(isinstance(v, np.ndarray | np.generic) and v.dtype == first.dtype for v in leaves):
            column = _from_arrays(leaves)
    elif isinstance(first, Ragged):
        if all(isinstance(v, Ragged) and _ragged_form(v) == _ragged_form(first) for v in leaves):
            column = _from_ragged(leaves)
    elif isinstance(first, Sparse):
        form = (first.dtype, len(first.dense_shape))
        if all(isinstance(v, Sparse) and (v.dtype, len(v.dense_shape)) == form for v in leaves):
            column = SparseColumn.from_values(leaves)
    return ObjectColumn(leaves) if column is None else column


def _from_arrays(arrays: list[npt.NDArray[Any]]) -> Column | None:
    """Return the column of arrays (or scalars) of one dtype, or None when more than the first axis varies."""
    first = arrays[0]
    if first.dtype.kind == "O" and not all(isinstance(v, bytes) for a in arrays for v in a.flat):
        return None
    if all(a.shape == first.shape for a in arrays):
        return _dense(np.stack(arrays) if first.ndim else np.array(arrays, dtype=first.dtype))
    if first.ndim and all(a.ndim == first.ndim and a.shape[1:] == first.shape[1:] for a in arrays):
        return RaggedColumn(_dense(np.concatenate(arrays)), _splits([len(a) for a in arrays]))
    return None


def _dense(array: npt.NDArray[Any]) -> Column:
    return BytesColumn.from_array(array) if array.dtype.kind == "O" else DenseColumn(array)


def _splits(lengths: list[int]) -> npt.NDArray[np.int64]:
    out = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=out[1:])
    return out


def _ragged_form(value: Ragged) -> tuple[Any, ...]:
    flat = value.flat_values
    return value.ragged_rank, flat.dtype, flat.shape[1:]


def _from_ragged(values: list[Ragged]) -> Column:
    """Return the column of `Ragged` values of one form."""
    parts = [rows_of(v) for v in values]
    joined = RaggedColumn.concat_same(parts)  # type: ignore[arg-type]  # rows of Ragged are ragged
    assert joined is not None
    return RaggedColumn(joined, _splits([len(v) for v in values]))


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
    array = as_array(value)
    if array is None:
        return _rows_of_other(value)
    if array.ndim == 0:
        raise ShapeError(f"from_tensor_slices: every leaf must have a first axis. Received: {describe(value)}.")
    array = np.asarray(array)
    return BytesColumn.from_array(array) if array.dtype.kind in "SUOT" else DenseColumn(array)


def _rows_of_other(value: Any) -> Column:
    """Return the rows of an array of Python objects, and say why for all that has no rows."""
    if isinstance(value, list | tuple):
        raise ShapeError(
            f"from_tensor_slices: rows must have one shape and one type. Received: {describe(value)}. "
            "Use Ragged.from_list() for rows of different lengths, Dataset.from_list() for a list of elements."
        )
    array = np.asarray(value)
    if array.ndim == 0:
        raise ShapeError(f"from_tensor_slices: every leaf must have a first axis. Received: {describe(value)}.")
    as_dtype(array.dtype)  # raises for datetimes and the like
    return ObjectColumn(list(array))


def _rows_of_arrow(value: Any) -> Column:
    import pyarrow as pa

    from .concat import concat

    if isinstance(value, pa.ChunkedArray):
        chunks = value.chunks or [pa.array([], type=value.type)]
        return concat([_rows_of_arrow(chunk) for chunk in chunks])
    if not isinstance(value, pa.Array):
        raise InvalidArgumentError(
            f"from_tensor_slices: needs a pyarrow Array or ChunkedArray. Received: {type(value).__name__}. "
            "Pass a table's columns in a dict."
        )
    if value.null_count:
        raise InvalidArgumentError(
            f"from_tensor_slices: Arrow columns must not hold nulls. Received: {value.null_count} nulls. "
            "Fill them first, e.g. with pyarrow.compute.fill_null()."
        )
    return _rows_of_arrow_array(value, value.type, pa)


def _rows_of_arrow_array(value: Any, kind: Any, pa: Any) -> Column:
    is_a = pa.types
    if is_a.is_dictionary(kind):
        return _rows_of_arrow(value.dictionary_decode())
    if is_a.is_binary(kind) or is_a.is_string(kind) or is_a.is_large_binary(kind) or is_a.is_large_string(kind):
        return BytesColumn.from_arrow(value)
    if is_a.is_fixed_size_binary(kind) or is_a.is_binary_view(kind) or is_a.is_string_view(kind):
        return BytesColumn.from_arrow(value.cast(pa.large_binary()))
    if is_a.is_list(kind) or is_a.is_large_list(kind):
        offsets = value.offsets.to_numpy().astype(np.int64)
        used = value.values.slice(int(offsets[0]), int(offsets[-1] - offsets[0]))
        return RaggedColumn(_rows_of_arrow(used), offsets - offsets[0])
    if is_a.is_fixed_size_list(kind):
        return reshape_rows(_rows_of_arrow(value.flatten()), len(value), kind.list_size)
    return rows_of(value.to_numpy(zero_copy_only=False))


def empty_column(spec: Spec | None) -> Column:
    """Return a column of no rows that fits `spec`; dimensions that no column can leave open are 0."""
    if isinstance(spec, TensorSpec) and spec.shape is not None:
        return _empty_rows(spec.shape, spec.dtype)
    if isinstance(spec, RaggedSpec) and spec.shape is not None:
        # A `Ragged` row is a row of rows: one RaggedColumn for the row, one for each of its ragged axes.
        depth = spec.ragged_rank + 1 if spec.ragged_rank else 0
        column = _empty_rows(spec.shape[depth:], spec.dtype)
        for _ in range(depth):
            column = RaggedColumn(column, np.zeros(1, np.int64))
        return column
    if isinstance(spec, SparseSpec) and spec.shape is not None:
        rank = len(spec.shape)
        nothing = np.zeros(1, np.int64)
        indices = RaggedColumn(DenseColumn(np.empty((0, rank), np.int64)), nothing)
        return SparseColumn(indices, RaggedColumn(_empty_rows((), spec.dtype), nothing), np.empty((0, rank), np.int64))
    return ObjectColumn([])


def _empty_rows(shape: tuple[int | None, ...], dtype: DType) -> Column:
    if shape and shape[0] is None and None not in shape[1:]:
        return RaggedColumn(_empty_rows(shape[1:], dtype), np.zeros(1, np.int64))
    known = tuple(d or 0 for d in shape)
    if dtype.is_string:
        return BytesColumn(np.empty(0, np.uint8), np.zeros(1, np.int64), known, rows=0)
    return DenseColumn(np.empty((0, *known), dtype=dtype.numpy))
