"""Files as streams of bytes, plain or compressed, with errors that name the file.

A source is read with `readinto`, which may fill less than it was given; 0 means the end. Compressed files may have
several members one after another, as `cat a.gz b.gz` makes; zero bytes may pad the end, anything else there is damage.
"""

from __future__ import annotations

import functools
import importlib
import os
import stat
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from ..core.errors import DataLossError, InvalidArgumentError, NotFoundError, PermissionDeniedError, describe, suggest

if TYPE_CHECKING:
    from .remote import RetryPolicy

COMPRESSION_TYPES: Final = ("", "GZIP", "ZLIB")
# zlib's window size with the container's flag: 15 is zlib's own header, 16 more is gzip's.
WINDOW_BITS: Final = {"GZIP": 31, "ZLIB": 15}
DEFAULT_BUFFER_SIZE: Final = 1 << 18
_COMPRESSED_CHUNK: Final = 1 << 18


class ByteSource(Protocol):
    """A stream of bytes read from the front; belongs to one thread at a time."""

    path: str

    def readinto(self, view: memoryview) -> int:
        """Fill the beginning of `view`; return how many bytes, 0 at the end only."""
        ...

    def skip_to(self, offset_bytes: int) -> bool:
        """Go to an offset from the start, before anything is read; False when the source ends before it."""
        ...

    def close(self) -> None:
        """Close the file; may be called again."""
        ...


def is_regular(source: ByteSource) -> bool:
    """Whether a source is a file on this machine, compressed or not: its bytes are there, and reading never waits."""
    return getattr(source, "is_regular", False)


def is_stream(path: Any) -> bool:
    """Whether a value is an open binary file, to be read from where it stands."""
    return hasattr(path, "readinto")


def name_of(path: Any) -> str:
    """Return a path as text, or how messages call an open file.

    Raises:
        InvalidArgumentError: It is neither.
    """
    if not is_stream(path):
        return path_of(path)
    name = getattr(path, "name", None)
    return name if isinstance(name, str) else "<stream>"


