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
        if self.count < 0 or n == UNKNOWN:
            return n
        return self.count if n == INFINITE else min(n, self.count)

    def describe(self) -> str:
        return str(self.count)
