"""`flat_map`: the elements of several datasets, one dataset after another."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from .base import UNKNOWN, Node, ObservedSpec, Unary
from .on_error import RAISE, ErrorPolicy


@dataclasses.dataclass(frozen=True)
class FlatMap(Unary):
    """`map_func(element)` gives a dataset for each element; they are read one after another.

    Attributes:
        function: Maps an input element to the plan of a dataset.
        map_name: Name of the user's function.
        global_seed: The global seed when the dataset was made: random operations inside the function follow it.
        errors: What becomes of elements whose dataset cannot be made or read.
        observed: The spec of the first dataset's elements, once it is known.
    """

    name = "flat_map"
    function: Callable[[Any], Node] = dataclasses.field(repr=False)
    map_name: str = "map_func"
    global_seed: int | None = None
    errors: ErrorPolicy = RAISE
    observed: ObservedSpec = dataclasses.field(default_factory=ObservedSpec, compare=False, repr=False)

    @property
    def element_spec(self) -> Any:
        return self.observed.spec

    @property
    def cardinality(self) -> int:
        return UNKNOWN if self.input.cardinality != 0 else 0

    def describe(self) -> str:
        return self.map_name + self.errors.describe()
