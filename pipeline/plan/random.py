"""`random`: random numbers without end."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...core.dtypes import int64
from ...core.specs import TensorSpec
from .base import INFINITE, Source
from .shuffle import UNDRAWN, ShuffleSeeds, draw_seeds


@dataclasses.dataclass(frozen=True)
class Random(Source):
    """The 32-bit words of a random stream, as int64 numbers.

    Attributes:
        seed: The user's seed, or None.
        rerandomize_each_iteration: Whether each pass has its own numbers.
        seeds: The seeds of the passes; they are derived as those of a shuffle are.
    """

    name = "random"
    seed: int | None = None
    rerandomize_each_iteration: bool = False
    seeds: ShuffleSeeds = dataclasses.field(default=UNDRAWN, compare=False, repr=False)

    def __post_init__(self) -> None:
        draw_seeds(self, reshuffle=self.rerandomize_each_iteration)

    @property
    def element_spec(self) -> Any:
        return TensorSpec((), int64)

    @property
    def cardinality(self) -> int:
        return INFINITE

    def describe(self) -> str:
        parts = [f"seed={self.seed}"] if self.seed is not None else []
        return ", ".join(parts + (["rerandomize_each_iteration=True"] if self.rerandomize_each_iteration else []))
