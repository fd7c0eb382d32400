"""Read CSV files record by record, in blocks."""

from __future__ import annotations

import os
from typing import BinaryIO, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ...core.columns import BytesColumn
from ..split_reader import Bytes, Offsets, SplitReader

_NOWHERE: Final = np.empty(0, np.int64)


class CsvRecords(NamedTuple):
    """Consecutive records of one file.

    Attributes:
        rows: Their text, without line ends; what `decode_rows` takes.
        starts: int64[n], offset of each in the (decompressed) file.
        lines: int64[n], the line on which each begins, counted from 0.
        is_open: Whether the file ends inside a quoted field of the last one.
    """

    rows: BytesColumn
    starts: npt.NDArray[np.int64]
    lines: npt.NDArray[np.int64]
    is_open: bool


class CsvRecordReader(SplitReader):
    r"""Reads the records of one CSV file, in order, as text.

    A record is a line (ended by `\n`, `\r\n`, `\r` or the end of the file), or several where a quoted field holds line
    ends. An empty line is a record too. Memory is bounded by `buffer_size`, or by the longest record where that is
    longer: a quote that is never closed makes the rest of the file one record. Belongs to one thread at a time.

    Args:
        path: A file, or an open binary file, which is read from where it stands and left open.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`.
        field_delim: One byte between fields.
        use_quote_delim: Whether a field that begins with a double quote is a quoted one.
        buffer_size: Bytes read at a time; None for 256 KiB.

    Raises:
        NotFoundError: There is no such file.
        InvalidArgumentError: An argument breaks its rule, or the path is a folder.
    """

    def __init__(
        self,
        path: str | bytes | os.PathLike[str] | BinaryIO,
        compression_type: str | None = None,
        *,
        field_delim: bytes = b",",
        use_quote_delim: bool = True,
        buffer_size: int | None = None,
    ) -> None:
        super().__init__(path, compression_type, buffer_size=buffer_size)
        self._delimiter, self._quotes = field_delim[0], use_quote_delim
        self._line = 0

    @property
    def record_index(self) -> int:
        """Index of the next record, counted from 0."""
        return self._index

    @property
    def line_index(self) -> int:
        """Line on which the next record begins, counted from 0."""
        return self._line

    def read(self, max_records: int) -> CsvRecords | None:
        """Return the next records, at least one and at most `max_records`, or None at the end of the file.

        Fewer come when the buffer holds no more; the next call goes on from there.

        Raises:
            DataLossError: The compressed data is damaged.
            FailedPreconditionError: The reader is closed.
        """
        from .split_kernels import SLACK_BYTES, split_records_kernel

        delimiter, quotes = self._delimiter, self._quotes
        starts = lines = _NOWHERE
        passed, is_open = 0, False

        def split(
            data: Bytes,
            start: int,
            stop: int,
            limit: int,
            at_end: bool,  # noqa: FBT001 (as the kernels take it)
            out: Bytes,
            offsets: Offsets,
        ) -> tuple[int, int]:
            nonlocal starts, lines, passed, is_open
            starts, lines = np.empty(limit, np.int64), np.empty(limit, np.int64)
            records, position, passed, is_open = split_records_kernel(
                data, start, stop, limit, at_end, delimiter, quotes, out, offsets, starts, lines
            )
            return records, position

        offset_bytes = self._buffer.offset_bytes
        rows = self._read_split(max_records, SLACK_BYTES, split)
        if rows is None:
            return None
        starts, lines = starts[: len(rows)], lines[: len(rows)] + self._line
        self._line += passed
        return CsvRecords(rows, starts + (offset_bytes - starts[0]), lines, bool(is_open))

    def seek(self, offset_bytes: int, record_index: int, line_index: int) -> None:
        """Go to a record whose place is known; before the first read.

        Args:
            offset_bytes: Offset of the record in the (decompressed) file.
            record_index: Index of the record, counted from 0.
            line_index: Line on which it begins, counted from 0.

        Raises:
            DataLossError: The file is shorter.
        """
        self._go_to(offset_bytes, record_index)
        self._line = line_index
