"""RandomZoom: images made larger or smaller inside their frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.saving import register_serializable
from .affine import AffineLayer
from .factors import as_json, symmetric_range


@register_serializable("penstock")
class RandomZoom(AffineLayer):
    """Zooms each image in or out around its centre, in training alone; its size stays.

    Args:
        height_factor: Ends of the range of zooms: two numbers in (-1, 1], or one `f` for (-f, f). Positive zooms out:
            0.2 makes a frame show 20 % more of the height.
        width_factor: The same for the width; None zooms both alike.
        fill_mode: `"reflect"`, `"wrap"`, `"nearest"` or `"constant"`: what comes in from outside.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: Seed of the zooms.
        fill_value: The number outside, for `fill_mode="constant"`.
        data_format: Where the channels stand.
        **options: `name`, `dtype` and the like.

    Example:
        >>> layer = RandomZoom((1.0, 1.0), fill_mode="constant", interpolation="nearest")
        >>> layer(np.arange(1.0, 6.0).reshape(5, 1, 1)).ravel().tolist()
        [0.0, 1.0, 3.0, 5.0, 0.0]
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
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
        self._height = symmetric_range(height_factor, self.where, "height_factor", least=-1, open_below=True)
        self._width = None
        if width_factor is not None:
            self._width = symmetric_range(width_factor, self.where, "width_factor", least=-1, open_below=True)

    def _draw(self, n: int, height: int, width: int) -> npt.NDArray[np.float32]:
        one, two = np.float32(1), np.float32(2)
        down = self._uniform(n, 1.0 + self._height[0], 1.0 + self._height[1])
        right = down if self._width is None else self._uniform(n, 1.0 + self._width[0], 1.0 + self._width[1])
        transforms = np.zeros((n, 6), np.float32)
        transforms[:, 0], transforms[:, 4] = right, down
        transforms[:, 2] = ((np.float32(width) - one) / two) * (one - right)
        transforms[:, 5] = ((np.float32(height) - one) / two) * (one - down)
        return transforms

    def get_config(self) -> dict[str, Any]:
        factors = {"height_factor": as_json(self.height_factor), "width_factor": as_json(self.width_factor)}
        return {**super().get_config(), **factors}
