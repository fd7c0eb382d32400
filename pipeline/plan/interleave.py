"""`interleave`: the elements of several datasets in turn."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from ...core.errors import InvalidArgumentError
from .base import UNKNOWN, Node, ObservedSpec, Unary
from .on_error import RAISE, ErrorPolicy


@dataclasses.dataclass(frozen=True)
class Interleave(Unary):
    """`map_func(element)` gives a dataset for each element; up to `cycle_length` of them are read in turn.

    Attributes:
        function: Maps an input element to the plan of a dataset.
        cycle_length: How many datasets are open at once.
        block_length: How many elements are taken from one before the next has its turn.
        num_parallel_calls: How many datasets may be read ahead at once; None for none, -1 to let the engine choose.
        deterministic: Whether the order is that of reading one by one; None and True keep it.
        map_name: Name of the user's function.
        global_seed: The global seed when the dataset was made: random operations inside the function follow it.
        errors: What becomes of elements whose dataset cannot be made or read.
    """

    name = "interleave"
    function: Callable[[Any], Node] = dataclasses.field(repr=False)
    cycle_length: int
    block_length: int = 1
    num_parallel_calls: int | None = None
    deterministic: bool | None = None
    map_name: str = "map_func"
    global_seed: int | None = None
    errors: ErrorPolicy = RAISE
    observed: ObservedSpec = dataclasses.field(default_factory=ObservedSpec, compare=False, repr=False)

    def __post_init__(self) -> None:
        for field in ("cycle_length", "block_length"):
            value = getattr(self, field)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise InvalidArgumentError(
                    f"Dataset.interleave: {field} must be an int >= 1. Received: {field}={value!r}."
                )

    @property
    def element_spec(self) -> Any:
        return self.observed.spec

    @property
    def cardinality(self) -> int:
        return UNKNOWN

    def describe(self) -> str:
        text = f"{self.map_name}, cycle_length={self.cycle_length}"
        if self.block_length != 1:
            text += f", block_length={self.block_length}"
        if self.num_parallel_calls is not None:
            text += f", num_parallel_calls={self.num_parallel_calls}"
        return text + self.errors.describe()

    @property
    def fingerprint(self) -> str:
        return dataclasses.replace(self, num_parallel_calls=None).label
