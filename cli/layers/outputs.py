"""Tables to files: CSV, Parquet and TFRecord files of Examples, that appear when they are complete."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

from ...core.columns import BytesColumn, Column, DenseColumn, RaggedColumn
from ...core.errors import InvalidArgumentError
from ...core.replacing import temporary_beside
from ...core.values import Ragged, Sparse
from ...records import TFRecordOptions, TFRecordWriter, encode_examples
from ...records.atomic import OpenFile
from ...records.conversion.csv_tables import csv_header, csv_rows
from ...records.conversion.formats import compression_type_of, delimiter_of, format_of
from .files import format_of_name


class TableWriter(ABC):
    """Writes tables, one after the other, to one file; a context manager.

    The rows go to a temporary file in the same folder. `finish_once` completes it, `publish` gives it its name; a block
    that ends otherwise leaves no file.

    Args:
        path: The file to make.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        folder, name = Path(path).parent, Path(path).name
        if not folder.is_dir():
            raise InvalidArgumentError(f"transform: the folder of the result must exist. Received: {path!r}.")
        self._temporary = str(temporary_beside(folder / name))
        Path(self._temporary).touch(exist_ok=False)
        self._finished = self._published = False

    @abstractmethod
    def write(self, table: Mapping[str, Any]) -> None:
        """Write some rows.

        Raises:
            InvalidArgumentError: A column has no place in such files.
        """

    @abstractmethod
    def _complete(self) -> None:
        """Write what is still held, and close the file."""

    def finish_once(self) -> None:
        """Complete the temporary file and bring it to disk, if that has not been done."""
        if self._finished:
            return
        self._complete()
        self._finished = True
        with Path(self._temporary).open("rb+") as file:
            os.fsync(file.fileno())

    def publish(self) -> None:
        """Give the complete file its name, in place of a file that had it before."""
        Path(self._temporary).replace(self.path)
        self._published = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._published:
            try:
                if not self._finished:
                    self._complete()
            except Exception:
                pass
            Path(self._temporary).unlink(missing_ok=True)


class CsvWriter(TableWriter):
    """CSV with a header line; columns of rows of numbers are spread: `city_0`, `city_1`."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._delimiter = delimiter_of(path, None)
        self._schema: Any = None
        options = TFRecordOptions(compression_type_of(format_of(path)[1]))
        self._open = ExitStack()
        file = self._open.enter_context(Path(self._temporary).open("wb"))  # noqa: SIM115 (closed by _complete)
        self._file = self._open.enter_context(OpenFile(file, options.compressor()))

    def write(self, table: Mapping[str, Any]) -> None:
        import pyarrow as pa

        flat = {key: column for name, value in table.items() for key, column in _spread(name, value, self.path)}
        batch = pa.table(flat)
        if self._schema is None:
            self._schema = batch.schema
            self._file.write(csv_header(batch.column_names, self._delimiter))
        _check_schema(self.path, batch.schema, self._schema)
        self._file.write(csv_rows(batch, self._delimiter))

    def _complete(self) -> None:
        self._open.close()


class ParquetWriter(TableWriter):
    """Parquet: rows of numbers become lists of fixed size, ragged rows lists."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._writer: Any = None

    def write(self, table: Mapping[str, Any]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        batch = pa.table({name: arrow_of(value) for name, value in table.items()})
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._temporary, batch.schema)
        _check_schema(self.path, batch.schema, self._writer.schema)
        self._writer.write_table(batch)

    def _complete(self) -> None:
        if self._writer is not None:
            self._writer.close()


class ExampleWriter(TableWriter):
    """TFRecord files of Examples: every column is a feature."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._writer = TFRecordWriter(self._temporary, compression_type_of(format_of(path)[1]))

    def write(self, table: Mapping[str, Any]) -> None:
        self._writer.write_many(encode_examples({name: _dense(value) for name, value in table.items()}))

    def _complete(self) -> None:
        self._writer.close()


_WRITERS: Final[dict[str, type[TableWriter]]] = {"csv": CsvWriter, "parquet": ParquetWriter, "tfrecord": ExampleWriter}
WRITTEN: Final = tuple(_WRITERS)


def open_writer(path: str, form: str | None = None) -> TableWriter:
    """Return a writer for a file of this name.

    Args:
        path: The file.
        form: One of `WRITTEN`; None goes by the name.

    Raises:
        InvalidArgumentError: No files of this kind are written.
    """
    kind = form or format_of_name(path)
    if kind not in _WRITERS:
        raise InvalidArgumentError(f"{path}: results are {', '.join(_WRITERS)}. Say --to.")
    return _WRITERS[kind](path)


def _check_schema(path: str, found: Any, first: Any) -> None:
    if found != first:
        raise InvalidArgumentError(f"{path}: columns must keep their types. Received: {found} after {first}.")


def _dense(value: Any) -> Any:
    return value.to_dense() if isinstance(value, Sparse) else value


def _spread(name: str, value: Any, path: str) -> Sequence[tuple[str, Any]]:
    """Return the columns of text and numbers that a column makes in a CSV file."""
    value = _dense(value)
    if isinstance(value, DenseColumn):
        value = value.values
    width = value.shape[1] if isinstance(value, np.ndarray) and value.ndim == 2 else None
    if isinstance(value, BytesColumn) and len(value.shape) == 1:
        width, value = value.shape[0], value.as_value()
    if isinstance(value, Ragged | RaggedColumn) or (width is None and not _is_plain(value)):
        raise InvalidArgumentError(
            f"{path}: CSV holds one value in a field. Received: column {name!r} with rows of several. "
            "Write Parquet or TFRecord, or leave it out with --columns."
        )
    if width is None:
        return [(name, arrow_of(value))]
    return [(f"{name}_{i}", arrow_of(np.ascontiguousarray(value[:, i]))) for i in range(width)]


def _is_plain(value: Any) -> bool:
    return not value.shape if isinstance(value, BytesColumn) else getattr(value, "ndim", 1) == 1


def arrow_of(value: Any) -> Any:
    """Return a column as an Arrow array; strings as text.

    Raises:
        InvalidArgumentError: A string is not UTF-8.
    """
    import pyarrow as pa

    value = _dense(value)
    if isinstance(value, Ragged):
        return pa.LargeListArray.from_arrays(pa.array(value.row_splits), arrow_of(value.values))
    if isinstance(value, RaggedColumn):
        inner = value.values.slice(int(value.splits[0]), int(value.splits[-1]))
        return pa.LargeListArray.from_arrays(pa.array(value.splits - value.splits[0]), arrow_of(inner))
    if isinstance(value, DenseColumn):
        value = value.values
    if isinstance(value, np.ndarray) and value.dtype.kind == "O":
        value = BytesColumn.from_array(value)
    if isinstance(value, BytesColumn):
        flat = BytesColumn(value.data, value.offsets).to_arrow()
        try:
            array = flat.cast(pa.large_string())
        except pa.ArrowInvalid as err:
            raise InvalidArgumentError(
                "a column of text must be UTF-8. Write TFRecord, which holds any bytes."
            ) from err
        shape = value.shape
    elif isinstance(value, Column):
        raise InvalidArgumentError(f"columns must hold numbers or strings. Received: {value.spec!r}.")
    else:
        array, shape = pa.array(np.ascontiguousarray(value).reshape(-1)), value.shape[1:]
    for length in reversed(shape):
        array = pa.FixedSizeListArray.from_arrays(array, length)
    return array
