"""`batch`: consecutive elements stacked into one."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...core import nest
from ...core.errors import InvalidArgumentError, describe
from .base import Unary


@dataclasses.dataclass(frozen=True)
class Batch(Unary):
    """Every `batch_size` elements stacked along a new first axis.

    Attributes:
        batch_size: Rows in a batch.
        drop_remainder: Whether a last batch with fewer rows is left out.
    """

    name = "batch"
    batch_size: int
    drop_remainder: bool = False

    def __post_init__(self) -> None:
        size = self.batch_size
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise InvalidArgumentError(
                f"Dataset.batch: batch_size must be an int >= 1. Received: batch_size={describe(size)}."
            )

    @property
    def element_spec(self) -> Any:
        spec = self.input.element_spec
        if spec is None:
            return None
        size = self.batch_size if self.drop_remainder else None
        return nest.map_structure(lambda leaf: leaf.batched(size), spec)

    @property
    def cardinality(self) -> int:
        n = self.input.cardinality
        if n < 0:
            return n
        return n // self.batch_size if self.drop_remainder else -(-n // self.batch_size)

    def describe(self) -> str:
        return str(self.batch_size) + (", drop_remainder=True" if self.drop_remainder else "")
