"""`from_tensors`: one element."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...core.block import Block
from .base import Source


@dataclasses.dataclass(frozen=True)
class FromTensors(Source):
    """A block of exactly one element."""

    name = "from_tensors"
    block: Block

    @property
    def element_spec(self) -> Any:
        return self.block.spec

    @property
    def cardinality(self) -> int:
        return 1
