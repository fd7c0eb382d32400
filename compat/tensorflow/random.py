"""`tf.random`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core import random
from ...core.errors import InvalidArgumentError
from ...core.lazy import attach
from ...core.random import set_seed
from ...core.random.stateless import Pair
from ...core.tensor import Tensor, wrap
from .renamed import ints, operand

__all__ = [
    "fold_in",
    "normal",
    "set_seed",
    "shuffle",
    "split",
    "stateless_normal",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
]


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


def stateless_uniform(
    shape: Any, seed: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", name: str | None = None,
    alg: Any = "auto_select",
) -> Tensor:  # fmt: skip
    """Return numbers spread evenly over [minval, maxval), TensorFlow's own for the same pair of seeds."""
    return wrap(random.stateless_uniform(ints(shape), _pair(seed, alg), minval, maxval, dtype))


def stateless_normal(
    shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", name: str | None = None,
    alg: Any = "auto_select",
) -> Tensor:  # fmt: skip
    """Return normally distributed numbers, TensorFlow's own for the same pair of seeds."""
    return wrap(random.stateless_normal(ints(shape), _pair(seed, alg), mean, stddev, dtype))


def stateless_truncated_normal(
    shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", name: str | None = None,
    alg: Any = "auto_select",
) -> Tensor:  # fmt: skip
    """Return normally distributed numbers within two standard deviations, as `stateless_normal`."""
    return wrap(random.stateless_truncated_normal(ints(shape), _pair(seed, alg), mean, stddev, dtype))


def split(seed: Any, num: int = 2, alg: Any = "auto_select") -> Tensor:
    """Return `num` pairs of seeds made of one."""
    return wrap(random.split(_pair(seed, alg), int(num)))


def fold_in(seed: Any, data: Any, alg: Any = "auto_select") -> Tensor:
    """Return a pair of seeds made of a pair and a number."""
    return wrap(random.fold_in(_pair(seed, alg), data if isinstance(data, int) else operand(data).numpy()))


def _pair(seed: Any, alg: Any) -> Pair:
    """Return the seeds as they are, or as an array; the algorithm must be Philox, TensorFlow's choice on processors."""
    if str(alg).lower() not in ("auto_select", "philox", "1", "3"):
        raise InvalidArgumentError(f"alg must be 'philox' or 'auto_select'. Received: alg={alg!r}.")
    pair: Pair = operand(seed).numpy() if hasattr(seed, "dtype") else seed
    return pair


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
