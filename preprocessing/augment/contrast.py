"""RandomContrast: images drawn away from their mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.columns.kernels import frozen
from ...core.parallel import run_ranges
from ...core.saving import register_serializable
from ..kernels.pixels import column_sums_kernel, contrast_kernel, row_sums_kernel
from .base import RandomImageLayer, cast
from .brightness import LEAST_NUMBERS, run_rows
from .factors import bounded_range, value_range

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]

_value_range = value_range


@register_serializable("penstock")
class RandomContrast(RandomImageLayer):
    """Multiplies the distance of pixels from the mean of their image and channel, in training alone.

    Each pixel becomes `(pixel - mean) * f + mean`, held within the range of values, with one `f` for each image.

    Args:
        factor: Two numbers `l`, `u` for `f` in [1 - l, 1 + u]. One number `u` stands for (0, u), as in Keras 3.15: the
            contrast grows.
        value_range: Least and greatest value of a pixel.
        seed: Seed of the numbers.
        **options: `name`, `dtype` and the like.

    Example:
        >>> layer = RandomContrast((-0.5, 0.5))
        >>> layer(np.array([0.0, 100.0, 200.0]).reshape(1, 3, 1)).ravel().tolist()
        [0.0, 100.0, 250.0]
    """

    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **options: Any) -> None:
        super().__init__(seed=seed, **options)
        self.factor = bounded_range(factor, self.where, 0, 1)
        self.value_range = _value_range(value_range, self.where)

    def _draw(self, n: int, height: int, width: int) -> Array:
        kind = self.dtype.name if self.dtype.is_floating else "float32"
        return self._uniform(n, 1.0 - self.factor[0], 1.0 + self.factor[1], kind)

    def _change(self, images: Array, drawn: Array, repeats: int) -> Array:
        kind = self.dtype.numpy
        factors = np.repeat(drawn, repeats)
        low, high = self.value_range
        if kind == np.float32:
            channels = images.shape[3]
            means = np.tile(image_means(images), (1, images.shape[2])) if channels else np.empty((len(images), 0), "f4")
            return run_rows(contrast_kernel, images, means, factors, np.float32(low), np.float32(high))
        work = factors.dtype
        pixels = images.astype(work, copy=False)
        means = pixels.mean(axis=1, keepdims=True).mean(axis=2, keepdims=True)
        changed = (pixels - means) * factors.reshape(-1, 1, 1, 1) + means
        return cast(np.clip(changed, work.type(low), work.type(high)), kind)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": list(self.factor), "value_range": list(self.value_range)}


def image_means(images: Array) -> Floats:
    """Return the mean of each channel of each image, first over rows and then over columns, rounded as TensorFlow does.

    Args:
        images: uint8 or float32 `[n, height, width, channels]`.

    Returns:
        float32[n, channels].
    """
    n, height, width, channels = images.shape
    columns = _middle_means(images.reshape(n, height, width * channels))
    return _middle_means(columns.reshape(n, width, channels))


def _middle_means(images: Array) -> Floats:
    """Return means over the middle axis, float32[n, numbers]; of single numbers they are those of rows."""
    images = frozen(images)
    n, count, numbers = images.shape
    sums = np.empty((n, numbers), np.float32)
    rows = frozen(images.reshape(n, count).astype(np.float32, copy=False)) if numbers == 1 else None

    def add(start: int, stop: int) -> None:
        if rows is not None:
            row_sums_kernel(rows[start:stop], sums[start:stop, 0])
        else:
            column_sums_kernel(images, start, stop, sums)

    run_ranges(add, n, least=max(1, LEAST_NUMBERS // max(1, count * numbers)))
    return np.asarray(sums / np.float32(count))
