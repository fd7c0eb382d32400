"""The files that tools are given: patterns expanded, compression found out."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..core.errors import InvalidArgumentError, NotFoundError
from .files import check_compression, name_of, open_source, path_of

if TYPE_CHECKING:
    from .remote import RetryPolicy

AUTO: Final = "AUTO"
_SIDECAR_SUFFIX: Final = ".idx"
_HEADER_BYTES: Final = 12

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


def expand_paths(where: str, paths: Paths) -> list[str]:
    """Return the files that names and patterns mean: those of each pattern in sorted order, no file twice.

    A name that exists is that file, whatever characters it has; a URI is taken as it is. Patterns pass by the indexes
    that lie beside their files.

    Args:
        where: Who asks, for messages.
        paths: A name or pattern, or several.

    Raises:
        NotFoundError: A pattern matches nothing.
        InvalidArgumentError: There are no paths.
    """
    given = [paths] if isinstance(paths, str | bytes | os.PathLike) else list(paths)
    found: dict[str, None] = {}
    for name in map(path_of, given):
        plain = "://" in name or not glob.has_magic(name) or Path(name).exists()
        matches = [name] if plain else _matches(name)
        if not matches:
            raise NotFoundError(f"{where}: no file matches {name!r}.")
        found.update(dict.fromkeys(matches))
    if not found:
        raise InvalidArgumentError(f"{where}: paths must name at least one file. Received: none.")
    return list(found)


def _matches(pattern: str) -> list[str]:
    matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 (the pattern may be absolute)
    files = {*matches}
    return [
        path for path in matches if not (path.endswith(_SIDECAR_SUFFIX) and path.removesuffix(_SIDECAR_SUFFIX) in files)
    ]


def detect_compression(path: Any, retry: RetryPolicy | None = None) -> str:
    """Return how a TFRecord file is compressed, by its first bytes: `""`, `"GZIP"` or `"ZLIB"`.

    A plain file begins with a header whose CRC holds; a file that begins like nothing known counts as plain.

    Args:
        path: A file, or a stream with `peek`.
        retry: When to try again where a remote file fails; None for the default.

    Raises:
        NotFoundError: There is no such file.
        InvalidArgumentError: The path is a folder.
    """
    from .framing import masked_crc32c

    first = path.peek(_HEADER_BYTES)[:_HEADER_BYTES] if hasattr(path, "peek") else first_bytes(path, retry)
    is_header = len(first) == _HEADER_BYTES and masked_crc32c(first[:8]) == int.from_bytes(first[8:], "little")
    return "" if is_header else packed_as(first)


def packed_as(first: bytes) -> str:
    """Return the compression that a file with these first bytes has: `""`, `"GZIP"` or `"ZLIB"`."""
    if first[:2] == b"\x1f\x8b":
        return "GZIP"
    # RFC 1950: deflate with a window of up to 32 KiB, and a multiple of 31.
    is_zlib = len(first) >= 2 and first[0] & 0x0F == 8 and first[0] >> 4 <= 7
    return "ZLIB" if is_zlib and int.from_bytes(first[:2], "big") % 31 == 0 else ""


def first_bytes(path: str, retry: RetryPolicy | None = None) -> bytes:
    """Return the first twelve bytes of a file, or fewer where it has no more."""
    source = open_source(path, "", retry)
    try:
        view = memoryview(bytearray(_HEADER_BYTES))
        held = 0
        while held < _HEADER_BYTES and (got := source.readinto(view[held:])):
            held += got
    finally:
        source.close()
    return bytes(view[:held])


def compression_of(where: str, path: Any, compression_type: str | None) -> str:
    """Return how a file is compressed: as told, or for `"AUTO"` as its first bytes say.

    Raises:
        InvalidArgumentError: The type is none of those there are.
        NotFoundError: There is no such file.
    """
    return detect_compression(path) if compression_type == AUTO else check_compression(where, compression_type)


class RewindableStream:
    """A stream that can be read from its beginning again, as long as what was read is kept; for pipes.

    Args:
        stream: An open binary file.
        name: How messages call it; None for its own name.
    """

    def __init__(self, stream: Any, name: str | None = None) -> None:
        self.name = name_of(stream) if name is None else name
        self._stream = stream
        self._kept = bytearray()
        self._at = 0
        self._keeps = True

    def peek(self, count: int) -> bytes:
        """Return the next bytes, `count` of them where the stream has so many, without going past them."""
        piece = bytearray(count)
        while len(self._kept) - self._at < count and (got := int(self._stream.readinto(piece) or 0)):
            self._kept += piece[:got]
        return bytes(self._kept[self._at : self._at + count])

    def rewind(self) -> None:
        """Go back to the beginning."""
        if not self._keeps:
            raise AssertionError(f"{self.name}: what was read is not kept any more")
        self._at = 0

    def keep_no_more(self) -> None:
        """Let go of what is read from now on."""
        self._keeps = False

    def readinto(self, view: memoryview) -> int:
        """Fill the beginning of `view`; return how many bytes, 0 at the end only."""
        if self._at < len(self._kept):
            got = min(len(view), len(self._kept) - self._at)
            view[:got] = self._kept[self._at : self._at + got]
            self._at += got
            if not self._keeps and self._at == len(self._kept):
                self._kept, self._at = bytearray(), 0
            return got
        got = int(self._stream.readinto(view) or 0)
        if self._keeps:
            self._kept += view[:got]
            self._at += got
        return got
