"""`tf.keras.random`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ....core import random
from ....core.lazy import attach
from ....core.random import SeedGenerator, draw_seed
from ....core.tensor import Tensor, wrap
from ..renamed import ints

__all__ = ["SeedGenerator", "normal", "randint", "truncated_normal", "uniform"]

Seed = int | SeedGenerator | None


def uniform(shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Seed = None) -> Tensor:
    """Return numbers spread evenly over [minval, maxval), Keras's own for the same seed."""
    return wrap(
        random.stateless_uniform(
            ints(shape), draw_seed(seed), np.float32(minval), np.float32(maxval), dtype or "float32"
        )
    )


def normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Seed = None) -> Tensor:
    """Return normally distributed numbers, Keras's own for the same seed."""
    return wrap(random.stateless_normal(ints(shape), draw_seed(seed), mean, stddev, dtype or "float32"))


def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Seed = None
) -> Tensor:
    """Return normally distributed numbers within two standard deviations, Keras's own for the same seed."""
    return wrap(random.stateless_truncated_normal(ints(shape), draw_seed(seed), mean, stddev, dtype or "float32"))


def randint(shape: Any, minval: int, maxval: int, dtype: Any = "int32", seed: Seed = None) -> Tensor:
    """Return integers of [minval, maxval), Keras's own for the same seed."""
    return wrap(random.stateless_uniform(ints(shape), draw_seed(seed), minval, maxval, dtype))


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
