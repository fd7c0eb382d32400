"""Write TFRecord files: under a temporary name first, under their own name once complete."""

from __future__ import annotations

import hashlib
import os
import warnings
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, Self

from ..core.columns import BytesColumn
from ..core.errors import FailedPreconditionError, InvalidArgumentError, describe
from .atomic import open_temporary, sync_folder
from .files import WINDOW_BITS, check_compression, path_of
from .framing import frame, frame_many

_BUFFER_BYTES = 1 << 18
_ROWS_PER_FRAME_CALL_BYTES = 1 << 22


@dataclass(frozen=True, slots=True)
class TFRecordOptions:
    """How a TFRecord file is compressed; None everywhere means zlib's own default.

    Attributes:
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`.
        flush_mode: Accepted for scripts written for TensorFlow; has no effect on the bytes after `close`.
        input_buffer_size: Accepted likewise; buffers need no tuning here.
        output_buffer_size: Accepted likewise.
        window_bits: Base-two logarithm of the window, 9 to 15.
        compression_level: 0 (none) to 9 (smallest), -1 for the default (6).
        compression_method: 8 (deflate) is the only one there is.
        mem_level: 1 (least memory) to 9.
        compression_strategy: One of zlib's `Z_*` strategies, 0 to 4.
    """

    compression_type: str | None = None
    flush_mode: int | None = None
    input_buffer_size: int | None = None
    output_buffer_size: int | None = None
    window_bits: int | None = None
    compression_level: int | None = None
    compression_method: int | None = None
    mem_level: int | None = None
    compression_strategy: int | None = None

    def __post_init__(self) -> None:
        check_compression("TFRecordOptions", self.compression_type)
        _check_range("window_bits", self.window_bits, 9, 15)
        _check_range("compression_level", self.compression_level, -1, 9)
        _check_range("compression_method", self.compression_method, zlib.DEFLATED, zlib.DEFLATED)
        _check_range("mem_level", self.mem_level, 1, 9)
        _check_range("compression_strategy", self.compression_strategy, 0, 4)

    def compressor(self) -> Any:
        """Return a zlib compressor for a new file, or None when it is not compressed."""
        kind = check_compression("TFRecordOptions", self.compression_type)
        if not kind:
            return None
        window = WINDOW_BITS[kind] - 15 + (15 if self.window_bits is None else self.window_bits)
        return zlib.compressobj(
            -1 if self.compression_level is None else self.compression_level,
            zlib.DEFLATED,
            window,
            zlib.DEF_MEM_LEVEL if self.mem_level is None else self.mem_level,
            zlib.Z_DEFAULT_STRATEGY if self.compression_strategy is None else self.compression_strategy,
        )


def _check_range(name: str, value: int | None, low: int, high: int) -> None:
    if value is not None and not (isinstance(value, int) and low <= value <= high):
        raise InvalidArgumentError(
            f"TFRecordOptions: {name} must be an int from {low} to {high}, or None. Received: {name}={describe(value)}."
        )


def as_options(options: TFRecordOptions | str | None) -> TFRecordOptions:
    """Return options for a compression type, or the options themselves.

    Raises:
        InvalidArgumentError: Neither of them.
    """
    if isinstance(options, TFRecordOptions):
        return options
    return TFRecordOptions(check_compression("TFRecordWriter", options))


