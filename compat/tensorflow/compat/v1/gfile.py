"""`tf.compat.v1.gfile`: `tf.io.gfile` by its old names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .....core.lazy import attach
from ... import gfile as _gfile

__all__ = [
    "Copy",
    "DeleteRecursively",
    "Exists",
    "FastGFile",
    "GFile",
    "Glob",
    "IsDirectory",
    "ListDirectory",
    "MakeDirs",
    "MkDir",
    "Open",
    "Remove",
    "Rename",
    "Stat",
    "Walk",
]

FastGFile = GFile = Open = _gfile.GFile
Copy = _gfile.copy
Exists = _gfile.exists
Glob = _gfile.glob
IsDirectory = _gfile.isdir
ListDirectory = _gfile.listdir
MakeDirs = _gfile.makedirs
MkDir = _gfile.mkdir
Remove = _gfile.remove
Rename = _gfile.rename
DeleteRecursively = _gfile.rmtree
Stat = _gfile.stat
Walk = _gfile.walk

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
