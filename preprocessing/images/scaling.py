"""resize and resize_with_pad: images in another size."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core import ops
from ...core.dtypes import float32
from ...core.ops.inference import shape_of, tensor_spec
from ...core.ops.registry import Attrs, Value, call, register
from ...core.specs import TensorSpec
from .checks import as_choice, as_images, as_size, check_filled, spec_of_images
from .resampling import METHODS, resample, resample_back

Array = npt.NDArray[Any]


def fitting_size(height: int, width: int, size: tuple[int, int]) -> tuple[int, int]:
    """Return the largest size with the aspect ratio of an image that fits into `size`, rounded in float32."""
    sides = np.array([height, width], np.float32)
    scale = (np.array(size, np.float32) / sides).min()
    found = np.rint(scale * sides).astype(int)
    return int(found[0]), int(found[1])


def _resize(images: Any, *, size: tuple[int, int], method: str, antialias: bool, preserve_aspect_ratio: bool) -> Array:
    array = as_images(images, "resize")
    check_filled(array, "resize")
    height, width, channels = array.shape[-3:]
    target = fitting_size(height, width, size) if preserve_aspect_ratio else size
    target = as_size(target, "resize")
    flat = array.reshape(-1, height, width, channels)
    return resample(flat, target, method, antialias=antialias).reshape(*array.shape[:-3], *target, channels)


def _batch_resize(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    rows = args[0]
    as_images(rows[0] if n else rows.reshape(rows.shape[1:]), "resize")
    flat = _resize(rows.reshape(-1, *rows.shape[-3:]), **attrs)
    return flat.reshape(*rows.shape[:-3], *flat.shape[1:])


def _infer_resize(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    spec = spec_of_images(args[0], "resize")
    dtype = spec.dtype if attrs["method"] == "nearest" else float32
    if spec.shape is None:
        return TensorSpec(None, dtype)
    *batch, height, width, channels = spec.shape
    size: tuple[int | None, int | None] = attrs["size"]
    if attrs["preserve_aspect_ratio"]:
        size = (None, None) if height is None or width is None else fitting_size(height, width, attrs["size"])
    return TensorSpec((*batch, *size, channels), dtype)


def _resize_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Any]:
    options = {"method": attrs["method"], "antialias": attrs["antialias"]}
    return (lambda: ops.cast(call(RESIZE_BACK, grads[0], inputs[0], **options), inputs[0].dtype),)


RESIZE = register("image.resize", _resize, gradient=_resize_gradient, batch=_batch_resize, infer=_infer_resize)


def _resize_back(grads: Any, images: Any, *, method: str, antialias: bool) -> Array:
    array, shape = np.asarray(grads), np.shape(images)
    flat = array.reshape(-1, *array.shape[-3:])
    return resample_back(flat, (shape[-3], shape[-2]), method, antialias=antialias).reshape(shape)


def _resize_back_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Any, None]:
    size = tuple(np.shape(inputs[0])[-3:-1])
    return (lambda: call(RESIZE, grads[0], size=size, preserve_aspect_ratio=False, **attrs), None)


RESIZE_BACK = register(
    "image.resize_back",
    _resize_back,
    gradient=_resize_back_gradient,
    batch=lambda n, args, batched, attrs: _resize_back(*args, **attrs),
    infer=lambda args, attrs: TensorSpec(shape_of(args[1]), tensor_spec(args[0], "resize").dtype),
)


def resize(
    images: Value,
    size: Any,
    *,
    method: str = "bilinear",
    antialias: bool = False,
    preserve_aspect_ratio: bool = False,
) -> Value:
    """Return images in another size, equal to `tf.image.resize`; can be differentiated.

    Args:
        images: `T[height, width, channels]` or `T[batch, height, width, channels]`; any integers or floats.
        size: Height and width of the result, ints above 0.
        method: `"bilinear"`, `"nearest"`, `"bicubic"`, `"area"`, `"lanczos3"`, `"lanczos5"`, `"gaussian"` or
            `"mitchellcubic"`.
        antialias: Widen the filter of an axis that shrinks, so that every pixel counts. Nothing changes for
            `"nearest"` and `"area"`.
        preserve_aspect_ratio: Take the largest size of the images' aspect ratio that fits into `size`.

    Returns:
        `float32[…, *size, channels]`, computed in float32; T for `"nearest"`.

    Raises:
        InvalidArgumentError: The size, the method, or the rank or dtype of the images is another.

    Example:
        >>> import numpy as np
        >>> resize(np.array([[[0], [4]]]), (1, 4))[..., 0]
        array([[0., 1., 3., 4.]], dtype=float32)
    """
    return call(
        RESIZE,
        images,
        size=as_size(size, "resize"),
        method=as_choice(method, METHODS, "resize", "method"),
        antialias=bool(antialias),
        preserve_aspect_ratio=bool(preserve_aspect_ratio),
    )


# --- resize and pad -------------------------------------------------------------------------------------------------


def _fitting_frame(height: int, width: int, size: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the size within a frame that has an image's aspect ratio, rounded down, and where it begins."""
    sides, frame = np.array([height, width], np.float32), np.array(size, np.float32)
    scaled = sides / (sides / frame).max()
    found, offset = np.floor(scaled).astype(int), np.maximum(np.floor((frame - scaled) / 2), 0).astype(int)
    return (int(found[0]), int(found[1])), (int(offset[0]), int(offset[1]))


def _resize_with_pad(images: Array, *, size: tuple[int, int], method: str, antialias: bool) -> Array:
    check_filled(images, "resize_with_pad")
    height, width, channels = images.shape[-3:]
    inner, (top, left) = _fitting_frame(height, width, size)
    as_size(inner, "resize_with_pad", "the resized images' size")
    found = resample(images.reshape(-1, height, width, channels), inner, method, antialias=antialias)
    out = np.zeros((len(found), *size, channels), found.dtype)
    out[:, top : top + inner[0], left : left + inner[1]] = found
    return out.reshape(*images.shape[:-3], *size, channels)


def _infer_with_pad(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    return _infer_resize(args, {**attrs, "preserve_aspect_ratio": False})


def _batch_with_pad(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    spec_of_images(TensorSpec(args[0].shape[1:], args[0].dtype), "resize_with_pad")
    return _resize_with_pad(args[0], **attrs)


WITH_PAD = register(
    "image.resize_with_pad",
    lambda images, **attrs: _resize_with_pad(as_images(images, "resize_with_pad"), **attrs),
    batch=_batch_with_pad,
    infer=_infer_with_pad,
)


def resize_with_pad(
    images: Value, target_height: int, target_width: int, *, method: str = "bilinear", antialias: bool = False
) -> Value:
    """Return images resized to the largest size of their aspect ratio that fits into a frame, with zeros around them.

    Args:
        images: `T[height, width, channels]` or `T[batch, height, width, channels]`; any integers or floats.
        target_height: Rows of the frame, at least 1.
        target_width: Columns of the frame, at least 1.
        method: As in `resize`.
        antialias: As in `resize`.

    Returns:
        `float32[…, target_height, target_width, channels]`; T for `"nearest"`.

    Raises:
        InvalidArgumentError: The size, the method, or the rank or dtype of the images is another.
    """
    where = "resize_with_pad"
    return call(
        WITH_PAD,
        images,
        size=as_size((target_height, target_width), where, "(target_height, target_width)"),
        method=as_choice(method, METHODS, where, "method"),
        antialias=bool(antialias),
    )
