"""RandomTranslation: images shifted."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.saving import register_serializable
from .affine import AffineLayer
from .factors import as_json, symmetric_range


@register_serializable("penstock")
class RandomTranslation(AffineLayer):
    """Shifts each image by a random part of its height and width, in training alone.

    Args:
        height_factor: Ends of the range of shifts down, in parts of the height: two numbers in [-1, 1], or one `f` for
            (-f, f).
        width_factor: The same for shifts to the right.
        fill_mode: `"reflect"`, `"wrap"`, `"nearest"` or `"constant"`: what comes in from outside.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: Seed of the shifts.
        fill_value: The number outside, for `fill_mode="constant"`.
        data_format: Where the channels stand.
        **options: `name`, `dtype` and the like.

    Example:
        >>> layer = RandomTranslation((0.25, 0.25), 0.0, fill_mode="constant")
        >>> layer(np.arange(4.0).reshape(4, 1, 1)).ravel().tolist()
        [0.0, 0.0, 1.0, 2.0]
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            fill_mode=fill_mode,
            interpolation=interpolation,
            seed=seed,
            fill_value=fill_value,
            data_format=data_format,
            **options,
        )
        self.height_factor, self.width_factor = height_factor, width_factor
        self._height = symmetric_range(height_factor, self.where, "height_factor", least=-1)
        self._width = symmetric_range(width_factor, self.where, "width_factor", least=-1)

    def _draw(self, n: int, height: int, width: int) -> npt.NDArray[np.float32]:
        down = self._uniform(n, *self._height) * np.float32(height)
        right = self._uniform(n, *self._width) * np.float32(width)
        transforms = np.zeros((n, 6), np.float32)
        transforms[:, 0] = transforms[:, 4] = 1
        transforms[:, 2], transforms[:, 5] = -right, -down
        return transforms

    def get_config(self) -> dict[str, Any]:
        factors = {"height_factor": as_json(self.height_factor), "width_factor": as_json(self.width_factor)}
        return {**super().get_config(), **factors}
