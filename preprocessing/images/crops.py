"""Parts of images, and images with a frame of zeros. Any dtype of numbers stays; parts are views."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.errors import InvalidArgumentError, ShapeError, describe
from ...core.ops.registry import Attrs, Value, call
from .checks import as_size
from .operations import image_op

Array = npt.NDArray[Any]
Dims = tuple[int | None, ...]


def _as_offset(value: Any, where: str, name: str) -> int:
    try:
        found = operator.index(value)
    except TypeError:
        found = -1
    if found < 0:
        raise InvalidArgumentError(f"{where}: {name} must be an int >= 0. Received: {name}={describe(value)}.")
    return found


def _of_size(shape: Dims, size: tuple[int | None, int | None]) -> Dims:
    return (*shape[:-3], *size, shape[-1])


# --- crop -----------------------------------------------------------------------------------------------------------


def _check_crop(shape: Dims, offset: tuple[int, int], size: tuple[int, int]) -> None:
    for name, have, start, length in zip(("height", "width"), shape[-3:-1], offset, size, strict=True):
        if have is not None and start + length > have:
            raise ShapeError(
                f"crop_to_bounding_box: offset_{name} + target_{name} must be at most the images' {name}, {have}. "
                f"Received: {start} + {length}."
            )


def _crop(images: Array, *, offset: tuple[int, int], size: tuple[int, int]) -> Array:
    _check_crop(images.shape, offset, size)
    (top, left), (height, width) = offset, size
    return images[..., top : top + height, left : left + width, :]


def _cropped_shape(shape: Dims, attrs: Attrs) -> Dims:
    _check_crop(shape, attrs["offset"], attrs["size"])
    return _of_size(shape, attrs["size"])


def _crop_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Value]:
    shape = np.shape(inputs[0])
    return (call(PAD, grads[0], offset=attrs["offset"], size=(shape[-3], shape[-2])),)


CROP = image_op("crop_to_bounding_box", _crop, _cropped_shape, gradient=_crop_gradient)


def crop_to_bounding_box(
    images: Value, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> Value:
    """Return the rectangle of images with its upper left corner at the offset.

    Args:
        images: `T[height, width, channels]` or `T[batch, height, width, channels]`.
        offset_height: First row, at least 0.
        offset_width: First column, at least 0.
        target_height: Number of rows, at least 1.
        target_width: Number of columns, at least 1.

    Raises:
        InvalidArgumentError: An argument is out of range, or the rectangle does not lie in the images.
    """
    where = "crop_to_bounding_box"
    offset = _as_offset(offset_height, where, "offset_height"), _as_offset(offset_width, where, "offset_width")
    size = as_size((target_height, target_width), where, "(target_height, target_width)")
    return call(CROP, images, offset=offset, size=size)


# --- pad ------------------------------------------------------------------------------------------------------------


def _check_pad(shape: Dims, offset: tuple[int, int], size: tuple[int, int]) -> None:
    for name, have, start, length in zip(("height", "width"), shape[-3:-1], offset, size, strict=True):
        if have is not None and start + have > length:
            raise ShapeError(
                f"pad_to_bounding_box: offset_{name} and the images' {name} must fit into target_{name}={length}. "
                f"Received: {start} + {have}."
            )


def _pad(images: Array, *, offset: tuple[int, int], size: tuple[int, int]) -> Array:
    _check_pad(images.shape, offset, size)
    (top, left), (height, width) = offset, images.shape[-3:-1]
    out = np.zeros((*images.shape[:-3], *size, images.shape[-1]), images.dtype)
    out[..., top : top + height, left : left + width, :] = images
    return out


def _padded_shape(shape: Dims, attrs: Attrs) -> Dims:
    _check_pad(shape, attrs["offset"], attrs["size"])
    return _of_size(shape, attrs["size"])


def _pad_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Value]:
    shape = np.shape(inputs[0])
    return (call(CROP, grads[0], offset=attrs["offset"], size=(shape[-3], shape[-2])),)


PAD = image_op("pad_to_bounding_box", _pad, _padded_shape, gradient=_pad_gradient)


def pad_to_bounding_box(
    images: Value, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> Value:
    """Return images in a larger frame of zeros, with their upper left corner at the offset.

    Args:
        images: `T[height, width, channels]` or `T[batch, height, width, channels]`.
        offset_height: Rows of zeros above, at least 0.
        offset_width: Columns of zeros to the left, at least 0.
        target_height: Rows of the result.
        target_width: Columns of the result.

    Raises:
        InvalidArgumentError: An argument is out of range, or the images do not fit into the frame.
    """
    where = "pad_to_bounding_box"
    offset = _as_offset(offset_height, where, "offset_height"), _as_offset(offset_width, where, "offset_width")
    size = as_size((target_height, target_width), where, "(target_height, target_width)")
    return call(PAD, images, offset=offset, size=size)


# --- crop or pad ----------------------------------------------------------------------------------------------------


def _crop_or_pad(images: Array, *, size: tuple[int, int]) -> Array:
    lacking = [target - have for target, have in zip(size, images.shape[-3:-1], strict=True)]
    # Halves are rounded down, so an odd row more is cut above the middle part, and added below it.
    top, left = (max(-n // 2, 0) for n in lacking)
    height, width = (min(target, have) for target, have in zip(size, images.shape[-3:-1], strict=True))
    part = _crop(images, offset=(top, left), size=(height, width))
    above, before = (max(n // 2, 0) for n in lacking)
    return part if (height, width) == size else _pad(part, offset=(above, before), size=size)


CROP_OR_PAD = image_op("resize_with_crop_or_pad", _crop_or_pad, lambda shape, attrs: _of_size(shape, attrs["size"]))


def resize_with_crop_or_pad(images: Value, target_height: int, target_width: int) -> Value:
    """Return the middle of images, with zeros around them where they are smaller.

    Args:
        images: `T[height, width, channels]` or `T[batch, height, width, channels]`.
        target_height: Rows of the result, at least 1.
        target_width: Columns of the result, at least 1.

    Raises:
        InvalidArgumentError: A size is not an int above 0, or the images are none.
    """
    size = as_size((target_height, target_width), "resize_with_crop_or_pad", "(target_height, target_width)")
    return call(CROP_OR_PAD, images, size=size)


# --- central crop ---------------------------------------------------------------------------------------------------


def _margin(length: int, fraction: float) -> int:
    return int((length - length * fraction) / 2)


def _central_crop(images: Array, *, fraction: float) -> Array:
    (height, width), (top, left) = images.shape[-3:-1], (_margin(n, fraction) for n in images.shape[-3:-1])
    return images[..., top : height - top, left : width - left, :]


def _central_shape(shape: Dims, attrs: Attrs) -> Dims:
    height, width = (None if n is None else n - 2 * _margin(n, attrs["fraction"]) for n in shape[-3:-1])
    return _of_size(shape, (height, width))


CENTRAL_CROP = image_op("central_crop", _central_crop, _central_shape)


def central_crop(images: Value, central_fraction: float) -> Value:
    """Return the middle of images: a fraction of each side.

    Args:
        images: `T[height, width, channels]` or `T[batch, height, width, channels]`.
        central_fraction: Above 0, at most 1.

    Raises:
        InvalidArgumentError: The fraction is out of range, or the images are none.
    """
    try:
        fraction = float(central_fraction)
    except (TypeError, ValueError):
        fraction = 0.0
    if not 0 < fraction <= 1:
        given = describe(central_fraction)
        raise InvalidArgumentError(f"central_crop: central_fraction must be in (0, 1]. Received: {given}.")
    return call(CENTRAL_CROP, images, fraction=fraction)
