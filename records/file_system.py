"""Files and folders by path: local ones, and remote ones by URI (`s3://bucket/a`) through pyarrow or fsspec.

Every function takes a path as `str`, `bytes` or `PathLike`; errors are penstock's, and the builtins that go with them.
"""

from __future__ import annotations

import contextlib
import fnmatch
import glob as local_glob
import os
import posixpath
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, AnyStr

from ..core.errors import (
    AlreadyExistsError,
    FailedPreconditionError,
    NotFoundError,
    PermissionDeniedError,
    UnimplementedError,
)
from .files import path_of
from .path_systems import FileStatus, path_in_system, remote_system

AnyPath = str | bytes | os.PathLike[str]


def exists(path: AnyPath) -> bool:
    """Whether there is a file or folder of this name."""
    return _status(path_of(path)) is not None


def is_dir(path: AnyPath) -> bool:
    """Whether there is a folder of this name."""
    found = _status(path_of(path))
    return found is not None and found.is_directory


def stat(path: AnyPath) -> FileStatus:
    """Return size, kind and time of a file or folder.

    Raises:
        NotFoundError: There is none.
    """
    name = path_of(path)
    found = _status(name)
    if found is None:
        raise NotFoundError(f"{name}: no such file or folder.")
    return found


def list_dir(path: AnyPath) -> list[str]:
    """Return the names of what a folder holds, sorted.

    Raises:
        NotFoundError: There is no such folder.
    """
    name = path_of(path)
    if not is_dir(name):
        raise NotFoundError(f"{name}: no such folder.")
    with _told(name):
        return sorted(path_in_system(name).names())


def matching_paths(patterns: AnyPath | Sequence[AnyPath]) -> list[str]:
    """Return the files and folders that match a pattern, or any of several, sorted; `*`, `?` and `[…]` match names.

    A pattern that matches nothing gives nothing.
    """
    given = [patterns] if isinstance(patterns, str | bytes | os.PathLike) else patterns
    found: set[str] = set()
    for pattern in map(path_of, given):
        found.update(_remote_matches(pattern) if "://" in pattern else local_glob.glob(pattern))  # noqa: PTH207 (as TensorFlow names them)
    return sorted(found)


def make_dir(path: AnyPath) -> None:
    """Make a folder; nothing happens when it is there.

    Raises:
        NotFoundError: The folder that it is to be in is not there.
    """
    name = path_of(path)
    if is_dir(name):
        return
    with _told(name):
        path_in_system(name).make_dir()


def make_dirs(path: AnyPath) -> None:
    """Make a folder, and those that it is in; nothing happens when it is there.

    Raises:
        FailedPreconditionError: There is a file of this name.
    """
    name = path_of(path)
    with _told(name):
        try:
            path_in_system(name).make_dirs()
        except FileExistsError as err:
            raise FailedPreconditionError(f"{name}: is a file, not a folder.") from err


def remove(path: AnyPath) -> None:
    """Delete a file.

    Raises:
        NotFoundError: There is none.
        FailedPreconditionError: It is a folder.
    """
    name = path_of(path)
    if stat(name).is_directory:
        raise FailedPreconditionError(f"{name}: is a folder, not a file. Use remove_tree().")
    with _told(name):
        path_in_system(name).remove()


def remove_tree(path: AnyPath) -> None:
    """Delete a file, or a folder with all that it holds.

    Raises:
        NotFoundError: There is none.
    """
    name = path_of(path)
    found = stat(name)
    with _told(name):
        if found.is_directory:
            path_in_system(name).remove_tree()
        else:
            path_in_system(name).remove()


def rename(source: AnyPath, target: AnyPath, *, overwrite: bool = False) -> None:
    """Give a file or folder another name.

    Raises:
        NotFoundError: There is none.
        AlreadyExistsError: The new name is taken, and `overwrite` is not set.
    """
    old, new = path_of(source), path_of(target)
    _check_free(new, overwrite=overwrite)
    if "://" in old or "://" in new:
        with _told(old):
            _one_remote_system(old, new)
        return
    stat(old)
    with _told(old):
        Path(old).replace(new)


