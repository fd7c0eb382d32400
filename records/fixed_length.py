"""Read files of records that all have the same number of bytes.

Layout of a file::

    header_bytes | record | record | … | record | footer_bytes
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np

from ..core.columns import BytesColumn
from ..core.errors import DataLossError, InvalidArgumentError, describe
from .buffer import ReadBuffer
from .file_reader import FileReader
from .files import check_buffer_size, check_compression, open_source, path_of


def check_bytes(where: str, name: str, value: int | None, minimum: int) -> int:
    """Return a number of bytes; None is 0.

    Raises:
        InvalidArgumentError: It is no int, or too small.
    """
    if value is None:
        return 0
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < minimum:
        raise InvalidArgumentError(
            f"{where}: {name} must be an int >= {minimum} (bytes). Received: {name}={describe(value)}."
        )
    return int(value)


class FixedLengthReader(FileReader):
    """Reads the records of one file of fixed-length records, in order, as bytes.

    Memory is bounded by `buffer_size`, or by a record and the footer where these are longer. Belongs to one thread at a
    time.

    Args:
        path: A local file.
        record_bytes: Bytes of each record, at least 1.
        header_bytes: Bytes to leave out at the beginning of the file.
        footer_bytes: Bytes to leave out at its end.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`; the numbers of bytes are those of the decompressed file.
        buffer_size: Bytes read at a time; None for 256 KiB.

    Raises:
        NotFoundError: There is no such file.
        InvalidArgumentError: An argument breaks its rule, or the path is a folder.
    """

    def __init__(
        self,
        path: str | bytes | os.PathLike[str],
        record_bytes: int,
        *,
        header_bytes: int | None = None,
        footer_bytes: int | None = None,
        compression_type: str | None = None,
        buffer_size: int | None = None,
    ) -> None:
        where = "FixedLengthReader"
        kind = check_compression(where, compression_type)
        size = check_buffer_size(where, buffer_size)
        if record_bytes is None:
            raise InvalidArgumentError(f"{where}: record_bytes must be an int >= 1 (bytes). Received: None.")
        self._record = check_bytes(where, "record_bytes", record_bytes, 1)
        self._header = check_bytes(where, "header_bytes", header_bytes, 0)
        self._footer = check_bytes(where, "footer_bytes", footer_bytes, 0)
        name = path_of(path)
        super().__init__(name, ReadBuffer(open_source(name, kind), max(size, self._record + self._footer)))
        self._started = self._ended = False

    @property
    def record_index(self) -> int:
        """Index of the next record, counted from 0."""
        return self._index

    @property
    def offset_bytes(self) -> int:
        """Offset of the next record in the (decompressed) file."""
        return self._header + self._index * self._record

    def read(self, max_records: int) -> BytesColumn | None:
        """Return the next records, at least one and at most `max_records`, or None at the end of the file.

        Raises:
            DataLossError: The bytes between header and footer are not a whole number of records; all whole records have
                been returned before.
            FailedPreconditionError: The reader is closed.
        """
        self._check_read("read", max_records)
        if not self._started:
            self._start()
        buffer, size = self._buffer, self._record
        while len(buffer) - self._footer < size:
            if self._ended or not buffer.fill(size + self._footer):
                self._ended = True
                self._check_rest()
                return None
        records = min(max_records, (len(buffer) - self._footer) // size)
        data = buffer.data[buffer.start : buffer.start + records * size].copy()
        buffer.advance(buffer.start + records * size)
        self._index += records
        return BytesColumn(data, np.arange(records + 1, dtype=np.int64) * size)

    def _start(self) -> None:
        """Read past the header, or what `seek` was told to leave out."""
        self._started = True
        if not self._buffer.seek(self.offset_bytes):
            self._ended = True
            raise self._lost(
                f"byte {self.offset_bytes} must be there ({self._header} header bytes, {self._index} records of "
                f"{self._record} bytes), but the file ends before"
            )

    def _check_rest(self) -> None:
        """Check that nothing but the footer is left.

        Raises:
            DataLossError: There is more, or less.
        """
        rest = len(self._buffer) - self._footer
        if rest == 0:
            return
        if rest < 0:
            what = f"a footer of {self._footer} bytes must follow record {self._index - 1}" if self._index else ""
            what = what or f"a footer of {self._footer} bytes must follow the header of {self._header} bytes"
            raise self._lost(f"{what}, but only {len(self._buffer)} bytes are left")
        raise self._lost(
            f"record {self._index} at byte {self.offset_bytes} must have {self._record} bytes, but only {rest} are left"
            + (f" before the footer of {self._footer} bytes" if self._footer else "")
        )

    def _lost(self, what: str) -> DataLossError:
        return DataLossError(
            f"{self.path}: {what}. Check record_bytes, header_bytes and footer_bytes.",
            path=self.path,
            record_index=self._index,
            offset_bytes=self.offset_bytes,
        )

    def seek(self, offset_bytes: int, record_index: int) -> None:
        """Go to a record; before the first read.

        Args:
            offset_bytes: Offset of the record in the (decompressed) file; it follows from the index.
            record_index: Index of the record, counted from 0.
        """
        self._index = record_index

    def __iter__(self) -> Iterator[bytes]:
        while (block := self.read(1024)) is not None:
            yield from block.strings()
