"""Sidecar indexes: where each record of a TFRecord file is, in `<file>.idx`.

All numbers are little-endian::

    offset          bytes   field
    0               7       b"PSTKIDX"
    7               1       format version, 1
    8               8       number of records n
    16              8       size of the indexed file in bytes
    24              8       its modification time in ns since 1970
    32              4       compression: 0 none, 1 GZIP, 2 ZLIB
    36              4       CRC32C of bytes 0 to 35 and of all behind byte 40
    40              8 n     offset of each header, in the (decompressed) file
    40 +  8 n       8 n     bytes of each payload
    40 + 16 n       4 n     masked CRC32C of each payload
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from ..core.errors import DataLossError, UnimplementedError
from ..core.replacing import replacing
from .files import COMPRESSION_TYPES, check_compression, open_local, path_of
from .reader import Layout, TFRecordReader

SUFFIX: Final = ".idx"
_MAGIC: Final = b"PSTKIDX"
_VERSION: Final = 1
_HEADER: Final = struct.Struct("<7sBQQQI")
_CRC: Final = struct.Struct("<I")
_BYTES_PER_RECORD: Final = 20
# Records that are compared with the file before an index is believed: size and time tell most changes already.
_SAMPLE: Final = 16
# Fits the second-level cache: bytes are checked where the read put them. With 4 MiB building is a third slower.
_SCAN_BUFFER_BYTES: Final = 1 << 19
_SCAN_RECORDS: Final = 1 << 16

Progress = Callable[[int], None]
"""Told after each step how many bytes of the (decompressed) file have been read."""


class RecordIndex:
    """Where the records of one file are; `len()` is their exact number.

    Args:
        path: The TFRecord file.
        compression_type: `""`, `"GZIP"` or `"ZLIB"`.
        size_bytes: Size of the file when it was indexed.
        mtime_ns: Its modification time then.
        layout: Offsets, lengths and CRCs, one of each per record.
    """

    def __init__(self, path: str, compression_type: str, size_bytes: int, mtime_ns: int, layout: Layout) -> None:
        self.path = path
        self.compression_type = compression_type
        self.size_bytes = size_bytes
        self.mtime_ns = mtime_ns
        self.layout = layout

    def __len__(self) -> int:
        return len(self.layout.offsets)

    @property
    def offsets(self) -> npt.NDArray[np.int64]:
        """int64[n]: offset of each record in the (decompressed) file."""
        return self.layout.offsets

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """int64[n]: bytes in each record."""
        return self.layout.lengths

    @property
    def crcs(self) -> npt.NDArray[np.uint32]:
        """uint32[n]: masked CRC32C of each record."""
        return self.layout.crcs

    def save(self) -> str:
        """Write the index beside its file, under a temporary name first, and return its path."""
        kind = COMPRESSION_TYPES.index(self.compression_type)
        head = _HEADER.pack(_MAGIC, _VERSION, len(self), self.size_bytes, self.mtime_ns, kind)
        body = b"".join(
            (
                self.offsets.astype("<i8").tobytes(),
                self.lengths.astype("<i8").tobytes(),
                self.crcs.astype("<u4").tobytes(),
            )
        )
        target = Path(self.path + SUFFIX)
        with replacing(target) as file:
            file.write(head + _CRC.pack(_crc32c(head, body)) + body)
        return str(target)

    def __repr__(self) -> str:
        return f"RecordIndex({self.path!r}, {len(self)} records)"


def _crc32c(head: bytes, body: bytes) -> int:
    import crc32c

    crc: int = crc32c.crc32c(body, crc32c.crc32c(head))
    return crc


class IndexBuilder:
    """Gathers the places of records while their file is read.

    Args:
        path: The file.
        compression_type: `""`, `"GZIP"` or `"ZLIB"`.

    Raises:
        NotFoundError: There is no such file.
        UnimplementedError: It is a remote file.
    """

    def __init__(self, path: str, compression_type: str) -> None:
        self._path, self._kind = path, compression_type
        self._size, self._mtime = _stamp(path)
        self._parts: list[Layout] = []

    def add(self, layout: Layout) -> None:
        """Take in the places of the next records."""
        self._parts.append(layout)

    def add_unframed(
        self, data: npt.NDArray[np.uint8], start: int, offset_bytes: int, ends: npt.NDArray[np.int64]
    ) -> None:
        """Take in records as they were unframed.

        Args:
            data: uint8[...], framed bytes.
            start: Where the first record begins in `data`.
            offset_bytes: Where it begins in the file.
            ends: int64[n + 1], sums of the payloads' lengths, as `unframe_kernel` makes them.
        """
        offsets = ends[:-1] + 16 * np.arange(len(ends) - 1)
        footers = start + offsets + 12 + np.diff(ends)
        crcs = np.ascontiguousarray(data[footers[:, None] + np.arange(4)]).view("<u4").reshape(-1)
        self._parts.append(Layout(offsets + offset_bytes, np.diff(ends), crcs.astype(np.uint32, copy=False)))

    def build(self) -> RecordIndex:
        """Return the index of all that was taken in."""
        empty = Layout(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint32))
        parts = [empty, *self._parts]
        layout = Layout(*(np.concatenate([part[i] for part in parts]) for i in range(3)))
        return RecordIndex(self._path, self._kind, self._size, self._mtime, layout)


def _stamp(path: str) -> tuple[int, int]:
    """Return size and modification time (ns) of a file.

    Raises:
        NotFoundError: There is no such file.
        UnimplementedError: It is a remote file.
    """
    if "://" in path:
        raise UnimplementedError(f"{path}: only local files have an index. Copy the file first.")
    with open_local(path) as file:
        status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


def build_index(
    path: str | bytes | os.PathLike[str],
    compression_type: str | None = None,
    *,
    save: bool = True,
    progress: Progress | None = None,
) -> RecordIndex:
    """Read a TFRecord file, check it, and write its index beside it, as `<file>.idx`.

    Args:
        path: A local file.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`; an index of a compressed file gives its length only.
        save: Whether to write the index, or only return it.
        progress: Called with the number of bytes read so far.

    Raises:
        NotFoundError: There is no such file.
        DataLossError: The file is damaged.

    Example:
        >>> import tempfile, os
        >>> from penstock.records import TFRecordWriter, build_index
        >>> path = os.path.join(tempfile.mkdtemp(), "a.tfrecord")
        >>> with TFRecordWriter(path) as writer:
        ...     writer.write_many([b"one", b"three"])
        >>> index = build_index(path)
        >>> len(index), index.offsets.tolist(), index.lengths.tolist()
        (2, [0, 19], [3, 5])
    """
    name = path_of(path)
    builder = IndexBuilder(name, check_compression("build_index", compression_type))
    with TFRecordReader(name, compression_type, buffer_size=_SCAN_BUFFER_BYTES) as reader:
        while (layout := reader.read_layout(_SCAN_RECORDS)) is not None:
            builder.add(layout)
            if progress is not None:
                progress(reader.offset_bytes)
    index = builder.build()
    if save:
        index.save()
    return index


def load_index(path: str | bytes | os.PathLike[str], compression_type: str | None = None) -> RecordIndex | None:
    """Return the index that lies beside a file, or None when there is none that fits the file as it is now.

    An index fits when it is whole, the file has the size and modification time that were indexed, and a sample of the
    records is where it says (uncompressed files).

    Raises:
        NotFoundError: There is no such file (the TFRecord file, not the index).
    """
    name = path_of(path)
    kind = check_compression("load_index", compression_type)
    size, mtime = _stamp(name)
    try:
        raw = Path(name + SUFFIX).read_bytes()
    except OSError:
        return None
    index = _parsed(raw, name)
    if index is None or (index.size_bytes, index.mtime_ns, index.compression_type) != (size, mtime, kind):
        return None
    return index if kind or _sample_fits(index) else None


def _parsed(raw: bytes, path: str) -> RecordIndex | None:
    """Return the index in a sidecar's bytes, or None when they are damaged or of another version."""
    start = _HEADER.size + _CRC.size
    if len(raw) < start:
        return None
    head, body = raw[: _HEADER.size], raw[start:]
    magic, version, count, size, mtime, kind = _HEADER.unpack(head)
    if (magic, version) != (_MAGIC, _VERSION) or len(body) != count * _BYTES_PER_RECORD:
        return None
    if _crc32c(head, body) != _CRC.unpack_from(raw, _HEADER.size)[0] or kind >= len(COMPRESSION_TYPES):
        return None
    offsets, lengths = (np.frombuffer(body, "<i8", count, 8 * count * i).astype(np.int64) for i in range(2))
    crcs = np.frombuffer(body, "<u4", count, 16 * count).astype(np.uint32)
    return RecordIndex(path, COMPRESSION_TYPES[kind], size, mtime, Layout(offsets, lengths, crcs))


def _sample_fits(index: RecordIndex) -> bool:
    """Whether a sample of the records, the last one among them, has the header and footer that the index tells."""
    rows = np.unique(np.linspace(0, len(index) - 1, _SAMPLE).astype(np.int64)) if len(index) else ()
    with open_local(index.path) as file:
        for row in rows:
            offset, length = int(index.offsets[row]), int(index.lengths[row])
            file.seek(offset)
            if file.read(8) != length.to_bytes(8, "little"):
                return False
            file.seek(offset + 12 + length)
            if file.read(4) != int(index.crcs[row]).to_bytes(4, "little"):
                return False
    return True


def changed(path: str, row: int, offset_bytes: int) -> DataLossError:
    """Return the error for a record that is not what the index says."""
    return DataLossError(
        f"{path}: record {row} at byte {offset_bytes} is not the record that was indexed. The file is damaged or was "
        "changed; check it with `penstock records verify` and index it again.",
        path=path,
        record_index=row,
        offset_bytes=offset_bytes,
    )
