"""`window`: datasets of consecutive elements."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from ...core import nest
from ...core.specs import DatasetSpec
from .base import Node, Unary


@dataclasses.dataclass(frozen=True)
class Window(Unary):
    """A dataset of `size` elements, each `stride` after the one before, for every `shift`-th element.

    Attributes:
        size: Elements in a window.
        shift: How far a window starts after the one before.
        stride: How far the elements of a window are from one another.
        drop_remainder: Whether windows with fewer elements, at the end, are left out.
        dataset_of: Makes what users see of the plan of a window.
    """

    name = "window"
    size: int
    shift: int
    stride: int
    drop_remainder: bool
    dataset_of: Callable[[Node], Any] = dataclasses.field(repr=False)

    @property
    def span(self) -> int:
        """How many elements a full window reaches over."""
        return (self.size - 1) * self.stride + 1

    @property
    def element_spec(self) -> Any:
        spec = self.input.element_spec
        return None if spec is None else nest.map_structure(DatasetSpec, spec)

    @property
    def cardinality(self) -> int:
        n = self.input.cardinality
        if n <= 0:
            return n
        if self.drop_remainder:
            return 0 if n < self.span else (n - self.span) // self.shift + 1
        return -(-n // self.shift)

    def describe(self) -> str:
        text = str(self.size)
        text += f", shift={self.shift}" if self.shift != self.size else ""
        text += f", stride={self.stride}" if self.stride != 1 else ""
        return text + (", drop_remainder=True" if self.drop_remainder else "")