def copy(source: AnyPath, target: AnyPath, *, overwrite: bool = False) -> None:
    """Copy a file, also from one file system to another.

    Raises:
        NotFoundError: There is none.
        FailedPreconditionError: It is a folder.
        AlreadyExistsError: The other name is taken, and `overwrite` is not set.
    """
    old, new = path_of(source), path_of(target)
    _check_free(new, overwrite=overwrite)
    if stat(old).is_directory:
        raise FailedPreconditionError(f"{old}: is a folder, not a file.")
    with open_file(old, "rb") as reader, open_file(new, "wb") as writer:
        shutil.copyfileobj(reader, writer)


def walk(top: AnyPath, *, top_down: bool = True) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each folder from `top` on, with the names of its folders and of its files; nothing when there is no `top`.

    Args:
        top: The first folder.
        top_down: Whether a folder comes before those in it.
    """
    folder = path_of(top)
    if not is_dir(folder):
        return
    folders: list[str] = []
    files: list[str] = []
    for name in list_dir(folder):
        (folders if is_dir(join(folder, name)) else files).append(name)
    here = (folder, folders, files)
    if top_down:
        yield here
    for name in folders:
        yield from walk(join(folder, name), top_down=top_down)
    if not top_down:
        yield here


def join(path: AnyStr, *paths: AnyStr) -> AnyStr:
    """Return parts of a path as one; a part that begins at the root drops those before it."""
    return posixpath.join(path, *paths) if "://" in os.fsdecode(path) else os.path.join(path, *paths)  # noqa: PTH118 (bytes too)


def open_file(path: AnyPath, mode: str) -> Any:
    """Open a file of bytes: `"rb"`, `"wb"`, `"ab"`, and for local files `"r+b"`, `"w+b"`, `"a+b"`.

    Raises:
        NotFoundError: There is no such file, or no such folder to write into.
        FailedPreconditionError: It is a folder.
        PermissionDeniedError: It may not be read or written.
        UnimplementedError: The file system has no such way to open files.
    """
    name = path_of(path)
    with _told(name):
        return path_in_system(name).open(mode)


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    """Turn errors of the operating system into penstock's."""
    try:
        yield
    except FileNotFoundError as err:
        raise _kept(err) or NotFoundError(f"{path}: no such file or folder.") from err
    except (IsADirectoryError, NotADirectoryError) as err:
        kind = "a folder, not a file" if isinstance(err, IsADirectoryError) else "not in a folder"
        raise FailedPreconditionError(f"{path}: is {kind}.") from err
    except FileExistsError as err:
        raise _kept(err) or AlreadyExistsError(f"{path}: exists already.") from err
    except PermissionError as err:
        raise _kept(err) or PermissionDeniedError(f"{path}: may not be read or written. {err}") from err


def _kept(err: OSError) -> OSError | None:
    return err if isinstance(err, NotFoundError | AlreadyExistsError | PermissionDeniedError) else None


def _check_free(path: str, *, overwrite: bool) -> None:
    if not overwrite and exists(path):
        raise AlreadyExistsError(f"{path}: exists already. Pass overwrite=True to replace it.")


def _status(path: str) -> FileStatus | None:
    with _told(path):
        return path_in_system(path).status()


def _one_remote_system(old: str, new: str) -> None:
    """Move inside of one remote file system."""
    (system, source), (_, target) = remote_system(old), remote_system(new)
    if old.partition("://")[0] != new.partition("://")[0]:
        raise UnimplementedError(f"{old}: cannot be renamed to another file system. Received: {new!r}. Use copy().")
    stat(old)
    system.move(source, target)


def _remote_matches(pattern: str) -> list[str]:
    """Return the paths of a remote file system that match, with the scheme of the pattern."""
    scheme, _, rest = pattern.partition("://")
    parts = rest.split("/")
    plain = next((i for i, part in enumerate(parts) if local_glob.has_magic(part)), len(parts))
    found = [f"{scheme}://{'/'.join(parts[:plain])}"]
    for part in parts[plain:]:
        folders = [path for path in found if is_dir(path)]
        found = [
            posixpath.join(folder, name)
            for folder in folders
            for name in list_dir(folder)
            if fnmatch.fnmatchcase(name, part)
        ]
    return [path for path in found if exists(path)]
