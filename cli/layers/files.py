"""Tables in files: CSV, Parquet, JSON lines, TFRecord files of Examples; read in pieces that know where rows stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from ...core.columns import Column, DenseColumn, RaggedColumn
from ...core.dtypes import as_dtype
from ...core.errors import InvalidArgumentError, ParseError, suggest
from ...records.conversion.formats import FORMATS, SUFFIXES, delimiter_of, format_of
from .kinds import as_number

ROWS: Final = 4096
_ADVICE: Final = "Correct the line, or say --type for the column."
# Rows that types of columns, and features, are inferred from.
_SAMPLE: Final = 1000


class Piece(NamedTuple):
    """Some rows of a file.

    Attributes:
        table: The columns by name, as `ColumnLayers` takes them.
        rows: How many rows.
        places: Where each row stands: lines, records or rows, counted as people do.
        done_bytes: How far the file is read.
    """

    table: dict[str, Any]
    rows: int
    places: Any
    done_bytes: int


@dataclass(frozen=True)
class Reading:
    """How files are read.

    Attributes:
        columns: The columns to read; None for all.
        types: By column, what it is read as from files that do not tell; None leaves it to the data. Columns that are
            not named are strings.
        fills: By column, what takes the place of missing values.
        format: One of `FORMATS`, or None to go by the names of files.
    """

    columns: tuple[str, ...] | None
    types: Mapping[str, str | None]
    fills: Mapping[str, str]
    format: str | None = None

    def format_of(self, path: str) -> str:
        """Return the format of a file.

        Raises:
            InvalidArgumentError: Its name does not tell.
        """
        return self.format or format_of_name(path)

    def pieces(self, path: str) -> Iterator[Piece]:
        """Yield the rows of a file, in order.

        Raises:
            InvalidArgumentError: A column is missing, or a value.
            ParseError: A row cannot be read; names file and line.
        """
        readers = {"csv": _csv, "jsonl": _json_lines, "parquet": _parquet, "tfrecord": _tfrecord}
        return readers[self.format_of(path)](path, self)

    def unit(self, path: str) -> str:
        """Return what a row of a file is called."""
        return {"csv": "line", "jsonl": "line", "parquet": "row", "tfrecord": "record"}[self.format_of(path)]


def format_of_name(path: str) -> str:
    """Return the format that a name tells.

    Raises:
        InvalidArgumentError: It tells none.
    """
    found, _ = format_of(path)
    if found is None:
        raise InvalidArgumentError(
            f"{path}: the format must be known: {', '.join(FORMATS)}. End the name with one of {', '.join(SUFFIXES)}, "
            "or say --format (--to for results)."
        )
    return found


def _chosen(path: str, names: list[str], reading: Reading) -> list[str]:
    """Return the columns to read, in the file's order."""
    if reading.columns is None:
        return names
    for column in reading.columns:
        if column not in names:
            raise InvalidArgumentError(
                f"{path}: the file must have the column {column!r}. Received: {', '.join(names)}."
                f"{suggest(column, names)}"
            )
    return [name for name in names if name in reading.columns]


def _csv(path: str, reading: Reading) -> Iterator[Piece]:
    from ...records.conversion.csv_tables import without_empty_lines
    from ...records.csv.decode import decode_rows
    from ...records.csv.format import CsvColumn, CsvFormat
    from ...records.csv.inference import Probe, column_names_of, infer_types
    from ...records.csv.reader import CsvRecordReader
    from ...records.csv.row import RowPlace, decode_row
    from ...records.inputs import first_bytes, packed_as

    kind, delimiter = packed_as(first_bytes(path)), delimiter_of(path, None)
    probe = Probe("csv", [path], kind, delimiter, use_quote_delim=True, header=True, empty_lines=False)
    all_names = column_names_of(probe, "utf-8")
    names = _chosen(path, all_names, reading)
    selected = [all_names.index(name) for name in names]
    unknown = [i for i, name in zip(selected, names, strict=True) if reading.types.get(name, "string") is None]
    guessed: dict[int, Any] = {}
    if unknown:
        defaults, _ = infer_types(probe, all_names, unknown, b"", _SAMPLE)
        guessed = dict(zip(unknown, defaults, strict=True))
    columns = []
    for i, name in zip(selected, names, strict=True):
        told = reading.types.get(name, "string")
        dtype = _wide(guessed[i]) if told is None else as_dtype(told)
        default: Any = b"" if dtype.is_string else None
        if name in reading.fills:
            default = as_number(f"--fill {name}", reading.fills[name], dtype.name)
        columns.append(CsvColumn(dtype, default))
    form = CsvFormat(
        tuple(columns), delimiter, select_cols=tuple(selected), row_fields=len(all_names), empty_is_field=True
    )
    with CsvRecordReader(path, kind, field_delim=delimiter) as reader:
        reader.read(1)
        while (records := reader.read(ROWS)) is not None:
            records = without_empty_lines(records, len(all_names))
            sound = len(records.rows) - records.is_open
            try:
                made = decode_rows(records.rows.slice(0, sound), form)
            except ParseError as err:
                row = err.record_index or 0
                line = int(records.lines[row]) + 1
                place = RowPlace("csv", f"{path}, line {line}", tuple(names), "--fill", _ADVICE, path, line)
                decode_row(records.rows.element(row), form, row, place)
                raise
            if records.is_open:
                line = int(records.lines[sound]) + 1
                what = f"{path}, line {line} is not well formed: a quoted field does not end."
                raise ParseError(what, path=path, line=line)
            if not sound:
                continue
            table = {name: _plain(column) for name, column in zip(names, made, strict=True)}
            yield Piece(table, sound, records.lines + 1, reader.offset_bytes)


