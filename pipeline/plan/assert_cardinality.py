"""`assert_cardinality`: a number of elements that is checked while they pass."""

from __future__ import annotations

import dataclasses

from .base import SameElements


@dataclasses.dataclass(frozen=True)
class AssertCardinality(SameElements):
    """The input, of which it is said that it has `expected_cardinality` elements."""

    name = "assert_cardinality"
    expected_cardinality: int

    @property
    def cardinality(self) -> int:
        return self.expected_cardinality

    def describe(self) -> str:
        return str(self.expected_cardinality)
