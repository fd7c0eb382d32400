"""`map`: a function of each element."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ...core.trace.rows import RowFunction
from .base import UNKNOWN, Unary
from .on_error import RAISE, ErrorPolicy


@dataclasses.dataclass(frozen=True)
class Map(Unary):
    """`function(element)` for each element.

    Attributes:
        function: The user's function, traced when it can be.
        num_parallel_calls: How many elements (or blocks, when traced) may be in work at once; None for one, -1 to let
            the engine choose.
        deterministic: Whether results keep the order of the input; None and True keep it.
        errors: What becomes of elements that the function fails for.
    """

    name = "map"
    function: RowFunction
    num_parallel_calls: int | None = None
    deterministic: bool | None = None
    errors: ErrorPolicy = RAISE

    @property
    def element_spec(self) -> Any:
        return self.function.output_spec(self.input.element_spec)

    @property
    def cardinality(self) -> int:
        return UNKNOWN if self.errors.skips else self.input.cardinality

    def describe(self) -> str:
        calls = self.num_parallel_calls
        text = self.function.name + (f", num_parallel_calls={calls}" if calls is not None else "")
        return text + self.errors.describe()

    @property
    def fingerprint(self) -> str:
        return f"{self.name}({self.function.name}{self.errors.describe()})"

    def notes(self) -> Sequence[str]:
        self.function.prepare(self.input.element_spec)
        return (self.function.note(),)
