"""Rows that an operator has read: what the datasets of windows are made of."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...core.block import Block
from .base import Source


@dataclasses.dataclass(frozen=True)
class Rows(Source):
    """The rows of a block.

    Attributes:
        block: All elements.
        spec: What is known of the elements of the stream that the rows are from, or None: sizes that only these few
            have in common do not count.
        ragged: Numbers of the leaves that are rows of `Ragged` values; see `ragged_rows`.
    """

    name = "window"
    block: Block
    spec: Any = None
    ragged: frozenset[int] = frozenset()

    @property
    def element_spec(self) -> Any:
        return self.block.spec if self.spec is None else self.spec

    @property
    def cardinality(self) -> int:
        return self.block.n

    def describe(self) -> str:
        return f"{self.block.n} rows"
