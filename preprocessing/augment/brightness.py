"""RandomBrightness: images made brighter or darker."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core.columns.kernels import frozen
from ...core.parallel import run_ranges
from ...core.saving import register_serializable
from ..kernels.pixels import brighten_kernel
from .base import RandomImageLayer, cast
from .factors import bounded_range, value_range

Array = npt.NDArray[Any]

# About 200 µs of work for a thread.
LEAST_NUMBERS: Final = 300_000


@register_serializable("penstock")
class RandomBrightness(RandomImageLayer):
    """Adds a random number to all pixels of each image, in training alone; results stay within the range of values.

    Args:
        factor: Ends of the range of what is added, in parts of the range of values: two numbers in [-1, 1], or one `f`
            for (-f, f).
        value_range: Least and greatest value of a pixel.
        seed: Seed of the numbers.
        **options: `name`, `dtype` and the like.

    Example:
        >>> layer = RandomBrightness((0.2, 0.2))
        >>> layer(np.array([0.0, 100.0, 250.0]).reshape(1, 3, 1)).ravel().tolist()
        [51.0, 151.0, 255.0]
    """

    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **options: Any) -> None:
        super().__init__(seed=seed, **options)
        self.factor = bounded_range(factor or 0.0, self.where, -1, 1)
        self.value_range = sorted(_value_range(value_range, self.where))

    def _draw(self, n: int, height: int, width: int) -> npt.NDArray[np.float32]:
        low, high = self.value_range
        return np.asarray(self._uniform(n, *self.factor) * np.float32(high - low))

    def _change(self, images: Array, drawn: npt.NDArray[np.float32], repeats: int) -> Array:
        kind = self.dtype.numpy
        deltas = np.repeat(drawn, repeats)
        low, high = self.value_range
        if kind == np.float32:
            return run_rows(brighten_kernel, images, deltas, np.float32(low), np.float32(high))
        work = kind if kind.kind == "f" else np.dtype(np.float32)
        changed = images.astype(work) + deltas.astype(work).reshape(-1, 1, 1, 1)
        return cast(np.clip(changed, work.type(low), work.type(high)), kind)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": list(self.factor), "value_range": list(self.value_range)}


_value_range = value_range


def run_rows(kernel: Any, images: Array, *arguments: Any) -> npt.NDArray[np.float32]:
    """Run a kernel of `kernels/pixels.py` over the rows of images, on all cores where they are large."""
    n, height, width, channels = images.shape
    rows = frozen(images).reshape(n, height, width * channels)
    out = np.empty(rows.shape, np.float32)

    def change(start: int, stop: int) -> None:
        kernel(rows, *arguments, start, stop, out)

    run_ranges(change, n * height, least=max(1, LEAST_NUMBERS // max(1, width * channels)))
    return out.reshape(images.shape)