def path_of(path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> str:
    """Return a path as text; `bytes` paths (strings of a dataset) are decoded as the file system does.

    Raises:
        InvalidArgumentError: It is not a path.
    """
    if not isinstance(path, str | bytes | os.PathLike):
        raise InvalidArgumentError(f"open: a path must be str, bytes or PathLike. Received: {describe(path)}.")
    return os.fsdecode(path)


def check_compression(where: str, compression_type: Any) -> str:
    """Return `""`, `"GZIP"` or `"ZLIB"`; None is `""`.

    Raises:
        InvalidArgumentError: Any other value.
    """
    name = "" if compression_type is None else compression_type
    if isinstance(name, bytes):
        name = name.decode("ascii", "replace")
    if name not in COMPRESSION_TYPES:
        hint = suggest(name.upper(), COMPRESSION_TYPES) if isinstance(name, str) and name else ""
        raise InvalidArgumentError(
            f'{where}: compression_type must be None, "", "GZIP" or "ZLIB". '
            f"Received: compression_type={describe(compression_type)}.{hint}"
        )
    return str(name)


def check_buffer_size(where: str, buffer_size: int | None) -> int:
    """Return a buffer size in bytes; None is 256 KiB (as fast as more, and an interleave holds several).

    Raises:
        InvalidArgumentError: It is not an int >= 1.
    """
    if buffer_size is None:
        return DEFAULT_BUFFER_SIZE
    if isinstance(buffer_size, bool) or not hasattr(buffer_size, "__index__") or buffer_size < 1:
        raise InvalidArgumentError(
            f"{where}: buffer_size must be an int >= 1 (bytes) or None. Received: buffer_size={describe(buffer_size)}."
        )
    return int(buffer_size)


def open_source(path: Any, compression_type: str = "", retry: RetryPolicy | None = None) -> ByteSource:
    """Open a file for reading from the front; a path with a scheme, as `s3://bucket/a`, is a remote one.

    An open binary file (anything with `readinto`) is read from where it stands, and is not closed with the source.
    `retry` says when to try again where a remote file fails; None for the default.

    Raises:
        NotFoundError: There is no such file.
        InvalidArgumentError: The path is a folder.
    """
    raw = _OpenFile(path) if is_stream(path) else _open_raw(path_of(path), retry)
    return _InflatingFile(raw, WINDOW_BITS[compression_type]) if compression_type else raw


def _open_raw(path: str, retry: RetryPolicy | None) -> ByteSource:
    if "://" in path:
        from .remote import open_remote

        return open_remote(path, retry)
    return _PlainFile(path)


def open_local(path: str) -> Any:
    """Open a local file, unbuffered.

    Raises:
        NotFoundError: There is no such file.
        InvalidArgumentError: The path is a folder.
        PermissionDeniedError: It may not be read.
    """
    try:
        return Path(path).open("rb", buffering=0)
    except FileNotFoundError as err:
        raise NotFoundError(f"{path}: no such file.") from err
    except IsADirectoryError as err:
        raise InvalidArgumentError(f"{path}: is a folder, not a file. Use list_files() for the files in it.") from err
    except PermissionError as err:
        if Path(path).is_dir():  # what Windows answers for a folder
            raise InvalidArgumentError(f"{path}: is a folder, not a file.") from err
        raise PermissionDeniedError(f"{path}: may not be read. {err}") from err


class _PlainFile:
    """An uncompressed local file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = open_local(path)
        self.is_regular = stat.S_ISREG(os.fstat(self._file.fileno()).st_mode)

    def readinto(self, view: memoryview) -> int:
        return self._file.readinto(view) or 0

    def skip_to(self, offset_bytes: int) -> bool:
        if offset_bytes > self._file.seek(0, os.SEEK_END):
            return False
        self._file.seek(offset_bytes)
        return True

    def close(self) -> None:
        self._file.close()


class _OpenFile:
    """An open binary file of the caller, who closes it."""

    def __init__(self, stream: Any) -> None:
        self.path = name_of(stream)
        self._stream = stream

    def readinto(self, view: memoryview) -> int:
        return self._stream.readinto(view) or 0

    def skip_to(self, offset_bytes: int) -> bool:
        return _read_past(self, offset_bytes)

    def close(self) -> None:
        pass


@functools.cache
def _fast_zlib() -> Any:
    """Return ISA-L's inflation, with zlib's interface, or None where it is not installed."""
    try:
        return importlib.import_module("isal.isal_zlib")
    except ImportError:
        return None


def _read_past(source: ByteSource, offset_bytes: int) -> bool:
    """Read up to an offset; False when the source ends before it."""
    piece = memoryview(bytearray(min(offset_bytes, _COMPRESSED_CHUNK)))
    while offset_bytes:
        got = source.readinto(piece[:offset_bytes])
        if not got:
            return False
        offset_bytes -= got
    return True


class _InflatingFile:
    """A gzip or zlib file, decompressed piece by piece: never more output at a time than was asked for.

    All bytes before a damaged place are given before the error is raised. A local file is inflated by ISA-L where that
    is installed, twice as fast as by zlib; what ISA-L refuses is read again from the front by zlib, which can be copied
    and so tells where the damage is.
    """

    def __init__(self, raw: ByteSource, window_bits: int) -> None:
        self.path = raw.path
        self.is_regular = is_regular(raw)
        self._raw = raw
        self._chunk = memoryview(bytearray(_COMPRESSED_CHUNK))
        self._window_bits = window_bits
        self._fast = _fast_zlib() if self.is_regular else None
        self._inflater: Any = None
        self._pending = b""
        self._members = 0
        # Bytes read from the file; where the current member begins there, and how much of it has been given.
        self._read = self._member = self._given = 0

    def readinto(self, view: memoryview) -> int:
        while True:
            at_end = not self._pending and not self._read_more()
            if self._inflater is None:
                if self._members:
                    self._pending = self._pending.lstrip(b"\0")
                if at_end:
                    return 0
                if not self._pending:
                    continue
                self._inflater = (self._fast or zlib).decompressobj(self._window_bits)
                self._members += 1
                self._member, self._given = self._read - len(self._pending), 0
            made = self._inflate(len(view), at_end=at_end)
            if made:
                self._given += len(made)
                view[: len(made)] = made
                return len(made)

    def _read_more(self) -> bool:
        self._pending = bytes(self._chunk[: self._raw.readinto(self._chunk)])
        self._read += len(self._pending)
        return bool(self._pending)

    def skip_to(self, offset_bytes: int) -> bool:
        return _read_past(self, offset_bytes)  # compressed data has no way in but from the front

    def _inflate(self, limit: int, *, at_end: bool) -> bytes:
        """Return up to `limit` bytes; nothing when more input is needed or the member has ended."""
        # A copy takes about a microsecond; zlib drops what it made when it then meets damage.
        before = None if self._fast else self._inflater.copy()
        try:
            made: bytes = self._inflater.decompress(self._pending, limit)
        except (self._fast or zlib).error as err:
            if before is None:
                self._start_again()
                return b""
            made = self._up_to_damage(before, limit)
            if made:
                return made
            raise self._damaged(f"the compressed data is damaged ({err})") from err
        if self._inflater.eof:
            self._pending, self._inflater = self._inflater.unused_data, None
        elif at_end and not made:
            if before is None:
                self._start_again()
                return b""
            raise self._damaged("the compressed data ends early. The writer was probably interrupted")
        else:
            self._pending = self._inflater.unconsumed_tail
        return made

    def _start_again(self) -> None:
        """Inflate the current member by zlib, up to where ISA-L came."""
        self._raw.close()
        self._fast, self._raw = None, _open_raw(self.path, None)
        self._raw.skip_to(self._member)
        self._read, self._pending = self._member, b""
        self._inflater = zlib.decompressobj(self._window_bits)
        left = self._given
        while left:
            if not self._pending and not self._read_more():
                raise self._damaged("the file became shorter while it was read")
            left -= len(self._inflater.decompress(self._pending, min(left, _COMPRESSED_CHUNK)))
            self._pending = self._inflater.unconsumed_tail

    def _up_to_damage(self, inflater: Any, limit: int) -> bytes:
        """Return up to `limit` bytes that come before the damage in the pending input; nothing when there are none.

        Halves the input until it is taken: the checksum at a member's end stops no byte before it then.
        """
        size = len(self._pending)
        while size:
            twin = inflater.copy()
            try:
                made: bytes = twin.decompress(self._pending[:size], limit)
            except zlib.error:
                size //= 2
                continue
            self._pending = twin.unconsumed_tail + self._pending[size:]
            inflater, size = twin, min(size, len(self._pending))
            if made:
                break
        else:
            made = b""
        self._inflater = inflater
        return made

    def _damaged(self, what: str) -> DataLossError:
        kind = "GZIP" if self._window_bits == WINDOW_BITS["GZIP"] else "ZLIB"
        return DataLossError(f"{self.path}: {what}. Read as {kind}.", path=self.path)

    def close(self) -> None:
        self._inflater = None
        self._raw.close()
