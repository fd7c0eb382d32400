"""`filter`: the elements that a predicate holds for."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from ...core.trace.rows import RowFunction
from .base import UNKNOWN, SameElements
from .on_error import RAISE, ErrorPolicy


@dataclasses.dataclass(frozen=True)
class Filter(SameElements):
    """The elements for which `predicate(element)` is true.

    Attributes:
        predicate: The user's function, traced when it can be; returns one bool.
        errors: What becomes of elements that the predicate fails for.
    """

    name = "filter"
    predicate: RowFunction
    errors: ErrorPolicy = RAISE

    @property
    def cardinality(self) -> int:
        return UNKNOWN

    def describe(self) -> str:
        return self.predicate.name + self.errors.describe()

    def notes(self) -> Sequence[str]:
        self.predicate.prepare(self.input.element_spec)
        return (self.predicate.note(),)
