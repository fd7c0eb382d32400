"""`enumerate`: elements with their numbers."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...core.dtypes import int64
from ...core.specs import TensorSpec
from .base import Unary


@dataclasses.dataclass(frozen=True)
class Enumerate(Unary):
    """Pairs of an int64 number, counted from `start`, and the element."""

    name = "enumerate"
    start: int = 0

    @property
    def element_spec(self) -> Any:
        spec = self.input.element_spec
        return None if spec is None else (TensorSpec((), int64), spec)

    @property
    def cardinality(self) -> int:
        return self.input.cardinality

    def describe(self) -> str:
        return str(self.start) if self.start else ""
