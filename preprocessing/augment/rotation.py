"""RandomRotation: images turned around their centre."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core.saving import register_serializable
from .affine import AffineLayer
from .factors import bounded_range
from .trigonometry import sine_cosine

_RADIANS: Final = np.float32(np.pi / 180.0)


@register_serializable("penstock")
class RandomRotation(AffineLayer):
    """Turns each image by a random angle, in training alone.

    Args:
        factor: Ends of the range of angles, in parts of a full turn: two numbers in [-1, 1], or one `f` for (-f, f).
            Positive turns counter-clockwise.
        fill_mode: `"reflect"`, `"wrap"`, `"nearest"` or `"constant"`: what comes in from outside.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: Seed of the angles.
        fill_value: The number outside, for `fill_mode="constant"`.
        data_format: Where the channels stand.
        **options: `name`, `dtype` and the like.

    Example:
        >>> layer = RandomRotation((0.5, 0.5), interpolation="nearest")
        >>> layer(np.arange(4.0).reshape(2, 2, 1)).ravel().tolist()
        [3.0, 2.0, 1.0, 0.0]
    """

    def __init__(
        self,
        factor: Any,
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
        self.factor = bounded_range(factor or 0.0, self.where, -1, 1)

    def _draw(self, n: int, height: int, width: int) -> npt.NDArray[np.float32]:
        degrees = self._uniform(n, self.factor[0] * 360.0, self.factor[1] * 360.0)
        sine, cosine = sine_cosine(degrees * _RADIANS)
        half = np.float32(0.5)
        x, y = half * np.float32(width - 1), half * np.float32(height - 1)
        transforms = np.empty((n, 6), np.float32)
        transforms[:, 0], transforms[:, 1] = cosine, -sine
        transforms[:, 2] = (x - x * cosine) - y * -sine
        transforms[:, 3], transforms[:, 4] = sine, cosine
        transforms[:, 5] = (y - x * sine) - y * cosine
        return transforms

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": list(self.factor)}
