"""CSV files as tables, and back.

An empty cell of numbers or lists is a missing value, an empty cell of text is empty text. Lists are JSON in a cell, as
`[1, 2]`; bytes that are not UTF-8 are the cell `{"base64": "…"}`.
"""

from __future__ import annotations

import base64
import io
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...core.columns import BytesColumn, DenseColumn
from ...core.dtypes import as_dtype
from ...core.errors import InvalidArgumentError, ParseError
from ..csv.decode import decode_rows
from ..csv.format import CsvColumn, CsvFormat, make_format
from ..csv.inference import Probe, infer_types
from ..csv.reader import CsvRecordReader, CsvRecords
from ..csv.row import RowPlace, decode_row, split_row
from ..inputs import RewindableStream
from .examples import arrow_of
from .fields import WHERE, Batch, Field, Fields, misfit
from .json_lines import is_json_list, json_texts, parse_lines, type_of_lists

_ROWS: Final = 1 << 14
_BUFFER_BYTES: Final = 1 << 20
# Two values for an empty cell: where a column differs between them, the cell is empty. The first one is rare, so that
# most blocks are decoded once.
_MARKS: Final = {"int64": (-0x5BD1E995A1B2C3D4, 0), "float32": (-1.2345678e-31, 0.0), "float64": (-1.2345678e-301, 0.0)}
_BASE64: Final = b'{"base64":'


@dataclass(frozen=True)
class CsvForm:
    """How CSV files are written.

    Attributes:
        delimiter: One byte between cells.
        names: Names of the columns where files have no header line; None where they have one.
    """

    delimiter: bytes = b","
    names: tuple[str, ...] | None = None


def _rewound(source: Any) -> Any:
    if isinstance(source, RewindableStream):
        source.rewind()
    return source


def _probe(source: Any, kind: str, form: CsvForm) -> Probe:
    return Probe(
        WHERE,
        [source],
        kind,
        form.delimiter,
        use_quote_delim=True,
        header=form.names is None,
        empty_lines=False,
        advice="Correct it, or tell how cells are divided (--delimiter).",
    )


def csv_fields(source: Any, kind: str, form: CsvForm, sample: int | None) -> tuple[Fields, int]:
    """Return the columns that hold the first records of a file, and how many were read.

    Raises:
        ParseError: A row has the wrong number of cells.
    """
    probe = _probe(source, kind, form)
    if form.names is None:
        with CsvRecordReader(source, kind, field_delim=form.delimiter, buffer_size=1 << 16) as reader:
            names = _header(reader, form)
        _rewound(source)
    else:
        names = [*form.names]
    _check_names(names)
    defaults, seen = infer_types(probe, names, None, b"", sample)
    _rewound(source)
    columns = make_format(defaults, form.delimiter, True, b"", None, WHERE).columns
    kinds = ["int64" if column.dtype.is_integer else column.dtype.name for column in columns]
    texts = [i for i, kind in enumerate(kinds) if kind == "string"]
    cells: dict[int, list[bytes]] = {i: [] for i in texts}
    rows = itertools.islice(probe.rows(source), form.names is None, None if sample is None else sample + 1)
    for fields, _ in rows if texts else ():
        for i in texts:
            if i < len(fields) and fields[i]:
                cells[i].append(fields[i])
    _rewound(source)
    return tuple(_field(name, kinds[i], cells.get(i, ())) for i, name in enumerate(names)), seen


def _field(name: str, kind: str, cells: Sequence[bytes]) -> Field:
    if cells and all(cell.startswith(b"[") and is_json_list(cell) for cell in cells):
        held = type_of_lists(cells)
        if held is not None:
            return Field(name, held, is_list=True)
    if any(cell.startswith(_BASE64) for cell in cells):
        return Field(name, "bytes")
    return Field(name, kind)


