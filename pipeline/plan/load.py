"""`load`: the elements of a saved dataset."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from .base import UNKNOWN, Node, Source


@dataclasses.dataclass(frozen=True)
class Load(Source):
    """Elements of block files, one file after another.

    Attributes:
        path: The folder of the dataset.
        files: Path and number of elements of each file.
        spec: Nest of specs of the elements.
        reader: Turns this plan, without a reader, into the one that a pass reads; None reads this one.
    """

    name = "load"
    path: str
    files: tuple[tuple[str, int], ...]
    spec: Any
    reader: Callable[[Load], Node] | None = dataclasses.field(default=None, repr=False)

    @property
    def element_spec(self) -> Any:
        return self.spec

    @property
    def cardinality(self) -> int:
        # A reader may leave elements out.
        return UNKNOWN if self.reader is not None else sum(rows for _, rows in self.files)

    def describe(self) -> str:
        rows = sum(rows for _, rows in self.files)
        text = f"{self.path!r}, {rows} elements in {len(self.files)} file{'s' * (len(self.files) != 1)}"
        return text + (", reader_func" if self.reader is not None else "")
