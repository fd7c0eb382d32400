"""`concatenate`: one dataset after another."""

from __future__ import annotations

import dataclasses
from typing import Any

from .base import INFINITE, UNKNOWN, Node
from .specs import common_spec


@dataclasses.dataclass(frozen=True)
class Concatenate(Node):
    """The elements of `first`, then those of `second`."""

    name = "concatenate"
    first: Node
    second: Node

    @property
    def element_spec(self) -> Any:
        return common_spec([self.first.element_spec, self.second.element_spec])

    @property
    def cardinality(self) -> int:
        sizes = (self.first.cardinality, self.second.cardinality)
        if INFINITE in sizes:
            return INFINITE
        return UNKNOWN if UNKNOWN in sizes else sum(sizes)
