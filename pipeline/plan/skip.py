"""`skip`: all but the first elements."""

from __future__ import annotations

import dataclasses

from .base import INFINITE, UNKNOWN, SameElements


@dataclasses.dataclass(frozen=True)
class Skip(SameElements):
    """The elements after the first `count`; none of them when `count` is negative."""

    name = "skip"
    count: int

    @property
    def cardinality(self) -> int:
        n = self.input.cardinality
        if n == UNKNOWN:
            return n
        if self.count < 0:
            return 0
        return n if n == INFINITE else max(0, n - self.count)

    def describe(self) -> str:
        return str(self.count)
