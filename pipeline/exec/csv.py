"""Rows of CSV files: split into records, then decoded, both on blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

import numpy as np

from ...core import nest
from ...core.block import Block
from ...core.errors import ParseError
from ...core.provenance import Provenance, file_id
from .. import plan
from .base import Context, Operator, State, executes

if TYPE_CHECKING:
    from ...records.csv.reader import CsvRecordReader, CsvRecords

CSV_DATASET: Final = "CsvDataset"
MAKE_CSV_DATASET: Final = "make_csv_dataset"


@executes(plan.Csv)
class Csv(Operator[plan.Csv]):
    """Reads the files of a node in order.

    Rows before one that cannot be read are returned first; its error is next, and after that come the rows behind it.
    Behind a file that cannot be read comes the next one.
    """

    def __init__(self, node: plan.Csv, context: Context) -> None:
        super().__init__(node, context)
        self._file = self._row = 0
        self._reader: CsvRecordReader | None = None
        # Records that were split and not yet returned: only while a row among them cannot be read.
        self._records: CsvRecords | None = None
        self._next = 0
        order, self._structure = nest.flatten(node.element_of(range(len(node.form.columns))))
        self._order: list[int] = order

    def pull(self, max_rows: int) -> Block | None:
        files = self.node.files
        while self._file < len(files):
            try:
                if self._reader is None:
                    self._reader = self._open(files[self._file], at_start=True)
                if self._records is None:
                    self._records, self._next = self._reader.read(max_rows), 0
            except Exception:
                self._next_file()
                raise
            if self._records is None:
                self._next_file()
            else:
                return self._decode(self._records, max_rows)
        return None

    def _next_file(self) -> None:
        self.close()
        self._file, self._row = self._file + 1, 0

    def _open(self, path: str, *, at_start: bool) -> CsvRecordReader:
        from ...records.csv.reader import CsvRecordReader

        node, form = self.node, self.node.form
        reader = CsvRecordReader(
            path,
            node.compression_type,
            field_delim=form.field_delim,
            use_quote_delim=form.use_quote_delim,
            buffer_size=node.buffer_size,
        )
        if at_start and node.header:
            try:
                self._check_header(path, reader.read(1))
            except ParseError:
                reader.close()
                raise
        return reader

    def _check_header(self, path: str, header: CsvRecords | None) -> None:
        """Look at a file's first line: a quote that is not closed there would leave out what follows.

        Raises:
            ParseError: There is none, or it is not well formed.
        """
        if header is None:
            raise ParseError(f"{self._stage}: {path} must begin with a header line. It is empty.", path=path, line=1)
        if header.is_open:
            raise ParseError(
                f"{self._stage}: {path}, line 1, the header, is not well formed: a quoted field does not end.",
                path=path,
                line=1,
            )

    def _decode(self, records: CsvRecords, max_rows: int) -> Block:
        """Return the next rows as far as they can be read.

        Raises:
            ParseError: The next row cannot be read.
        """
        from ...records.csv.decode import decode_rows

        # Behind a quote that is never closed anything may have been lost, whichever fields are selected.
        start, sound = self._next, len(records.rows) - records.is_open
        if start == sound:
            self._advance(1)
            self._refuse_open(int(records.lines[start]) + 1)
        stop = min(sound, start + max_rows)
        bad: int | None = None
        try:
            columns = decode_rows(records.rows.slice(start, stop), self.node.form)
        except ParseError as err:
            assert err.record_index is not None
            bad = start + err.record_index
        if bad == start:
            self._advance(1)
            self._refuse(records, bad)
        if bad is not None:
            stop = bad
            columns = decode_rows(records.rows.slice(start, stop), self.node.form)
        files = np.broadcast_to(np.int64(file_id(self.node.files[self._file], "line")), (stop - start,))
        block = Block(
            self._structure,
            [columns[i] for i in self._order],
            stop - start,
            Provenance(files, records.lines[start:stop]),
        )
        self._advance(stop - start)
        return block

    def _advance(self, rows: int) -> None:
        self._next += rows
        self._row += rows
        if self._records is not None and self._next == len(self._records.rows):
            self._records = None

    @property
    def _stage(self) -> str:
        return CSV_DATASET if self.node.names is None else MAKE_CSV_DATASET

    def _refuse_open(self, line: int) -> NoReturn:
        """Raise the error of a row whose quoted field does not end."""
        path = self.node.files[self._file]
        raise ParseError(
            f"{self._stage}: {path}, line {line} is not well formed: a quoted field does not end.",
            path=path,
            line=line,
            record_index=self._row - 1,
        )

    def _refuse(self, records: CsvRecords, row: int) -> NoReturn:
        """Raise the error of a row."""
        from ...records.csv.row import RowPlace, decode_row

        node = self.node
        path, line = node.files[self._file], int(records.lines[row]) + 1
        advice, defaults = "", "record_defaults"
        if node.names is not None:
            defaults = "column_defaults"
        if node.inferred_rows is not None:
            advice = (
                f"The type was inferred from the first {node.inferred_rows} rows. "
                "Give the types in column_defaults, or raise num_rows_for_inference."
            )
        place = RowPlace(self._stage, f"{path}, line {line}", node.names or (), defaults, advice, path, line)
        decode_row(records.rows.element(row), node.form, self._row - 1, place)
        raise AssertionError(f"{place.row} was refused without a reason")

    def get_state(self) -> State:
        state = {"file": self._file, "row": self._row, "offset": 0, "line": 0}
        if self._row and self._records is not None:
            state["offset"] = int(self._records.starts[self._next])
            state["line"] = int(self._records.lines[self._next])
        elif self._row and self._reader is not None:
            state["offset"], state["line"] = self._reader.offset_bytes, self._reader.line_index
        return state

    def set_state(self, state: State) -> None:
        self._file, self._row = state["file"], state["row"]
        if self._row:
            self._reader = self._open(self.node.files[self._file], at_start=False)
            self._reader.seek(state["offset"], self._row, state["line"])

    def close(self) -> None:
        reader, self._reader = self._reader, None
        self._records = None
        if reader is not None:
            reader.close()
