"""One row of CSV, read slowly: the reference that says what is wrong with a row, and reads the numbers that are rare.

This is the grammar of `kernels` in plain Python. The tests hold the two against each other.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from ...core.errors import ParseError
from .format import CsvColumn, CsvFormat

_DECIMAL = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_HEXADECIMAL = re.compile(rb"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?\d+)?")
_NAMED = re.compile(rb"([+-]?)(?:(inf(?:inity)?)|nan(?:\([0-9a-zA-Z_]*\))?)", re.IGNORECASE)
_INTEGER = re.compile(rb"[+-]?\d+")
_BLANKS = b" \t\n\v\f\r"
_SHOWN = 40


def parse_float(text: bytes, *, single: bool) -> float | None:
    """Return the nearest float64 (`single`: float32) to the number that `text` spells, or None when it spells none."""
    text = text.strip(_BLANKS)
    if named := _NAMED.fullmatch(text):
        value = float("inf") if named[2] else float("nan")
        return -value if named[1] == b"-" else value
    if _HEXADECIMAL.fullmatch(text):
        try:
            return _narrow(float.fromhex(text.decode()), None) if single else float.fromhex(text.decode())
        except OverflowError:
            return float("-inf") if text.startswith(b"-") else float("inf")
    if not _DECIMAL.fullmatch(text):
        return None
    value = float(text)
    if not single:
        return value
    bits: int = struct.unpack("<Q", struct.pack("<d", value))[0]
    if value == 0.0 or (bits & (1 << 29) - 1 != 1 << 28 and 1.2e-38 < abs(value) < 3.4e38):
        # Not half way between two float32 numbers, so that rounding a second time does no harm.
        narrow: float = struct.unpack("<f", struct.pack("<f", value))[0]
        return narrow
    return _narrow(value, Decimal(text.decode()))


def _narrow(value: float, true: Decimal | None) -> float:
    """Round to float32 as if the true value had been rounded once."""
    if true is not None and np.isfinite(value):
        near = Decimal(value)
        # Half way between two float32 numbers, the side on which the true value lies decides.
        if near != true:
            aside = np.nextafter(value, np.inf if true > near else -np.inf)
            with np.errstate(over="ignore"):
                middle = np.float32(value) != np.float32(aside)
            value = float(aside) if middle else value
    with np.errstate(over="ignore"):
        return float(np.float32(value))


def parse_int(text: bytes, bits: int) -> int | None:
    """Return the integer that `text` spells, or None when it spells none of so many bits."""
    text = text.strip(_BLANKS)
    if not _INTEGER.fullmatch(text):
        return None
    digits = text.lstrip(b"+-").lstrip(b"0")
    if len(digits) > 19:
        return None
    value = int(text)
    return value if -(1 << (bits - 1)) <= value < 1 << (bits - 1) else None


def split_row(line: bytes, form: CsvFormat) -> list[bytes]:
    """Return the fields of a row, as far as the format looks at them.

    Raises:
        ValueError: A field is not well formed; the text says why.
    """
    fields: list[bytes] = []
    delimiter, i = form.field_delim, 0
    most = None if form.is_exact else form.fields
    if not line and form.empty_is_field:
        return [b""]
    while i < len(line):
        if len(fields) == most:
            return fields
        if line[i : i + 1] in (b"\n", b"\r"):
            i += 1
        elif form.use_quote_delim and line[i : i + 1] == b'"':
            field, i = _quoted(line, i + 1, delimiter)
            fields.append(field)
        else:
            end = line.find(delimiter, i)
            end = len(line) if end < 0 else end
            field = line[i:end]
            if b"\n" in field or b"\r" in field or (form.use_quote_delim and b'"' in field):
                raise ValueError("a field without quotes around it holds a quote or a line end")
            fields.append(field)
            i = end + 1
    if line.endswith(delimiter) and len(fields) != most:
        fields.append(b"")
    return fields


def _quoted(line: bytes, start: int, delimiter: bytes) -> tuple[bytes, int]:
    i, parts = start, []
    while True:
        end = line.find(b'"', i)
        if end < 0:
            raise ValueError("a quoted field does not end")
        parts.append(line[i:end])
        after = line[end + 1 : end + 2]
        if after in (b"", delimiter):
            return b"".join(parts), end + 2
        if after != b'"':
            raise ValueError("a quote inside a quoted field is not doubled")
        parts.append(b'"')
        i = end + 2


def parse_field(text: bytes, column: CsvColumn) -> Any:
    """Return the value of a field that is not missing, or None when it is not of the column's type."""
    if column.dtype.is_string:
        return text
    if column.dtype.is_floating:
        return parse_float(text, single=column.dtype.size == 4)
    return parse_int(text, 8 * column.dtype.size)


