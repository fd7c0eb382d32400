"""`take`: the first elements."""

from __future__ import annotations

import dataclasses

from .base import INFINITE, UNKNOWN, SameElements


@dataclasses.dataclass(frozen=True)
class Take(SameElements):
    """At most `count` elements; all of them when `count` is negative."""

    name = "take"
    count: int

    @property
    def cardinality(self) -> int:
        n = self.input.cardinality
        if self.count < 0 or n == 0:
            return n
        if n == INFINITE:
            return self.count
        return UNKNOWN if n == UNKNOWN and self.count else min(max(n, 0), self.count)

    def describe(self) -> str:
        return str(self.count)
