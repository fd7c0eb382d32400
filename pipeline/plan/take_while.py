"""`take_while`: the elements before the first one that a predicate does not hold for."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from ...core.trace.rows import RowFunction
from .base import UNKNOWN, SameElements


@dataclasses.dataclass(frozen=True)
class TakeWhile(SameElements):
    """The elements up to the first one for which `predicate(element)` is false.

    Attributes:
        predicate: The user's function, traced when it can be; returns one bool.
    """

    name = "take_while"
    predicate: RowFunction

    @property
    def cardinality(self) -> int:
        return UNKNOWN

    def describe(self) -> str:
        return self.predicate.name

    def notes(self) -> Sequence[str]:
        self.predicate.prepare(self.input.element_spec)
        return (self.predicate.note(),)
