"""`scan`: a function of each element and of a state that it hands on."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from .base import ObservedSpec, Unary


@dataclasses.dataclass(frozen=True)
class Scan(Unary):
    """`(state, output) = function(state, element)` for each element.

    Attributes:
        initial_state: Nest of values, the first state.
        function: The user's function.
        function_name: Its name.
        global_seed: The global seed when the dataset was made: random operations inside the function follow it.
    """

    name = "scan"
    initial_state: Any = dataclasses.field(compare=False, repr=False)
    function: Callable[[Any, Any], Any] = dataclasses.field(repr=False)
    function_name: str = "scan_func"
    global_seed: int | None = None
    observed: ObservedSpec = dataclasses.field(default_factory=ObservedSpec, compare=False, repr=False)

    @property
    def element_spec(self) -> Any:
        return self.observed.spec

    @property
    def cardinality(self) -> int:
        return self.input.cardinality

    def describe(self) -> str:
        return self.function_name

    def notes(self) -> Sequence[str]:
        return (f"{self.function_name} runs element by element: each call needs the state of the one before",)
