"""`prefetch`: elements made ahead, on another thread."""

from __future__ import annotations

import dataclasses

from .base import SameElements


@dataclasses.dataclass(frozen=True)
class Prefetch(SameElements):
    """Up to `buffer_size` elements made before they are asked for; -1 lets the engine choose."""

    name = "prefetch"
    buffer_size: int

    @property
    def cardinality(self) -> int:
        return self.input.cardinality

    def describe(self) -> str:
        return str(self.buffer_size)

    @property
    def fingerprint(self) -> str:
        return f"{self.name}()"
