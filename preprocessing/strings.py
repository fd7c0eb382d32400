"""Strings in every form users have them, as one column of bytes and the way back to their form.

`as_strings` is the only place that knows the forms: lists, NumPy's `object`, `U`, `S` and StringDType arrays, Tensors,
`BytesColumn`, pyarrow and pandas columns, `Ragged` and `Sparse` values.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, Column, DenseColumn, RaggedColumn, concat
from ..core.composites import plain
from ..core.errors import DTypeError, InvalidArgumentError, describe
from ..core.ops import registry
from ..core.parallel import run_ranges
from ..core.values import Ragged, Sparse
from .kernels import strings as kernels
from .kernels import utf8

Array = npt.NDArray[Any]

# From so many strings on, loading and calling pyarrow pays: it converts Python objects several times faster.
_MANY = 1024
# Strings of a `U` array, at some 7 ns each, that are worth a thread.
_LEAST = 1 << 15


class Form(ABC):
    """How a flat run of items stands in the value that a user gave."""

    __slots__ = ()

    @abstractmethod
    def restore(self, flat: Array) -> Any:
        """Return results, one per item along the first axis, in that form."""


@dataclass(frozen=True, slots=True)
class DenseForm(Form):
    """An array of some shape.

    Attributes:
        shape: Of the whole value; `()` for a single string.
    """

    shape: tuple[int, ...]

    def restore(self, flat: Array) -> Any:
        return flat if self.shape == flat.shape else flat.reshape(self.shape + flat.shape[1:])


@dataclass(frozen=True, slots=True)
class RaggedForm(Form):
    """Ragged rows.

    Attributes:
        splits: int64 row splits of each ragged axis, outermost first.
        inner: Shape of one innermost row.
    """

    splits: tuple[npt.NDArray[np.int64], ...]
    inner: tuple[int, ...]

    def restore(self, flat: Array) -> Any:
        values: Any = flat.reshape(-1, *self.inner, *flat.shape[1:]) if self.inner else flat
        for row_splits in reversed(self.splits):
            values = Ragged(values, row_splits)
        return values

    def row_splits(self) -> npt.NDArray[np.int64]:
        """Return int64[rows + 1]: where the items of each outermost row begin and end."""
        bounds = self.splits[0]
        for inner in self.splits[1:]:
            bounds = inner[bounds]
        return bounds * math.prod(self.inner)


@dataclass(frozen=True, slots=True)
class SparseForm(Form):
    """A sparse value.

    Attributes:
        indices: int64[count, rank].
        shape: The dense shape.
    """

    indices: npt.NDArray[np.int64]
    shape: tuple[int, ...]

    def restore(self, flat: Array) -> Any:
        return Sparse(self.indices, flat, self.shape)


class Strings(NamedTuple):
    """Strings and their form.

    Attributes:
        column: One string per row.
        form: How they stand in the user's value.
    """

    column: BytesColumn
    form: Form


def as_strings(value: Any, *, where: str) -> Strings:
    """Return the strings of a value, whatever holds them; `str` is encoded as UTF-8.

    Args:
        value: Strings in any form that the module names.
        where: Start of the message, e.g. the layer's name.

    Raises:
        DTypeError: There is something else than strings in it.
        InvalidArgumentError: Rows of nested lists differ in length, or a `str` has no UTF-8 form.
    """
    value = plain(value)
    if isinstance(value, np.ndarray):
        return Strings(_from_array(value, where), DenseForm(value.shape))
    if isinstance(value, bytes | str):
        return Strings(_from_items([value], where), DenseForm(()))
    if isinstance(value, list | tuple):
        return _from_list(value, where)
    if isinstance(value, BytesColumn):
        return Strings(flat_column(value), DenseForm((len(value), *value.shape)))
    if isinstance(value, Ragged):
        return _from_ragged(value, where)
    if isinstance(value, RaggedColumn):
        return _from_ragged_column(value, where)
    if isinstance(value, Sparse):
        return Strings(_from_array(value.values, where), SparseForm(value.indices, value.shape))
    return _from_foreign(value, where)


def flat_column(column: BytesColumn) -> BytesColumn:
    """Return all strings of a column as rows of their own, over the same memory."""
    return BytesColumn(column.data, column.offsets) if column.shape else column


def _from_foreign(value: Any, where: str) -> Strings:
    library = type(value).__module__.partition(".")[0]
    if library == "pyarrow":
        return _from_arrow(value, where)
    if registry.operand_kind(value) == "tensor":
        return as_strings(np.asarray(value), where=where)
    if library == "pandas" and getattr(value, "ndim", 0) == 1:
        return as_strings(value.to_numpy(dtype=object), where=where)
    if isinstance(value, Column) or not hasattr(value, "__array__"):
        raise _not_strings(value, where)
    return as_strings(np.asarray(value), where=where)


def _from_arrow(value: Any, where: str) -> Strings:
    import pyarrow as pa

    if isinstance(value, pa.Scalar):
        return as_strings(value.as_py(), where=where)
    if holds_lists(value):
        return as_strings(ragged_of_arrow(value, where), where=where)
    if isinstance(value, pa.Table | pa.RecordBatch):
        columns = [_from_arrow(column, where).column for column in value.columns]
        rows = np.arange(value.num_rows)[:, None] + value.num_rows * np.arange(len(columns))
        return Strings(concat(columns).take(rows.reshape(-1)), DenseForm(rows.shape))  # type: ignore[arg-type]  # strings stay strings
    try:
        if pa.types.is_dictionary(value.type) and value.null_count == 0:
            value = value.cast(pa.large_binary() if pa.types.is_binary(value.type.value_type) else pa.large_string())
        elif value.type in (pa.string_view(), pa.binary_view()):
            value = value.cast(pa.large_binary())
        column = BytesColumn.from_arrow(value)
    except (InvalidArgumentError, pa.ArrowException) as err:
        raise DTypeError(f"{where}: inputs must be strings. {err}") from err
    return Strings(column, DenseForm((len(column),)))


def holds_lists(value: Any) -> bool:
    """Whether a value is an Arrow array, chunked or not, of lists."""
    kind = getattr(value, "type", None)
    if type(value).__module__.partition(".")[0] != "pyarrow" or kind is None:
        return False
    import pyarrow as pa

    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind)) and not isinstance(value, pa.Scalar)


def ragged_of_arrow(value: Any, where: str) -> RaggedColumn:
    """Return an Arrow array of lists as ragged rows.

    Raises:
        DTypeError: A list is null, or what the lists hold has no place in columns.
    """
    import pyarrow as pa

    array = value.combine_chunks() if isinstance(value, pa.ChunkedArray) else value
    if array.null_count:
        raise DTypeError(f"{where}: rows must not be null. Received: {array.null_count} nulls in {array.type}.")
    lengths = array.value_lengths().to_numpy(zero_copy_only=False)
    splits = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])
    inner = array.flatten()
    if holds_lists(inner):
        return RaggedColumn(ragged_of_arrow(inner, where), splits)
    if pa.types.is_integer(inner.type) or pa.types.is_floating(inner.type) or pa.types.is_boolean(inner.type):
        return RaggedColumn(DenseColumn(inner.to_numpy(zero_copy_only=False)), splits)
    return RaggedColumn(_from_arrow(inner, where).column, splits)


def _from_list(value: Any, where: str) -> Strings:
    if all(type(v) is str or type(v) is bytes for v in value):
        return Strings(_from_items(value, where), DenseForm((len(value),)))
    items: list[Any] = []
    shape = _collect_items(value, items, where)
    return Strings(_from_items(items, where), DenseForm(shape))


def _collect_items(value: Any, items: list[Any], where: str) -> tuple[int, ...]:
    """Append the strings of nested lists in order, and return the shape."""
    if isinstance(value, np.ndarray):
        items.extend(value.reshape(-1).tolist())
        return tuple(value.shape)
    if not isinstance(value, list | tuple):
        items.append(value)
        return ()
    if all(type(v) is str or type(v) is bytes for v in value):
        items.extend(value)
        return (len(value),)
    shapes = {_collect_items(v, items, where) for v in value}
    if len(shapes) != 1:
        raise uneven(value, where)
    return (len(value), *shapes.pop())


def _from_ragged(value: Ragged, where: str) -> Strings:
    splits, inner = [value.row_splits], value.values
    while isinstance(inner, Ragged):
        splits.append(inner.row_splits)
        inner = inner.values
    return Strings(_from_array(inner, where), RaggedForm(tuple(splits), inner.shape[1:]))


def _from_ragged_column(value: RaggedColumn, where: str) -> Strings:
    column: Column = value
    splits = []
    while isinstance(column, RaggedColumn):
        low, high = int(column.splits[0]), int(column.splits[-1])
        splits.append(column.splits - low)
        column = column.values.slice(low, high)
    if not isinstance(column, BytesColumn):
        raise _not_strings(value, where)
    return Strings(flat_column(column), RaggedForm(tuple(splits), column.shape))


def _from_array(array: Array, where: str) -> BytesColumn:
    kind = array.dtype.kind
    if kind == "U":
        return _from_unicode(array, where)
    if kind == "S":
        return _from_padded(array)
    if kind == "O" or kind == "T":
        flat = array.reshape(-1)
        return _from_items(flat if kind == "O" and len(flat) >= _MANY else flat.tolist(), where)
    raise _not_strings(array, where)


def _from_items(items: Any, where: str) -> BytesColumn:
    if len(items) >= _MANY:
        column = _by_arrow(items)
        if column is not None:
            return column
    try:
        return BytesColumn.from_list(items)
    except InvalidArgumentError as err:
        bad = [v for v in items if not isinstance(v, str | bytes | bytearray | memoryview)]
        if bad:
            raise DTypeError(f"{where}: inputs must be strings. Received an item {describe(bad[0])}.") from err
        raise _no_utf8(next(v for v in items if isinstance(v, str) and not _has_utf8(v)), where) from err


def _by_arrow(items: Any) -> BytesColumn | None:
    """Convert many Python strings by pyarrow's compiled loop, or return None when it does not take all of them."""
    import pyarrow as pa

    try:
        array = pa.array(items, type=pa.large_binary(), from_pandas=False)
    except (pa.ArrowException, TypeError, UnicodeEncodeError):
        return None
    return None if array.null_count else BytesColumn.from_arrow(array)