def read_csv(source: Any, kind: str, fields: Fields, form: CsvForm) -> Iterator[Batch]:
    """Yield the rows of a file.

    Raises:
        ParseError: A row does not fit the fields.
    """
    with CsvRecordReader(source, kind, field_delim=form.delimiter, buffer_size=_BUFFER_BYTES) as reader:
        names = [*form.names] if form.names is not None else _header(reader, form)
        _check_names(names)
        missing = [field.name for field in fields if field.name not in names]
        if missing:
            raise InvalidArgumentError(
                f"{WHERE}: the columns of {reader.path} must have {missing[0]!r}. They are {', '.join(names)}."
            )
        places = sorted(range(len(fields)), key=lambda i: names.index(fields[i].name))
        selected = tuple(names.index(fields[i].name) for i in places)
        ordered = tuple(fields[i] for i in places)
        forms = [_format(ordered, mark, form, selected, len(names)) for mark in range(2)]
        while (records := reader.read(_ROWS)) is not None:
            records = without_empty_lines(records, len(names))
            if not len(records.rows):
                continue
            batch = Batch([], reader.path, "line", records.lines + 1)
            if records.is_open:
                raise batch.error(len(records.rows) - 1, "a quoted cell does not end")
            found = _decode(records, ordered, forms, batch)
            yield batch._replace(columns=[found[places.index(i)] for i in range(len(fields))])


def _header(reader: CsvRecordReader, form: CsvForm) -> list[str]:
    """Return the names in the first line.

    Raises:
        ParseError: There is none.
    """
    records = reader.read(1)
    if records is None:
        raise misfit(reader.path, "line", 1, "it must hold the names of the columns. The file is empty.")
    plain = CsvFormat((CsvColumn(as_dtype("string"), b""),), form.delimiter, empty_is_field=True)
    try:
        names = [name.decode() for name in split_row(records.rows.element(0), plain)]
    except ValueError as err:
        raise misfit(reader.path, "line", 1, f"it must hold the names of the columns ({err}).") from err
    return [names[0].removeprefix("\ufeff"), *names[1:]]


def _check_names(names: Sequence[str]) -> None:
    """Check that names tell columns apart.

    Raises:
        InvalidArgumentError: One stands twice.
    """
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidArgumentError(f"{WHERE}: columns must have different names. Received: {twice!r} twice.")


def without_empty_lines(records: CsvRecords, width: int) -> CsvRecords:
    """Leave out empty lines, where they are no rows of one empty cell."""
    kept = np.flatnonzero(records.rows.lengths)
    if width == 1 or len(kept) == len(records.rows):
        return records
    return CsvRecords(records.rows.take(kept), records.starts[kept], records.lines[kept], records.is_open)


def _format(fields: Fields, mark: int, form: CsvForm, selected: tuple[int, ...], width: int) -> CsvFormat:
    columns = tuple(
        CsvColumn(as_dtype(field.type), _MARKS[field.type][mark])
        if field.type in _MARKS and not field.is_list
        else CsvColumn(as_dtype("string"), b"")
        for field in fields
    )
    return CsvFormat(columns, form.delimiter, True, b"", selected, row_fields=width, empty_is_field=True)


def _decode(records: CsvRecords, fields: Fields, forms: list[CsvFormat], batch: Batch) -> list[Any]:
    import pyarrow as pa

    try:
        columns = decode_rows(records.rows, forms[0])
    except ParseError as err:
        _explain(records, err.record_index or 0, fields, forms[0], batch)
        raise
    others: Any = None
    found = []
    for i, (field, column) in enumerate(zip(fields, columns, strict=True)):
        if isinstance(column, DenseColumn):
            mask = None
            mark = column.values.dtype.type(_MARKS[field.type][0])
            if (column.values == mark).any():
                others = others if others is not None else decode_rows(records.rows, forms[1])
                # Not equal twice: a number that is no number differs from itself.
                mask = (column.values == mark) & (others[i].values != mark)
            found.append(pa.array(column.values, mask=mask))
            continue
        assert isinstance(column, BytesColumn)
        found.append(_texts(column, field, batch))
    return found


