"""Read text files line by line, in blocks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from ..core.columns import BytesColumn
from .split_reader import SplitReader


class LineReader(SplitReader):
    r"""Reads the lines of one text file, in order, as bytes.

    A line ends with `\n` or at the end of the file; an empty file has none. As in tf.data's `TextLineDataset`, the line
    end is removed, and so is every `\r`, also inside a line; a last line of nothing else is none. Memory is bounded by
    `buffer_size`, or by the longest line where that is longer. Belongs to one thread at a time.

    Args:
        path: A file, or an open binary file, which is read from where it stands and left open.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`.
        buffer_size: Bytes read at a time; None for 256 KiB.

    Raises:
        NotFoundError: There is no such file.
        InvalidArgumentError: An argument breaks its rule, or the path is a folder.
    """

    unit = "line"

    def __init__(
        self,
        path: str | bytes | os.PathLike[str] | BinaryIO,
        compression_type: str | None = None,
        *,
        buffer_size: int | None = None,
    ) -> None:
        super().__init__(path, compression_type, buffer_size=buffer_size)

    @property
    def line_index(self) -> int:
        """Index of the next line, counted from 0."""
        return self._index

    def read(self, max_lines: int) -> BytesColumn | None:
        """Return the next lines, at least one and at most `max_lines`, or None at the end of the file.

        Fewer come when the buffer holds no more; the next call goes on from there.

        Raises:
            DataLossError: The compressed data is damaged.
            FailedPreconditionError: The reader is closed.
        """
        from .line_kernels import SLACK_BYTES, split_lines_kernel

        return self._read_split(max_lines, SLACK_BYTES, split_lines_kernel)

    def seek(self, offset_bytes: int, line_index: int) -> None:
        """Go to a line whose place is known; before the first read.

        Args:
            offset_bytes: Offset of the line in the (decompressed) file, as `offset_bytes` told it.
            line_index: Index of the line, counted from 0.

        Raises:
            DataLossError: The file is shorter.
        """
        self._go_to(offset_bytes, line_index)

    def skip(self, count: int) -> int:
        """Read past `count` lines; return how many there were before the file ended."""
        left = count
        while left > 0 and (block := self.read(left)) is not None:
            left -= len(block)
        return count - left

    def __iter__(self) -> Iterator[bytes]:
        while (block := self.read(4096)) is not None:
            yield from block.strings()
