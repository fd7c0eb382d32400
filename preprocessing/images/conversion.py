"""Images of another dtype, with their range; grey and coloured ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.dtypes import as_dtype
from ...core.errors import DTypeError, ShapeError
from ...core.ops.registry import Value, call
from ...core.specs import Shape
from .dtypes import saturated
from .operations import pixel_op

Array = npt.NDArray[Any]


def to_dtype(values: Array, dtype: Any, *, saturate: bool = False) -> Array:
    """Return numbers as another dtype, scaled so that the largest integer of a dtype and 1.0 are the same colour.

    Args:
        values: Integers or floats.
        dtype: Of the result.
        saturate: Bring what the dtype cannot hold to the nearest that it can, instead of whatever a cast gives.
    """
    kind, own = np.dtype(dtype), values.dtype
    if kind == own:
        return values
    if kind.kind == "f":
        return values.astype(kind) if own.kind == "f" else values.astype(kind) * kind.type(1.0 / np.iinfo(own).max)
    high = int(np.iinfo(kind).max)
    if own.kind == "f":
        with np.errstate(over="ignore", invalid="ignore"):
            # A half more than the largest: casts cut off, and 1.0 must not fall short of it.
            scaled = values * own.type(high + 0.5)
            return saturated(scaled, kind) if saturate else scaled.astype(kind)
    own_high = int(np.iinfo(own).max)
    if own_high > high:
        scaled = values // own.type((own_high + 1) // (high + 1))
        return saturated(scaled, kind) if saturate else scaled.astype(kind)
    found = saturated(values, kind) if saturate else values.astype(kind)
    return np.asarray(found * kind.type((high + 1) // (own_high + 1)))


CONVERT = pixel_op("convert_image_dtype", to_dtype, dtype=lambda dtype, attrs: attrs["dtype"])


def convert_image_dtype(images: Value, dtype: Any, *, saturate: bool = False) -> Value:
    """Return images of another dtype, with their range: floats from 0 to 1, integers from 0 to the largest.

    Args:
        images: Integers or floats of any shape.
        dtype: Of the result: integers or floats.
        saturate: Bring colours out of the range to its ends; without it they wrap, or are undefined.

    Raises:
        DTypeError: One of the dtypes is no number's.

    Example:
        >>> import numpy as np
        >>> convert_image_dtype(np.array([0, 255], np.uint8), "float32")
        array([0., 1.], dtype=float32)
    """
    kind = as_dtype(dtype)
    if not (kind.is_integer or kind.is_floating):
        raise DTypeError(f"convert_image_dtype: dtype must be one of integers or floats. Received: dtype={kind.name}.")
    return call(CONVERT, images, dtype=kind.numpy, saturate=bool(saturate))


def last_is(channels: int, where: str) -> Any:
    """Return a function that gives a shape back if its last dimension is a number of channels.

    Raises:
        ShapeError: By the function, if it is another.
    """

    def check(shape: tuple[int | None, ...]) -> Shape:
        if not shape or shape[-1] not in (channels, None):
            raise ShapeError(
                f"{where}: the last dimension of images must be {channels}. Received: shape={list(shape)}."
            )
        return shape

    return check


def _to_grey(images: Array) -> Array:
    floats = to_dtype(images, np.float32)
    grey = floats @ np.array([0.2989, 0.5870, 0.1140], np.float32)
    return to_dtype(grey[..., None], images.dtype)


def _with_channels(channels: int, check: Any) -> Any:
    def shape(given: tuple[int | None, ...]) -> Shape:
        check(given)
        return (*given[:-1], channels)

    return shape


TO_GREY = pixel_op("rgb_to_grayscale", _to_grey, shape=_with_channels(1, last_is(3, "rgb_to_grayscale")), least_rank=1)
TO_RGB = pixel_op(
    "grayscale_to_rgb",
    lambda images: np.repeat(images, 3, -1),
    shape=_with_channels(3, last_is(1, "grayscale_to_rgb")),
    least_rank=1,
)


def rgb_to_grayscale(images: Value) -> Value:
    """Return coloured images as grey ones: 0.2989 red + 0.587 green + 0.114 blue, computed in float32.

    Args:
        images: `T[…, 3]`, integers or floats.

    Returns:
        `T[…, 1]`; integers are cut off, not rounded.

    Raises:
        InvalidArgumentError: There are not three channels.
    """
    return call(TO_GREY, images)


def grayscale_to_rgb(images: Value) -> Value:
    """Return grey images as coloured ones with three equal channels.

    Args:
        images: `T[…, 1]`, integers or floats.

    Raises:
        InvalidArgumentError: There is not one channel.
    """
    return call(TO_RGB, images)


def as_floats(images: Array) -> Array:
    """Return images in the dtype that colours are adjusted in: float16 as it is, everything else as float32."""
    return images if images.dtype in (np.float16, np.float32) else to_dtype(images, np.float32)
