"""Columns as JSON descriptions and flat buffers, and back; nothing is pickled.

=========  ================================================================  ===============================
kind       description                                                       buffers, in order
=========  ================================================================  ===============================
dense      `dtype`, `shape` of a row                                         values, row after row
bytes      `shape` of a row                                                  int64 offsets, uint8 data
ragged     `values`: the inner column, `rows` of it                          int64 splits, those of `values`
sparse     `indices`, `values`: ragged columns; `rank`                       int64 dense shapes, those of both
each       `columns`: one column of one row for each row                     those of each
=========  ================================================================  ===============================

`each` holds rows that have no common form (arrays that differ in more than their first axis). Numbers are
little-endian. What is read is checked before it is used: sizes against buffers, offsets against one another.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ...core.columns import BytesColumn, Column, DenseColumn, ObjectColumn, RaggedColumn, SparseColumn, from_elements
from ...core.dtypes import as_dtype
from ...core.errors import InvalidArgumentError, describe

Array: TypeAlias = npt.NDArray[Any]
Buffers: TypeAlias = Iterator[memoryview]


def encode(column: Column, buffers: list[Array]) -> dict[str, Any]:
    """Return the description of a column, and append its buffers.

    Raises:
        InvalidArgumentError: A row is a Python object that has no form in a file.
    """
    match column:
        case DenseColumn(values=values):
            buffers.append(_little(values))
            return {"kind": "dense", "dtype": as_dtype(values.dtype).name, "shape": list(values.shape[1:])}
        case BytesColumn(offsets=offsets):
            low, high = int(offsets[0]), int(offsets[-1])
            buffers += [_little(offsets - low), np.ascontiguousarray(column.data[low:high])]
            return {"kind": "bytes", "shape": list(column.shape)}
        case RaggedColumn(splits=splits):
            low, high = int(splits[0]), int(splits[-1])
            buffers.append(_little(splits - low))
            return {"kind": "ragged", "rows": high - low, "values": encode(column.values.slice(low, high), buffers)}
        case SparseColumn(dense_shapes=shapes):
            buffers.append(_little(shapes))
            parts = {name: encode(getattr(column, name), buffers) for name in ("indices", "values")}
            return {"kind": "sparse", "rank": shapes.shape[1], **parts}
        case ObjectColumn(values=rows):
            return {"kind": "each", "columns": [encode(_alone(row), buffers) for row in rows]}
    raise InvalidArgumentError(f"elements in files: {type(column).__name__} has no form in a file.")


def _alone(value: Any) -> Column:
    column = from_elements([value])
    if isinstance(column, ObjectColumn):
        raise InvalidArgumentError(
            "elements in files: leaves must be numbers, arrays, strings, Ragged or Sparse values. "
            f"Received: {describe(value)}."
        )
    return column


def _little(array: Array) -> Array:
    array = np.ascontiguousarray(array)
    return array.astype(array.dtype.newbyteorder("<")) if sys.byteorder == "big" else array


def decode(form: Any, rows: int, buffers: Buffers) -> Column:
    """Return the column that a description and its buffers hold.

    Raises:
        ValueError: They do not fit together.
    """
    match form:
        case {"kind": "dense", "dtype": str(dtype), "shape": shape}:
            return DenseColumn(_array(next(buffers), as_dtype(dtype).numpy, (rows, *_shape(shape))))
        case {"kind": "bytes", "shape": shape}:
            dims = _shape(shape)
            offsets = _array(next(buffers), np.int64, (rows * math.prod(dims) + 1,))
            data = next(buffers)
            _check_offsets(offsets, len(data))
            return BytesColumn(np.frombuffer(data, np.uint8), offsets, dims, rows=rows)
        case {"kind": "ragged", "rows": int(inner), "values": values}:
            return _ragged(inner, values, rows, buffers)
        case {"kind": "sparse", "rank": int(rank), "indices": indices, "values": values} if rank >= 0:
            return _sparse(rank, indices, values, rows, buffers)
        case {"kind": "each", "columns": list(columns)} if len(columns) == rows:
            return ObjectColumn([decode(one, 1, buffers).element(0) for one in columns])
    raise ValueError(f"no column has the form {describe(form)}")


def _ragged(inner: int, values: Any, rows: int, buffers: Buffers) -> RaggedColumn:
    splits = _array(next(buffers), np.int64, (rows + 1,))
    _check_offsets(splits, inner)
    return RaggedColumn(decode(values, inner, buffers), splits)


def _sparse(rank: int, indices: Any, values: Any, rows: int, buffers: Buffers) -> SparseColumn:
    shapes = _array(next(buffers), np.int64, (rows, rank))
    coordinates, numbers = decode(indices, rows, buffers), decode(values, rows, buffers)
    if not isinstance(coordinates, RaggedColumn) or not isinstance(numbers, RaggedColumn):
        raise ValueError("a sparse column must have ragged parts")
    flat = coordinates.values
    if not isinstance(flat, DenseColumn) or flat.values.dtype != np.int64 or flat.values.shape[1:] != (rank,):
        raise ValueError("the indices of a sparse column do not fit its rank")
    if not np.array_equal(coordinates.splits, numbers.splits):
        raise ValueError("a sparse column has as many indices as values")
    return SparseColumn(coordinates, numbers, shapes)


def _shape(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(type(d) is int and d >= 0 for d in value):
        raise ValueError(f"no shape: {describe(value)}")
    return tuple(value)


def _array(buffer: memoryview, dtype: Any, shape: Sequence[int]) -> Array:
    kind = np.dtype(dtype)
    if kind.hasobject or math.prod(shape) * kind.itemsize != len(buffer):
        raise ValueError(f"{len(buffer)} bytes hold no {kind}{list(shape)}")
    return np.frombuffer(buffer, kind.newbyteorder("<")).astype(kind, copy=False).reshape(shape)


def _check_offsets(offsets: npt.NDArray[np.int64], end: int) -> None:
    """Refuse offsets that a kernel must not see: they index memory unchecked."""
    if offsets[0] != 0 or offsets[-1] != end or (np.diff(offsets) < 0).any():
        raise ValueError(f"offsets do not divide {end} rows or bytes")
