"""`load`: the elements of a saved dataset."""

from __future__ import annotations

import dataclasses
from typing import Any

from .base import Source


@dataclasses.dataclass(frozen=True)
class Load(Source):
    """Elements of block files, one file after another.

    Attributes:
        path: The folder of the dataset.
        files: Path and number of elements of each file.
        spec: Nest of specs of the elements.
    """

    name = "load"
    path: str
    files: tuple[tuple[str, int], ...]
    spec: Any

    @property
    def element_spec(self) -> Any:
        return self.spec

    @property
    def cardinality(self) -> int:
        return sum(rows for _, rows in self.files)

    def describe(self) -> str:
        return f"{self.path!r}, {self.cardinality} elements in {len(self.files)} file{'s' * (len(self.files) != 1)}"
