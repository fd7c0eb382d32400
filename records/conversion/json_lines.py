"""JSON lines as tables, and back: one object in each line, a key for each column.

Strings that are UTF-8 are JSON strings, others `{"base64": "…"}`. Numbers that are not finite are the strings `"NaN"`,
`"Infinity"` and `"-Infinity"`, as in protobuf's JSON. A missing value is null, or no key at all.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core.columns import BytesColumn
from ..csv.row import parse_float
from ..lines import LineReader
from .fields import ALL, Batch, Field, Fields, Wanted, misfit, unknown_column, wrong_value

_LINES: Final = 1 << 14
_BUFFER_BYTES: Final = 1 << 20
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_MOST_INT: Final = 1 << 63
_SHOWN: Final = 60


class _Decimal(str):
    """A number with a point or exponent, as it was written: it is rounded once, to its column's type."""


def read_json_lines(source: Any, kind: str, fields: Fields, *, strict: bool) -> Iterator[Batch]:
    """Yield the records of a file.

    Args:
        source: Path or stream.
        kind: Its compression.
        fields: The columns to read.
        strict: Whether a key that is none of them is an error.

    Raises:
        ParseError: A line does not fit the fields.
    """
    with LineReader(source, kind, buffer_size=_BUFFER_BYTES) as reader:
        for lines, numbers in numbered_lines(reader, _LINES):
            yield parse_lines(Batch([], reader.path, "line", numbers), lines, fields, strict=strict)


def numbered_lines(reader: LineReader, max_lines: int) -> Iterator[tuple[BytesColumn, npt.NDArray[np.int64]]]:
    """Yield the lines of a file that are not empty, without a byte order mark, and their numbers from 1."""
    while (lines := reader.read(max_lines)) is not None:
        first = reader.line_index - len(lines)
        if first == 0 and lines.element(0).startswith(_BYTE_ORDER_MARK):
            rest = lines.strings()
            lines = BytesColumn.from_list([rest[0].removeprefix(_BYTE_ORDER_MARK), *rest[1:]])
        numbers = np.arange(first + 1, first + 1 + len(lines))
        filled = np.flatnonzero(lines.lengths)
        if len(filled) < len(lines):
            lines, numbers = lines.take(filled), numbers[filled]
        if len(lines):
            yield lines, numbers


def parse_lines(places: Batch, lines: BytesColumn, fields: Fields, *, strict: bool) -> Batch:
    """Return lines of JSON as columns; `places` says where they come from.

    Arrow parses the whole block; where it meets something that it does not take, Python does, line by line.
    """
    columns = _parsed_by_arrow(lines, fields, strict=strict)
    return places._replace(columns=columns) if columns is not None else _parsed_by_python(places, lines, fields, strict)


def _parsed_by_arrow(lines: BytesColumn, fields: Fields, *, strict: bool) -> list[Any] | None:
    import pyarrow as pa
    from pyarrow import compute as pc
    from pyarrow import json as pj

    names = [field.name for field in fields]
    if len({*names}) < len(names):
        return None
    text = pc.binary_join_element_wise(lines.to_arrow().cast(pa.binary()), b"\n", b"")
    data = text.buffers()[2]
    schema = pa.schema([(field.name, _as_text(field)) for field in fields])
    behavior = "error" if strict else "ignore"
    try:
        table = pj.read_json(
            io.BytesIO(data),
            pj.ReadOptions(use_threads=False, block_size=data.size + 1),
            pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior=behavior),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError, pa.ArrowNotImplementedError):
        return None
    if table.num_rows != len(lines) or table.column_names != names:
        return None
    return [table.column(i).combine_chunks().cast(field.arrow()) for i, field in enumerate(fields)]


def _as_text(field: Field) -> Any:
    import pyarrow as pa

    value = pa.string() if field.is_text else field.arrow_value()
    return pa.list_(value) if field.is_list else value


def _parsed_by_python(places: Batch, lines: BytesColumn, fields: Fields, strict: bool) -> Batch:  # noqa: FBT001
    import pyarrow as pa

    known = {field.name for field in fields}
    columns: list[list[Any]] = [[] for _ in fields]
    kept = []
    for row, line in enumerate(lines.strings()):
        if not line.strip():
            continue
        values = _object(line, places.path, int(places.numbers[row]))
        if strict and (others := values.keys() - known):
            raise places.error(row, unknown_column(min(others)))
        for field, column in zip(fields, columns, strict=True):
            try:
                column.append(_value(values.get(field.name), field))
            except ValueError:
                shown = json.dumps(values[field.name])
                shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
                raise places.error(row, wrong_value(field, shown)) from None
        kept.append(row)
    arrays = [pa.array(column, field.arrow()) for field, column in zip(fields, columns, strict=True)]
    return places._replace(columns=arrays, numbers=places.numbers[kept])


