"""`accept`: keeps elements at random, by their class; a part of `rejection_resample`."""

from __future__ import annotations

import dataclasses
from typing import Any

from .base import UNKNOWN, Unary


@dataclasses.dataclass(frozen=True)
class Accept(Unary):
    """Pairs (class, element) that are kept with the probability of their class.

    Attributes:
        probabilities: Of each class; None when the elements of the input are (probabilities, (class, element)).
        seed: The user's seed, or None.
        global_seed: The global seed when the dataset was made.
    """

    name = "accept"
    probabilities: tuple[float, ...] | None
    seed: int | None = None
    global_seed: int | None = None

    @property
    def element_spec(self) -> Any:
        spec = self.input.element_spec
        return spec if spec is None or self.probabilities is not None else spec[1]

    @property
    def cardinality(self) -> int:
        return UNKNOWN if self.input.cardinality != 0 else 0

    def describe(self) -> str:
        shares = "by probabilities of each element" if self.probabilities is None else repr(list(self.probabilities))
        return shares + (f", seed={self.seed}" if self.seed is not None else "")