def _wide(default: Any) -> Any:
    """Return the type of a guessed column: numbers of 64 bits where they are integers."""
    dtype = as_dtype(np.asarray(default).dtype if not isinstance(default, list) else "string")
    return as_dtype("int64") if dtype.is_integer else dtype


def _plain(column: Column) -> Any:
    return column.values if isinstance(column, DenseColumn) else column


def _parquet(path: str, reading: Reading) -> Iterator[Piece]:
    from ...records.conversion.parquet import open_parquet, tables_of

    with open_parquet(path) as file:
        names = _chosen(path, file.schema_arrow.names, reading)
        size, total, first = Path(path).stat().st_size, max(file.metadata.num_rows, 1), 0
        for batch in tables_of(file, path, names, ROWS):
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            places = np.arange(first + 1, first + batch.num_rows + 1)
            table = {name: _filled(columns[name], name, path, places, reading) for name in names}
            first += batch.num_rows
            yield Piece(table, batch.num_rows, places, size * first // total)


def _filled(column: Any, name: str, path: str, places: Any, reading: Reading) -> Any:
    """Return a column of Arrow without nulls, in the form of `ColumnLayers`."""
    import pyarrow as pa

    from ...records.tables import of_arrow

    if column.null_count:
        if name not in reading.fills:
            at = int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
            raise InvalidArgumentError(
                f"{path}, {reading.unit(path)} {places[at]}: column {name!r} must not be null. "
                f"Give what takes its place: --fill {name}=VALUE."
            )
        dictionary = pa.types.is_dictionary(column.type)
        plain = column.dictionary_decode() if dictionary else column
        is_text = not (pa.types.is_integer(plain.type) or pa.types.is_floating(plain.type))
        is_int = pa.types.is_integer(plain.type)
        kind = "string" if is_text else "int64" if is_int else "float64"
        column = plain.fill_null(as_number(f"--fill {name}", reading.fills[name], kind))
    made = of_arrow(f"{path}, column {name!r}:", column).column
    if pa.types.is_fixed_size_list(column.type) and isinstance(made, RaggedColumn):
        inner = _plain(made.values)
        if isinstance(inner, np.ndarray) and len(inner) == len(column) * column.type.list_size:
            return inner.reshape(len(column), column.type.list_size)
    return _plain(made)


def _json_lines(path: str, reading: Reading) -> Iterator[Piece]:
    try:
        yield from _json_pieces(path, reading)
    except ParseError as err:
        raise ParseError(str(err).removeprefix("convert: "), path=path, line=err.line) from err


def _json_pieces(path: str, reading: Reading) -> Iterator[Piece]:
    from ...records import LineReader
    from ...records.conversion.fields import Batch, Field
    from ...records.conversion.json_lines import json_fields, numbered_lines, parse_lines
    from ...records.inputs import first_bytes, packed_as

    kind = packed_as(first_bytes(path))
    found, _ = json_fields(path, kind, _SAMPLE)
    names = _chosen(path, [field.name for field in found], reading)
    fields = tuple(
        Field(field.name, reading.types.get(field.name) or field.type, field.is_list)
        for field in found
        if field.name in names
    )
    with LineReader(path, kind) as reader:
        for lines, places in numbered_lines(reader, ROWS):
            batch = parse_lines(Batch([], path, "line", places), lines, fields, strict=False)
            table = {
                field.name: _filled(column, field.name, path, places, reading)
                for field, column in zip(fields, batch.columns, strict=True)
            }
            yield Piece(table, len(lines), places, reader.offset_bytes)


def _tfrecord(path: str, reading: Reading) -> Iterator[Piece]:
    from ...records import (
        FixedLenFeature,
        RaggedFeature,
        TFRecordReader,
        detect_compression,
        infer_schema,
        parse_example,
    )

    kind = detect_compression(path)
    schema = infer_schema(path, compression_type=kind, max_records=_SAMPLE)
    specs: dict[str, Any] = {}
    known = schema.to_features()
    for name in _chosen(path, list(known), reading):
        spec = known[name]
        specs[name] = spec if isinstance(spec, FixedLenFeature) else RaggedFeature(spec.dtype)
        is_scalar = any(f.name == name and f.largest <= 1 for f in schema.features)
        if name in reading.fills and is_scalar:
            dtype = as_dtype(spec.dtype).name
            specs[name] = FixedLenFeature([], dtype, as_number(f"--fill {name}", reading.fills[name], dtype))
    with TFRecordReader(path, kind) as reader:
        while (rows := reader.read(ROWS)) is not None:
            first = reader.record_index - len(rows)
            try:
                table = parse_example(rows, specs)
            except ParseError as err:
                record = first + (err.record_index or 0)
                raise ParseError(f"{path}, record {record}: {err}", path=path, record_index=record) from err
            yield Piece(table, len(rows), np.arange(first, first + len(rows)), reader.offset_bytes)