def _object(line: bytes, path: str, number: int) -> dict[str, Any]:
    """Return the object in a line.

    Raises:
        ParseError: It holds none.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError("a key stands twice in one object")
        return found

    try:
        found = json.loads(line.decode(), parse_float=_Decimal, object_pairs_hook=unique)
    except (ValueError, RecursionError) as err:
        raise misfit(path, "line", number, f"it must hold one JSON object ({err}).") from err
    if not isinstance(found, dict):
        raise misfit(path, "line", number, 'it must hold one JSON object, as {"x": 1}. Received: another value.')
    return found


def _value(value: Any, field: Field) -> Any:
    """Return what Arrow takes for a value.

    Raises:
        ValueError: It is not of the field's type.
    """
    if value is None:
        return None
    if not field.is_list:
        return _one(value, field)
    values = value if isinstance(value, list) else [value]
    return [None if one is None else _one(one, field) for one in values]


def _one(value: Any, field: Field) -> Any:
    if field.is_text:
        if isinstance(value, str) and not isinstance(value, _Decimal):
            return value.encode()
        if isinstance(value, dict) and [*value] == ["base64"] and isinstance(value["base64"], str):
            return base64.b64decode(value["base64"], validate=True)
        raise ValueError(value)
    if field.type == "int64":
        if not isinstance(value, int) or not -_MOST_INT <= value < _MOST_INT:
            raise ValueError(value)
        return int(value)
    if not isinstance(value, int | float | _Decimal) and value not in ("NaN", "Infinity", "-Infinity"):
        raise ValueError(value)
    number = parse_float(str(int(value) if isinstance(value, bool) else value).encode(), single=field.type == "float32")
    if number is None:
        raise ValueError(value)
    return number


# --- types ------------------------------------------------------------------------------------------------------------


def json_fields(source: Any, kind: str, sample: int | None, wanted: Wanted = ALL) -> tuple[Fields, int]:
    """Return the columns that hold the first records of a file, in the order they appear, and how many were read.

    Values of columns that nobody wants, or whose type the user told, may be anything.

    Raises:
        ParseError: A line is no object, or no type holds all values of a column.
    """
    found: dict[str, tuple[str | None, bool]] = {}
    seen = 0
    with LineReader(source, kind, buffer_size=_BUFFER_BYTES) as reader:
        for lines, numbers in numbered_lines(reader, _LINES):
            for number, line in zip(numbers.tolist(), lines.strings(), strict=True):
                if not line.strip():
                    continue
                if seen == sample:
                    return _found(found), seen
                seen += 1
                for name, value in _object(line, reader.path, number).items():
                    found[name] = _with_value(found.get(name), value, name, wanted, (reader.path, number))
    return _found(found), seen


def _with_value(
    before: tuple[str | None, bool] | None, value: Any, name: str, wanted: Wanted, place: tuple[str, int]
) -> tuple[str | None, bool]:
    """Return the type of a column, and whether it is one of lists, that holds one more value."""
    kind, is_list = before or (None, False)
    kinds = {_type_of(one) for one in (value if isinstance(value, list) else [value])} - {None}
    both = _both({*kinds, kind} - {None})
    if both == "" and name in wanted and name not in wanted.told:
        path, number = place
        shown = json.dumps(value)[:_SHOWN]
        if kind is None:
            what = f"column {name!r} must be of numbers or strings, or lists of them. Received: {shown}. "
            raise misfit(path, "line", number, what + "Correct it, or leave the column out (--columns).")
        raise misfit(path, "line", number, wrong_value(Field(name, kind), shown))
    return both, is_list or isinstance(value, list)


def _found(found: dict[str, tuple[str | None, bool]]) -> Fields:
    # A column without any value can hold anything; text is what most often stands behind it.
    return tuple(Field(name, _chosen(kind) or "string", is_list) for name, (kind, is_list) in found.items())


def _chosen(kind: str | None) -> str | None:
    """Return the type of values that were all words for numbers: they are words."""
    return "string" if kind == "string or float64" else kind


def _type_of(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, _Decimal | float) or value in ("NaN", "Infinity", "-Infinity"):
        return "float64" if not isinstance(value, str) or isinstance(value, _Decimal) else "string or float64"
    if isinstance(value, int):
        return "int64"
    if isinstance(value, str):
        return "string"
    return "bytes" if isinstance(value, dict) and [*value] == ["base64"] else "object"


def _both(kinds: set[str | None]) -> str | None:
    """Return the type that holds values of several, `""` when there is none."""
    if kinds <= {None}:
        return None
    if len(kinds) == 1:
        kind = next(iter(kinds))
        return "" if kind == "object" else kind
    if kinds <= {"int64", "float64", "string or float64"}:
        return "float64"
    if kinds <= {"string", "bytes", "string or float64"}:
        return "bytes" if "bytes" in kinds else "string"
    return ""


# --- writing ----------------------------------------------------------------------------------------------------------


def json_lines(fields: Fields, batch: Batch) -> memoryview:
    """Return records as lines of JSON."""
    import pyarrow as pa
    from pyarrow import compute as pc

    pieces: list[Any] = []
    for i, (field, array) in enumerate(zip(fields, batch.columns, strict=True)):
        pieces += [f"{', ' if i else '{'}{json.dumps(field.name)}: ", json_texts(array, field)]
    pieces.append("}\n" if pieces else "{}\n")
    if len(pieces) == 1:
        return memoryview(pieces[0].encode() * len(batch.numbers))
    text = pc.binary_join_element_wise(*pieces, "", null_handling="replace", null_replacement="null")
    assert text.type == pa.string()
    return memoryview(text.buffers()[2])


def json_texts(array: Any, field: Field) -> Any:
    """Return each value of a column as JSON, a string column; null stays null."""
    import pyarrow as pa
    from pyarrow import compute as pc

    if not field.is_list:
        return _texts(array, field)
    texts = _texts(array.flatten(), field)
    lengths = array.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    offsets = np.concatenate([np.zeros(1, np.int32), np.cumsum(lengths, dtype=np.int32)])
    mask = array.is_null() if array.null_count else None
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), texts, mask=mask), ", ")
    return pc.binary_join_element_wise("[", joined, "]", "")


def _texts(array: Any, field: Field) -> Any:
    import pyarrow as pa
    from pyarrow import compute as pc

    if field.is_text:
        return _strings(array)
    text = array.cast(pa.string())
    if field.type == "int64":
        return text
    # Arrow writes 1.0 as 1, which would be an integer to whoever reads it.
    text = pc.if_else(pc.match_substring_regex(text, r"^-?\d+$"), pc.binary_join_element_wise(text, ".0", ""), text)
    names = {"nan": '"NaN"', "inf": '"Infinity"', "-inf": '"-Infinity"'}
    finite = pc.is_finite(array)
    if pc.all(finite).as_py() in (True, None):
        return text
    return pa.array([None if one is None else names.get(one, one) for one in text.to_pylist()], pa.string())


def _strings(array: Any) -> Any:
    import pyarrow as pa
    from pyarrow import compute as pc

    try:
        text = array.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([_string(value) for value in array.to_pylist()], pa.string())
    data = text.buffers()[2]
    raw = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    if (raw < 0x20).any():
        return pa.array([_string(value) for value in array.to_pylist()], pa.string())
    for special in ("\\", '"'):
        if (raw == ord(special)).any():
            text = pc.replace_substring(text, special, "\\" + special)
    return pc.binary_join_element_wise('"', text, '"', "")


def _string(value: bytes | None) -> str | None:
    """Return one string as JSON."""
    if value is None:
        return None
    try:
        return json.dumps(value.decode(), ensure_ascii=False)
    except UnicodeDecodeError:
        return json.dumps({"base64": base64.b64encode(value).decode()})


def is_json_list(text: bytes) -> bool:
    """Whether a text is a JSON list."""
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return False


def type_of_lists(texts: Sequence[bytes]) -> str | None:
    """Return the type that holds the values of JSON lists, or None when there is none."""
    kinds = {_type_of(one) for text in texts for one in json.loads(text, parse_float=_Decimal)} - {None}
    both = _chosen(_both(kinds))
    return "string" if both is None else both or None
