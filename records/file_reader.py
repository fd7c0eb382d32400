"""FileReader: what the readers of one file share."""

from __future__ import annotations

from typing import ClassVar

from ..core.closing import Closing
from ..core.errors import DataLossError, FailedPreconditionError, InvalidArgumentError, describe
from .buffer import ReadBuffer


class FileReader(Closing):
    """A buffer on the bytes of a file, the index of the next row, and closing. Belongs to one thread at a time.

    Args:
        path: The file, for messages.
        buffer: Its bytes; closed with the reader.

    Attributes:
        unit: What a row is called.
    """

    unit: ClassVar[str] = "record"

    def __init__(self, path: str, buffer: ReadBuffer) -> None:
        self.path = path
        self._buffer = buffer
        self._index = 0
        self._closed = False

    def _check_read(self, what: str, max_rows: int) -> None:
        """Refuse to read from a closed reader, and fewer than one row."""
        name = type(self).__name__
        if self._closed:
            raise FailedPreconditionError(f"{name}: {self.path} is closed. Open it again to read.")
        if max_rows < 1:
            argument = f"max_{self.unit}s"
            raise InvalidArgumentError(
                f"{name}.{what}: {argument} must be >= 1. Received: {argument}={describe(max_rows)}."
            )

    def _go_to(self, offset_bytes: int, index: int) -> None:
        """Go to a row whose place is known; before the first read.

        Raises:
            DataLossError: The file is shorter.
        """
        if not self._buffer.seek(offset_bytes):
            raise DataLossError(
                f"{self.path}: {self.unit} {index} was at byte {offset_bytes}, but the file ends before. "
                "It is not the file that was read before.",
                path=self.path,
                record_index=index,
                offset_bytes=offset_bytes,
            )
        self._index = index

    def close(self) -> None:
        """Close the file; may be called again."""
        self._closed = True
        self._buffer.close()

    def __repr__(self) -> str:
        closed = ", closed" if self._closed else ""
        return f"{type(self).__name__}({self.path!r}, {self.unit}_index={self._index}{closed})"