def _has_utf8(value: str) -> bool:
    return not any(0xD800 <= ord(c) < 0xE000 for c in value)


def _from_unicode(array: Array, where: str) -> BytesColumn:
    width = array.dtype.itemsize // 4
    flat = np.ascontiguousarray(array).reshape(-1)
    if not flat.dtype.isnative:
        flat = flat.astype(flat.dtype.newbyteorder("="))
    codes = flat.view(np.uint32).reshape(len(flat), width)
    offsets = np.zeros(len(flat) + 1, dtype=np.int64)
    base = np.int64(0)
    for start, stop, bad in run_ranges(
        lambda i, j: (i, j, utf8.utf8_lengths_kernel(codes[i:j], offsets[i + 1 : j + 1])), len(flat), least=_LEAST
    ):
        if bad >= 0:
            raise _no_utf8(str(flat[start + bad]), where)
        if base:
            offsets[start + 1 : stop + 1] += base
        base = offsets[stop]
    data = np.empty(int(base), dtype=np.uint8)
    run_ranges(lambda i, j: utf8.utf8_fill_kernel(codes[i:j], offsets[i : j + 1], data), len(flat), least=_LEAST)
    return BytesColumn(data, offsets)


def _from_padded(array: Array) -> BytesColumn:
    flat = np.ascontiguousarray(array).reshape(-1)
    rows = flat.view(np.uint8).reshape(len(flat), array.dtype.itemsize)
    offsets = np.empty(len(flat) + 1, dtype=np.int64)
    kernels.trimmed_offsets_kernel(rows, offsets)
    data = np.empty(int(offsets[-1]), dtype=np.uint8)
    kernels.trimmed_fill_kernel(rows, offsets, data)
    return BytesColumn(data, offsets)


def _not_strings(value: Any, where: str) -> DTypeError:
    return DTypeError(f"{where}: inputs must be strings. Received: {describe(value)}.")


def uneven(value: Any, where: str, rows_of: str = "nested lists") -> InvalidArgumentError:
    """Return the error for rows of different lengths where an array must be made."""
    return InvalidArgumentError(
        f"{where}: rows of {rows_of} must have one length. Received: {describe(value)}. "
        "Use penstock.core.values.Ragged.from_list() for rows of different lengths."
    )


def _no_utf8(value: str, where: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"{where}: a str must have a UTF-8 form; a lone surrogate has none. Received: {describe(value)}. "
        "Pass bytes instead."
    )
