"""The file systems of paths: that of this machine, and those of URIs (`s3://bucket/a`) through pyarrow or fsspec."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from ..core.errors import MissingDependencyError, UnimplementedError

_NANOSECONDS: Final = 1_000_000_000


class FileStatus(NamedTuple):
    """What is known of a file or folder.

    Attributes:
        length: Bytes in a file.
        is_directory: Whether it is a folder.
        mtime_nsec: When it was last changed, in nanoseconds since 1970.
    """

    length: int
    is_directory: bool
    mtime_nsec: int


class PathInSystem(Protocol):
    """One path, and the file system that it is in."""

    def status(self) -> FileStatus | None:
        """Return what is known of it, or None."""
        ...

    def names(self) -> list[str]:
        """Return what the folder holds."""
        ...

    def make_dir(self) -> None:
        """Make the folder."""
        ...

    def make_dirs(self) -> None:
        """Make the folder, and those around it."""
        ...

    def remove(self) -> None:
        """Delete the file."""
        ...

    def remove_tree(self) -> None:
        """Delete the folder."""
        ...

    def open(self, mode: str) -> Any:
        """Open the file."""
        ...


def path_in_system(path: str) -> PathInSystem:
    """Return a path with its file system, which the scheme of a URI names."""
    return _Remote(path) if "://" in path else _Local(path)


class _Local:
    """A path of this machine."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def status(self) -> FileStatus | None:
        try:
            found = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return FileStatus(found.st_size, self._path.is_dir(), found.st_mtime_ns)

    def names(self) -> list[str]:
        return [entry.name for entry in self._path.iterdir()]

    def make_dir(self) -> None:
        self._path.mkdir()

    def make_dirs(self) -> None:
        self._path.mkdir(parents=True, exist_ok=True)

    def remove(self) -> None:
        self._path.unlink()

    def remove_tree(self) -> None:
        shutil.rmtree(self._path)

    def open(self, mode: str) -> Any:
        return self._path.open(mode)


class _Remote:
    """A path of another file system, by pyarrow's interface."""

    def __init__(self, path: str) -> None:
        self._system, self._path = remote_system(path)

    def status(self) -> FileStatus | None:
        from pyarrow import fs

        found = self._system.get_file_info(self._path)
        if found.type == fs.FileType.NotFound:
            return None
        changed = 0 if found.mtime is None else int(found.mtime.timestamp() * _NANOSECONDS)
        return FileStatus(found.size or 0, found.type == fs.FileType.Directory, changed)

    def names(self) -> list[str]:
        from pyarrow import fs

        return [found.base_name for found in self._system.get_file_info(fs.FileSelector(self._path))]

    def make_dir(self) -> None:
        self._system.create_dir(self._path, recursive=False)

    def make_dirs(self) -> None:
        self._system.create_dir(self._path, recursive=True)

    def remove(self) -> None:
        self._system.delete_file(self._path)

    def remove_tree(self) -> None:
        self._system.delete_dir(self._path)

    def open(self, mode: str) -> Any:
        ways = {"rb": "open_input_file", "wb": "open_output_stream", "ab": "open_append_stream"}
        try:
            opened = getattr(self._system, ways[mode])(self._path)
            return io.BufferedReader(opened) if mode == "rb" else opened  # pyarrow reads no lines
        except (KeyError, NotImplementedError) as err:
            raise UnimplementedError(
                f"{self._path}: remote files are read from the start or written anew. Received: mode={mode!r}."
            ) from err


def remote_system(path: str) -> tuple[Any, str]:
    """Return the `pyarrow.fs.FileSystem` of a URI, and the path in it.

    Raises:
        MissingDependencyError: The scheme needs fsspec.
    """
    import pyarrow as pa
    from pyarrow import fs

    try:
        system, inner = fs.FileSystem.from_uri(path)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        try:
            import fsspec
        except ImportError as err:
            scheme = path.partition("://")[0]
            raise MissingDependencyError(f"{scheme}:// files", package="fsspec", extra="cloud") from err
        other, inner = fsspec.core.url_to_fs(path)
        return fs.PyFileSystem(fs.FSSpecHandler(other)), inner
    return system, inner
