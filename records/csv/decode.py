"""decode_csv: rows of text to typed columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.columns import BytesColumn, Column, DenseColumn
from ...core.errors import InvalidArgumentError, describe
from ...core.ops.registry import call, register
from ...core.specs import TensorSpec
from .format import CsvFormat, make_format
from .row import decode_row, parse_float

_ODD_CELLS = 4096


def decode_csv(
    records: Any,
    record_defaults: Sequence[Any],
    field_delim: str | bytes = ",",
    use_quote_delim: bool = True,  # noqa: FBT001, FBT002  (TensorFlow's order of arguments)
    na_value: str | bytes = "",
    select_cols: Sequence[int] | None = None,
) -> list[Any]:
    """Split rows of CSV text into columns of numbers and strings.

    Numbers are rounded correctly; white space around them does not count. A field is quoted when it begins with a
    double quote; inside, the delimiter and line ends are text and two quotes mean one.

    Args:
        records: One row (`bytes` or `str`), or an array of rows of any shape; in `Dataset.map`, the traced line.
        record_defaults: One entry per column: a list or array of one value, used where the field is missing, whose
            type is the column's (Python's float is float32, int is int32); an empty array or a dtype for a field that
            must be there. Types: float32, float64, int32, int64, string.
        field_delim: One byte between fields.
        use_quote_delim: Whether double quotes mark fields.
        na_value: A field of exactly this text is missing, as an empty one is.
        select_cols: Numbers of the fields to read, increasing; None for all, and then a row must have exactly as many
            fields as there are columns.

    Returns:
        One array per column, of the shape of `records`.

    Raises:
        ParseError: A row has the wrong number of fields, is not well formed, or a field is missing or not of its
            column's type. `record_index` is the row.
        InvalidArgumentError: An argument breaks its rule.

    Example:
        >>> from penstock.records import decode_csv
        >>> decode_csv("5.1,3,setosa", [[0.0], [0], [""]])
        [np.float32(5.1), np.int32(3), b'setosa']
    """
    form = make_format(record_defaults, field_delim, use_quote_delim, na_value, select_cols)
    return list(call(_decode_csv, records, form=form))


def decode_rows(rows: BytesColumn, form: CsvFormat) -> list[Column]:
    """Decode a column of strings (one row of text each, of shape `()`), without a Python object per row.

    Raises:
        ParseError: See `decode_csv`; `record_index` counts the strings of the column.
    """
    from ..number_kernels import power_tables
    from . import kernels
    from .plan import plan_of

    data, offsets = np.ascontiguousarray(rows.data), np.ascontiguousarray(rows.offsets)
    plan = plan_of(form)
    outputs = plan.outputs(len(offsets) - 1)
    longest = int(np.diff(offsets).max(initial=0))
    spans = np.empty((max(longest, form.fields) + 2, 3), np.int64)
    odd = np.empty((_ODD_CELLS + form.fields, 4), np.int64)
    tables: tuple[Any, ...] = tuple(power_tables())
    row = 0
    while True:
        status, row, cells = kernels.decode_kernel(data, offsets, row, plan.layout, tables, outputs, spans, odd)
        for r, field, start, stop in odd[:cells].tolist():
            array, slot, single = plan.float_place(field)
            value = parse_float(data[start:stop].tobytes(), single=single)
            if value is None:
                _explain(data, offsets, r, form)
            outputs[array][r, slot] = value
        if status == kernels.BAD_ROW:
            _explain(data, offsets, row, form)
        if status == kernels.DONE:
            return [plan.column(i, outputs, data) for i in range(len(form.columns))]


def _explain(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], row: int, form: CsvFormat) -> None:
    """Raise the error of a row that the kernel refused."""
    decode_row(data[offsets[row] : offsets[row + 1]].tobytes(), form, row)
    raise AssertionError(f"decode_csv: row {row} was refused without a reason")


def _forward(records: Any, *, form: CsvFormat) -> tuple[Any, ...]:
    if isinstance(records, bytes | str):  # for one row the kernel's start costs more than the slow reader
        values = decode_row(records.encode() if isinstance(records, str) else records, form, 0)
        return tuple(
            value if column.dtype.is_string else column.dtype.numpy.type(value)
            for value, column in zip(values, form.columns, strict=True)
        )
    array = records if isinstance(records, np.ndarray) else np.asarray(records, dtype=object)
    if array.dtype.kind not in "OSUT" and array.size:
        raise InvalidArgumentError(f"decode_csv: records must be strings. Received: {describe(array)}.")
    columns = decode_rows(BytesColumn.from_list(array.reshape(-1).tolist()), form)
    return tuple(column.as_value().reshape(array.shape) for column in columns)


def _infer(args: tuple[Any, ...], attrs: Any) -> tuple[TensorSpec, ...]:
    shape = args[0].shape if isinstance(args[0], TensorSpec) else np.shape(args[0])
    return tuple(TensorSpec(shape, column.dtype) for column in attrs["form"].columns)


def _batch(_n: int, args: tuple[Any, ...], _batched: tuple[bool, ...], attrs: Any) -> tuple[Column, ...]:
    (rows,) = args
    if not isinstance(rows, BytesColumn):
        raise InvalidArgumentError(f"decode_csv: records must be strings. Received: {rows!r}.")
    flat = BytesColumn(rows.data, rows.offsets)
    return tuple(_shaped(column, len(rows), rows.shape) for column in decode_rows(flat, attrs["form"]))


def _shaped(column: Column, n: int, shape: tuple[int, ...]) -> Column:
    if not shape:
        return column
    if isinstance(column, BytesColumn):
        return BytesColumn(column.data, column.offsets, shape, rows=n)
    assert isinstance(column, DenseColumn)
    return DenseColumn(column.values.reshape(n, *shape))


_decode_csv = register("decode_csv", _forward, batch=_batch, infer=_infer, columns=True)
