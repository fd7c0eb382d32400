"""RandomCrop: a part of fixed size cut out at a random place."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.saving import register_serializable
from ...core.specs import TensorSpec
from ..images.checks import as_size
from ..images.resampling import resample
from .base import RandomImageLayer, cast

Array = npt.NDArray[Any]


@register_serializable("penstock")
class RandomCrop(RandomImageLayer):
    """Cuts `height` x `width` out of the images at a random place, the same for all of a batch, in training alone.

    As in Keras 3.15, images that are not larger than the target in both directions are cut to its height and width as
    far as they reach, from the place of the middle part of the target's aspect ratio, and resized bilinearly; and
    outside training images keep their size.

    Args:
        height: Height of results.
        width: Width of results.
        seed: Seed of the places.
        data_format: Where the channels stand.
        **options: `name`, `dtype` and the like.

    Example:
        >>> RandomCrop(2, 2, seed=1)(np.arange(16.0).reshape(4, 4, 1)).ravel().tolist()
        [8.0, 9.0, 12.0, 13.0]
    """

    def __init__(
        self, height: int, width: int, seed: int | None = None, data_format: str | None = None, **options: Any
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **options)
        self.height, self.width = as_size((height, width), self.where, "(height, width)")

    def _draw(self, n: int, height: int, width: int) -> tuple[int, int]:
        if height > self.height and width > self.width:
            top = self._uniform(1, 0.0, float(height - self.height + 1))
            left = self._uniform(1, 0.0, float(width - self.width + 1))
            return int(top[0]), int(left[0])
        inner_height = max(min(height, int(float(width * self.height) / self.width)), 1)
        inner_width = max(min(width, int(float(height * self.width) / self.height)), 1)
        return int(float(height - inner_height) / 2), int(float(width - inner_width) / 2)

    def _change(self, images: Array, drawn: tuple[int, int], repeats: int) -> Array:
        top, left = drawn
        part = images[:, top : top + self.height, left : left + self.width]
        if part.shape[1:3] != (self.height, self.width):
            part = resample(part, (self.height, self.width), "bilinear", antialias=False)
        return np.ascontiguousarray(cast(part, self.dtype.numpy))

    def _change_masks(self, masks: Array, drawn: tuple[int, int], repeats: int) -> Array:
        return self._change(self._cast(masks), drawn, repeats)

    def _infer(self, spec: TensorSpec) -> TensorSpec:
        if spec.shape is None:
            return TensorSpec(None, self.dtype)
        if self.data_format == "channels_first":
            return TensorSpec((*spec.shape[:-2], self.height, self.width), self.dtype)
        return TensorSpec((*spec.shape[:-3], self.height, self.width, spec.shape[-1]), self.dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "height": self.height, "width": self.width}
