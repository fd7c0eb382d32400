"""SplitReader: what the readers of text share, whose rows end where a kernel finds their ends."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn
from .buffer import ReadBuffer, trimmed
from .file_reader import FileReader
from .files import check_buffer_size, check_compression, name_of, open_source

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
# What `split_lines_kernel` is: called with bytes, where to begin and to stop, how many rows at most, whether nothing
# follows, and two arrays for the rows' bytes and offsets; returns how many rows there are and the position behind them.
Split = Callable[[Bytes, int, int, int, bool, Bytes, Offsets], tuple[int, int]]


class SplitReader(FileReader):
    """Reads a file of rows whose lengths nothing tells. Belongs to one thread at a time.

    Args:
        path: A file, or an open binary file, which is read from where it stands and left open.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`.
        buffer_size: Bytes read at a time; None for 256 KiB.

    Raises:
        NotFoundError: There is no such file.
        InvalidArgumentError: An argument breaks its rule, or the path is a folder.
    """

    def __init__(
        self,
        path: str | bytes | os.PathLike[str] | BinaryIO,
        compression_type: str | None,
        *,
        buffer_size: int | None,
    ) -> None:
        where = type(self).__name__
        kind = check_compression(where, compression_type)
        size = check_buffer_size(where, buffer_size)
        name = name_of(path)
        super().__init__(name, ReadBuffer(open_source(path, kind), size))
        self._ended = False

    @property
    def offset_bytes(self) -> int:
        """Offset of the next row in the (decompressed) file."""
        return self._buffer.offset_bytes

    def _read_split(self, max_rows: int, slack_bytes: int, split: Split) -> BytesColumn | None:
        """Return the next rows, at least one and at most `max_rows`, or None at the end of the file.

        Args:
            max_rows: How many at most.
            slack_bytes: How far behind the rows the kernel may write.
            split: Finds the rows in the buffer.
        """
        self._check_read("read", max_rows)
        buffer = self._buffer
        stop = buffer.stop_for(max_rows, self._index)
        while True:
            size = stop - buffer.start
            limit = min(max_rows, size + 1)
            out, offsets = np.empty(size + slack_bytes, np.uint8), np.empty(limit + 1, np.int64)
            at_end = self._ended and stop == buffer.stop
            rows, position = split(buffer.data, buffer.start, stop, limit, at_end, out, offsets)
            buffer.advance(position)
            if rows:
                self._index += rows
                return trimmed(out, offsets, rows)
            if stop == buffer.stop:
                if self._ended:
                    return None
                self._ended = not buffer.fill(2 * len(buffer) + 1)
            stop = buffer.stop
