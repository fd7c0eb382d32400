"""CenterCrop: the middle of images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.dtypes import DType
from ..core.saving import register_serializable
from .images.dtypes import saturated
from .images.layer import ImageLayer
from .images.resampling import resample, resample_back
from .images.transform import ImageTransform
from .resizing import box_of_ratio

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class CutMiddle(ImageTransform):
    """The middle of images; smaller ones are cut to the aspect ratio and resized.

    Attributes:
        dtype: Of results.
    """

    name = "center_crop"

    dtype: DType

    def result_dtype(self, dtype: DType) -> DType:
        return self.dtype

    def run(self, images: Array) -> Array:
        top, left, height, width = self._box((images.shape[1], images.shape[2]))
        part = images[:, top : top + height, left : left + width].astype(self.dtype.numpy)
        if (height, width) == self.size:
            return part
        found = resample(part, self.size, "bilinear", antialias=False, rounded=True)
        return saturated(found, self.dtype.numpy, rounded=True)

    def run_back(self, grads: Array, sides: tuple[int, int]) -> Array:
        top, left, height, width = self._box(sides)
        if (height, width) != self.size:
            grads = resample_back(grads, (height, width), "bilinear", antialias=False)
        whole = np.zeros((len(grads), *sides, grads.shape[-1]), grads.dtype)
        whole[:, top : top + height, left : left + width] = grads
        return whole

    def _box(self, sides: tuple[int, int]) -> tuple[int, int, int, int]:
        """Return what of the images is taken: first row and column, height and width."""
        top, left = sides[0] - self.size[0], sides[1] - self.size[1]
        if top >= 0 and left >= 0:
            return top // 2, left // 2, *self.size
        return box_of_ratio(*sides, self.size, np.float64)


@register_serializable("penstock")
class CenterCrop(ImageLayer):
    """Cuts the middle out of images, in training and inference alike.

    An image with a side that is shorter than the result's is cut to the aspect ratio of the result and resized
    (bilinear) instead. Takes what `Resizing` takes; masks are treated as images.

    Args:
        height: Of the results, at least 1.
        width: Of the results, at least 1.
        data_format: `"channels_last"` (the default) or `"channels_first"`.
        **options: `name`, `dtype` (of the results; float32), `trainable`, `input_shape`.

    Raises:
        InvalidArgumentError: An option is out of range.

    Example:
        >>> import numpy as np
        >>> CenterCrop(1, 2)(np.arange(12).reshape(3, 4, 1))[..., 0]
        array([[5., 6.]], dtype=float32)
    """

    def __init__(self, height: int, width: int, data_format: str | None = None, **options: Any) -> None:
        super().__init__(height, width, data_format=data_format, **options)
        self._transform = CutMiddle(
            size=(self.height, self.width), data_format=self.data_format, where=self.where, dtype=self.dtype
        )
