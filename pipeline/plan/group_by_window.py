"""`group_by_window`: elements of one key, a window at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from ...core.trace.rows import RowFunction
from .base import UNKNOWN, Node, ObservedSpec, Unary


@dataclasses.dataclass(frozen=True)
class GroupByWindow(Unary):
    """Collects elements by key; a window that is full is given to a function, whose dataset's elements come next.

    Attributes:
        key_func: The key of an element, an integer.
        reduce_func: Maps a key and the plan of a window to the plan of a dataset.
        window_size: Elements in a window, a number for all keys or a function of the key.
        reduce_name: Name of the user's reduce function.
        size_name: Name of the user's function of the window size.
        global_seed: The global seed when the dataset was made.
        observed: The spec of the elements, once it is known.
    """

    name = "group_by_window"
    key_func: RowFunction
    reduce_func: Callable[[int, Node], Node] = dataclasses.field(repr=False)
    window_size: int | Callable[[int], int]
    reduce_name: str = "reduce_func"
    size_name: str = "window_size_func"
    global_seed: int | None = None
    observed: ObservedSpec = dataclasses.field(default_factory=ObservedSpec, compare=False, repr=False)

    @property
    def element_spec(self) -> Any:
        return self.observed.spec

    @property
    def cardinality(self) -> int:
        return UNKNOWN if self.input.cardinality != 0 else 0

    def describe(self) -> str:
        size = f"window_size_func={self.size_name}" if callable(self.window_size) else f"window_size={self.window_size}"
        return f"{self.key_func.name}, {self.reduce_name}, {size}"

    def notes(self) -> Sequence[str]:
        self.key_func.prepare(self.input.element_spec)
        return (self.key_func.note(),)
