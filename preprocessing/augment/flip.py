"""RandomFlip: images with left and right, top and bottom exchanged."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core.saving import register_serializable
from ..images.checks import as_choice
from ..images.turns import flipped
from .base import RandomImageLayer

Array = npt.NDArray[Any]

MODES: Final = ("horizontal", "vertical", "horizontal_and_vertical")


@register_serializable("penstock")
class RandomFlip(RandomImageLayer):
    """Flips half of the images, in training alone.

    Args:
        mode: `"horizontal"` exchanges left and right, `"vertical"` top and bottom, `"horizontal_and_vertical"` both at
            once: as in Keras, one draw decides, so that such an image is turned by half a turn or left.
        seed: Seed of the choice.
        data_format: Where the channels stand.
        **options: `name`, `dtype` and the like.

    Example:
        >>> layer = RandomFlip("horizontal", seed=2)
        >>> [layer(np.arange(3.0).reshape(1, 3, 1)).ravel().tolist() for _ in range(3)]
        [[0.0, 1.0, 2.0], [2.0, 1.0, 0.0], [0.0, 1.0, 2.0]]
    """

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **options)
        self.mode = as_choice(mode, MODES, self.where, "mode")

    def _draw(self, n: int, height: int, width: int) -> npt.NDArray[np.bool_]:
        return np.asarray(self._uniform(n) <= 0.5)

    def _change(self, images: Array, drawn: npt.NDArray[np.bool_], repeats: int) -> Array:
        flips, kind = np.repeat(drawn, repeats), self.dtype.numpy
        return flipped(images, flips, kind, horizontal=self.mode != "vertical", vertical=self.mode != "horizontal")

    def _change_masks(self, masks: Array, drawn: npt.NDArray[np.bool_], repeats: int) -> Array:
        return self._change(self._cast(masks), drawn, repeats)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mode": self.mode}
