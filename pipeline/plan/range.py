"""`range`: a step-separated range of integers (or floats)."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...core.dtypes import DType, int64
from ...core.errors import InvalidArgumentError
from ...core.specs import TensorSpec
from .base import Source


@dataclasses.dataclass(frozen=True)
class Range(Source):
    """`start, start + step, …` up to `stop`, not included."""

    name = "range"
    start: int
    stop: int
    step: int = 1
    dtype: DType = int64

    def __post_init__(self) -> None:
        if self.step == 0:
            raise InvalidArgumentError("Dataset.range: step must not be 0. Received: step=0.")

    @property
    def element_spec(self) -> Any:
        return TensorSpec((), self.dtype)

    @property
    def cardinality(self) -> int:
        return len(range(self.start, self.stop, self.step))

    def describe(self) -> str:
        parts = [str(self.start), str(self.stop)] if self.start or self.step != 1 else [str(self.stop)]
        return ", ".join(parts + ([str(self.step)] if self.step != 1 else []))
