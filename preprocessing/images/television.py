"""Colours as television sends them: luma and two differences, YIQ (NTSC) and YUV (PAL), from red, green and blue.

Each is a product with a 3 × 3 matrix, with the digits that TensorFlow has, and can be differentiated.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core import ops
from ...core.errors import DTypeError, describe
from ...core.ops.registry import Value, operand_kind
from ...core.specs import TensorSpec
from .checks import spec_of_value
from .conversion import last_is

_RGB_TO_YIQ: Final = np.array(
    [[0.299, 0.59590059, 0.2115], [0.587, -0.27455667, -0.52273617], [0.114, -0.32134392, 0.31119955]]
)
_YIQ_TO_RGB: Final = np.array(
    [[1.0, 1.0, 1.0], [0.95598634, -0.27201283, -1.10674021], [0.6208248, -0.64720424, 1.70423049]]
)
_RGB_TO_YUV: Final = np.array(
    [[0.299, -0.14714119, 0.61497538], [0.587, -0.28886916, -0.51496512], [0.114, 0.43601035, -0.10001026]]
)
_YUV_TO_RGB: Final = np.array([[1.0, 1.0, 1.0], [0.0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0.0]])


def _product(images: Value, matrix: npt.NDArray[np.float64], where: str) -> Any:
    spec = spec_of_value(images)
    if not isinstance(spec, TensorSpec) or not spec.dtype.is_floating:
        raise DTypeError(f"{where}: images must be floats. Received: {describe(images)}. Use convert_image_dtype().")
    if spec.shape is not None:
        last_is(3, where)(spec.shape)
    values = np.asarray(images) if operand_kind(images) is None else images
    return ops.matmul(values, matrix.astype(spec.dtype.numpy))


def rgb_to_yiq(images: Value) -> Value:
    """Return red, green and blue as luma, in-phase and quadrature.

    Args:
        images: Floats `[…, 3]`.

    Raises:
        InvalidArgumentError: They are no floats, or there are not three channels.
    """
    return _product(images, _RGB_TO_YIQ, "rgb_to_yiq")


def yiq_to_rgb(images: Value) -> Value:
    """Return luma, in-phase and quadrature as red, green and blue; see `rgb_to_yiq`."""
    return _product(images, _YIQ_TO_RGB, "yiq_to_rgb")


def rgb_to_yuv(images: Value) -> Value:
    """Return red, green and blue as luma and the differences of blue and red from it; see `rgb_to_yiq`."""
    return _product(images, _RGB_TO_YUV, "rgb_to_yuv")


def yuv_to_rgb(images: Value) -> Value:
    """Return luma and the differences of blue and red from it as red, green and blue; see `rgb_to_yiq`."""
    return _product(images, _YUV_TO_RGB, "yuv_to_rgb")
