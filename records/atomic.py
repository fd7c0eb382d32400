"""Binary files that appear under their name when they are complete."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from ..core.errors import InvalidArgumentError, NotFoundError
from ..core.replacing import temporary_beside


class AtomicFile:
    """A file that is written under a temporary name; a block that ends well gives it its own, another leaves nothing.

    Args:
        where: Who writes, for messages.
        path: The file to make. Its folder exists.
        compressor: An object with zlib's `compress` and `flush`, or None.

    Attributes:
        path: The file to make.
        taken_bytes: Bytes given to `write`, before compression.

    Raises:
        NotFoundError: The folder does not exist.
        InvalidArgumentError: The path is a folder.
    """

    def __init__(self, where: str, path: str, compressor: Any = None) -> None:
        self.path = path
        self.taken_bytes = 0
        self._compressor = compressor
        self._temporary, self._file = open_temporary(where, path)

    @property
    def temporary(self) -> Path:
        """The file under its temporary name."""
        return self._temporary

    @property
    def file(self) -> IO[bytes]:
        """The open temporary file, for writers that want one."""
        return self._file

    def write(self, data: Any) -> None:
        """Append bytes."""
        self.taken_bytes += len(data)
        self._file.write(data if self._compressor is None else self._compressor.compress(data))

    def finish(self) -> None:
        """Bring all that was written to disk, still under the temporary name; nothing more can be written."""
        if self._file.closed:
            return
        if self._compressor is not None:
            self._file.write(self._compressor.flush())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def publish(self, path: str) -> None:
        """Give the finished file its name, in the same folder."""
        self._temporary.replace(path)
        sync_folder(self._temporary.parent)

    def discard(self) -> None:
        """Close without making the file: the temporary one is removed. Does nothing to one that has its name."""
        try:
            self._file.close()
        except OSError:
            pass  # the bytes that could not be flushed are the ones being thrown away
        finally:
            self._temporary.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.finish()
                self.publish(self.path)
        finally:
            self.discard()


class OpenFile:
    """An open binary file of the caller, who closes it, behind a compressor.

    Args:
        file: The file, as `sys.stdout.buffer`.
        compressor: An object with zlib's `compress` and `flush`, or None.
    """

    def __init__(self, file: Any, compressor: Any = None) -> None:
        self.file = file
        self._compressor = compressor

    def write(self, data: Any) -> None:
        """Append bytes."""
        self.file.write(data if self._compressor is None else self._compressor.compress(data))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self._compressor is not None:
            self.file.write(self._compressor.flush())


def open_temporary(where: str, path: str, *, buffering: int = -1) -> tuple[Path, IO[bytes]]:
    """Return the name of a new file beside the one to make, and that file, open for writing.

    Raises:
        NotFoundError: The folder does not exist.
        InvalidArgumentError: The path is a folder.
    """
    target = Path(path)
    if target.is_dir():
        raise InvalidArgumentError(f"{where}: {path} is a folder. Give the name of a file in it.")
    temporary = temporary_beside(target)
    try:
        return temporary, temporary.open("xb", buffering=buffering)
    except (FileNotFoundError, NotADirectoryError) as err:
        raise NotFoundError(f"{where}: {target.parent} is no folder, cannot write {path}. Make it first.") from err


def sync_folder(folder: Path) -> None:
    """Bring a rename to disk, where the system can open folders."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        pass  # some file systems have no such call; the rename itself is done
    finally:
        os.close(handle)
