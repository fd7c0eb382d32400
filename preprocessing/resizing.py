"""Resizing: images of one height and width."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.dtypes import DType
from ..core.errors import DTypeError, InvalidArgumentError, describe
from ..core.saving import register_serializable
from .images.checks import as_choice
from .images.dtypes import saturated
from .images.layer import ImageLayer
from .images.resampling import resample, resample_back
from .images.transform import ImageTransform

Array = npt.NDArray[Any]

_INTERPOLATIONS: Final = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5")


@dataclass(frozen=True, eq=False, kw_only=True)
class Resize(ImageTransform):
    """Resized images, cut or padded to the aspect ratio first on wish.

    Attributes:
        method: Of resizing.
        antialias: Whether filters widen when an axis shrinks.
        crop: Cut the longer side first.
        fill: Pad the shorter side with this first; None does not pad.
        float_dtype: To which floats are cast.
    """

    name = "resizing"

    method: str
    antialias: bool
    crop: bool
    fill: float | None
    float_dtype: DType

    def result_dtype(self, dtype: DType) -> DType:
        return self.float_dtype if dtype.is_floating else dtype

    def run(self, images: Array) -> Array:
        dtype = self.float_dtype.numpy if images.dtype.kind == "f" else images.dtype
        images = images.astype(dtype, copy=False)
        if self.crop:
            top, left, height, width = self._box((images.shape[1], images.shape[2]))
            images = images[:, top : top + height, left : left + width]
        elif self.fill is not None:
            images = self._padded(images, self.fill)
        found = resample(images, self.size, self.method, antialias=self.antialias, rounded=True)
        return saturated(found, dtype, rounded=True)

    def run_back(self, grads: Array, sides: tuple[int, int]) -> Array:
        n, channels = len(grads), grads.shape[-1]
        top, left, height, width = self._box(sides)
        found = resample_back(grads, (height, width), self.method, antialias=self.antialias)
        if (height, width) == sides:
            return found
        if not self.crop:
            return found[:, -top : sides[0] - top, -left : sides[1] - left]
        whole = np.zeros((n, *sides, channels), found.dtype)
        whole[:, top : top + height, left : left + width] = found
        return whole

    def _box(self, sides: tuple[int, int]) -> tuple[int, int, int, int]:
        """Return what of the images is resized: first row and column, height and width; padding begins below 0."""
        height, width = sides
        if self.crop:
            return box_of_ratio(height, width, self.size)
        if self.fill is None:
            return 0, 0, height, width
        wanted = _sides_of_ratio(height, width, self.size, np.float32)
        top, left = (max(0, want - have) // 2 for want, have in zip(wanted, sides, strict=True))
        return -top, -left, height + 2 * top, width + 2 * left

    def _padded(self, images: Array, fill: float) -> Array:
        n, height, width, channels = images.shape
        value = np.asarray(fill).astype(images.dtype)
        if images.dtype.kind != "f" and value != fill:
            raise DTypeError(
                f"{self.where}: fill_value must be a number of the images' dtype {images.dtype}. "
                f"Received: fill_value={fill}."
            )
        top, left, padded_height, padded_width = self._box((height, width))
        if (padded_height, padded_width) == (height, width):
            return images
        out = np.full((n, padded_height, padded_width, channels), value)
        out[:, -top : height - top, -left : width - left] = images
        return out


def _sides_of_ratio(height: int, width: int, size: tuple[int, int], kind: Any) -> tuple[int, int]:
    """Return the height that goes with the width, and the width that goes with the height, rounded down."""
    return int(kind(width * size[0]) / kind(size[1])), int(kind(height * size[1]) / kind(size[0]))


def box_of_ratio(height: int, width: int, size: tuple[int, int], kind: Any = np.float32) -> tuple[int, int, int, int]:
    """Return the largest part in the middle with the aspect ratio of a size: first row and column, height and width.

    Args:
        height: Of the images.
        width: Of the images.
        size: Height and width.
        kind: Type of the division. Keras has float32 in `Resizing` and float64 in `CenterCrop`.
    """
    wanted_height, wanted_width = _sides_of_ratio(height, width, size, kind)
    h, w = max(min(height, wanted_height), 1), max(min(width, wanted_width), 1)
    return (height - h) // 2, (width - w) // 2, h, w


@register_serializable("penstock")
class Resizing(ImageLayer):
    """Resizes images to one height and width, in training and inference alike.

    Takes `T[height, width, channels]`, `T[batch, height, width, channels]`, a list of images of different sizes, or a
    dict with `"images"` (and `"segmentation_masks"`, which are resized by `"nearest"`). Floats are cast to the layer's
    dtype, computed in float32; integers stay of their dtype: results are rounded, halves to even, and clipped to what
    it holds.

    Args:
        height: Of the results, at least 1.
        width: Of the results, at least 1.
        interpolation: `"bilinear"`, `"nearest"`, `"bicubic"`, `"area"`, `"lanczos3"` or `"lanczos5"`.
        crop_to_aspect_ratio: Cut off what is outside of the largest part with the aspect ratio of the result.
        pad_to_aspect_ratio: Pad to the aspect ratio of the result, on both sides alike.
        fill_mode: `"constant"`.
        fill_value: What is padded with; of integer images an integer.
        antialias: Widen filters when an axis shrinks.
        data_format: `"channels_last"` (the default) or `"channels_first"`.
        **options: `name`, `dtype` (of floating-point results; float32), `trainable`, `input_shape`.

    Raises:
        InvalidArgumentError: An option is out of range.

    Example:
        >>> import numpy as np
        >>> Resizing(1, 4)(np.array([[[0.0], [4.0]]]))[..., 0]
        array([[0., 1., 3., 4.]], dtype=float32)
    """

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        *,
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(height, width, data_format=data_format, **options)
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise InvalidArgumentError(
                f"{self.where}: not both of crop_to_aspect_ratio and pad_to_aspect_ratio may be True."
            )
        if not isinstance(fill_value, int | float | np.number):
            raise InvalidArgumentError(
                f"{self.where}: fill_value must be a number. Received: fill_value={describe(fill_value)}."
            )
        self.interpolation = as_choice(interpolation, _INTERPOLATIONS, self.where, "interpolation")
        self.crop_to_aspect_ratio = bool(crop_to_aspect_ratio)
        self.pad_to_aspect_ratio = bool(pad_to_aspect_ratio)
        self.fill_mode = as_choice(fill_mode, ("constant",), self.where, "fill_mode")
        self.fill_value = float(fill_value)
        self.antialias = bool(antialias)
        self._transform = Resize(
            size=(self.height, self.width),
            data_format=self.data_format,
            where=self.where,
            method=self.interpolation,
            antialias=self.antialias,
            crop=self.crop_to_aspect_ratio,
            fill=self.fill_value if self.pad_to_aspect_ratio else None,
            float_dtype=self.dtype,
        )
        self._mask_transform = replace(self._transform, method="nearest")

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "interpolation": self.interpolation,
            "crop_to_aspect_ratio": self.crop_to_aspect_ratio,
            "pad_to_aspect_ratio": self.pad_to_aspect_ratio,
            "fill_mode": self.fill_mode,
            "fill_value": self.fill_value,
            "antialias": self.antialias,
        }
