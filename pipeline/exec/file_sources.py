"""Sources of byte records: text lines, TFRecords, fixed-length records; file after file, rows with provenance."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Protocol, TypeVar

from ...core.block import Block
from ...core.columns import BytesColumn
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
    """Reads the files of a node in order; a file is opened when its first row is asked for."""

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
            if self._reader is None:
                self._reader = self._open(path)
            try:
                column = self._reader.read(max_rows)
            finally:
                self._note(path, self._reader)
            if column is not None:
                n = len(column)
                block = Block(LEAF, [column], n, Provenance.of_file(path, self._row, n, unit=self.unit))
                self._row += n
                return block
            self._close_file()
            self._file, self._row = self._file + 1, 0
        return None

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
        if self._row:
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
    """Payloads of TFRecord files."""

    unit = "record"

    def __init__(self, node: plan.TFRecord, context: Context) -> None:
        super().__init__(node, context)
        self._report = context.skipped
        self._number = context.number(node)
        self._skipped = self._noted = 0

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

    def get_state(self) -> State:
        return {"skipped": self._skipped, **super().get_state()}

    def set_state(self, state: State) -> None:
        self._skipped = state["skipped"]
        self._report.count(self._skipped)
        super().set_state(state)


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
