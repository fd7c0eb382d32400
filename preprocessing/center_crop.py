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
from .images.resampling import resample
from .images.transform import ImageTransform
from .resizing import crop_to_ratio

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
        height, width = self.size
        top, left = images.shape[1] - height, images.shape[2] - width
        if top >= 0 and left >= 0:
            top, left = top // 2, left // 2
            return images[:, top : top + height, left : left + width].astype(self.dtype.numpy)
        images = images.astype(self.dtype.numpy, copy=False)
        cut = crop_to_ratio(images, self.size, np.float64)
        found = resample(cut, self.size, "bilinear", antialias=False, rounded=True)
        return saturated(found, self.dtype.numpy, rounded=True)


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
