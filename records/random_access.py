"""Streams and remote files as files that can be read at any place, for formats that are read from their end."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from .files import is_stream, name_of

if TYPE_CHECKING:
    from .remote import RemoteFile

_PIECE_BYTES: Final = 1 << 20


@contextmanager
def seekable(source: Any) -> Iterator[Any]:
    """Open what is no local file so that it can be read at any place: a remote file, or a stream.

    Args:
        source: A URI, or an open binary file; of one that cannot seek, as a pipe, the bytes go to a temporary file.

    Yields:
        An open binary file. What was opened here is closed at the end; what was given goes back to its beginning.

    Raises:
        NotFoundError: There is no such file.
    """
    if not is_stream(source):
        from .remote import open_remote

        with io.BufferedReader(_Remote(open_remote(source)), _PIECE_BYTES) as file:
            yield file
    elif _seeks(source):
        yield source
        source.seek(0)
    else:
        with _Copy(_copied(source), _PIECE_BYTES) as copy:
            copy.name = name_of(source)
            yield copy


def _seeks(stream: Any) -> bool:
    """Whether a stream stands at the beginning of a file that can be read at any place."""
    return hasattr(stream, "seekable") and bool(stream.seekable()) and stream.tell() == 0


class _Copy(io.BufferedReader):
    """A temporary file that has the name of what it is a copy of."""

    name = ""


def _copied(stream: Any) -> Any:
    """Return a temporary file that holds what comes from a stream, and vanishes when it is closed."""
    file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (the caller closes it)
    try:
        view = memoryview(bytearray(_PIECE_BYTES))
        while got := int(stream.readinto(view) or 0):
            left = view[:got]
            while left:
                left = left[file.write(left) :]  # may take less than it was given
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


class _Remote(io.RawIOBase):
    """A remote file that can be read at any place."""

    def __init__(self, file: RemoteFile) -> None:
        self._file = file
        self._at = self._stands = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._file.size_bytes}[whence]
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, view: Any) -> int:
        if self._at != self._stands and not self._file.skip_to(self._at):
            return 0
        got = self._file.readinto(memoryview(view))
        self._at = self._stands = self._at + got
        return got

    def close(self) -> None:
        self._file.close()
        super().close()
