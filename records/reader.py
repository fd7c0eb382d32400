"""Read TFRecord files block by block, with both checksums of every record checked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import numpy as np

from ..core.columns import BytesColumn
from ..core.errors import DataLossError, FailedPreconditionError, InvalidArgumentError, describe
from .buffer import ReadBuffer, trimmed
from .files import check_buffer_size, check_compression, open_source, path_of
from .framing import crc_mismatch, truncated

_SMALLEST_FRAME = 16


class TFRecordReader:
    """Reads the records of one file, in order.

    Memory is bounded by `buffer_size`, or by the largest record where that is larger; a record's length is used only
    after its checksum held, and memory for it is taken as its bytes arrive. Belongs to one thread at a time.

    Args:
        path: A local file.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`.
        buffer_size: Bytes read at a time; None for 256 KiB.

    Raises:
        NotFoundError: There is no such file.
        InvalidArgumentError: An argument breaks its rule, or the path is a folder.

    Example:
        >>> import tempfile, os
        >>> from penstock.records import TFRecordReader, TFRecordWriter
        >>> path = os.path.join(tempfile.mkdtemp(), "a.tfrecord")
        >>> with TFRecordWriter(path) as writer:
        ...     for word in (b"one", b"two"):
        ...         writer.write(word)
        >>> with TFRecordReader(path) as reader:
        ...     list(reader)
        [b'one', b'two']
    """

    def __init__(
        self,
        path: str | bytes | os.PathLike[str],
        compression_type: str | None = None,
        *,
        buffer_size: int | None = None,
    ) -> None:
        kind = check_compression("TFRecordReader", compression_type)
        size = check_buffer_size("TFRecordReader", buffer_size)
        self.path = path_of(path)
        self._buffer = ReadBuffer(open_source(self.path, kind), max(size, _SMALLEST_FRAME))
        self._index = 0
        self._closed = False

    @property
    def record_index(self) -> int:
        """Index of the next record, counted from 0."""
        return self._index

    @property
    def offset_bytes(self) -> int:
        """Offset of the next record in the (decompressed) file."""
        return self._buffer.offset_bytes

    def read(self, max_records: int) -> BytesColumn | None:
        """Return the next records, at least one and at most `max_records`, or None at the end of the file.

        Fewer come when the buffer holds no more; the next call goes on from there. All good records before a damaged
        one are returned before the error is raised.

        Raises:
            DataLossError: The next record is damaged or cut off.
            FailedPreconditionError: The reader is closed.
        """
        from .framing_kernels import BAD_LENGTH_CRC, BAD_PAYLOAD_CRC, unframe_kernel

        if self._closed:
            raise FailedPreconditionError(f"TFRecordReader: {self.path} is closed. Open it again to read.")
        if max_records < 1:
            raise InvalidArgumentError(
                f"TFRecordReader.read: max_records must be >= 1. Received: max_records={describe(max_records)}."
            )
        buffer = self._buffer
        stop = buffer.stop_for(max_records, self._index)
        while True:
            size = stop - buffer.start
            limit = min(max_records, size // _SMALLEST_FRAME + 1)
            out, offsets = np.empty(size, np.uint8), np.empty(limit + 1, np.int64)
            status, records, position, length, stored, computed = unframe_kernel(
                buffer.data, buffer.start, stop, limit, out, offsets
            )
            buffer.advance(position)
            if records:
                self._index += records
                return trimmed(out, offsets, records)
            if status in (BAD_LENGTH_CRC, BAD_PAYLOAD_CRC):
                what = "length" if status == BAD_LENGTH_CRC else "payload"
                raise crc_mismatch(self.path, self._index, self.offset_bytes, what, stored, computed)
            if stop == buffer.stop and not self._fill(length):
                return None
            stop = buffer.stop

    def _fill(self, length: int) -> bool:
        """Get more bytes; `length` is that of the record at hand when its header has been checked.

        Raises:
            DataLossError: The file ends inside a record.
        """
        buffer = self._buffer
        if buffer.fill(length + _SMALLEST_FRAME):
            return True
        held = len(buffer)
        if held == 0:
            return False
        if held < 12:
            raise truncated(self.path, self._index, self.offset_bytes, "needs a header of 12 bytes", held)
        if held < 12 + length:
            raise truncated(self.path, self._index, self.offset_bytes, f"announces {length} bytes", held - 12)
        raise truncated(self.path, self._index, self.offset_bytes, "needs a payload CRC of 4 bytes", held - 12 - length)

    def seek(self, offset_bytes: int, record_index: int) -> None:
        """Go to a record whose place is known; before the first read.

        Args:
            offset_bytes: Offset of the record in the (decompressed) file, as `offset_bytes` told it.
            record_index: Index of the record, counted from 0.

        Raises:
            DataLossError: The file is shorter.
        """
        if not self._buffer.seek(offset_bytes):
            raise DataLossError(
                f"{self.path}: record {record_index} was at byte {offset_bytes}, but the file ends before. "
                "It is not the file that was read before.",
                path=self.path,
                record_index=record_index,
                offset_bytes=offset_bytes,
            )
        self._index = record_index

    def skip(self, count: int) -> int:
        """Read past `count` records, checking them; return how many there were before the file ended."""
        left = count
        while left > 0 and (block := self.read(left)) is not None:
            left -= len(block)
        return count - left

    def __iter__(self) -> Iterator[bytes]:
        while (block := self.read(1024)) is not None:
            yield from block.strings()

    def close(self) -> None:
        """Close the file; may be called again."""
        self._closed = True
        self._buffer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"TFRecordReader({self.path!r}, record_index={self._index}{', closed' if self._closed else ''})"
