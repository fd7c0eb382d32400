"""Images changed at random: flips, crops and colours, with TensorFlow's numbers for the same seeds.

Every function comes twice. `random_…` takes a seed of its own or None and follows `penstock.random.set_seed` call
after call; `stateless_random_…` takes a pair of seeds and does the same with every call. In `Dataset.map` a `random_…`
function runs for each element, because each has its own draws.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core import ops
from ...core.errors import InvalidArgumentError, ShapeError, describe
from ...core.ops.registry import Value, operand_kind
from ...core.random import stateless_uniform, uniform
from .adjustments import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation, as_number
from .checks import check_images, spec_of_value
from .turns import flip_left_right, flip_up_down

Array = npt.NDArray[Any]
Draw = Callable[..., Array]
"""`draw(shape, minval, maxval, dtype)`."""

_LARGEST: Final = int(np.iinfo(np.int32).max)


def _following(seed: int | None) -> Draw:
    return partial(uniform, seed=seed)


def _always(seed: Any) -> Draw:
    def draw(shape: tuple[int, ...], minval: float, maxval: float, dtype: str = "float32") -> Array:
        return stateless_uniform(shape, seed, minval, maxval, dtype)

    return draw


# --- flips ----------------------------------------------------------------------------------------------------------


def _flip(images: Value, flip: Callable[[Value], Value], draw: Draw, where: str) -> Value:
    shape = check_images(spec_of_value(images), images, where).shape
    if shape is None or (len(shape) == 4 and shape[0] is None):
        raise ShapeError(f"{where}: the number of images must be known. Received: {describe(images)}.")
    if len(shape) == 3:
        return flip(images) if draw((), 0, 1.0) < 0.5 else images
    flips = draw((shape[0],), 0, 1.0) > 0.5
    return ops.where(flips.reshape(-1, 1, 1, 1), flip(images), images)


def random_flip_left_right(images: Value, seed: int | None = None) -> Value:
    """Return images, each as it is or with left and right exchanged, as likely the one as the other.

    Args:
        images: `T[height, width, channels]` or `T[batch, height, width, channels]`.
        seed: Seed of this operation; None follows `set_seed` alone.

    Raises:
        InvalidArgumentError: The rank or the dtype is another.
    """
    return _flip(images, flip_left_right, _following(seed), "random_flip_left_right")


def random_flip_up_down(images: Value, seed: int | None = None) -> Value:
    """Return images, each as it is or with top and bottom exchanged; see `random_flip_left_right`."""
    return _flip(images, flip_up_down, _following(seed), "random_flip_up_down")


def stateless_random_flip_left_right(images: Value, seed: Any) -> Value:
    """Do as `random_flip_left_right`, for a pair of seeds."""
    return _flip(images, flip_left_right, _always(seed), "stateless_random_flip_left_right")


def stateless_random_flip_up_down(images: Value, seed: Any) -> Value:
    """Do as `random_flip_up_down`, for a pair of seeds."""
    return _flip(images, flip_up_down, _always(seed), "stateless_random_flip_up_down")


# --- colours --------------------------------------------------------------------------------------------------------


def _around_zero(draw: Draw, max_delta: float, where: str, most: float = np.inf) -> float:
    bound = as_number(max_delta, where, "max_delta", 0, most)
    return float(draw((), -bound, bound))


def _between(draw: Draw, lower: float, upper: float, where: str) -> float:
    low, high = as_number(lower, where, "lower", 0), as_number(upper, where, "upper", 0)
    if high <= low:
        raise InvalidArgumentError(f"{where}: upper must be above lower. Received: lower={lower}, upper={upper}.")
    return float(draw((), low, high))


def random_brightness(images: Value, max_delta: float, seed: int | None = None) -> Value:
    """Return images brighter or darker by one random part of their range; see `adjust_brightness`.

    Args:
        images: Integers, or floats from 0 to 1, of any shape.
        max_delta: The delta is drawn from -max_delta to max_delta; at least 0.
        seed: Seed of this operation; None follows `set_seed` alone.

    Raises:
        InvalidArgumentError: `max_delta` is below 0, or the images are none.
    """
    return adjust_brightness(images, _around_zero(_following(seed), max_delta, "random_brightness"))


def stateless_random_brightness(images: Value, max_delta: float, seed: Any) -> Value:
    """Do as `random_brightness`, for a pair of seeds."""
    return adjust_brightness(images, _around_zero(_always(seed), max_delta, "stateless_random_brightness"))


def random_hue(images: Value, max_delta: float, seed: int | None = None) -> Value:
    """Return images with their hue turned by one random part of the circle; see `adjust_hue`.

    Args:
        images: `T[…, 3]`: red, green and blue, integers or floats from 0 to 1.
        max_delta: The delta is drawn from -max_delta to max_delta; from 0 to 0.5.
        seed: Seed of this operation; None follows `set_seed` alone.

    Raises:
        InvalidArgumentError: `max_delta` is out of range, or there are not three channels.
    """
    return adjust_hue(images, _around_zero(_following(seed), max_delta, "random_hue", 0.5))


def stateless_random_hue(images: Value, max_delta: float, seed: Any) -> Value:
    """Do as `random_hue`, for a pair of seeds."""
    return adjust_hue(images, _around_zero(_always(seed), max_delta, "stateless_random_hue", 0.5))


def random_contrast(images: Value, lower: float, upper: float, seed: int | None = None) -> Value:
    """Return images with their contrast multiplied by one random factor; see `adjust_contrast`.

    Args:
        images: `T[…, height, width, channels]`, integers or floats.
        lower: Least factor, at least 0.
        upper: End of the factors, above `lower`.
        seed: Seed of this operation; None follows `set_seed` alone.

    Raises:
        InvalidArgumentError: The range is empty or begins below 0, or the images are none.
    """
    return adjust_contrast(images, _between(_following(seed), lower, upper, "random_contrast"))


def stateless_random_contrast(images: Value, lower: float, upper: float, seed: Any) -> Value:
    """Do as `random_contrast`, for a pair of seeds."""
    return adjust_contrast(images, _between(_always(seed), lower, upper, "stateless_random_contrast"))


def random_saturation(images: Value, lower: float, upper: float, seed: int | None = None) -> Value:
    """Return images with their saturation multiplied by one random factor; see `adjust_saturation`.

    Args:
        images: `T[…, 3]`: red, green and blue, integers or floats from 0 to 1.
        lower: Least factor, at least 0.
        upper: End of the factors, above `lower`.
        seed: Seed of this operation; None follows `set_seed` alone.

    Raises:
        InvalidArgumentError: The range is empty or begins below 0, or there are not three channels.
    """
    return adjust_saturation(images, _between(_following(seed), lower, upper, "random_saturation"))


def stateless_random_saturation(images: Value, lower: float, upper: float, seed: Any) -> Value:
    """Do as `random_saturation`, for a pair of seeds."""
    return adjust_saturation(images, _between(_always(seed), lower, upper, "stateless_random_saturation"))


# --- crop -----------------------------------------------------------------------------------------------------------


def _crop(value: Value, size: Any, draw: Draw, where: str) -> Value:
    if operand_kind(value) is None:
        value = np.asarray(value)
    shape = value.shape
    try:
        wanted = [operator.index(n) for n in (size.tolist() if hasattr(size, "tolist") else size)]
    except TypeError:
        wanted = []
    if shape is None or None in shape:
        raise ShapeError(f"{where}: the shape of the value must be known. Received: {describe(value)}.")
    if len(wanted) != len(shape) or any(not 0 <= n <= have for n, have in zip(wanted, shape, strict=False)):
        raise ShapeError(
            f"{where}: size must have an int from 0 to the value's length for each axis, {list(shape)}. "
            f"Received: size={describe(size)}."
        )
    drawn = draw((len(shape),), 0, _LARGEST, "int32")
    begins = [int(n) % (have - want + 1) for n, have, want in zip(drawn, shape, wanted, strict=True)]
    return value[tuple(slice(begin, begin + want) for begin, want in zip(begins, wanted, strict=True))]


def random_crop(value: Value, size: Any, seed: int | None = None) -> Value:
    """Return a part of a value at a random place.

    Args:
        value: Any shape and dtype.
        size: The part's length for each axis.
        seed: Seed of this operation; None follows `set_seed` alone.

    Raises:
        InvalidArgumentError: The part does not lie in the value.
    """
    return _crop(value, size, _following(seed), "random_crop")


def stateless_random_crop(value: Value, size: Any, seed: Any) -> Value:
    """Do as `random_crop`, for a pair of seeds."""
    return _crop(value, size, _always(seed), "stateless_random_crop")
