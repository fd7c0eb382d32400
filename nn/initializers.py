"""Initializers: the first values of weights.

An initializer is called with a shape and a dtype and returns an ndarray. One without a seed takes a pair of seeds from
`penstock.random` when it is constructed, so that `penstock.random.set_seed` makes a whole model repeatable; one with a
seed depends on that seed alone. Called twice, an initializer returns the same values twice.

References:
    X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010.
    https://proceedings.mlr.press/v9/glorot10a.html
    K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", ICCV 2015. https://arxiv.org/abs/1502.01852
    Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, "Efficient BackProp", 1998, section 4.6.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.dtypes import as_dtype
from ..core.errors import InvalidArgumentError, describe
from ..core.random import Philox, get_seed, samplers
from ..core.random.seeds import DEFAULT_FIRST_SEED
from ..core.weights import register_resolver
from .configured import Configured
from .lookup import Table

Array = npt.NDArray[Any]
Shape = Sequence[int]

# Standard deviation of a standard normal cut at two standard deviations; dividing by it restores the wanted variance.
_TRUNCATED_STDDEV: Final = 0.87962566103423978


class Initializer(Configured, ABC):
    """Base of all initializers; a subclass defines `__call__` and, when it has arguments, `get_config`."""

    @abstractmethod
    def __call__(self, shape: Shape, dtype: Any = None) -> Any:
        """Return the values, `dtype[*shape]`; float32 when `dtype` is None."""


class Zeros(Initializer):
    """All zeros."""

    def __call__(self, shape: Shape, dtype: Any = None) -> Array:
        return np.zeros(tuple(shape), _numpy(dtype))


class Ones(Initializer):
    """All ones."""

    def __call__(self, shape: Shape, dtype: Any = None) -> Array:
        return np.ones(tuple(shape), _numpy(dtype))


class Constant(Initializer):
    """One value everywhere.

    Args:
        value: A number, or an array that broadcasts to the shape.
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Shape, dtype: Any = None) -> Array:
        return np.array(np.broadcast_to(np.asarray(self.value), tuple(shape)), _numpy(dtype))

    def get_config(self) -> dict[str, Any]:
        return {"value": self.value if isinstance(self.value, int | float) else np.asarray(self.value).tolist()}


class _Random(Initializer):
    """An initializer that draws from a stream of its own."""

    def __init__(self, seed: int | None = None) -> None:
        self.seed = seed
        self._pair = get_seed() if seed is None else (DEFAULT_FIRST_SEED, int(seed))

    def _stream(self) -> Philox:
        return Philox(*self._pair)

    def _uniform(self, shape: Shape, dtype: Any, low: float, high: float) -> Array:
        kind = _floating(type(self).__name__, dtype)
        unit = samplers.uniform(self._stream(), math.prod(shape), kind).reshape(tuple(shape))
        return np.asarray(unit * kind.type(high - low) + kind.type(low))

    def _normal(self, shape: Shape, dtype: Any, mean: float, stddev: float) -> Array:
        kind = _floating(type(self).__name__, dtype)
        unit = samplers.normal(self._stream(), math.prod(shape), kind).reshape(tuple(shape))
        return np.asarray(unit * kind.type(stddev) + kind.type(mean))

    def _truncated(self, shape: Shape, dtype: Any, mean: float, stddev: float) -> Array:
        kind = _floating(type(self).__name__, dtype)
        unit = samplers.truncated_normal(self._stream(), math.prod(shape), kind).reshape(tuple(shape))
        return np.asarray(unit * kind.type(stddev) + kind.type(mean))


class RandomUniform(_Random):
    """Evenly spread over [minval, maxval).

    Args:
        minval: Lower end.
        maxval: Upper end.
        seed: Seed of the values; None follows `penstock.random.set_seed`.
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def __call__(self, shape: Shape, dtype: Any = None) -> Array:
        return self._uniform(shape, dtype, self.minval, self.maxval)

    def get_config(self) -> dict[str, Any]:
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed}


class RandomNormal(_Random):
    """Normally distributed.

    Args:
        mean: Mean.
        stddev: Standard deviation.
        seed: Seed of the values; None follows `penstock.random.set_seed`.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def __call__(self, shape: Shape, dtype: Any = None) -> Array:
        return self._normal(shape, dtype, self.mean, self.stddev)

    def get_config(self) -> dict[str, Any]:
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed}


class TruncatedNormal(RandomNormal):
    """Normally distributed, values two standard deviations or more from the mean drawn again.

    Args:
        mean: Mean before truncation.
        stddev: Standard deviation before truncation.
        seed: Seed of the values; None follows `penstock.random.set_seed`.
    """

    def __call__(self, shape: Shape, dtype: Any = None) -> Array:
        return self._truncated(shape, dtype, self.mean, self.stddev)


