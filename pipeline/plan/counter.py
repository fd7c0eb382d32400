"""`counter`: counts without end."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...core.dtypes import DType, int64
from ...core.specs import TensorSpec
from .base import INFINITE, Source


@dataclasses.dataclass(frozen=True)
class Counter(Source):
    """`start`, `start + step`, `start + step + step`, …, added up in `dtype`: integers wrap, floats round each time."""

    name = "counter"
    start: int | float = 0
    step: int | float = 1
    dtype: DType = int64

    @property
    def element_spec(self) -> Any:
        return TensorSpec((), self.dtype)

    @property
    def cardinality(self) -> int:
        return INFINITE

    def describe(self) -> str:
        parts = [] if self.start == 0 else [f"start={self.start}"]
        parts += [] if self.step == 1 else [f"step={self.step}"]
        return ", ".join(parts + ([] if self.dtype == int64 else [f"dtype={self.dtype}"]))
