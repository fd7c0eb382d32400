"""RandomHeight, RandomWidth: images stretched in one direction; layers of Keras 2 that Keras 3 no longer has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.errors import InvalidArgumentError, describe
from ...core.random import Generator, get_seed
from ...core.saving import register_serializable
from ...core.specs import TensorSpec
from ..images.checks import as_choice
from ..images.resampling import METHODS, resample
from .base import RandomImageLayer, cast
from .factors import as_json

Array = npt.NDArray[Any]

_STATE = "generator"
_WORD: int = 2**64 - 1


class _RandomSize(RandomImageLayer):
    """A layer that changes the length of one axis, the same for all of a batch.

    As in Keras 2 the numbers come from a generator that is made of the seed (`penstock.random.Generator`), and channels
    stand last.

    Args:
        factor: Ends of the range of changes, in parts of the length: two numbers above -1 in ascending order, or one
            `f` for (-f, f).
        interpolation: A method of resizing.
        seed: Seed of the changes.
        **options: `name`, `dtype` and the like.
    """

    _axis: int

    def __init__(self, factor: Any, interpolation: str = "bilinear", seed: int | None = None, **options: Any) -> None:
        super().__init__(seed=seed, **options)
        self.factor = factor
        self._range = _range(factor, self.where)
        name = interpolation.lower() if isinstance(interpolation, str) else interpolation
        as_choice(name, METHODS, self.where, "interpolation")
        self.interpolation = interpolation
        self._generator = Generator(1 + get_seed()[1] % 10**9 if seed is None else seed)

    def _draw(self, n: int, height: int, width: int) -> float:
        low, high = self._range
        return float(self._generator.uniform((), 1.0 + low, 1.0 + high))

    def _change(self, images: Array, drawn: float, repeats: int) -> Array:
        return cast(self._stretched(images, drawn, self.interpolation.lower()), self.dtype.numpy)

    def _change_masks(self, masks: Array, drawn: float, repeats: int) -> Array:
        return self._stretched(masks, drawn, "nearest")

    def _stretched(self, images: Array, factor: float, method: str) -> Array:
        size = list(images.shape[1:3])
        size[self._axis] = int(np.float32(factor) * np.float32(size[self._axis]))
        if 0 in size or 0 in images.shape:
            raise InvalidArgumentError(
                f"{self.where}: images must have pixels, before and after. Received: {describe(images)}, to become "
                f"{size[0]} x {size[1]}."
            )
        return resample(images, (size[0], size[1]), method, antialias=False)

    def _infer(self, spec: TensorSpec) -> TensorSpec:
        if spec.shape is None:
            return TensorSpec(None, self.dtype)
        shape = list(spec.shape)
        shape[self._axis - 3] = None
        return TensorSpec(tuple(shape), self.dtype)

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), "factor": as_json(self.factor), "interpolation": self.interpolation}
        del config["data_format"]
        return config

    def save_arrays(self) -> dict[str, Array]:
        """Return the generator's state: the next call after loading draws what the next call here would."""
        state = self._generator.get_state()
        words = [state["seed"], state["seed2"], state["position"] & _WORD, state["position"] >> 64]
        return {**super().save_arrays(), _STATE: np.array(words, np.uint64)}

    def load_arrays(self, arrays: Mapping[str, Array]) -> None:
        """Take back what `save_arrays` returned."""
        rest = dict(arrays)
        words = np.asarray(rest.pop(_STATE, ()))
        if words.shape != (4,) or words.dtype != np.uint64:
            raise InvalidArgumentError(
                f"{self.where}: saved arrays must hold {_STATE!r}, uint64[4]. "
                f"Received: {', '.join(sorted(arrays)) or 'none'}."
            )
        super().load_arrays(rest)
        seed, seed2, low, high = (int(word) for word in words)
        position = high << 64 | low
        self._generator.set_state({**self._generator.get_state(), "seed": seed, "seed2": seed2, "position": position})


@register_serializable("penstock")
class RandomHeight(_RandomSize):
    """Stretches images to a random height, the same for all of a batch, in training alone.

    Args:
        factor: Ends of the range of changes, in parts of the height: two numbers above -1 in ascending order, or one
            `f` for (-f, f).
        interpolation: `"bilinear"`, `"nearest"`, `"bicubic"`, `"area"`, `"lanczos3"`, `"lanczos5"`, `"gaussian"` or
            `"mitchellcubic"`.
        seed: Seed of the changes.
        **options: `name`, `dtype` and the like.

    Example:
        >>> RandomHeight((0.5, 0.5), interpolation="nearest")(np.arange(2.0).reshape(2, 1, 1)).ravel().tolist()
        [0.0, 1.0, 1.0]
    """

    _axis = 0


@register_serializable("penstock")
class RandomWidth(_RandomSize):
    """Stretches images to a random width, the same for all of a batch, in training alone.

    Args:
        factor: Ends of the range of changes, in parts of the width: two numbers above -1 in ascending order, or one
            `f` for (-f, f).
        interpolation: One of those of `RandomHeight`.
        seed: Seed of the changes.
        **options: `name`, `dtype` and the like.
    """

    _axis = 1


def _range(factor: Any, where: str) -> tuple[float, float]:
    numbers = list(factor) if isinstance(factor, list | tuple) else [factor]
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in numbers):
        low, high = numbers if len(numbers) == 2 else (-numbers[0], numbers[0]) if len(numbers) == 1 else (1, 0)
        if -1 <= low <= high:
            return low, high
    raise InvalidArgumentError(
        f"{where}: factor must be a number in [0, 1], or two numbers >= -1 in ascending order. "
        f"Received: factor={describe(factor)}."
    )
