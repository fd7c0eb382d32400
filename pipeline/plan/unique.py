"""`unique`: each element once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from .base import UNKNOWN, SameElements


@dataclasses.dataclass(frozen=True)
class Unique(SameElements):
    """The elements that did not come before."""

    name = "unique"

    @property
    def cardinality(self) -> int:
        return UNKNOWN

    def notes(self) -> Sequence[str]:
        return ("remembers each different element; a saved state holds them all",)