class TFRecordWriter:
    """Writes records to one file; without compression the bytes are those that TensorFlow writes.

    The records go to a temporary file in the same folder. `close`, and a `with` block that ends well, brings it to
    disk and gives it its name, in place of a file that had it before; a `with` block that fails removes it, and no
    file appears. Belongs to one thread at a time.

    Args:
        path: The file to make. Its folder exists.
        options: A `TFRecordOptions`, or a compression type: None or `""`, `"GZIP"`, `"ZLIB"`.
        hashed: Whether to compute the SHA-256 of the file while it is written.
        mode: `"w"`. Appending (`"a"`) is refused: a process that dies would leave half a record behind good ones, and
            indexes and manifests beside the file would be wrong. Write another shard in place of it.

    Attributes:
        bytes_written: Bytes of the file so far; buffers of a compressor come later.

    Raises:
        NotFoundError: The folder does not exist.
        InvalidArgumentError: An argument breaks its rule, or the path is a folder.

    Example:
        >>> import tempfile, os
        >>> from penstock.records import TFRecordWriter
        >>> path = os.path.join(tempfile.mkdtemp(), "a.tfrecord")
        >>> with TFRecordWriter(path, "GZIP") as writer:
        ...     writer.write(b"a record")
    """

    _file: IO[bytes] | None = None
    _finished = False

    def __init__(
        self,
        path: str | bytes | os.PathLike[str],
        options: TFRecordOptions | str | None = None,
        *,
        hashed: bool = False,
        mode: str = "w",
    ) -> None:
        _check_mode(mode)
        self.path = path_of(path)
        self.bytes_written = 0
        self._hash = hashlib.sha256() if hashed else None
        self._compressor = as_options(options).compressor()
        self._temporary, self._file = open_temporary("TFRecordWriter", self.path, buffering=_BUFFER_BYTES)

    def write(self, record: bytes | bytearray | memoryview) -> None:
        """Append one record.

        Args:
            record: The bytes of one record, also none at all: of a serialized `Example`, say.

        Raises:
            InvalidArgumentError: The record is not bytes.
            FailedPreconditionError: The writer is closed.
        """
        if not isinstance(record, bytes | bytearray | memoryview):
            raise InvalidArgumentError(
                f"TFRecordWriter.write: a record must be bytes. Received: {describe(record)}. "
                "Serialize messages with SerializeToString(), encode text with .encode()."
            )
        self.write_framed(frame(record))

    def write_many(self, records: BytesColumn | Iterable[bytes]) -> None:
        """Append all strings of a column, or of any iterable of bytes.

        Args:
            records: As for `write`; a column is framed in pieces, without a Python object for each record.

        Raises:
            InvalidArgumentError: A record is not bytes.
            FailedPreconditionError: The writer is closed.
        """
        if not isinstance(records, BytesColumn):
            for record in records:
                self.write(record)
            return
        # In pieces, so that a large column needs no second copy of itself.
        rows = max(1, int(len(records) * _ROWS_PER_FRAME_CALL_BYTES / max(1, records.nbytes)))
        for start in range(0, len(records), rows):
            self.write_framed(frame_many(records.slice(start, min(start + rows, len(records)))))

    def write_framed(self, data: bytes | memoryview) -> None:
        """Append records that have their headers and checksums already.

        Args:
            data: Framed records, one after another, as `records.framing.frame` makes them. They are not checked.

        Raises:
            FailedPreconditionError: The writer is closed.
        """
        self._opened("write")
        self._append(data if self._compressor is None else self._compressor.compress(data))

    def _append(self, data: bytes | memoryview) -> None:
        """Write bytes of the file itself."""
        self._opened("write").write(data)
        self.bytes_written += len(data)
        if self._hash is not None:
            self._hash.update(data)

    @property
    def sha256(self) -> str | None:
        """SHA-256 of all bytes written to the file so far, as hex digits, or None when it was not asked for."""
        return None if self._hash is None else str(self._hash.hexdigest())

    def _opened(self, what: str) -> IO[bytes]:
        if self._file is None:
            raise FailedPreconditionError(f"TFRecordWriter.{what}: {self.path} is closed. Open a new writer.")
        return self._file

    def flush(self) -> None:
        """Hand what was written so far to the operating system, still under the temporary name.

        Raises:
            FailedPreconditionError: The writer is closed.
        """
        file = self._opened("flush")
        if self._compressor is not None:
            self._append(self._compressor.flush(zlib.Z_SYNC_FLUSH))
        file.flush()

    def close(self) -> None:
        """Bring the file to disk under its own name; may be called again. On failure nothing is left behind."""
        self.finish()
        if self._finished:
            self.publish(self.path)

    def finish(self) -> None:
        """Bring all that was written to disk, still under the temporary name; nothing more can be written.

        The first half of `close`. On failure nothing is left behind. May be called again.
        """
        if self._file is None:
            return
        try:
            if self._compressor is not None:
                self._append(self._compressor.flush(zlib.Z_FINISH))
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except BaseException:
            self.discard()
            raise
        self._file, self._finished = None, True

    def publish(self, path: str) -> None:
        """Give a finished file its name, in the same folder: the second half of `close`.

        Args:
            path: The name; a file that has it already is replaced.

        Raises:
            FailedPreconditionError: `finish` was not called, or the file has its name already.
        """
        if not self._finished:
            raise FailedPreconditionError(f"TFRecordWriter.publish: {self.path} is not finished. Call finish() first.")
        try:
            self._temporary.replace(path)
        except BaseException:
            self.discard()
            raise
        self.path, self._finished = path, False
        sync_folder(self._temporary.parent)

    def discard(self) -> None:
        """Close without making the file: the temporary one is removed. May be called again, or after `close`."""
        if self._file is None and not self._finished:
            return
        file, self._file, self._finished = self._file, None, False
        try:
            if file is not None:
                file.close()
        except OSError:
            pass  # the bytes that could not be flushed are the ones being thrown away
        finally:
            self._temporary.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def __del__(self) -> None:
        if self._file is not None:
            warnings.warn(
                f"TFRecordWriter: {self.path} was never closed; its records are in {self._temporary}.",
                ResourceWarning,
                source=self,
                stacklevel=2,
            )

    def __repr__(self) -> str:
        return f"TFRecordWriter({self.path!r}{', closed' if self._file is None else ''})"


def _check_mode(mode: str) -> None:
    """Check that a new file is asked for.

    Raises:
        InvalidArgumentError: It is not.
    """
    if mode == "w":
        return
    reason = ""
    if mode == "a":
        reason = (
            " Records cannot be appended to a TFRecord file: a process that dies would leave half a record behind good "
            "ones, and its index and manifest would be wrong. Write another file beside it; `penstock records merge` "
            "makes one of several."
        )
    raise InvalidArgumentError(f"TFRecordWriter: mode must be 'w'. Received: mode={describe(mode)}.{reason}")
