"""`unbatch`: the rows of elements as elements of their own."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...core import nest
from ...core.specs import RaggedSpec, SparseSpec, TensorSpec
from .base import UNKNOWN, Unary
from .certain import certain_spec


@dataclasses.dataclass(frozen=True)
class Unbatch(Unary):
    """Each element's rows along the first axis of its leaves, one after another."""

    name = "unbatch"

    def __post_init__(self) -> None:
        if self.input.element_spec is not None:
            nest.map_structure(lambda leaf: leaf.unbatched(), self.input.element_spec)

    @property
    def element_spec(self) -> Any:
        spec = self.input.element_spec
        return None if spec is None else nest.map_structure(lambda leaf: leaf.unbatched(), spec)

    @property
    def cardinality(self) -> int:
        n = self.input.cardinality
        if n <= 0:
            return n
        rows = rows_per_element(certain_spec(self.input))
        return UNKNOWN if rows is None else n * rows


def rows_per_element(spec: Any) -> int | None:
    """Return the size of the first axis of elements, where their spec tells."""
    if spec is None:
        return None
    for leaf in nest.flatten(spec)[0]:
        if isinstance(leaf, TensorSpec | RaggedSpec | SparseSpec) and leaf.shape and leaf.shape[0] is not None:
            return leaf.shape[0]
    return None
