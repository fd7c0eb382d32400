"""GFile: a local or remote file that is opened when it is first used, of text or bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ..core.closing import Closing
from ..core.errors import InvalidArgumentError, OutOfRangeError, PermissionDeniedError
from . import file_system
from .files import path_of

_MODES: Final = ("r", "w", "a", "r+", "w+", "a+")


class GFile(Closing):
    r"""A file of text (UTF-8; line ends stay as they are) or, with `b` in the mode, of bytes; a context manager.

    The file is opened when it is first read or written, so that a file that is not there is an error only then.

    Args:
        name: Its path: local, or a URI as `s3://bucket/a`.
        mode: `"r"`, `"w"` or `"a"`, with `"+"` for local files that are read and written, and `"b"` for bytes.

    Raises:
        InvalidArgumentError: The mode is none of these.

    Example:
        >>> from penstock.records import GFile
        >>> with GFile("a.txt", "w") as file:
        ...     file.write("one\ntwo\n")
        >>> with GFile("a.txt") as file:
        ...     print([line.rstrip() for line in file])
        ['one', 'two']
    """

    def __init__(self, name: Any, mode: str = "r") -> None:
        if mode.replace("b", "") not in _MODES:
            raise InvalidArgumentError(f"GFile: mode must be r, w, a, r+, w+ or a+, and b. Received: mode={mode!r}.")
        self._name, self._mode = path_of(name), mode
        self._kind = mode.replace("b", "")
        self._file: Any = None

    @property
    def name(self) -> str:
        """The path."""
        return self._name

    @property
    def mode(self) -> str:
        """The mode, as given."""
        return self._mode

    def size(self) -> int:
        """Return the size in bytes.

        Raises:
            NotFoundError: There is no such file.
        """
        return file_system.stat(self._name).length

    def read(self, n: int = -1) -> Any:
        """Return the next `n` bytes, or all the rest, as text or bytes.

        Raises:
            NotFoundError: There is no such file.
            PermissionDeniedError: The file is not open for reading.
        """
        return self._of(self._reading().read() if n < 0 else self._reading().read(n))

    def readline(self) -> Any:
        """Return the next line with its end, empty at the end of the file."""
        return self._of(self._line())

    def readlines(self) -> list[Any]:
        """Return all lines that are left."""
        return list(self)

    def write(self, content: Any) -> None:
        """Write text or bytes.

        Raises:
            PermissionDeniedError: The file is not open for writing.
        """
        if self._kind == "r":
            raise PermissionDeniedError(
                f"{self._name}: the file is not open for writing. Received: mode={self._mode!r}."
            )
        self._opened().write(content.encode() if isinstance(content, str) else bytes(content))

    def seek(self, offset: int | None = None, whence: int = 0, position: int | None = None) -> None:
        """Go to a byte.

        Args:
            offset: Bytes from the start (`whence=0`), from here (1) or from the end (2).
            whence: See there.
            position: Another name of `offset`.

        Raises:
            InvalidArgumentError: There is no offset, one before the start, or no such `whence`.
            OutOfRangeError: The byte is behind the end.
        """
        distance = position if offset is None else offset
        if distance is None or whence not in (0, 1, 2):
            raise InvalidArgumentError(
                f"GFile.seek: offset must be an int, whence 0, 1 or 2. Received: offset={offset}, whence={whence}."
            )
        file = self._reading()
        place = distance + (0, file.tell() if whence == 1 else 0, self.size() if whence == 2 else 0)[whence]
        if place < 0:
            raise InvalidArgumentError(f"GFile.seek: must not go before the start. Received: offset={distance}.")
        if place > self.size():
            raise OutOfRangeError(f"GFile.seek: {self._name} ends before byte {place}.")
        file.seek(place)

    def tell(self) -> int:
        """Return the place in bytes where the next read or write begins."""
        return int(self._opened().tell())

    def seekable(self) -> bool:
        """Return True."""
        return True

    def flush(self) -> None:
        """Hand what is written to the file system."""
        if self._file is not None and self._kind != "r":
            self._file.flush()

    def close(self) -> None:
        """Close the file; it is opened again when it is used again."""
        if self._file is not None:
            file, self._file = self._file, None
            file.close()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def __repr__(self) -> str:
        return f"GFile({self._name!r}, {self._mode!r})"

    def _opened(self) -> Any:
        if self._file is None:
            self._file = file_system.open_file(self._name, f"{self._kind}b")
        return self._file

    def _reading(self) -> Any:
        if self._kind in ("w", "a"):
            raise PermissionDeniedError(
                f"{self._name}: the file is not open for reading. Received: mode={self._mode!r}."
            )
        return self._opened()

    def _line(self) -> bytes:
        return bytes(self._reading().readline())

    def _of(self, content: bytes) -> Any:
        return content if "b" in self._mode else content.decode()
