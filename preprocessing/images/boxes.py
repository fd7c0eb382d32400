"""crop_and_resize: parts of images, cut out by boxes and brought to one size."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.columns.kernels import frozen
from ...core.errors import InvalidArgumentError, ShapeError, describe
from ...core.ops.inference import shape_of
from ...core.ops.registry import Attrs, Value, call, register
from ...core.parallel import run_ranges
from ...core.specs import TensorSpec
from ..kernels.boxes import crop_and_resize_kernel
from .adjustments import as_number
from .checks import as_choice, as_images, as_size, check_filled, spec_of_images

Array = npt.NDArray[Any]

_WHERE = "crop_and_resize"


def _check_shapes(images: Any, boxes: Any, indices: Any) -> None:
    fits = (
        (images is None or len(images) == 4)
        and (boxes is None or (len(boxes) == 2 and boxes[1] in (4, None)))
        and (indices is None or len(indices) == 1)
    )
    if fits and boxes is not None and indices is not None:
        fits = None in (boxes[0], indices[0]) or boxes[0] == indices[0]
    if not fits:
        raise ShapeError(
            f"{_WHERE}: images must be [batch, height, width, channels], boxes [n, 4] and box_indices [n]. "
            f"Received: shapes {images}, {boxes} and {indices}."
        )


def _crop_and_resize(
    images: Any, boxes: Any, indices: Any, *, size: tuple[int, int], method: str, outside: float
) -> Array:
    array, corners, numbers = as_images(images, _WHERE), np.asarray(boxes), np.asarray(indices)
    _check_shapes(array.shape, corners.shape, numbers.shape)
    check_filled(array, _WHERE)
    if numbers.dtype.kind not in "iu" and numbers.size:
        raise InvalidArgumentError(f"{_WHERE}: box_indices must be integers. Received: {describe(indices)}.")
    wrong = (numbers < 0) | (numbers >= len(array))
    if wrong.any():
        raise InvalidArgumentError(
            f"{_WHERE}: box_indices must number the {len(array)} images. Received: {int(numbers[wrong][0])}."
        )
    source = frozen(array if array.dtype == np.uint8 else array.astype(np.float32, copy=False))
    places, order = frozen(corners.astype(np.float32, copy=False)), frozen(numbers.astype(np.int64, copy=False))
    out = np.empty((len(places), *size, array.shape[3]), np.float32)

    def compute(start: int, stop: int) -> None:
        crop_and_resize_kernel(source, places, order, method == "nearest", np.float32(outside), start, stop, out)

    run_ranges(compute, len(places), least=max(1, 60_000 // max(1, out[:1].size)))
    return out


def _infer(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    images, boxes, indices = spec_of_images(args[0], _WHERE).shape, shape_of(args[1]), shape_of(args[2])
    _check_shapes(images, boxes, indices)
    n = next((s[0] for s in (boxes, indices) if s is not None and s[0] is not None), None)
    return TensorSpec((n, *attrs["size"], None if images is None else images[3]), "float32")


CROP_AND_RESIZE = register("image.crop_and_resize", _crop_and_resize, infer=_infer)


def crop_and_resize(
    images: Value,
    boxes: Value,
    box_indices: Value,
    crop_size: Any,
    *,
    method: str = "bilinear",
    extrapolation_value: float = 0.0,
) -> Value:
    """Return parts of images, each cut out by a box and resampled to one size, equal to `tf.image.crop_and_resize`.

    Args:
        images: `T[batch, height, width, channels]`, integers or floats.
        boxes: `float32[n, 4]`: top, left, bottom and right, where 0 is the middle of the first pixel of an axis and 1
            that of the last. Boxes may lie outside, and may be turned round.
        box_indices: `int[n]`, the image of each box.
        crop_size: Height and width of the results, ints above 0.
        method: `"bilinear"` or `"nearest"`.
        extrapolation_value: What stands outside of an image.

    Returns:
        `float32[n, *crop_size, channels]`, computed in float32.

    Raises:
        InvalidArgumentError: A shape, the size or the method is another, or there is no such image.
    """
    return call(
        CROP_AND_RESIZE,
        images,
        boxes,
        box_indices,
        size=as_size(crop_size, _WHERE, "crop_size"),
        method=as_choice(method, ("bilinear", "nearest"), _WHERE, "method"),
        outside=as_number(extrapolation_value, _WHERE, "extrapolation_value"),
    )
