"""A window over a stream of bytes: what is read but not yet used, in one array that grows only as data arrives."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn
from .files import ByteSource, is_regular

_SMALLEST_REACH = 1 << 12
# Rows of a block that are read together: a batch of large records lies in one piece then, and is not copied again.
_MOST_AT_ONCE = 1 << 24


class ReadBuffer:
    """The unused bytes of a source are `data[start:stop]`; belongs to one thread.

    Args:
        source: Where bytes come from; closed with the buffer.
        capacity: Bytes held at first.

    Attributes:
        data: uint8[capacity].
        start: First unused byte.
        stop: End of the unused bytes.
        offset_bytes: Offset of `data[start]` in the (decompressed) stream.
    """

    def __init__(self, source: ByteSource, capacity: int) -> None:
        self.data: npt.NDArray[np.uint8] = np.empty(capacity, np.uint8)
        self.start = self.stop = 0
        self.offset_bytes = 0
        self._source = source

    def __len__(self) -> int:
        return self.stop - self.start

    def advance(self, start: int) -> None:
        """Mark everything before `data[start]` as used."""
        start = int(start)  # kernels give NumPy's integers when they are not compiled
        self.offset_bytes += start - self.start
        self.start = start

    def stop_for(self, rows: int, rows_before: int) -> int:
        """Return where to stop looking for `rows` rows: twice as far as they would reach if like those before.

        The output for a few rows is then not as large as the whole buffer.
        """
        if rows_before == 0:
            return self.stop
        reach = 2 * rows * (self.offset_bytes // rows_before + 1)
        return min(self.stop, self.start + max(reach, _SMALLEST_REACH))

    def reach(self, rows: int, rows_before: int) -> int:
        """Return how many bytes `rows` rows are likely to take, with a margin, if they are like those before.

        More than the buffer holds, but no more than `_MOST_AT_ONCE`, where more can be had without waiting.
        """
        if rows_before == 0:
            return len(self)
        reach = max((rows + rows // 4 + 2) * (self.offset_bytes // rows_before + 1), _SMALLEST_REACH)
        return min(reach, max(len(self), _MOST_AT_ONCE if self.is_regular else 0))

    @property
    def is_regular(self) -> bool:
        """Whether the bytes are those of a local file: they are there, and no read waits for another program."""
        return is_regular(self._source)

    def fill(self, wanted: int) -> bool:
        """Read once more; False when the stream has ended.

        Args:
            wanted: Unused bytes that the caller needs to see together. The array grows towards that, by doubling and
                only once it is full, so that a number from the stream costs no more memory than bytes that came.
        """
        held = len(self)
        if self.start and (held == 0 or wanted > len(self.data) - self.start or self.stop == len(self.data)):
            self.data[:held] = self.data[self.start : self.stop]
            self.start, self.stop = 0, held
        if self.stop == len(self.data):
            self._move_to(np.empty(max(len(self.data) + 1, min(2 * len(self.data), wanted)), np.uint8))
        got = self._source.readinto(self.data.data[self.stop :])
        self.stop += got
        return got > 0

    def widen(self, capacity: int) -> None:
        """Have room for `capacity` bytes from now on."""
        if capacity > len(self.data):
            self._move_to(np.empty(capacity, np.uint8))

    def _move_to(self, data: npt.NDArray[np.uint8]) -> None:
        """Move the unused bytes to the beginning of another array."""
        held = len(self)
        data[:held] = self.data[self.start : self.stop]
        self.data, self.start, self.stop = data, 0, held

    def seek(self, offset_bytes: int) -> bool:
        """Go on from an offset of the (decompressed) stream; before the first `fill`. False: the stream ends before."""
        if not self._source.skip_to(offset_bytes):
            return False
        self.offset_bytes = offset_bytes
        return True

    def close(self) -> None:
        """Close the source and let go of the memory; may be called again."""
        self._source.close()
        self.data = np.empty(0, np.uint8)
        self.start = self.stop = 0


def trimmed(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], rows: int) -> BytesColumn:
    """Return the first `rows` strings as a column that holds on to about twice the memory they need, not more."""
    used = int(offsets[rows])
    if 2 * used + 4096 < len(data):
        data = data[:used].copy()
    if 2 * rows + 512 < len(offsets):
        offsets = offsets[: rows + 1].copy()
    return BytesColumn(data[:used], offsets[: rows + 1])
