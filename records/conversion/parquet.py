"""Parquet files as tables, and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, Any, Final, Self

import numpy as np

from ...core.errors import DataLossError, DTypeError, InvalidArgumentError, NotFoundError
from ..files import is_stream, name_of
from ..random_access import seekable
from .fields import WHERE, Batch, Field, Fields, Wanted, first_bad, wrong_value

_ROWS: Final = 1 << 14
# Row groups of this size are what readers of Parquet like; a group is held in memory until it is written.
GROUP_BYTES: Final = 1 << 26
_GROUP_ROWS: Final = 1 << 20


@contextmanager
def open_parquet(source: Any) -> Iterator[Any]:
    """Open a Parquet file.

    Args:
        source: A path, a URI, or an open binary file; what such a file holds goes to a temporary one where it cannot
            seek.

    Yields:
        A `pyarrow.parquet.ParquetFile`.

    Raises:
        NotFoundError: There is no such file.
        DataLossError: It is no Parquet file, or damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = name_of(source)
    is_local = not is_stream(source) and "://" not in path
    if is_local and not Path(path).exists():
        raise NotFoundError(f"{path}: no such file.")
    with ExitStack() as stack:
        file = source if is_local else stack.enter_context(seekable(source))
        try:
            opened = stack.enter_context(pq.ParquetFile(file))
        except (pa.ArrowInvalid, OSError) as err:
            raise DataLossError(f"{path}: is no Parquet file, or is damaged ({err}).", path=path) from err
        yield opened


def parquet_fields(source: Any, wanted: Wanted) -> Fields:
    """Return the columns of a Parquet file; of those that nobody wants, the ones that records can hold.

    Raises:
        DTypeError: A column is of a type that records do not hold.
    """
    found = []
    with open_parquet(source) as file:
        for one in file.schema_arrow:
            with nullcontext() if one.name in wanted else suppress(DTypeError):
                found.append(_field(one, name_of(source)))
    return tuple(found)


def _field(one: Any, path: str) -> Field:
    import pyarrow.types as kinds

    kind, is_list = one.type, False
    if kinds.is_list(kind) or kinds.is_large_list(kind) or kinds.is_fixed_size_list(kind):
        kind, is_list = kind.value_type, True
    if kinds.is_dictionary(kind):
        kind = kind.value_type
    if kinds.is_integer(kind) or kinds.is_boolean(kind):
        name = "int64"
    elif kinds.is_float64(kind):
        name = "float64"
    elif kinds.is_floating(kind):
        name = "float32"
    elif kinds.is_string(kind) or kinds.is_large_string(kind):
        name = "string"
    elif kinds.is_binary(kind) or kinds.is_large_binary(kind) or kinds.is_fixed_size_binary(kind):
        name = "bytes"
    else:
        raise DTypeError(
            f"{WHERE}: {path}: column {one.name!r} must be of integers, floats or strings, or lists of them. "
            f"Received: {one.type}. Cast it, or leave it out with --columns."
        )
    return Field(one.name, name, is_list)


def read_parquet(source: Any, fields: Fields) -> Iterator[Batch]:
    """Yield the rows of a file.

    Args:
        source: See `open_parquet`.
        fields: The columns to read.

    Raises:
        ParseError: A value does not fit its field.
        DataLossError: The file is damaged.
    """
    first, path = 0, name_of(source)
    with open_parquet(source) as file:
        missing = [field.name for field in fields if field.name not in file.schema_arrow.names]
        if missing:
            raise InvalidArgumentError(
                f"{WHERE}: {path} must have a column {missing[0]!r}. It has: {', '.join(file.schema_arrow.names)}."
            )
        for table in tables_of(file, path, [field.name for field in fields], _ROWS):
            batch = Batch([], path, "row", np.arange(first, first + table.num_rows))
            columns = [_normal(table.column(field.name), field, batch) for field in fields]
            yield batch._replace(columns=columns)
            first += table.num_rows


