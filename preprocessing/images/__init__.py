"""Functions of images: resizing, cropping, padding, turning, colours; one image or a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy import attach

if TYPE_CHECKING:
    from .adjustments import (
        adjust_brightness,
        adjust_contrast,
        adjust_gamma,
        adjust_hue,
        adjust_saturation,
        hsv_to_rgb,
        per_image_standardization,
        rgb_to_hsv,
    )
    from .boxes import crop_and_resize
    from .conversion import convert_image_dtype, grayscale_to_rgb, rgb_to_grayscale
    from .crops import central_crop, crop_to_bounding_box, pad_to_bounding_box, resize_with_crop_or_pad
    from .measures import psnr, total_variation
    from .randomly import (
        random_brightness,
        random_contrast,
        random_crop,
        random_flip_left_right,
        random_flip_up_down,
        random_hue,
        random_saturation,
        stateless_random_brightness,
        stateless_random_contrast,
        stateless_random_crop,
        stateless_random_flip_left_right,
        stateless_random_flip_up_down,
        stateless_random_hue,
        stateless_random_saturation,
    )
    from .scaling import resize, resize_with_pad
    from .television import rgb_to_yiq, rgb_to_yuv, yiq_to_rgb, yuv_to_rgb
    from .turns import flip_left_right, flip_up_down, rot90, transpose

__all__ = [
    "adjust_brightness",
    "adjust_contrast",
    "adjust_gamma",
    "adjust_hue",
    "adjust_saturation",
    "central_crop",
    "convert_image_dtype",
    "crop_and_resize",
    "crop_to_bounding_box",
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

__getattr__, __dir__ = attach(
    __name__,
    {
        "adjust_brightness": ".adjustments",
        "adjust_contrast": ".adjustments",
        "adjust_gamma": ".adjustments",
        "adjust_hue": ".adjustments",
        "adjust_saturation": ".adjustments",
        "central_crop": ".crops",
        "convert_image_dtype": ".conversion",
        "crop_and_resize": ".boxes",
        "crop_to_bounding_box": ".crops",
        "flip_left_right": ".turns",
        "flip_up_down": ".turns",
        "grayscale_to_rgb": ".conversion",
        "hsv_to_rgb": ".adjustments",
        "pad_to_bounding_box": ".crops",
        "per_image_standardization": ".adjustments",
        "psnr": ".measures",
        "random_brightness": ".randomly",
        "random_contrast": ".randomly",
        "random_crop": ".randomly",
        "random_flip_left_right": ".randomly",
        "random_flip_up_down": ".randomly",
        "random_hue": ".randomly",
        "random_saturation": ".randomly",
        "resize": ".scaling",
        "resize_with_crop_or_pad": ".crops",
        "resize_with_pad": ".scaling",
        "rgb_to_grayscale": ".conversion",
        "rgb_to_hsv": ".adjustments",
        "rgb_to_yiq": ".television",
        "rgb_to_yuv": ".television",
        "rot90": ".turns",
        "stateless_random_brightness": ".randomly",
        "stateless_random_contrast": ".randomly",
        "stateless_random_crop": ".randomly",
        "stateless_random_flip_left_right": ".randomly",
        "stateless_random_flip_up_down": ".randomly",
        "stateless_random_hue": ".randomly",
        "stateless_random_saturation": ".randomly",
        "total_variation": ".measures",
        "transpose": ".turns",
        "yiq_to_rgb": ".television",
        "yuv_to_rgb": ".television",
    },
)