class VarianceScaling(_Random):
    """Random values whose variance is `scale / n`, so that the scale of activations stays the same through layers.

    Args:
        scale: Factor, > 0.
        mode: What `n` is: `"fan_in"`, `"fan_out"` or `"fan_avg"`.
        distribution: `"truncated_normal"`, `"untruncated_normal"` or `"uniform"`.
        seed: Seed of the values; None follows `penstock.random.set_seed`.

    Raises:
        InvalidArgumentError: An argument is none of those.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
    ) -> None:
        super().__init__(seed)
        if not scale > 0:
            raise InvalidArgumentError(f"VarianceScaling: scale must be > 0. Received: scale={scale!r}.")
        _one_of("mode", mode, ("fan_in", "fan_out", "fan_avg"))
        distribution = "truncated_normal" if distribution == "normal" else distribution
        _one_of("distribution", distribution, ("truncated_normal", "untruncated_normal", "uniform"))
        self.scale, self.mode, self.distribution = scale, mode, distribution

    def __call__(self, shape: Shape, dtype: Any = None) -> Array:
        fan_in, fan_out = fans(shape)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return self._uniform(shape, dtype, -limit, limit)
        if self.distribution == "truncated_normal":
            return self._truncated(shape, dtype, 0.0, math.sqrt(variance) / _TRUNCATED_STDDEV)
        return self._normal(shape, dtype, 0.0, math.sqrt(variance))

    def get_config(self) -> dict[str, Any]:
        return {"scale": self.scale, "mode": self.mode, "distribution": self.distribution, "seed": self.seed}


class _Preset(VarianceScaling):
    """A `VarianceScaling` with everything but the seed settled."""

    settings: tuple[float, str, str] = (1.0, "fan_in", "truncated_normal")

    def __init__(self, seed: int | None = None) -> None:
        scale, mode, distribution = self.settings
        super().__init__(scale, mode, distribution, seed)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed}


class GlorotUniform(_Preset):
    """Uniform within ±sqrt(6 / (fan_in + fan_out)); the default for kernels."""

    settings = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Preset):
    """Truncated normal of variance 2 / (fan_in + fan_out)."""

    settings = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Preset):
    """Uniform within ±sqrt(6 / fan_in); made for ReLU."""

    settings = (2.0, "fan_in", "uniform")


class HeNormal(_Preset):
    """Truncated normal of variance 2 / fan_in; made for ReLU."""

    settings = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Preset):
    """Uniform within ±sqrt(3 / fan_in)."""

    settings = (1.0, "fan_in", "uniform")


class LecunNormal(_Preset):
    """Truncated normal of variance 1 / fan_in; made for SELU."""

    settings = (1.0, "fan_in", "truncated_normal")


def fans(shape: Shape) -> tuple[int, int]:
    """Return how many inputs and outputs one unit of a kernel of this shape has.

    The last two axes are inputs and outputs; axes before them are a receptive field, each place of which counts.
    """
    if len(shape) < 2:
        n = int(shape[0]) if shape else 1
        return n, n
    field = math.prod(shape[:-2])
    return int(shape[-2]) * field, int(shape[-1]) * field


def _numpy(dtype: Any) -> np.dtype[Any]:
    return as_dtype("float32" if dtype is None else dtype).numpy


def _floating(where: str, dtype: Any) -> np.dtype[Any]:
    kind = _numpy(dtype)
    if kind.kind != "f":
        raise InvalidArgumentError(f"{where}: dtype must be a floating point type. Received: dtype={kind}.")
    return kind


def _one_of(name: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        choices = ", ".join(map(repr, allowed))
        raise InvalidArgumentError(f"VarianceScaling: {name} must be one of {choices}. Received: {describe(value)}.")


ALL: Final[tuple[type[Initializer], ...]] = (
    Zeros, Ones, Constant, RandomUniform, RandomNormal, TruncatedNormal, VarianceScaling,
    GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal,
)  # fmt: skip

_table: Final = Table("initializer", ALL, aliases={"uniform": RandomUniform, "normal": RandomNormal})


def get(identifier: Any) -> Callable[..., Any] | None:
    """Return the initializer for a name (`"glorot_uniform"`), a config, a class, a callable or an array; or None.

    Raises:
        InvalidArgumentError: No initializer has that name.
    """
    if isinstance(identifier, np.ndarray):
        return Constant(identifier)
    found: Callable[..., Any] | None = _table.get(identifier)
    return found


def serialize(initializer: Any) -> Any:
    """Return an initializer as JSON values, for `get`."""
    return _table.serialize(initializer)


register_resolver("initializer", get)
