"""`shard`: every n-th element."""

from __future__ import annotations

import dataclasses

from ...core.errors import InvalidArgumentError, describe
from .base import SameElements


@dataclasses.dataclass(frozen=True)
class Shard(SameElements):
    """The elements number `index`, `index + num_shards`, `index + 2 * num_shards`, …."""

    name = "shard"
    num_shards: int
    index: int

    def __post_init__(self) -> None:
        if self.num_shards < 1:
            raise InvalidArgumentError(
                f"Dataset.shard: num_shards must be an int >= 1. Received: num_shards={describe(self.num_shards)}."
            )
        if not 0 <= self.index < self.num_shards:
            raise InvalidArgumentError(
                f"Dataset.shard: index must be an int from 0 to num_shards - 1 = {self.num_shards - 1}. "
                f"Received: index={describe(self.index)}."
            )

    @property
    def cardinality(self) -> int:
        n = self.input.cardinality
        return n if n < 0 else len(range(self.index, n, self.num_shards))

    def describe(self) -> str:
        return f"{self.num_shards}, index={self.index}"
