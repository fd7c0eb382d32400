"""Brightness, contrast, gamma, saturation and hue of images.

Integer images are computed as floats from 0 to 1 and brought back; so a `delta` is a part of the range, whatever the
dtype.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core.columns.kernels import frozen
from ...core.dtypes import float32
from ...core.errors import DTypeError, InvalidArgumentError, describe
from ...core.ops.registry import Value, call
from ...core.parallel import run_ranges
from ..kernels.hues import hsv_to_rgb_kernel, rgb_to_hsv_kernel, turn_hue_kernel
from ..kernels.pixels import contrast_kernel
from .conversion import as_floats, last_is, to_dtype
from .operations import pixel_op
from .parts import by_images, in_parts

Array = npt.NDArray[Any]

# About 200 µs of work for a thread.
_LEAST_PIXELS: Final = 20_000
_LEAST_NUMBERS: Final = 200_000


def as_number(value: Any, where: str, name: str, low: float = -np.inf, high: float = np.inf) -> float:
    """Return a finite number within bounds.

    Raises:
        InvalidArgumentError: It is none.
    """
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = np.nan
    if not low <= found <= high or not np.isfinite(found):
        bounds = "" if low == -np.inf else f" >= {low:g}" if high == np.inf else f" from {low:g} to {high:g}"
        raise InvalidArgumentError(f"{where}: {name} must be a number{bounds}. Received: {name}={describe(value)}.")
    return found


# --- brightness, contrast, gamma ------------------------------------------------------------------------------------


def _brighten(images: Array, *, delta: float) -> Array:
    def change(part: Array) -> Array:
        floats = as_floats(part)
        return to_dtype(floats + floats.dtype.type(delta), part.dtype, saturate=True)

    # One addition gains nothing in parts, the steps there and back do.
    return change(images) if images.dtype.kind == "f" else in_parts(change, images, images.dtype)


def _adjust_contrast(images: Array, *, factor: float) -> Array:
    if images.dtype == np.float32 and images.size:
        return _stretched(images, factor)

    def change(image: Array) -> Array:
        floats = as_floats(image)
        found = floats.astype(np.float32)
        mean = (_sums_of_channels(found) / max(1, found.shape[0] * found.shape[1])).astype(np.float32)
        rows, means = found.reshape(len(found), -1), np.tile(mean, found.shape[1])
        rows -= means
        rows *= np.float32(factor)
        rows += means
        return to_dtype(found.astype(floats.dtype, copy=False), image.dtype, saturate=True)

    return by_images(change, images, images.dtype)


def _stretched(images: Array, factor: float) -> Array:
    """Return float32 images with their contrast multiplied, each in one pass after that for its means."""
    *_, height, width, channels = images.shape
    source = frozen(images).reshape(-1, height, width * channels)
    out = np.empty(source.shape, np.float32)
    factors, bound = np.array([factor], np.float32), np.float32(np.inf)

    def compute(start: int, stop: int) -> None:
        for i in range(start, stop):
            image = source[i : i + 1]
            sums = _sums_of_channels(image.reshape(height, width, channels))
            means = np.tile((sums / (height * width)).astype(np.float32), (1, width))
            contrast_kernel(image, means, factors, -bound, bound, 0, height, out[i : i + 1])

    run_ranges(compute, len(source), least=max(1, _LEAST_NUMBERS // source[0].size))
    return out.reshape(images.shape)


def _sums_of_channels(image: Array) -> Array:
    """Return float64[channels]: rows are added in float32, 32 of them at a time, which takes a tenth of the time."""
    height, width, channels = image.shape
    rows, total = image.reshape(height, width * channels), np.zeros(width * channels)
    for i in range(0, height, 32):
        total += rows[i : i + 32].sum(axis=0)
    return np.asarray(total.reshape(width, channels).sum(axis=0))


def _adjust_gamma(images: Array, *, gamma: float, gain: float) -> Array:
    def change(part: Array) -> Array:
        floats = as_floats(part)
        kind = floats.dtype.type
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):  # NaN for roots of what is below 0
            found = kind(gain) * floats ** kind(gamma)
        return to_dtype(found, part.dtype, saturate=True)

    return in_parts(change, images, images.dtype)


BRIGHTEN = pixel_op("adjust_brightness", _brighten)
CONTRAST = pixel_op("adjust_contrast", _adjust_contrast, least_rank=3)
GAMMA = pixel_op("adjust_gamma", _adjust_gamma)


def adjust_brightness(images: Value, delta: float) -> Value:
    """Return images with a part of their range added.

    Args:
        images: Integers, or floats from 0 to 1, of any shape.
        delta: From -1 to 1, usually. Integers are held within their range, floats are not.

    Raises:
        InvalidArgumentError: `delta` is no finite number, or the images are none.
    """
    return call(BRIGHTEN, images, delta=as_number(delta, "adjust_brightness", "delta"))


def adjust_contrast(images: Value, contrast_factor: float) -> Value:
    """Return images with each channel's distance from its mean in the image multiplied.

    Args:
        images: `T[…, height, width, channels]`, integers or floats.
        contrast_factor: Above 1 for more contrast. Integers are held within their range, floats are not.

    Raises:
        InvalidArgumentError: The factor is no finite number, or the images are none.
    """
    return call(CONTRAST, images, factor=as_number(contrast_factor, "adjust_contrast", "contrast_factor"))


def adjust_gamma(images: Value, gamma: float = 1, gain: float = 1) -> Value:
    """Return `gain * images ** gamma`, of images from 0 to 1.

    Args:
        images: Integers, or floats from 0 to 1, of any shape.
        gamma: At least 0; above 1 darkens.
        gain: Factor.

    Raises:
        InvalidArgumentError: `gamma` is below 0, a number is not finite, or the images are none.
    """
    where = "adjust_gamma"
    return call(GAMMA, images, gamma=as_number(gamma, where, "gamma", 0), gain=as_number(gain, where, "gain"))


def _standardize(images: Array) -> Array:
    def change(image: Array) -> Array:
        found = image.astype(np.float32)
        size = max(1, found.size)
        found -= np.float32(_sums_of_channels(found).sum() / size)
        flat = found.reshape(len(found), -1)
        spread = np.sqrt(np.einsum("ij,ij->i", flat, flat).sum(dtype=np.float64) / size)
        found /= np.float32(max(spread, 1 / np.sqrt(size)))
        return found

    return by_images(change, images, np.float32)


STANDARDIZE = pixel_op("per_image_standardization", _standardize, dtype=lambda dtype, attrs: float32, least_rank=3)


def per_image_standardization(images: Value) -> Value:
    """Return each image with mean 0 and variance 1; its deviation counts as at least one by the root of its size.

    Args:
        images: `T[…, height, width, channels]`, integers or floats.

    Returns:
        float32 of the same shape.

    Raises:
        InvalidArgumentError: The rank is below 3, or they are no numbers.
    """
    return call(STANDARDIZE, images)


# --- hue and saturation ---------------------------------------------------------------------------------------------


def _by_pixels(kernel: Any, images: Array, *arguments: Any) -> Array:
    pixels = frozen(images.astype(np.float32, copy=False)).reshape(-1, 3)
    out = np.empty_like(pixels)

    def compute(start: int, stop: int) -> None:
        kernel(pixels, *arguments, start, stop, out)

    run_ranges(compute, len(pixels), least=_LEAST_PIXELS)
    return out.reshape(images.shape).astype(images.dtype, copy=False)


def _turn_hue(images: Array, *, turn: float, saturation: float) -> Array:
    found = _by_pixels(turn_hue_kernel, as_floats(images), np.float32(turn), np.float32(saturation))
    return to_dtype(found, images.dtype)


def _floats_only(kernel: Any, where: str) -> Any:
    def forward(images: Array) -> Array:
        if images.dtype.kind != "f":
            raise DTypeError(
                f"{where}: images must be floats. Received: {describe(images)}. Use convert_image_dtype()."
            )
        return _by_pixels(kernel, images)

    return forward


TURN_HUE = pixel_op("adjust_hue", _turn_hue, shape=last_is(3, "adjust_hue"), least_rank=1)
SATURATE = pixel_op("adjust_saturation", _turn_hue, shape=last_is(3, "adjust_saturation"), least_rank=1)
TO_HSV = pixel_op(
    "rgb_to_hsv", _floats_only(rgb_to_hsv_kernel, "rgb_to_hsv"), shape=last_is(3, "rgb_to_hsv"), least_rank=1
)
TO_RGB = pixel_op(
    "hsv_to_rgb", _floats_only(hsv_to_rgb_kernel, "hsv_to_rgb"), shape=last_is(3, "hsv_to_rgb"), least_rank=1
)


def adjust_hue(images: Value, delta: float) -> Value:
    """Return images with their hue turned.

    Args:
        images: `T[…, 3]`: red, green and blue, integers or floats from 0 to 1.
        delta: Part of the circle, from -1 to 1.

    Raises:
        InvalidArgumentError: `delta` is out of range, or there are not three channels.
    """
    turn = 6 * as_number(delta, "adjust_hue", "delta", -1, 1)
    return call(TURN_HUE, images, turn=turn, saturation=-1.0)


def adjust_saturation(images: Value, saturation_factor: float) -> Value:
    """Return images with their saturation multiplied, and held within 0 and 1.

    Args:
        images: `T[…, 3]`: red, green and blue, integers or floats from 0 to 1.
        saturation_factor: 0 and below gives grey.

    Raises:
        InvalidArgumentError: The factor is no finite number, or there are not three channels.
    """
    factor = as_number(saturation_factor, "adjust_saturation", "saturation_factor")
    return call(SATURATE, images, turn=0.0, saturation=max(factor, 0.0))


def rgb_to_hsv(images: Value) -> Value:
    """Return red, green and blue from 0 to 1 as hue, saturation and value from 0 to 1.

    Args:
        images: Floats `[…, 3]`; computed in float32.

    Raises:
        InvalidArgumentError: They are no floats, or there are not three channels.
    """
    return call(TO_HSV, images)


def hsv_to_rgb(images: Value) -> Value:
    """Return hue, saturation and value from 0 to 1 as red, green and blue; see `rgb_to_hsv`."""
    return call(TO_RGB, images)
