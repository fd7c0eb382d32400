"""`zip`: the elements of several datasets side by side."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...core.nest import Structure
from .base import INFINITE, UNKNOWN, Node


@dataclasses.dataclass(frozen=True)
class Zip(Node):
    """Nests of one element of each dataset, as long as all of them have one.

    Attributes:
        datasets: At least one.
        structure: The nest that the elements are packed into; a leaf for each dataset.
    """

    name = "zip"
    datasets: tuple[Node, ...]
    structure: Structure

    @property
    def element_spec(self) -> Any:
        specs = [node.element_spec for node in self.datasets]
        return None if any(spec is None for spec in specs) else self.structure.pack(specs)

    @property
    def cardinality(self) -> int:
        sizes = [node.cardinality for node in self.datasets]
        if UNKNOWN in sizes:
            return UNKNOWN
        return min((n for n in sizes if n != INFINITE), default=INFINITE)

    def describe(self) -> str:
        return self.structure.text()