def _texts(column: BytesColumn, field: Field, batch: Batch) -> Any:
    """Return cells of text, bytes or lists."""
    import pyarrow as pa
    from pyarrow import compute as pc

    cells = arrow_of(column).cast(pa.binary())
    if field.is_list:
        text = pc.binary_join_element_wise(b'{"v": ', pc.if_else(pc.equal(cells, b""), b"null", cells), b"}", b"")
        return _by_json(text, field, batch)
    if (
        field.type == "bytes"
        and (coded := pc.starts_with(cells, _BASE64.decode()).to_numpy(zero_copy_only=False)).any()
    ):
        values = cells.to_pylist()
        lines = pa.array([b'{"v": ' + values[i] + b"}" for i in np.flatnonzero(coded)], pa.binary())
        places = batch._replace(numbers=batch.numbers[coded])
        for i, value in zip(np.flatnonzero(coded), _by_json(lines, field, places).to_pylist(), strict=True):
            values[i] = value
        return pa.array(values, pa.binary())
    return cells


def _by_json(text: Any, field: Field, batch: Batch) -> Any:
    lines = BytesColumn.from_arrow(text)
    parsed = parse_lines(batch, lines, (Field("v", field.type, field.is_list),), strict=True)
    if len(parsed.numbers) != len(batch.numbers):
        raise batch.error(0, f"column {field.name!r} holds cells that are no JSON")
    return parsed.columns[0]


def _explain(records: CsvRecords, row: int, fields: Fields, form: CsvFormat, batch: Batch) -> None:
    """Raise the error of a row that was refused."""
    line = int(batch.numbers[row])
    names = tuple(field.name for field in fields)
    advice = "Correct it, or give the type (--type), or infer types from more records (--sample)."
    place = RowPlace(WHERE, f"{batch.path}, line {line}", names, "columns", advice, batch.path, line)
    try:
        decode_row(records.rows.element(row), form, row, place)
    except ParseError as err:
        raise misfit(batch.path, "line", line, _told(str(err), batch.path, line)) from err


def _told(message: str, path: str, line: int) -> str:
    """Return what an error says, without its place, which is said already."""
    rest = message.removeprefix(f"{WHERE}: ").replace(f" of {path}, line {line}", "")
    rest = rest.replace(f"{path}, line {line} ", "the row ")
    return rest


def csv_header(names: Sequence[str], delimiter: bytes) -> bytes:
    """Return the line of column names; Arrow's own would have all of them in quotes."""
    special = f'{delimiter.decode()}"\r\n'
    quoted = ['"' + name.replace('"', '""') + '"' if any(c in name for c in special) else name for name in names]
    return delimiter.decode().join(quoted).encode() + b"\n"


def csv_rows(table: Any, delimiter: bytes) -> bytes:
    """Return the rows of an Arrow table as lines."""
    from pyarrow import csv

    out = io.BytesIO()
    csv.write_csv(
        table, out, csv.WriteOptions(include_header=False, delimiter=delimiter.decode(), quoting_style="needed")
    )
    return out.getvalue()


class CsvWriter:
    """Turns records into CSV text.

    Args:
        fields: The columns.
        form: How it is written.
    """

    def __init__(self, fields: Fields, form: CsvForm) -> None:
        self._fields, self._form = fields, form

    def header(self) -> bytes:
        """Return the line of column names."""
        return csv_header([field.name for field in self._fields], self._form.delimiter)

    def rows(self, batch: Batch) -> bytes:
        """Return records as lines."""
        import pyarrow as pa

        cells = [_cells(array, field) for field, array in zip(self._fields, batch.columns, strict=True)]
        return csv_rows(pa.table(cells, [str(i) for i in range(len(cells))]), self._form.delimiter)


def _cells(array: Any, field: Field) -> Any:
    import pyarrow as pa
    from pyarrow import compute as pc

    if field.is_list:
        return json_texts(array, field)
    if not field.is_text:
        return array
    try:
        text = array.cast(pa.string())
        if not pc.any(pc.starts_with(text, _BASE64.decode())).as_py():
            return text
    except pa.ArrowInvalid:
        pass
    return pa.array([None if value is None else _cell(value) for value in array.to_pylist()], pa.string())


def _cell(value: bytes) -> str:
    """Return a string as a cell: what is no text, or looks like the form of what is none, in that form."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = _BASE64.decode()
    if not text.startswith(_BASE64.decode()):
        return text
    return json.dumps({"base64": base64.b64encode(value).decode()})
