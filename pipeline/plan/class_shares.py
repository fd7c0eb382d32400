"""`class_shares`: running estimates of the shares of classes; a part of `rejection_resample`."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core.specs import TensorSpec
from .base import Unary

# How many elements share one estimate, and how many of each class are supposed to have come before; tf.data's numbers.
ESTIMATE_ROWS: Final = 32
SUPPOSED_ROWS: Final = 10

Floats = npt.NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class ClassShares(Unary):
    """For each batch of classes `ESTIMATE_ROWS` times what follows from all classes so far.

    An element is a pair: float32[rows, classes], with which probability elements of each class are kept, and
    float32[rows, 2], the weights of the stream itself and of the elements that are kept.

    Attributes:
        target: The shares that the classes shall have.
    """

    name = "class_shares"
    target: tuple[float, ...]

    @property
    def element_spec(self) -> Any:
        return tuple(TensorSpec((ESTIMATE_ROWS, size), "float32") for size in (len(self.target), 2))

    @property
    def cardinality(self) -> int:
        return self.input.cardinality

    def describe(self) -> str:
        return repr(list(self.target))

    def estimate(self, seen: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Return one element for int64[classes], how often each class was seen."""
        kept, share = acceptance((seen / seen.sum()).astype(np.float32), np.array(self.target, dtype=np.float32))
        weights = np.array([share, np.float32(1) - share], dtype=np.float32)
        return np.tile(kept, (ESTIMATE_ROWS, 1)), np.tile(weights, (ESTIMATE_ROWS, 1))


def acceptance(initial: Floats, target: Floats) -> tuple[Floats, np.float32]:
    """Return the probability that an element of each class is kept, and that of drawing from the stream itself."""
    ratio = target / np.where(initial == 0, np.finfo(np.float32).tiny, initial)
    least, most = ratio.min(), ratio.max()
    if least == most:
        return np.ones_like(ratio), np.float32(1)
    return np.asarray((ratio - least) / (most - least)), least