@dataclass(frozen=True, slots=True)
class RowPlace:
    """How errors speak of a row.

    Attributes:
        stage: Who reads it.
        row: Which one it is, e.g. `"row 3"`.
        names: Names of the columns of the result, or none.
        defaults: What the user gives the columns' types and defaults by: an argument, or a `--option` of a command.
        advice: What to do when a value is not of its column's type.
        path: The file, or None.
        line: Line in the file, counted from 1, or None.
    """

    stage: str
    row: str
    names: tuple[str, ...] = ()
    defaults: str = "record_defaults"
    advice: str = ""
    path: str | None = None
    line: int | None = None

    def cell(self, field: int, column: int) -> str:
        """Name the field that makes a column."""
        return f"column {self.names[column]!r}" if self.names else f"field {field}"

    def instead(self, column: int) -> str:
        """Say how the user gives what takes the place of a missing value."""
        if self.defaults.startswith("--"):
            return f"Give what takes its place: {self.defaults} {self.names[column]}=VALUE."
        return f"Give {self.defaults}[{column}] a value to use instead."


def decode_row(line: bytes, form: CsvFormat, row: int, place: RowPlace | None = None) -> list[Any]:
    """Return the values of one row.

    Args:
        line: The row's text.
        form: How it is read.
        row: Its number, counted from 0.
        place: How errors speak of it; None for `row` alone.

    Raises:
        ParseError: Something is wrong with it; the message says what.
    """
    at = place or RowPlace("decode_csv", f"row {row}")

    def wrong(what: str) -> ParseError:
        return ParseError(f"{at.stage}: {what}", path=at.path, line=at.line, record_index=row)

    try:
        fields = split_row(line, form)
    except ValueError as err:
        raise wrong(f"{at.row} is not well formed: {err}.") from None
    count = form.fields
    if len(fields) != count:
        raise wrong(f"{at.row} has {_fields(len(fields))}, {_needed(form, at, count)}.")
    values: list[Any] = []
    for i, text in enumerate(fields):
        index = form.column_of(i)
        if index is None:
            continue
        column = form.columns[index]
        if text in (b"", form.na_value):
            if column.default is None:
                raise wrong(f"{at.cell(i, index)} of {at.row} is required but missing. {at.instead(index)}")
            values.append(column.default)
            continue
        value = parse_field(text, column)
        if value is None:
            advice = f" {at.advice}" if at.advice else ""
            raise wrong(
                f"{at.cell(i, index)} of {at.row} is not a valid {column.dtype.name}. Received: {_shown(text)}.{advice}"
            )
        values.append(value)
    return values


def _fields(n: int) -> str:
    return "1 field" if n == 1 else f"{n} fields"


def _needed(form: CsvFormat, at: RowPlace, count: int) -> str:
    if form.select_cols is None:
        return f"{at.defaults} has {count}"
    return f"select_cols needs {count}" if form.row_fields is None else f"it must have {count}"


def _shown(text: bytes) -> str:
    shown = text[:_SHOWN].decode("utf-8", "backslashreplace")
    return repr(shown) + (f" and {len(text) - _SHOWN} more bytes" if len(text) > _SHOWN else "")
