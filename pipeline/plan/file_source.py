"""What all sources that read files have in common."""

from __future__ import annotations

import dataclasses
import zlib
from pathlib import PurePath
from typing import Any

from ...core.dtypes import string
from ...core.specs import TensorSpec
from .base import UNKNOWN, Source


@dataclasses.dataclass(frozen=True)
class FileSource(Source):
    """Records of files, one file after another.

    Attributes:
        files: Paths, read in this order.
        compression_type: None, `"GZIP"` or `"ZLIB"`.
        buffer_size: Bytes read at a time; None for the reader's own choice.
    """

    files: tuple[str, ...]
    compression_type: str | None = None
    buffer_size: int | None = None

    @property
    def element_spec(self) -> Any:
        return TensorSpec((), string)

    @property
    def cardinality(self) -> int:
        return UNKNOWN

    def describe(self) -> str:
        shown = repr(self.files[0]) if len(self.files) == 1 else f"{len(self.files)} files"
        return shown + (f", compression_type={self.compression_type!r}" if self.compression_type else "")

    @property
    def fingerprint(self) -> str:
        return moved_fingerprint(self)


def moved_fingerprint(node: Any) -> str:
    """Return the fingerprint of a node with `files`: they may move to another folder, with their names and order."""
    names = tuple(PurePath(path).name for path in node.files)
    label: str = dataclasses.replace(node, files=names).label
    return label if len(names) == 1 else f"{label} with names {zlib.crc32('/'.join(names).encode()):08x}"
