"""`repeat`: pass after pass over the input."""

from __future__ import annotations

import dataclasses

from .base import INFINITE, SameElements


@dataclasses.dataclass(frozen=True)
class Repeat(SameElements):
    """The input `count` times; without end when `count` is negative."""

    name = "repeat"
    count: int = -1

    @property
    def cardinality(self) -> int:
        n = self.input.cardinality
        if self.count == 0 or n == 0:
            return 0
        if self.count < 0:
            return INFINITE
        return n if n < 0 else n * self.count

    def describe(self) -> str:
        return "" if self.count < 0 else str(self.count)