def tables_of(file: Any, path: str, names: Sequence[str], max_rows: int) -> Iterator[Any]:
    """Yield the rows of an open file, as record batches.

    Raises:
        DataLossError: It is damaged.
    """
    import pyarrow as pa

    try:
        yield from file.iter_batches(max_rows, columns=[*names])
    except (pa.ArrowException, OSError) as err:
        raise DataLossError(f"{path}: the Parquet file is damaged ({err}).", path=path) from err


def _normal(array: Any, field: Field, batch: Batch) -> Any:
    """Return a column in the form between formats."""
    import pyarrow as pa

    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    is_list = hasattr(array.type, "value_type")
    if is_list != field.is_list:
        raise batch.error(0, wrong_value(field, f"a column of {array.type}"))
    if pa.types.is_fixed_size_list(array.type):
        array = array.cast(pa.list_(array.type.value_type))
    if field.type == "int64" and pa.types.is_boolean(array.type):
        array = array.cast(pa.int8())
    if field.is_text and not is_list and pa.types.is_large_string(array.type):
        array = array.cast(pa.large_binary())
    try:
        return array.cast(field.arrow(), safe=field.type != "float32")
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as err:
        try:
            row, value = first_bad(lambda value: pa.array([value], array.type).cast(field.arrow()), array)
        except (AssertionError, pa.ArrowNotImplementedError):
            raise batch.error(0, wrong_value(field, f"a column of {array.type}")) from err
        raise batch.error(row, wrong_value(field, repr(value.as_py()))) from err


class ParquetWriter:
    """Writes a table to an open file, in groups of rows; what is text must be UTF-8.

    Args:
        file: An open binary file.
        fields: The columns.
        compression: A codec of Parquet's.
        group_bytes: Bytes of rows that are held and then written as a group.

    Attributes:
        taken_bytes: Bytes of all rows so far, before compression.
    """

    def __init__(self, file: IO[bytes], fields: Fields, compression: str, group_bytes: int = GROUP_BYTES) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._fields = fields
        self._schema = pa.schema([(field.name, _written(field)) for field in fields])
        self._writer = pq.ParquetWriter(file, self._schema, compression=compression)
        self._group_bytes = group_bytes
        self.taken_bytes = 0
        self._held: list[Any] = []
        self._bytes = self._rows = 0

    def write(self, batch: Batch) -> None:
        """Append records.

        Raises:
            ParseError: Text is not UTF-8.
        """
        import pyarrow as pa

        arrays = [self._checked(array, i, batch) for i, array in enumerate(batch.columns)]
        table = pa.record_batch(arrays, self._schema)
        self._held.append(table)
        self._bytes += table.nbytes
        self.taken_bytes += table.nbytes
        self._rows += table.num_rows
        if self._bytes >= self._group_bytes or self._rows >= _GROUP_ROWS:
            self._flush()

    def _checked(self, array: Any, i: int, batch: Batch) -> Any:
        import pyarrow as pa

        field = self._fields[i]
        try:
            return array.cast(self._schema.field(i).type)
        except pa.ArrowInvalid as err:
            row, _ = first_bad(_decoded, array.to_pylist())
            what = f"column {field.name!r} must be text (UTF-8). Give its type: --type {field.name}=bytes"
            raise batch.error(row, what + ("[]" if field.is_list else "") + ".") from err

    def _flush(self) -> None:
        import pyarrow as pa

        if self._held:
            self._writer.write_table(pa.Table.from_batches(self._held), row_group_size=self._rows)
        self._held, self._bytes, self._rows = [], 0, 0

    def complete(self) -> None:
        """Write what is held, and the end of the file."""
        self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Let go of the file, which nobody will read; does nothing after `complete`."""
        self._held = []
        with suppress(Exception):
            self._writer.close()
        self._writer.is_open = False  # or it would try again when it is collected, and complain

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: Any, *_: object) -> None:
        try:
            if kind is None:
                self.complete()
        finally:
            self.abandon()


def _written(field: Field) -> Any:
    import pyarrow as pa

    value = pa.string() if field.type == "string" else field.arrow_value()
    return pa.list_(value) if field.is_list else value


def _decoded(value: Any) -> None:
    for one in value if isinstance(value, list) else [value]:
        if one is not None:
            one.decode()
