"""Sources of byte records: text lines, TFRecords, fixed-length records; file after file, rows with provenance."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Protocol, TypeVar

from ...core.block import Block
from ...core.columns import BytesColumn
from ...core.errors import DataLossError
from ...core.nest import LEAF
from ...core.provenance import Provenance
from .. import plan
from ..plan.file_source import FileSource
from .base import Context, Operator, State, executes
from .skips import Skipped

F = TypeVar("F", bound=FileSource)


class _Reader(Protocol):
    """What the readers of `records` have in common."""

    def read(self, max_rows: int, /) -> BytesColumn | None: ...

    @property
    def offset_bytes(self) -> int: ...

    def seek(self, offset_bytes: int, row: int, /) -> None: ...

    def close(self) -> None: ...


class _FileOperator(Operator[F]):
    """Reads the files of a node in order; a file is opened when its first row is asked for.

    Whoever goes on after an error gets what stands behind the place that cannot be read: the rest of its file where
    that can be found, else the next file.
    """

    unit: str

    def __init__(self, node: F, context: Context) -> None:
        super().__init__(node, context)
        self._file = 0
        self._row = 0
        self._reader: _Reader | None = None

    @abstractmethod
    def _open(self, path: str) -> _Reader:
        """Return a reader at the beginning of a file."""

    def pull(self, max_rows: int) -> Block | None:
        files = self.node.files
        while self._file < len(files):
            path = files[self._file]
            try:
                column = self._read(path, max_rows)
            except Exception as err:
                self._pass(err)
                raise
            if column is not None:
                n = len(column)
                block = Block(LEAF, [column], n, Provenance.of_file(path, self._row, n, unit=self.unit))
                self._row += n
                return block
            self._next_file()
        return None

    def _read(self, path: str, max_rows: int) -> BytesColumn | None:
        if self._reader is None:
            self._reader = self._open(path)
        try:
            return self._reader.read(max_rows)
        finally:
            self._note(path, self._reader)

    def _pass(self, err: Exception) -> None:
        """Go behind the place that cannot be read."""
        self._next_file()

    def _next_file(self) -> None:
        self._close_file()
        self._file, self._row = self._file + 1, 0

    def _note(self, path: str, reader: _Reader) -> None:
        """Take down what the last read left out."""

    def get_state(self) -> State:
        return {
            "file": self._file,
            "row": self._row,
            "offset": 0 if self._reader is None else self._reader.offset_bytes,
        }

    def set_state(self, state: State) -> None:
        self._file, self._row = state["file"], state["row"]
        if self._row or state["offset"]:
            self._reader = self._open(self.node.files[self._file])
            self._reader.seek(state["offset"], self._row)

    def _close_file(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def close(self) -> None:
        self._close_file()


@executes(plan.TextLine)
class TextLine(_FileOperator[plan.TextLine]):
    """Lines of text files."""

    unit = "line"

    def _open(self, path: str) -> _Reader:
        from ...records.lines import LineReader

        return LineReader(path, self.node.compression_type, buffer_size=self.node.buffer_size)


@executes(plan.TFRecord)
class TFRecord(_FileOperator[plan.TFRecord]):
    """Payloads of TFRecord files; behind a damaged record come the records whose checksums hold."""

    unit = "record"

    def __init__(self, node: plan.TFRecord, context: Context) -> None:
        super().__init__(node, context)
        self._report = context.skipped
        self._number = context.number(node)
        self._skipped = self._noted = 0
        # Whether the error of the damage at hand was raised.
        self._is_told = False

    def _open(self, path: str) -> _Reader:
        from ...records.reader import TFRecordReader

        node = self.node
        self._noted = 0
        return TFRecordReader(
            path,
            node.compression_type,
            buffer_size=node.buffer_size,
            on_corrupt=node.on_corrupt,
            max_skipped=node.max_skipped,
        )

    def _note(self, path: str, reader: Any) -> None:
        places = len(reader.report)
        if places == self._noted:
            return
        for damage in list(reader.report)[self._noted :]:
            self._report.add(Skipped(self.node.name, self._number, None, path, damage.record_index, damage.error))
            self._noted += 1
            self._skipped += 1
        # What a long report no longer lists counts all the same.
        self._report.count(places - self._noted)
        self._skipped += places - self._noted
        self._noted = places

    def _read(self, path: str, max_rows: int) -> BytesColumn | None:
        column = super()._read(path, max_rows)
        self._is_told = False
        return column

    def _pass(self, err: Exception) -> None:
        reader: Any = self._reader
        if reader is None or not isinstance(err, DataLossError):
            super()._pass(err)
        elif self.node.on_corrupt == "raise":
            # A reader that skips stands behind the damage already.
            reader.pass_damage()
            self._is_told = True

    def get_state(self) -> State:
        return {"skipped": self._skipped, "is_told": self._is_told, **super().get_state()}

    def set_state(self, state: State) -> None:
        self._skipped, self._is_told = state["skipped"], state["is_told"]
        self._report.count(self._skipped)
        super().set_state(state)
        if self._is_told:
            reader: Any = self._reader or self._open(self.node.files[self._file])
            reader.pass_damage()
            self._reader = reader


@executes(plan.FixedLength)
class FixedLength(_FileOperator[plan.FixedLength]):
    """Records of fixed length."""

    unit = "record"

    def _open(self, path: str) -> _Reader:
        from ...records.fixed_length import FixedLengthReader

        node = self.node
        return FixedLengthReader(
            path,
            node.record_bytes,
            header_bytes=node.header_bytes,
            footer_bytes=node.footer_bytes,
            compression_type=node.compression_type,
            buffer_size=node.buffer_size,
        )
