"""Padding the rows of a column to one shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.columns import BytesColumn, Column, DenseColumn, ObjectColumn, RaggedColumn, concat
from ...core.columns.kernels import frozen
from .padding_kernels import pad_positions_kernel, pad_rows_kernel


def row_shapes(column: Column) -> npt.NDArray[np.int64]:
    """Return int64[n, rank]: the shape of each row of a column of dense arrays."""
    n = len(column)
    if isinstance(column, RaggedColumn):
        inner = np.array(_inner_shape(column.values), dtype=np.int64)
        return np.concatenate([column.lengths[:, None], np.broadcast_to(inner, (n, len(inner)))], axis=1)
    if isinstance(column, ObjectColumn):
        return np.array([np.shape(value) for value in column.values], dtype=np.int64).reshape(n, -1)
    shape = np.array(_inner_shape(column), dtype=np.int64)
    return np.broadcast_to(shape, (n, len(shape)))


def _inner_shape(column: Column) -> tuple[int, ...]:
    if isinstance(column, DenseColumn):
        return column.values.shape[1:]
    assert isinstance(column, BytesColumn)
    return column.shape


def pad_rows(column: Column, shape: tuple[int, ...], padding: Any) -> Column:
    """Return the rows of a column padded at the ends of their axes.

    Args:
        column: Rows of dense arrays or strings, of one rank, none larger than `shape` along any axis.
        shape: The shape of every row of the result.
        padding: A scalar of the column's dtype.
    """
    if isinstance(column, RaggedColumn):
        inner = _inner_shape(column.values)
        if isinstance(column.values, BytesColumn) and inner == shape[1:]:
            return _padded_strings(column.values, column.splits, shape, padding)
        if isinstance(column.values, DenseColumn):
            column = _padded_ragged(column.values.values, column.splits, (shape[0], *inner), padding)
    if not isinstance(column, RaggedColumn | ObjectColumn) and _inner_shape(column) == shape:
        return column
    out = np.empty((len(column), *shape), dtype=object if isinstance(padding, bytes) else padding.dtype)
    # Not by assignment, nor by np.full: on their way through a NumPy string, bytes lose zeros at their end.
    out.fill(padding)
    if isinstance(column, DenseColumn):
        out[(slice(None), *map(slice, _inner_shape(column)))] = column.values
    else:
        for row, value in zip(out, column.to_list(), strict=True):
            row[tuple(map(slice, np.shape(value)))] = value
    return BytesColumn.from_array(out) if out.dtype.kind == "O" else DenseColumn(out)


def _padded_ragged(
    flat: npt.NDArray[Any], splits: npt.NDArray[np.int64], shape: tuple[int, ...], padding: Any
) -> DenseColumn:
    """Pad the first axis of rows of numbers."""
    out = np.full((len(splits) - 1, *shape), padding, dtype=flat.dtype)
    # One kernel for all dtypes of one size: the bytes are moved as unsigned words.
    size = flat.dtype.itemsize
    word, words = (np.dtype(f"u{size}"), 1) if size <= 8 else (np.dtype("u8"), size // 8)
    width = int(np.prod(shape[1:], dtype=np.int64)) * words
    if width and len(flat):
        items = np.ascontiguousarray(flat).view(word) if flat.ndim > 1 or words > 1 else flat.view(word)
        rows = frozen(items.reshape(len(flat), width))
        pad_rows_kernel(rows, frozen(splits), out.view(word).reshape(len(out), shape[0], width))
    return DenseColumn(out)


def _padded_strings(flat: BytesColumn, splits: npt.NDArray[np.int64], shape: tuple[int, ...], padding: bytes) -> Column:
    """Pad the first axis of rows of strings."""
    pad = np.empty((1, *shape[1:]), dtype=object)
    pad.fill(padding)
    positions = np.empty((len(splits) - 1, shape[0]), dtype=np.int64)
    pad_positions_kernel(frozen(splits), len(flat), positions)
    column = concat([flat, BytesColumn.from_array(pad)])
    assert isinstance(column, BytesColumn)
    picked = column.take(positions.reshape(-1))
    return BytesColumn(picked.data, picked.offsets, shape, rows=len(positions))
