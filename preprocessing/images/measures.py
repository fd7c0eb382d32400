"""Measures of images: total variation, and the ratio of signal to noise."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core import ops
from ...core.errors import DTypeError, ShapeError, describe
from ...core.ops.registry import Value, operand_kind
from ...core.specs import TensorSpec
from .checks import check_images, spec_of_value
from .conversion import convert_image_dtype


def _spec_of_images(value: Any, where: str) -> TensorSpec:
    return check_images(spec_of_value(value), value, where)


def total_variation(images: Value) -> Value:
    """Return the sum of the distances between neighbours in rows and in columns; can be differentiated.

    Args:
        images: `T[height, width, channels]` or `T[batch, height, width, channels]`, floats or signed integers:
            differences of unsigned ones would wrap around.

    Returns:
        A scalar, or one for each image.

    Raises:
        ShapeError: The rank is another.
        DTypeError: The dtype is another.
    """
    spec = _spec_of_images(images, "total_variation")
    if spec.dtype.numpy.kind == "u":
        raise DTypeError(
            f"total_variation: images must be floats or signed integers. Received: {describe(images)}. "
            "Convert them first: convert_image_dtype(images, 'float32')."
        )
    values = np.asarray(images) if operand_kind(images) is None else images
    down = values[..., 1:, :, :] - values[..., :-1, :, :]
    across = values[..., 1:, :] - values[..., :-1, :]
    axes = (-3, -2, -1)
    return ops.cast(ops.sum(ops.abs(down), axes) + ops.sum(ops.abs(across), axes), spec.dtype)


def psnr(a: Value, b: Value, max_val: float) -> Value:
    """Return the peak ratio of signal to noise between images, in decibels.

    Args:
        a: `T[height, width, channels]` or `T[batch, height, width, channels]`, integers or floats.
        b: The same shape.
        max_val: The width of the range of colours: 255 for uint8, 1.0 for floats from 0 to 1.

    Returns:
        float32, one for each image; infinite for equal images.

    Raises:
        InvalidArgumentError: The images differ in shape, or the rank is another.
    """
    specs = [_spec_of_images(x, "psnr") for x in (a, b)]
    shapes = [spec.shape for spec in specs]
    if shapes[0] is not None and shapes[1] is not None and shapes[0][-3:] != shapes[1][-3:]:
        raise ShapeError(f"psnr: a and b must hold images of one shape. Received: a={describe(a)}, b={describe(b)}.")
    floats, others = (convert_image_dtype(x, "float32") for x in (a, b))
    kind = specs[0].dtype.numpy
    peak = float(convert_image_dtype(np.asarray(max_val).astype(kind), "float32"))
    error = ops.mean(ops.square(ops.subtract(floats, others)), (-3, -2, -1))
    with np.errstate(divide="ignore"):
        return 20 * math.log(peak) / math.log(10.0) - np.float32(10 / math.log(10)) * ops.log(error)
