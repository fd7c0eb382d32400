"""`cache(filename)`: the elements of the first full pass, kept in a file."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from .base import SameElements


@dataclasses.dataclass(frozen=True)
class CacheFile(SameElements):
    """Elements computed in the first complete pass and read from a file afterwards, in this process and later ones.

    Attributes:
        filename: The file.
    """

    name = "cache"
    filename: str

    @property
    def cardinality(self) -> int:
        return self.input.cardinality

    def describe(self) -> str:
        return repr(self.filename)

    def notes(self) -> Sequence[str]:
        return ("reads the file",) if Path(self.filename).exists() else ("writes the file in the first complete pass",)
