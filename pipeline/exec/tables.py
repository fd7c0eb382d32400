"""Sources that read Arrow columns: Parquet by row groups, Arrow IPC by record batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from ...core.block import Block
from ...core.errors import (
    DataLossError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    ParseError,
    suggest,
)
from ...core.provenance import Provenance
from .. import plan
from ..plan.table_source import TableSource
from .arrow_columns import ArrowFormat
from .base import Context, Operator, State, executes

S = TypeVar("S", bound=TableSource)

PARQUET_DATASET: Final = "ParquetDataset"
ARROW_DATASET: Final = "ArrowDataset"

ALL_ROWS: Final = 1 << 62

_IPC_FILE_MAGIC: Final = b"ARROW1"


class TableFile(ABC):
    """A file of tables: parts that are read one at a time."""

    @property
    @abstractmethod
    def schema(self) -> Any:
        """The pyarrow schema of the columns that are read."""

    @abstractmethod
    def read(self, part: int) -> Any | None:
        """Return a part as a pyarrow table or record batch, or None behind the last one."""

    @abstractmethod
    def rows_lost(self, part: int) -> int | None:
        """Return how many rows a damaged part has, 0 if nobody knows; None when nothing behind it can be read."""

    @abstractmethod
    def close(self) -> None:
        """Close the file."""


class ParquetFile(TableFile):
    """Row groups of a Parquet file; only the columns asked for are read."""

    unit = "row group"

    def __init__(self, path: str, columns: tuple[str, ...] | None) -> None:
        import pyarrow.parquet as pq

        with _reading(path):
            self._file = pq.ParquetFile(path)
        self._path = path
        try:
            self._schema = _chosen(PARQUET_DATASET, path, self._file.schema_arrow, columns)
        except InvalidArgumentError:
            self._file.close()
            raise

    @property
    def schema(self) -> Any:
        return self._schema

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self._file.metadata.num_rows)

    def read(self, part: int) -> Any | None:
        if part >= self._file.metadata.num_row_groups:
            return None
        with _reading(self._path):
            return self._file.read_row_group(part, columns=self._schema.names).select(self._schema.names)

    def rows_lost(self, part: int) -> int | None:
        return int(self._file.metadata.row_group(part).num_rows)

    def close(self) -> None:
        self._file.close()


class ArrowFile(TableFile):
    """Record batches of an Arrow IPC file (by number) or stream (one after another)."""

    unit = "record batch"

    def __init__(self, path: str, columns: tuple[str, ...] | None) -> None:
        import pyarrow as pa

        self._path = path
        with _reading(path):
            self._source = pa.memory_map(path)
        try:
            with _reading(path):
                is_file = self._source.read(len(_IPC_FILE_MAGIC)) == _IPC_FILE_MAGIC
                self._source.seek(0)
                opened = pa.ipc.open_file(self._source) if is_file else pa.ipc.open_stream(self._source)
            self._batches: Any = opened
            self._by_number = is_file
            self._read = 0
            self._schema = _chosen(ARROW_DATASET, path, opened.schema, columns)
        except Exception:
            self._source.close()
            raise

    @property
    def schema(self) -> Any:
        return self._schema

    def read(self, part: int) -> Any | None:
        with _reading(self._path):
            batch = self._batch(part)
        return None if batch is None else batch.select(self._schema.names)

    def rows_lost(self, part: int) -> int | None:
        return 0 if self._by_number else None

    def _batch(self, part: int) -> Any | None:
        if self._by_number:
            return self._batches.get_batch(part) if part < self._batches.num_record_batches else None
        try:
            while self._read < part:  # after a resume
                self._batches.read_next_batch()
                self._read += 1
            batch = self._batches.read_next_batch()
        except StopIteration:
            return None
        self._read += 1
        return batch

    def close(self) -> None:
        self._source.close()


@contextmanager
def _reading(path: str) -> Iterator[None]:
    """Give pyarrow's errors the file's name.

    Raises:
        NotFoundError: There is no such file.
        InvalidArgumentError: The path is a folder.
        DataLossError: The file is damaged, or of another format.
    """
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError as err:
        raise NotFoundError(f"{path}: no such file.") from err
    except (pa.ArrowException, OSError) as err:
        if Path(path).is_dir():
            raise InvalidArgumentError(
                f"{path}: is a folder, not a file. Use list_files() for the files in it."
            ) from err
        raise DataLossError(f"{path}: cannot be read ({err}). Is it damaged, or of another format?", path=path) from err


def _chosen(where: str, path: str, schema: Any, columns: tuple[str, ...] | None) -> Any:
    """Return the schema of the columns asked for, in their order.

    Raises:
        InvalidArgumentError: There is no such column.
    """
    import pyarrow as pa

    if columns is None:
        return schema
    for name in columns:
        if name not in schema.names:
            raise InvalidArgumentError(
                f"{where}: columns must be among those of {path}: {', '.join(schema.names)}. "
                f"Received: {name!r}.{suggest(name, schema.names)}"
            )
    return pa.schema([schema.field(name) for name in columns])


class _Tables(Operator[S]):
    """Reads the files of a node part by part; a part becomes a block that demands are sliced from.

    Rows that cannot be read are errors of their own, with the others of their part around them. Behind a damaged part
    comes the next one, or the next file where no other part can be found.
    """

    file_type: type[ParquetFile | ArrowFile]
    where: str

    def __init__(self, node: S, context: Context) -> None:
        super().__init__(node, context)
        self._format = ArrowFormat(self.where, dict(node.fill_null))
        self._file: ParquetFile | ArrowFile | None = None
        # The part as pyarrow read it; rows of it, and the number in the part of the first of them.
        self._table: Any | None = None
        self._block: Block | None = None
        self._begin = 0
        # The file, its part, the row in the part that comes next, and the number of the part's first row in the file.
        self._number = self._part = self._row = self._first = 0
        # How many rows are tried at once.
        self._span = ALL_ROWS

    def pull(self, max_rows: int) -> Block | None:
        while self._block is None or self._row == self._begin + self._block.n:
            self._block = None
            if self._table is not None and self._row == self._table.num_rows:
                self._next_part(self._table.num_rows)
            if self._number == len(self.node.files):
                return None
            if self._table is None:
                self._table = self._read_part()
            if self._table is None:
                self._next_file()
            elif self._row < self._table.num_rows:
                self._block = self._next_rows(self._table)
                self._begin = self._row
        start = self._row - self._begin
        rows = self._block.slice(start, min(start + max_rows, self._block.n))
        path = self.node.files[self._number]
        provenance = Provenance.of_file(path, self._first + self._row, rows.n, unit="row")
        self._row += rows.n
        return Block(rows.structure, rows.columns, rows.n, provenance)

    def _read_part(self) -> Any | None:
        """Read the part that comes next; None at the end of the file."""
        file = None
        try:
            if self._file is None:
                self._file = self.file_type(self.node.files[self._number], self.node.columns)
                self._check_schema(self._file)
            file = self._file
            table = file.read(self._part)
        except Exception:
            lost = None if file is None else file.rows_lost(self._part)
            if lost is None:
                self._next_file()
            else:
                self._next_part(lost)
            raise
        if table is not None and self._row > table.num_rows:
            raise FailedPreconditionError(
                f"set_state: {self._place()} has {table.num_rows} rows; the state was saved at row {self._row} "
                "of it. The files must be the same."
            )
        return table

    def _next_rows(self, table: Any) -> Block:
        """Return as many of the next rows of a part as can be read at once: halved until they can, then doubled.

        Raises:
            ParseError: The next row cannot be read.
        """
        while True:
            size = min(self._span, table.num_rows - self._row)
            path, number = self.node.files[self._number], self._first + self._row
            try:
                block = self._format.block_of(
                    table.slice(self._row, size), f"{path}, row {number}" if size == 1 else self._place()
                )
            except InvalidArgumentError as err:
                self._span = max(1, size // 2)
                if size > 1:
                    continue
                self._row += 1
                raise ParseError(str(err), path=path, record_index=number) from err
            self._span = 2 * size
            return block

    def _next_part(self, rows: int) -> None:
        """Go behind a part of so many rows."""
        self._part, self._row, self._first, self._span = self._part + 1, 0, self._first + rows, ALL_ROWS
        self._table = None

    def _next_file(self) -> None:
        self.close()
        self._number, self._part, self._row, self._first, self._span = self._number + 1, 0, 0, 0, ALL_ROWS

    def _place(self) -> str:
        return f"{self.node.files[self._number]}, {self.file_type.unit} {self._part}"

    def _check_schema(self, file: TableFile) -> None:
        """Check that a file has the columns of the first one.

        Raises:
            InvalidArgumentError: It has others.
        """
        found, wanted = self._format.spec_of(file.schema), self.node.spec
        if found != wanted:
            name = next(name for name in (*wanted, *found) if found.get(name) != wanted.get(name))
            raise InvalidArgumentError(
                f"{self.where}: all files must have the same columns. Received: {name!r} is "
                f"{_said(wanted.get(name))} in {self.node.files[0]} and {_said(found.get(name))} in "
                f"{self.node.files[self._number]}. Choose columns that they share with columns=[…]."
            )

    def get_state(self) -> State:
        return {"file": self._number, "part": self._part, "row": self._row, "first": self._first}

    def set_state(self, state: State) -> None:
        self._number, self._part = state["file"], state["part"]
        self._row, self._first = state["row"], state["first"]

    def close(self) -> None:
        file, self._file = self._file, None
        self._table = self._block = None
        if file is not None:
            file.close()


def _said(spec: Any) -> str:
    return "not there" if spec is None else repr(spec)


@executes(plan.Parquet)
class Parquet(_Tables[plan.Parquet]):
    """Rows of Parquet files."""

    file_type = ParquetFile
    where = PARQUET_DATASET


@executes(plan.Arrow)
class Arrow(_Tables[plan.Arrow]):
    """Rows of Arrow IPC files."""

    file_type = ArrowFile
    where = ARROW_DATASET
