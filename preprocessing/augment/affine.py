"""AffineLayer: the base of layers that shift, turn and scale images."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core.columns.kernels import frozen
from ...core.errors import InvalidArgumentError, describe
from ...core.parallel import run_ranges
from ..images.checks import as_choice
from ..kernels import affine as kernels
from .base import RandomImageLayer, cast

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]

FILL_MODES: Final = {
    "constant": kernels.CONSTANT,
    "nearest": kernels.NEAREST,
    "reflect": kernels.REFLECT,
    "wrap": kernels.WRAP,
}
INTERPOLATIONS: Final = ("nearest", "bilinear")
# About 200 µs of work for a thread.
_LEAST_NUMBERS: Final = 60_000
_WORDS: Final = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


class AffineLayer(RandomImageLayer):
    """A layer that moves pixels by an affine transform for each image.

    Contract for subclasses: `_draw` returns transforms, float32[n, 6], as `kernels/affine.py` takes them.

    Args:
        fill_mode: What stands outside the image: `"reflect"` (d c b a | a b c d | d c b a), `"wrap"`
            (a b c d | a b c d | a b c d), `"nearest"` (a a a a | a b c d | d d d d) or `"constant"`.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_value: The number outside, for `fill_mode="constant"`.
        **options: Those of `RandomImageLayer`.

    Raises:
        InvalidArgumentError: There is no such mode or interpolation, or `fill_value` is no number.
    """

    def __init__(
        self,
        *,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.fill_mode = as_choice(fill_mode, tuple(FILL_MODES), self.where, "fill_mode")
        self.interpolation = as_choice(interpolation, INTERPOLATIONS, self.where, "interpolation")
        if not isinstance(fill_value, int | float) or isinstance(fill_value, bool):
            raise InvalidArgumentError(
                f"{self.where}: fill_value must be a number. Received: fill_value={describe(fill_value)}."
            )
        self.fill_value = fill_value

    @abstractmethod
    def _draw(self, n: int, height: int, width: int) -> Floats:
        """Return transforms for `n` images, float32[n, 6]."""

    def _change(self, images: Array, drawn: Floats, repeats: int) -> Array:
        kind = self.dtype.numpy
        if self.interpolation == "nearest":
            return nearest(images.astype(kind, copy=False), *self._arguments(kind, drawn, repeats))
        return cast(bilinear(images, *self._arguments(kind, drawn, repeats)), kind)

    def _change_masks(self, masks: Array, drawn: Floats, repeats: int) -> Array:
        return nearest(masks, *self._arguments(masks.dtype, drawn, repeats))

    def _arguments(self, kind: np.dtype[Any], drawn: Floats, repeats: int) -> tuple[Floats, int, int, Array]:
        """Return transforms, planes, fill mode and fill value of the dtype of the images, for the functions below."""
        return drawn, repeats, FILL_MODES[self.fill_mode], cast(np.asarray(self.fill_value), kind)

    def get_config(self) -> dict[str, Any]:
        own = {"fill_mode": self.fill_mode, "interpolation": self.interpolation, "fill_value": self.fill_value}
        return {**super().get_config(), **own}


def bilinear(images: Array, transforms: Floats, planes: int, mode: int, fill: Array) -> Floats:
    """Return images moved, float32: each pixel is the weighted mean of four.

    Args:
        images: T[n * planes, height, width, channels], with one channel if there are several planes.
        transforms: float32[n, 6].
        planes: How many images in a row move alike.
        mode: A value of `FILL_MODES`.
        fill: The number outside, an array without axes.
    """
    source = images if images.dtype in (np.uint8, np.float32) else images.astype(np.float32)
    out = np.empty(images.shape, np.float32)
    _run(kernels.affine_bilinear_kernel, source, transforms, planes, mode, np.float32(fill), out)
    return out


def nearest(images: Array, transforms: Floats, planes: int, mode: int, fill: Array) -> Array:
    """Return images moved, of their own dtype: each pixel is the nearest one.

    Args are those of `bilinear`; `fill` is of the dtype of the images.
    """
    words = images.view(_WORDS[images.itemsize])
    out = np.empty(images.shape, words.dtype)
    _run(kernels.affine_nearest_kernel, words, transforms, planes, mode, fill.view(words.dtype)[()], out)
    return out.view(images.dtype)


def _run(kernel: Any, images: Array, transforms: Floats, planes: int, mode: int, fill: Any, out: Array) -> None:
    _, height, width, channels = images.shape
    n = len(transforms)
    numbers = planes * height * width * channels
    source, target = frozen(images).reshape(n, numbers), out.reshape(n, numbers)
    layout = (height, width, channels, channels, 1) if planes == 1 else (height, width, planes, 1, height * width)

    def move(start: int, stop: int) -> None:
        kernel(source, *layout, transforms, mode, fill, start, stop, target)

    run_ranges(move, n * height, least=max(1, _LEAST_NUMBERS // max(1, width * channels * planes)))
