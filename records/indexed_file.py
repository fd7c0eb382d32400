"""Random access to the records of one TFRecord file, mapped into memory."""

from __future__ import annotations

import contextlib
import mmap
import os
from collections.abc import Iterator
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from ..core.closing import Closing
from ..core.columns import BytesColumn
from ..core.errors import FailedPreconditionError, InvalidArgumentError, OutOfRangeError, describe
from .files import open_local, path_of
from .index import RecordIndex, build_index, changed, load_index

_ROWS_PER_STEP = 1024


class TFRecordFile(Closing):
    """The records of one uncompressed local file as a sequence: `len()`, `[i]`, slices, `take`.

    Uses the index beside the file; where there is none that fits, the file is read once and its index written (or kept
    in memory, where the folder cannot be written). The file is mapped, so only what is asked for is read. Each record
    is checked when it is taken. May be used by several threads; the file must not change while it is open. A source for
    `Dataset.from_source`, which then has a length, `global_shuffle`, and a `skip` that reads nothing.

    Args:
        path: A local, uncompressed file.
        save_index: Whether a new index is written beside the file.

    Raises:
        NotFoundError: There is no such file.
        DataLossError: The file had to be indexed and is damaged.

    Example:
        >>> import tempfile, os
        >>> from penstock.records import TFRecordFile, TFRecordWriter
        >>> path = os.path.join(tempfile.mkdtemp(), "a.tfrecord")
        >>> with TFRecordWriter(path) as writer:
        ...     writer.write_many([b"one", b"two", b"three"])
        >>> with TFRecordFile(path) as records:
        ...     print(len(records), records[-1], records[:2].strings(), records.take([2, 0]).strings())
        3 b'three' [b'one', b'two'] [b'three', b'one']
    """

    def __init__(self, path: str | bytes | os.PathLike[str], *, save_index: bool = True) -> None:
        self.path = path_of(path)
        self._index = load_index(self.path) or self._build(save_index=save_index)
        with open_local(self.path) as file:
            size = os.fstat(file.fileno()).st_size
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else None
        self._data: npt.NDArray[np.uint8] | None = np.frombuffer(self._map or b"", np.uint8)
        self._check_bounds()

    def _build(self, *, save_index: bool) -> RecordIndex:
        index = build_index(self.path, save=False)
        if save_index:
            with contextlib.suppress(OSError):  # in a folder that cannot be written it serves this object alone
                index.save()
        return index

    def _check_bounds(self) -> None:
        """Check that all places are inside of the file: the kernel trusts them.

        Raises:
            DataLossError: The file has become shorter.
        """
        index, size = self._index, len(self._bytes())
        outside = (index.offsets < 0) | (index.lengths < 0) | (index.offsets > size - 16)
        outside |= index.lengths > size - 16 - index.offsets
        if outside.any():
            row = int(outside.argmax())
            self.close()
            raise changed(self.path, row, int(index.offsets[row]))

    def _bytes(self) -> npt.NDArray[np.uint8]:
        if self._data is None:
            raise FailedPreconditionError(f"TFRecordFile: {self.path} is closed. Open it again to read.")
        return self._data

    @property
    def index(self) -> RecordIndex:
        """The index in use."""
        return self._index

    def __len__(self) -> int:
        return len(self._index)

    @overload
    def __getitem__(self, key: int) -> bytes: ...

    @overload
    def __getitem__(self, key: slice) -> BytesColumn: ...

    def __getitem__(self, key: int | slice) -> bytes | BytesColumn:
        """Return one record as bytes, or the records of a slice as a column.

        Raises:
            OutOfRangeError: There is no such record.
            DataLossError: A record is damaged.
        """
        if isinstance(key, slice):
            return self._take(np.arange(*key.indices(len(self)), dtype=np.int64))
        if not hasattr(key, "__index__"):
            raise InvalidArgumentError(f"TFRecordFile: an index must be an int or a slice. Received: {describe(key)}.")
        return self.take([key]).strings()[0]

    def take(self, indices: Any) -> BytesColumn:
        """Return the records with given numbers, in that order; negative ones count from the end.

        Args:
            indices: int[n], any sequence or array of ints from `-len(self)` to `len(self) - 1`.

        Raises:
            OutOfRangeError: There is no such record.
            DataLossError: A record is damaged.
        """
        rows = rows_of("TFRecordFile", indices, len(self), f"{self.path} has {len(self)} records")
        return self._take(rows)

    def __getitems__(self, indices: Any) -> list[bytes]:
        """Return the records with given numbers: what `Dataset.from_source` reads batches with."""
        return self.take(indices).strings()

    def _take(self, rows: npt.NDArray[np.int64]) -> BytesColumn:
        from .framing_kernels import take_records_kernel

        data, index = self._bytes(), self._index
        starts, lengths = index.offsets[rows], index.lengths[rows]
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        out = np.empty(int(offsets[-1]), np.uint8)
        good = take_records_kernel(data, starts, lengths, index.crcs[rows], out, offsets)
        if good < len(rows):
            raise changed(self.path, int(rows[good]), int(starts[good]))
        return BytesColumn(out, offsets)

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self), _ROWS_PER_STEP):
            yield from self[start : start + _ROWS_PER_STEP].strings()

    def close(self) -> None:
        """Give the mapping back; may be called again."""
        self._data = None
        if self._map is not None:
            with contextlib.suppress(BufferError):  # a traceback still holds the bytes: the mapping goes with it
                self._map.close()

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process maps the file itself.
        return TFRecordFile, (self.path,)

    def __repr__(self) -> str:
        return f"TFRecordFile({self.path!r}, {len(self)} records{', closed' if self._data is None else ''})"


def rows_of(where: str, indices: Any, count: int, held: str) -> npt.NDArray[np.int64]:
    """Return the numbers of records, counted from the first, that a user gave; negative ones count from the end.

    Args:
        where: Who takes them, for messages.
        indices: What the user gave.
        count: How many records there are.
        held: Says so, for messages.

    Raises:
        InvalidArgumentError: They are no ints.
        OutOfRangeError: There is no such record.
    """
    rows = np.asarray(indices)
    if rows.ndim != 1 or not (rows.dtype.kind in "iu" or rows.size == 0):
        raise InvalidArgumentError(f"{where}.take: indices must be int[n]. Received: {describe(rows)}.")
    rows = rows.astype(np.int64)
    outside = (rows < -count) | (rows >= count)
    if outside.any():
        raise OutOfRangeError(f"{where}: {held}. Received: index={int(rows[outside.argmax()])}.")
    return np.where(rows < 0, rows + count, rows)
