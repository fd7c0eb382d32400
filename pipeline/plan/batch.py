"""`batch`: consecutive elements stacked into one."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...core import nest
from ..calling import check_count
from .base import Unary, batches_of


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
        check_count("Dataset.batch", "batch_size", self.batch_size, 1)

    @property
    def element_spec(self) -> Any:
        spec = self.input.element_spec
        if spec is None:
            return None
        size = self.batch_size if self.drop_remainder else None
        return nest.map_structure(lambda leaf: leaf.batched(size), spec)

    @property
    def cardinality(self) -> int:
        return batches_of(self.input.cardinality, self.batch_size, drop_remainder=self.drop_remainder)

    def describe(self) -> str:
        return str(self.batch_size) + (", drop_remainder=True" if self.drop_remainder else "")
