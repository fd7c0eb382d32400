"""`tf.random`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core import random
from ...core.lazy import attach
from ...core.random import set_seed
from ...core.tensor import Tensor, wrap
from .renamed import ints, operand

__all__ = ["normal", "set_seed", "shuffle", "truncated_normal", "uniform"]


def uniform(
    shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", seed: int | None = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Return numbers spread evenly over [minval, maxval), TensorFlow's own for the same seeds."""
    return wrap(random.uniform(ints(shape), minval, maxval, dtype, seed))


def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: int | None = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Return normally distributed numbers, TensorFlow's own for the same seeds."""
    return wrap(random.normal(ints(shape), mean, stddev, dtype, seed))


def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: int | None = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Return normally distributed numbers within two standard deviations, TensorFlow's own for the same seeds."""
    return wrap(random.truncated_normal(ints(shape), mean, stddev, dtype, seed))


def shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """Return the rows in random order, TensorFlow's own for the same seeds."""
    return wrap(random.shuffle(operand(value).numpy(), seed))


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
