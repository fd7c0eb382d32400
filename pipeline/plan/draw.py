"""`draw`: random choices by weight, for `sample_from_datasets`."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.dtypes import int64
from ...core.specs import TensorSpec
from .base import Unary


@dataclasses.dataclass(frozen=True)
class Draw(Unary):
    """The number of a class for each pair of random words, int64[2]; or for each pair of weights and random words.

    Attributes:
        weights: Weights of the classes; None when the elements of the input bring them.
        is_double: Whether logarithms are taken in float64; float32 otherwise, as TensorFlow does for Python floats.
    """

    name = "draw"
    weights: tuple[float, ...] | None = None
    is_double: bool = False

    @property
    def element_spec(self) -> Any:
        return TensorSpec((), int64)

    @property
    def cardinality(self) -> int:
        return self.input.cardinality

    def describe(self) -> str:
        return "by weights of each element" if self.weights is None else repr(list(self.weights))

    @property
    def cumulative_weights(self) -> npt.NDArray[np.float64]:
        """Weights added up, as a fraction of the largest one: float64[1, classes]."""
        dtype = np.float64 if self.is_double else np.float32
        return cumulated(np.array([self.weights], dtype=dtype))


def cumulated(weights: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Add up rows of weights: float[n, classes] -> float64[n, classes].

    TensorFlow draws from logarithms: the way through them is taken for the sake of its rounding.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logits = np.log(weights)
    finite = np.isfinite(logits)
    highest = np.where(finite, logits, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    shares = np.exp(np.where(finite, logits, 0).astype(np.float64) - np.where(np.isfinite(highest), highest, 0))
    return np.cumsum(np.where(finite, shares, 0.0), axis=1)
