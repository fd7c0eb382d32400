"""`tf.io.gfile`: files and folders, local or remote; see `penstock.records.file_system`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ...core.lazy import attach
from ...records import GFile, file_system
from ...records.file_system import AnyPath, exists, join, stat
from ...records.file_system import is_dir as isdir
from ...records.file_system import list_dir as listdir
from ...records.file_system import make_dir as mkdir
from ...records.file_system import make_dirs as makedirs
from ...records.file_system import matching_paths as glob
from ...records.file_system import remove_tree as rmtree

__all__ = [
    "GFile",
    "copy",
    "exists",
    "get_registered_schemes",
    "glob",
    "isdir",
    "join",
    "listdir",
    "makedirs",
    "mkdir",
    "remove",
    "rename",
    "rmtree",
    "stat",
    "walk",
]


remove = file_system.remove


def copy(src: AnyPath, dst: AnyPath, overwrite: bool = False) -> None:
    """Copy a file; see `penstock.records.file_system.copy`."""
    file_system.copy(src, dst, overwrite=overwrite)


def rename(src: AnyPath, dst: AnyPath, overwrite: bool = False) -> None:
    """Give a file another name; see `penstock.records.file_system.rename`."""
    file_system.rename(src, dst, overwrite=overwrite)


def walk(
    top: AnyPath,
    topdown: bool = True,
    onerror: Callable[[Exception], Any] | None = None,
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield folders with the names that they hold; see `penstock.records.file_system.walk`."""
    try:
        yield from file_system.walk(top, top_down=topdown)
    except OSError as err:
        if onerror is not None:
            onerror(err)


def get_registered_schemes() -> list[str]:
    """Return the beginnings of the URIs that are known without fsspec."""
    return ["", "file", "gs", "hdfs", "s3"]


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
