"""`tf.image`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...core.lazy import attach
from ...preprocessing import images as _images
from .io import decode_bmp, decode_gif, decode_image, decode_jpeg, decode_png, encode_jpeg, encode_png
from .renamed import ints, operand, renamed

__all__ = [
    "ResizeMethod",
    "adjust_brightness",
    "adjust_contrast",
    "adjust_gamma",
    "adjust_hue",
    "adjust_saturation",
    "central_crop",
    "convert_image_dtype",
    "crop_and_resize",
    "crop_to_bounding_box",
    "decode_bmp",
    "decode_gif",
    "decode_image",
    "decode_jpeg",
    "decode_png",
    "encode_jpeg",
    "encode_png",
    "flip_left_right",
    "flip_up_down",
    "grayscale_to_rgb",
    "hsv_to_rgb",
    "pad_to_bounding_box",
    "per_image_standardization",
    "psnr",
    "random_brightness",
    "random_contrast",
    "random_crop",
    "random_flip_left_right",
    "random_flip_up_down",
    "random_hue",
    "random_saturation",
    "resize",
    "resize_with_crop_or_pad",
    "resize_with_pad",
    "rgb_to_grayscale",
    "rgb_to_hsv",
    "rgb_to_yiq",
    "rgb_to_yuv",
    "rot90",
    "stateless_random_brightness",
    "stateless_random_contrast",
    "stateless_random_crop",
    "stateless_random_flip_left_right",
    "stateless_random_flip_up_down",
    "stateless_random_hue",
    "stateless_random_saturation",
    "total_variation",
    "transpose",
    "yiq_to_rgb",
    "yuv_to_rgb",
]


class ResizeMethod:
    """Names of the methods of `resize`."""

    AREA: Final = "area"
    BICUBIC: Final = "bicubic"
    BILINEAR: Final = "bilinear"
    GAUSSIAN: Final = "gaussian"
    LANCZOS3: Final = "lanczos3"
    LANCZOS5: Final = "lanczos5"
    MITCHELLCUBIC: Final = "mitchellcubic"
    NEAREST_NEIGHBOR: Final = "nearest"


flip_left_right = renamed("flip_left_right", _images.flip_left_right, "image")
flip_up_down = renamed("flip_up_down", _images.flip_up_down, "image")
transpose = renamed("transpose", _images.transpose, "image")
rot90 = renamed("rot90", _images.rot90, "image", k=1)
rgb_to_grayscale = renamed("rgb_to_grayscale", _images.rgb_to_grayscale, "images")
grayscale_to_rgb = renamed("grayscale_to_rgb", _images.grayscale_to_rgb, "images")
rgb_to_hsv = renamed("rgb_to_hsv", _images.rgb_to_hsv, "images")
hsv_to_rgb = renamed("hsv_to_rgb", _images.hsv_to_rgb, "images")
rgb_to_yiq = renamed("rgb_to_yiq", _images.rgb_to_yiq, "images")
rgb_to_yuv = renamed("rgb_to_yuv", _images.rgb_to_yuv, "images")
yiq_to_rgb = renamed("yiq_to_rgb", _images.yiq_to_rgb, "images")
yuv_to_rgb = renamed("yuv_to_rgb", _images.yuv_to_rgb, "images")
per_image_standardization = renamed("per_image_standardization", _images.per_image_standardization, "image")
total_variation = renamed("total_variation", _images.total_variation, "images")
adjust_gamma = renamed("adjust_gamma", _images.adjust_gamma, "image", gamma=1, gain=1)


def resize(
    images: Any,
    size: Any,
    method: str = ResizeMethod.BILINEAR,
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    name: str | None = None,
) -> Any:
    """Return images in another size; see `penstock.preprocessing.images.resize`."""
    given = operand(images)
    return _images.resize(
        given, _static(size), method=method, antialias=antialias, preserve_aspect_ratio=preserve_aspect_ratio
    )


def resize_with_pad(
    image: Any,
    target_height: Any,
    target_width: Any,
    method: str = ResizeMethod.BILINEAR,
    antialias: bool = False,
) -> Any:
    """Return images in a frame; see `penstock.preprocessing.images.resize_with_pad`."""
    height, width = _static(target_height), _static(target_width)
    return _images.resize_with_pad(operand(image), height, width, method=method, antialias=antialias)


def resize_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Any:
    """Return the middle of images; see `penstock.preprocessing.images.resize_with_crop_or_pad`."""
    return _images.resize_with_crop_or_pad(operand(image), _static(target_height), _static(target_width))


def crop_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Any:
    """Return a part of images; see `penstock.preprocessing.images.crop_to_bounding_box`."""
    box = (_static(v) for v in (offset_height, offset_width, target_height, target_width))
    return _images.crop_to_bounding_box(operand(image), *box)


def pad_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Any:
    """Return images in a frame of zeros; see `penstock.preprocessing.images.pad_to_bounding_box`."""
    box = (_static(v) for v in (offset_height, offset_width, target_height, target_width))
    return _images.pad_to_bounding_box(operand(image), *box)


def crop_and_resize(
    image: Any,
    boxes: Any,
    box_indices: Any,
    crop_size: Any,
    method: str = ResizeMethod.BILINEAR,
    extrapolation_value: float = 0.0,
    name: str | None = None,
) -> Any:
    """Return parts of images at one size; see `penstock.preprocessing.images.crop_and_resize`."""
    values = operand(image), operand(boxes), operand(box_indices)
    return _images.crop_and_resize(*values, _static(crop_size), method=method, extrapolation_value=extrapolation_value)


def central_crop(image: Any, central_fraction: float) -> Any:
    """Return the middle of images; see `penstock.preprocessing.images.central_crop`."""
    return _images.central_crop(operand(image), central_fraction)


def convert_image_dtype(
    image: Any,
    dtype: Any,
    saturate: bool = False,
    name: str | None = None,
) -> Any:
    """Return images of another dtype; see `penstock.preprocessing.images.convert_image_dtype`."""
    return _images.convert_image_dtype(operand(image), dtype, saturate=saturate)


def adjust_brightness(image: Any, delta: Any) -> Any:
    """Return brighter or darker images; see `penstock.preprocessing.images.adjust_brightness`."""
    return _images.adjust_brightness(operand(image), delta)


def adjust_contrast(images: Any, contrast_factor: Any) -> Any:
    """Return images of another contrast; see `penstock.preprocessing.images.adjust_contrast`."""
    return _images.adjust_contrast(operand(images), contrast_factor)


def adjust_hue(image: Any, delta: Any, name: str | None = None) -> Any:
    """Return images of another hue; see `penstock.preprocessing.images.adjust_hue`."""
    return _images.adjust_hue(operand(image), delta)


def adjust_saturation(image: Any, saturation_factor: Any, name: str | None = None) -> Any:
    """Return images of another saturation; see `penstock.preprocessing.images.adjust_saturation`."""
    return _images.adjust_saturation(operand(image), saturation_factor)


def psnr(a: Any, b: Any, max_val: Any, name: str | None = None) -> Any:
    """Return the ratio of signal to noise; see `penstock.preprocessing.images.psnr`."""
    return _images.psnr(operand(a), operand(b), max_val)


# --- at random --------------------------------------------------------------------------------------------------------


def random_flip_left_right(image: Any, seed: int | None = None) -> Any:
    """Return images flipped or not; see `penstock.preprocessing.images.random_flip_left_right`."""
    return _images.random_flip_left_right(operand(image), seed)


def random_flip_up_down(image: Any, seed: int | None = None) -> Any:
    """Return images flipped or not; see `penstock.preprocessing.images.random_flip_up_down`."""
    return _images.random_flip_up_down(operand(image), seed)


def random_brightness(image: Any, max_delta: float, seed: int | None = None) -> Any:
    """Return brighter or darker images; see `penstock.preprocessing.images.random_brightness`."""
    return _images.random_brightness(operand(image), max_delta, seed)


def random_contrast(image: Any, lower: float, upper: float, seed: int | None = None) -> Any:
    """Return images of another contrast; see `penstock.preprocessing.images.random_contrast`."""
    return _images.random_contrast(operand(image), lower, upper, seed)


def random_hue(image: Any, max_delta: float, seed: int | None = None) -> Any:
    """Return images of another hue; see `penstock.preprocessing.images.random_hue`."""
    return _images.random_hue(operand(image), max_delta, seed)


def random_saturation(image: Any, lower: float, upper: float, seed: int | None = None) -> Any:
    """Return images of another saturation; see `penstock.preprocessing.images.random_saturation`."""
    return _images.random_saturation(operand(image), lower, upper, seed)


def random_crop(value: Any, size: Any, seed: int | None = None, name: str | None = None) -> Any:
    """Return a part of a value; see `penstock.preprocessing.images.random_crop`."""
    return _images.random_crop(operand(value), _static(size), seed)


def stateless_random_flip_left_right(image: Any, seed: Any) -> Any:
    """Return images flipped or not; see `penstock.preprocessing.images.stateless_random_flip_left_right`."""
    return _images.stateless_random_flip_left_right(operand(image), _static(seed))


def stateless_random_flip_up_down(image: Any, seed: Any) -> Any:
    """Return images flipped or not; see `penstock.preprocessing.images.stateless_random_flip_up_down`."""
    return _images.stateless_random_flip_up_down(operand(image), _static(seed))


def stateless_random_brightness(image: Any, max_delta: float, seed: Any) -> Any:
    """Return brighter or darker images; see `penstock.preprocessing.images.stateless_random_brightness`."""
    return _images.stateless_random_brightness(operand(image), max_delta, _static(seed))


def stateless_random_contrast(image: Any, lower: float, upper: float, seed: Any) -> Any:
    """Return images of another contrast; see `penstock.preprocessing.images.stateless_random_contrast`."""
    return _images.stateless_random_contrast(operand(image), lower, upper, _static(seed))


def stateless_random_hue(image: Any, max_delta: float, seed: Any) -> Any:
    """Return images of another hue; see `penstock.preprocessing.images.stateless_random_hue`."""
    return _images.stateless_random_hue(operand(image), max_delta, _static(seed))


def stateless_random_saturation(image: Any, lower: float, upper: float, seed: Any = None) -> Any:
    """Return images of another saturation; see `penstock.preprocessing.images.stateless_random_saturation`."""
    return _images.stateless_random_saturation(operand(image), lower, upper, _static(seed))


def stateless_random_crop(value: Any, size: Any, seed: Any, name: str | None = None) -> Any:
    """Return a part of a value; see `penstock.preprocessing.images.stateless_random_crop`."""
    return _images.stateless_random_crop(operand(value), _static(size), _static(seed))


def _static(value: Any) -> Any:
    """Return Tensors, arrays and whole numbers as ints; anything else as it is, for the function to refuse."""
    return ints(value) if hasattr(value, "dtype") else value


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
