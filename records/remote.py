"""Remote files as streams of bytes: `s3://`, `gs://`, `hdfs://`, `file://` through pyarrow, all else through fsspec.

A connection that fails is opened again where it stopped, after a wait that grows; one that ends before the file does
counts as failed.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar

from ..core.errors import DataLossError, InvalidArgumentError, MissingDependencyError, NotFoundError

T = TypeVar("T")

# Answers that will be the same next time.
_FINAL: Final = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)


@dataclass(frozen=True)
class RetryPolicy:
    """How often, and after which waits, a failed read of a remote file is tried again.

    Attributes:
        attempts: How often the same bytes are asked for, the first time included; at least 1.
        first_wait_s: Wait in seconds before the second attempt.
        factor: How many times longer each further wait is.
        max_wait_s: Longest wait in seconds.
        sleep: Waits; tests give a clock of their own.
    """

    attempts: int = 5
    first_wait_s: float = 0.1
    factor: float = 3.0
    max_wait_s: float = 10.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.attempts, bool) or not isinstance(self.attempts, int) or self.attempts < 1:
            raise InvalidArgumentError(
                f"RetryPolicy: attempts must be an int >= 1. Received: attempts={self.attempts!r}."
            )
        for name, least in (("first_wait_s", 0.0), ("factor", 1.0), ("max_wait_s", 0.0)):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not value >= least:
                raise InvalidArgumentError(f"RetryPolicy: {name} must be >= {least}. Received: {name}={value!r}.")

    def wait(self, failures: int) -> None:
        """Wait after so many failures in a row, at least one."""
        self.sleep(min(self.max_wait_s, self.first_wait_s * self.factor ** (failures - 1)))


class Connection(NamedTuple):
    """An open remote file.

    Attributes:
        file: Has `readinto` (it may fill less), `seek` and `close`.
        size: Bytes in the file.
    """

    file: Any
    size: int


Connect = Callable[[], Connection]
"""Opens a remote file; raises `OSError` when that fails."""


class RemoteFile:
    """A remote file read from the front; belongs to one thread at a time.

    Args:
        path: Its name for messages.
        connect: Opens it, more than once where connections fail.
        retry: When to try again.

    Raises:
        NotFoundError: There is no such file.
        InvalidArgumentError: It is a folder.
    """

    def __init__(self, path: str, connect: Connect, retry: RetryPolicy) -> None:
        self.path = path
        self._connect, self._retry = connect, retry
        self._connection: Connection | None = None
        self._position = 0
        self._size: int | None = None
        self._retrying(self._connected)

    @property
    def size_bytes(self) -> int:
        """Size of the file."""
        return self._size or 0

    def readinto(self, view: memoryview) -> int:
        return self._retrying(lambda: self._read_once(view))

    def skip_to(self, offset_bytes: int) -> bool:
        if self._size is not None and offset_bytes > self._size:
            return False
        self._position = offset_bytes
        self._drop()
        return True

    def close(self) -> None:
        self._drop()

    def _read_once(self, view: memoryview) -> int:
        connection = self._connected()
        if self._position >= connection.size or not len(view):
            return 0
        got = int(connection.file.readinto(view) or 0)
        if got == 0:
            raise OSError(f"the connection ended at byte {self._position} of {connection.size}")
        self._position += got
        return got

    def _connected(self) -> Connection:
        if self._connection is None:
            connection = self._connect()
            if self._size not in (None, connection.size):
                connection.file.close()
                raise DataLossError(
                    f"{self.path}: had {self._size} bytes and has {connection.size} now. It was replaced while it was "
                    "read; read it again from the start.",
                    path=self.path,
                )
            self._connection, self._size = connection, connection.size
            if self._position:
                connection.file.seek(self._position)
        return self._connection

    def _retrying(self, step: Callable[[], T]) -> T:
        """Return what a step returns, after as many attempts as the policy allows.

        Raises:
            OSError: The last attempt's error, with a note that counts them.
        """
        failures = 0
        while True:
            try:
                return step()
            except DataLossError:
                raise
            except FileNotFoundError as err:
                raise NotFoundError(f"{self.path}: no such file.") from err
            except OSError as err:
                self._drop()
                failures += 1
                if isinstance(err, _FINAL) or failures >= self._retry.attempts:
                    err.add_note(f"{self.path}: reading at byte {self._position} failed {failures} times.")
                    raise
            self._retry.wait(failures)

    def _drop(self) -> None:
        """Forget the connection; what goes wrong with one that has failed tells nothing."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.file.close()


def open_remote(path: str, retry: RetryPolicy | None = None) -> RemoteFile:
    """Open a file by its URI.

    Raises:
        NotFoundError: There is no such file.
        InvalidArgumentError: It is a folder.
        MissingDependencyError: The scheme needs fsspec.
    """
    return RemoteFile(path, _connect_for(path), retry or RetryPolicy())


def _connect_for(path: str) -> Connect:
    """Return what opens a URI: pyarrow where it knows the scheme, else fsspec."""
    import pyarrow as pa
    from pyarrow import fs

    try:
        system, inner = fs.FileSystem.from_uri(path)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return _connect_fsspec(path)

    def connect() -> Connection:
        info = system.get_file_info(inner)
        _refuse_folder(path, is_folder=info.type == fs.FileType.Directory)
        file = system.open_input_file(inner)
        return Connection(file, file.size())

    return connect


def _connect_fsspec(path: str) -> Connect:
    try:
        import fsspec
    except ImportError as err:
        scheme = path.partition("://")[0]
        raise MissingDependencyError(f"Reading {scheme}:// files", package="fsspec", extra="cloud") from err
    system, inner = fsspec.core.url_to_fs(path)

    def connect() -> Connection:
        info = system.info(inner)
        _refuse_folder(path, is_folder=info["type"] == "directory")
        return Connection(system.open(inner, "rb"), int(info["size"]))

    return connect


def _refuse_folder(path: str, *, is_folder: bool) -> None:
    if is_folder:
        raise InvalidArgumentError(f"{path}: is a folder, not a file.")
