"""Looking into CSV files before they are read: column names, and types that hold the first rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, Final

from ...core.dtypes import DType, float32, float64, int32, int64, string
from ...core.errors import InvalidArgumentError, ParseError
from ..files import name_of
from .format import CsvColumn, CsvFormat
from .reader import CsvRecordReader
from .row import parse_float, parse_int, split_row

# From the narrowest to the one that holds everything.
_TYPES: Final = (int32, int64, float32, float64, string)
_BYTE_ORDER_MARK: Final = "\ufeff"
_PROBE_BYTES: Final = 1 << 16


@dataclasses.dataclass(frozen=True)
class Probe:
    """The files to look into and how they are written.

    Attributes:
        where: Who asks, for messages.
        files: Paths, or streams.
        compression_type: `""`, `"GZIP"` or `"ZLIB"`.
        field_delim: One byte.
        use_quote_delim: Whether double quotes mark fields.
        header: Whether each file begins with a line of column names.
        empty_lines: Whether empty lines are rows also where there are several columns; else they are passed over.
        advice: What to do about a row of another width.
    """

    where: str
    files: Sequence[Any]
    compression_type: str
    field_delim: bytes
    use_quote_delim: bool
    header: bool
    empty_lines: bool = True
    advice: str = "Types cannot be inferred; give column_defaults or correct the line."

    def rows(self, file: Any) -> Iterator[tuple[list[bytes], int]]:
        """Yield the fields of each row of one file, and the line it begins on, counted from 1."""
        form = CsvFormat((CsvColumn(string, b""),), self.field_delim, self.use_quote_delim, empty_is_field=True)
        path = name_of(file)
        with CsvRecordReader(
            file,
            self.compression_type,
            field_delim=self.field_delim,
            use_quote_delim=self.use_quote_delim,
            buffer_size=_PROBE_BYTES,
        ) as reader:
            while (records := reader.read(64)) is not None:
                for text, line in zip(records.rows.strings(), (records.lines + 1).tolist(), strict=True):
                    try:
                        yield split_row(text, form), line
                    except ValueError as err:
                        raise ParseError(
                            f"{self.where}: {path}, line {line} is not well formed: {err}.", path=path, line=line
                        ) from None


def column_names_of(probe: Probe, encoding: str) -> list[str]:
    """Return the column names in the first line of the files, which must be the same everywhere.

    A byte order mark in front of them is left out.

    Raises:
        ParseError: A file is empty, or its first line is no text.
        InvalidArgumentError: A file has other names.
    """
    names: list[str] | None = None
    for path in probe.files:
        fields, _ = next(probe.rows(path), (None, 1))
        if fields is None:
            raise ParseError(f"{probe.where}: {path} must begin with a header line. It is empty.", path=path, line=1)
        try:
            found = [field.decode(encoding) for field in fields]
        except UnicodeDecodeError as err:
            raise ParseError(
                f"{probe.where}: {path}, line 1: column names must be text in {encoding}. Received: "
                f"{b','.join(fields)[:60]!r} ({err.reason}). Convert the file, or give column_names.",
                path=path,
                line=1,
            ) from err
        found[0] = found[0].removeprefix(_BYTE_ORDER_MARK)
        if names is None:
            names = found
        elif found != names:
            raise InvalidArgumentError(
                f"{probe.where}: all files must have the same header line. Received: {', '.join(names)} in "
                f"{probe.files[0]} and {', '.join(found)} in {path}. Give column_names if the columns are the same."
            )
    assert names is not None
    return names


def infer_types(
    probe: Probe, names: Sequence[str], selected: Sequence[int] | None, na_value: bytes, num_rows: int | None
) -> tuple[list[Any], int]:
    """Return a default per column, whose type holds every value of the column among the first rows, and how many rows.

    Args:
        probe: The files.
        names: Names of all columns.
        selected: Numbers of the columns that count; None for all.
        na_value: A field of exactly this text is missing and says nothing about the type, like an empty one.
        num_rows: Rows to look at, over all files; None for all.

    Raises:
        ParseError: A row has the wrong number of fields.
    """
    columns = range(len(names)) if selected is None else selected
    types: list[int | None] = [None] * len(columns)
    seen = 0
    for fields in _first_rows(probe, len(names), num_rows):
        seen += 1
        for i, column in enumerate(columns):
            text = fields[column]
            if text not in (b"", na_value):
                types[i] = _type_of(text, types[i] or 0)
    return [_default(_TYPES[-1 if number is None else number]) for number in types], seen


def _first_rows(probe: Probe, width: int, num_rows: int | None) -> Iterator[list[bytes]]:
    left = num_rows
    for file in probe.files:
        path, rows = name_of(file), probe.rows(file)
        if probe.header:
            next(rows, None)
        for fields, line in rows:
            if left == 0:
                return
            if fields == [b""] and width > 1 and not probe.empty_lines:
                continue
            if len(fields) != width:
                raise ParseError(
                    f"{probe.where}: {path}, line {line} has {len(fields)} fields, but there are {width} columns. "
                    f"{probe.advice}",
                    path=path,
                    line=line,
                )
            left = None if left is None else left - 1
            yield fields


def _type_of(text: bytes, at_least: int) -> int:
    """Return the number of the narrowest type, from one on, that holds a value."""
    for number in range(at_least, len(_TYPES)):
        if _holds(_TYPES[number], text):
            return number
    raise AssertionError("a string holds everything")


def _holds(dtype: DType, text: bytes) -> bool:
    """Whether a field's text is a value of a type. Infinity and NaN are words, as for TensorFlow, and so strings."""
    if dtype.is_string:
        return True
    if dtype.is_integer:
        return parse_int(text, 8 * dtype.size) is not None
    value = parse_float(text, single=dtype is float32)
    return value is not None and value < float("inf")


def _default(dtype: DType) -> Any:
    """Return what `record_defaults` takes for a column of a type that may be missing."""
    import numpy as np

    return [""] if dtype.is_string else np.zeros(1, dtype.numpy)
