"""Moments: counts, means and squared deviations that merge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ..core.errors import InvalidArgumentError
from .kernels.moments import moments_kernel

Array = npt.NDArray[Any]
Float64s = npt.NDArray[np.float64]

# Columns that a row is widened to before it is summed: independent sums keep the processor busy.
_WIDTH = 16


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """How many values each place has, their mean, and the sum of squared deviations from it.

    A monoid: `empty` is neutral; merging is commutative to the bit, and associative to float64 rounding.

    Attributes:
        count: Values per place.
        mean: float64[places].
        m2: float64[places].
    """

    count: int
    mean: Float64s
    m2: Float64s

    @classmethod
    def empty(cls, places: int) -> Self:
        """Return the moments of no values."""
        return cls(0, np.zeros(places), np.zeros(places))

    @classmethod
    def of(cls, values: Array) -> Self:
        """Return the moments of each column of [values, places]."""
        rows, places = values.shape
        if not rows:
            return cls.empty(places)
        if values.dtype not in (np.float32, np.float64):
            values = values.astype(np.float64)
        values = np.ascontiguousarray(values)
        fold = _WIDTH // max(places, 1)
        if fold < 2 or rows < 4 * fold:
            return cls._direct(values)
        even = rows - rows % fold
        wide = cls._direct(values[:even].reshape(even // fold, fold * places))
        total = wide._folded(fold)
        return total if even == rows else total.merged(cls._direct(values[even:]))

    @classmethod
    def _direct(cls, values: Array) -> Self:
        mean, m2 = np.empty(values.shape[1]), np.empty(values.shape[1])
        moments_kernel(values, mean, m2)
        return cls(len(values), mean, m2)

    def _folded(self, fold: int) -> Self:
        """Join groups of places that are the same place."""
        means, m2s = self.mean.reshape(fold, -1), self.m2.reshape(fold, -1)
        total = type(self)(self.count, means[0], m2s[0])
        for mean, m2 in zip(means[1:], m2s[1:], strict=True):
            total = total.merged(type(self)(self.count, mean, m2))
        return total

    def merged(self, other: Self) -> Self:
        """Return the moments of both sets of values (Chan, Golub and LeVeque 1979, eq. 2.1)."""
        if not self.count or not other.count:
            return self if self.count else other
        n, m = self.count, other.count
        with np.errstate(invalid="ignore", over="ignore"):
            delta = other.mean - self.mean
            mean = (n * self.mean + m * other.mean) / (n + m)
            m2 = (self.m2 + other.m2) + delta * delta * (n * m / (n + m))
        return type(self)(n + m, mean, m2)

    @property
    def variance(self) -> Float64s:
        """float64[places]: the mean squared deviation (of the whole population, as in Keras)."""
        return self.m2 / self.count

    def to_arrays(self) -> dict[str, Array]:
        """Return everything as named arrays."""
        return {"count": np.array(self.count, dtype=np.int64), "mean": self.mean, "m2": self.m2}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], places: int, *, where: str) -> Self:
        """Return the moments that `to_arrays` described.

        Raises:
            InvalidArgumentError: They are missing, or of another number of places.
        """
        try:
            count, mean, m2 = int(arrays["count"]), arrays["mean"], arrays["m2"]
        except KeyError as err:
            raise InvalidArgumentError(f"{where}: a saved state must have {err.args[0]!r}.") from err
        if mean.shape != (places,) or m2.shape != (places,) or count < 0:
            raise InvalidArgumentError(
                f"{where}: the saved state must have {places} places. Received: {mean.shape} and {m2.shape}."
            )
        return cls(count, mean.astype(np.float64), m2.astype(np.float64))
