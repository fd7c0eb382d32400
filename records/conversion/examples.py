"""TFRecord files of Examples as tables, and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core.columns import BytesColumn, Column, DenseColumn
from ...core.dtypes import as_dtype
from ...core.errors import ParseError
from ..encoding import encode_examples
from ..extraction import Lists, find_features, key_table, regular_rows
from ..reader import TFRecordReader
from .fields import WHERE, Batch, Field, Fields, misfit, unknown_column

_ROWS: Final = 4096


def read_examples(source: Any, kind: str, fields: Fields, *, strict: bool) -> Iterator[Batch]:
    """Yield the records of a file.

    Args:
        source: Path or stream.
        kind: Its compression.
        fields: The columns to read.
        strict: Whether a feature that is none of them is an error.

    Raises:
        ParseError: A record does not fit the fields.
        DataLossError: The file is damaged.
    """
    with TFRecordReader(source, kind) as reader:
        while (rows := reader.read(_ROWS)) is not None:
            first = reader.record_index - len(rows)
            numbers = np.arange(first, reader.record_index)
            try:
                columns = _columns(rows, fields, strict=strict)
            except ParseError as err:
                raise misfit(reader.path, "record", first + (err.record_index or 0), _without_place(err)) from err
            yield Batch(columns, reader.path, "record", numbers)


def _without_place(err: ParseError) -> str:
    return str(err).removeprefix(f"{WHERE}: ")


def _columns(rows: BytesColumn, fields: Fields, *, strict: bool) -> list[Any]:
    keys = tuple(field.name for field in fields)
    found = find_features(WHERE, rows, keys)
    if strict:
        _refuse_others(next(iter(found.values())).rows if found else regular_rows(WHERE, rows), keys)
    return [_column(found[field.name], field) for field in fields]


def _refuse_others(rows: BytesColumn, keys: tuple[str, ...]) -> None:
    """Check that records have no other features.

    Raises:
        ParseError: One has.
    """
    from ..messages import Example
    from ..schema_kernels import FEATURE_LISTS, FEATURES, unknown_key_kernel
    from ..wire_kernels import DONE

    row = 0
    while True:
        known, table = key_table(keys)
        status, row = unknown_key_kernel(rows.data, rows.offsets, row, known.data, known.offsets, table, FEATURES, True)
        if status == DONE:
            return
        if status == FEATURE_LISTS:
            raise ParseError("it is a SequenceExample; only Examples can be converted.", record_index=row)
        held = Example.FromString(rows.element(row)).features.feature
        others = sorted({*held} - {*keys})
        for name in others:
            if held[name].WhichOneof("kind") is not None:
                raise ParseError(unknown_column(name), record_index=row)
        keys = (*keys, *others)  # features without a list hold nothing that could be lost


def _column(lists: Lists, field: Field) -> Any:
    """Return one feature of all records as an Arrow array."""
    import pyarrow as pa

    dtype = as_dtype("string" if field.is_text else "int64" if field.type == "int64" else "float32")
    column, splits = lists.variable(dtype)
    values = arrow_of(column).cast(field.arrow_value())
    missing = lists.kinds == 0
    if field.is_list:
        mask = pa.array(missing) if missing.any() else None
        return pa.ListArray.from_arrays(pa.array(splits.astype(np.int32)), values, mask=mask)
    counts = np.diff(splits)
    bad = counts != ~missing
    if bad.any():
        row = int(bad.argmax())
        raise lists.error(f"{lists.name(row)} has {int(counts[row])} values, the schema says one", row)
    if not missing.any():
        return values
    places: npt.NDArray[np.int64] = np.cumsum(~missing) - 1
    return values.take(pa.array(places, mask=missing))


def arrow_of(column: Column) -> Any:
    """Return a column of scalars as an Arrow array."""
    import pyarrow as pa

    if isinstance(column, BytesColumn):
        return column.to_arrow()
    assert isinstance(column, DenseColumn)
    return pa.array(column.values)


def write_examples(fields: Fields, batch: Batch) -> BytesColumn:
    """Return records as serialized Examples; float64 becomes float32."""
    return encode_examples({field.name: array for field, array in zip(fields, batch.columns, strict=True)})
