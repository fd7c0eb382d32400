"""RandomGrayscale, RandomHue, RandomSaturation: the colours of images changed, pixel by pixel."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core.columns.kernels import frozen
from ...core.errors import InvalidArgumentError, ShapeError, describe
from ...core.parallel import run_ranges
from ...core.saving import register_serializable
from ..kernels.tones import grey_kernel, saturate_kernel, turn_hues_kernel
from .base import RandomImageLayer, cast
from .factors import bounded_range, value_range

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]

_value_range = value_range

# Luminance of red, green and blue (ITU-R BT.601), as Keras rounds it.
_LUMINANCE: Final = np.array([0.2989, 0.5870, 0.1140], np.float32)
_EPSILON: Final = np.float32(1e-7)
# About 200 µs of work for a thread.
_LEAST_NUMBERS: Final = 60_000


class _ColourLayer(RandomImageLayer):
    """A layer that changes red, green and blue together, in float32 whatever the layer's dtype."""

    def _recoloured(self, kernel: Any, images: Array, repeats: int, *arguments: Any) -> Array:
        count, height, width, inner = images.shape
        channels = inner * repeats
        if channels != 3:
            raise ShapeError(f"{self.where}: images must have 3 channels, red, green and blue. Received: {channels}.")
        source = images if images.dtype in (np.uint8, np.float32) else images.astype(np.float32)
        flat = frozen(source).reshape(count // repeats, height * width * 3)
        pixel, plane = (1, height * width) if repeats == 3 else (3, 1)
        out = np.empty(flat.shape, np.float32)

        def change(start: int, stop: int) -> None:
            kernel(flat, (height, width), pixel, plane, *arguments, start, stop, out)

        run_ranges(change, len(flat) * height, least=max(1, _LEAST_NUMBERS // max(1, width * 3)))
        return cast(out.reshape(images.shape), self.dtype.numpy)


@register_serializable("penstock")
class RandomGrayscale(_ColourLayer):
    """Takes the colour from some of the images, in training alone; they keep their three channels.

    Args:
        factor: Probability, in [0, 1].
        data_format: Where the channels stand.
        seed: Seed of the choice.
        **options: `name`, `dtype` and the like.

    Example:
        >>> RandomGrayscale(1.0)(np.array([0.0, 100.0, 0.0]).reshape(1, 1, 3)).ravel()
        array([58.7, 58.7, 58.7], dtype=float32)
    """

    def __init__(
        self, factor: float = 0.5, data_format: str | None = None, seed: int | None = None, **options: Any
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **options)
        if isinstance(factor, bool) or not isinstance(factor, int | float) or not 0 <= factor <= 1:
            raise InvalidArgumentError(
                f"{self.where}: factor must be a number in [0, 1]. Received: factor={describe(factor)}."
            )
        self.factor = factor

    def _draw(self, n: int, height: int, width: int) -> npt.NDArray[np.bool_]:
        return np.asarray(self._uniform(n) < np.float32(self.factor))

    def _change(self, images: Array, drawn: npt.NDArray[np.bool_], repeats: int) -> Array:
        if images.shape[3] * repeats == 1:
            return cast(images, self.dtype.numpy)
        return self._recoloured(grey_kernel, images, repeats, drawn, _LUMINANCE)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


@register_serializable("penstock")
class RandomHue(_ColourLayer):
    """Turns the hues of each image, in training alone.

    Args:
        factor: Ends of the range of turns, in parts of half the circle of colours: two numbers in [0, 1], or one `f`
            for (0, f). Images turn this or that way.
        value_range: Least and greatest value of a pixel.
        data_format: Where the channels stand.
        seed: Seed of the turns.
        **options: `name`, `dtype` and the like.

    Example:
        >>> RandomHue((1.0, 1.0))(np.array([255.0, 0.0, 0.0]).reshape(1, 1, 3)).ravel().tolist()
        [0.0, 255.0, 255.0]
    """

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **options)
        self.factor = bounded_range(factor, self.where, 0, 1)
        self.value_range = _value_range(value_range, self.where)

    def _draw(self, n: int, height: int, width: int) -> Floats:
        side = np.where(self._uniform(n) > 0.5, np.float32(-1), np.float32(1))
        return np.asarray(side * self._uniform(n, *self.factor) * np.float32(0.5))

    def _change(self, images: Array, drawn: Floats, repeats: int) -> Array:
        low, high = self.value_range
        return self._recoloured(turn_hues_kernel, images, repeats, drawn, np.float32(low), np.float32(high - low))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": list(self.factor), "value_range": list(self.value_range)}


@register_serializable("penstock")
class RandomSaturation(_ColourLayer):
    """Makes the colours of each image stronger or weaker, in training alone.

    The saturation is multiplied by `f / (1 - f)`: 0 takes the colour away, 0.5 keeps it, above 0.5 it grows.

    Args:
        factor: Ends of the range of `f`: two numbers in [0, 1], or one `f` for (-f, f), as in Keras 3.15.
        value_range: Least and greatest saturation, as in Keras 3.15.
        data_format: Where the channels stand.
        seed: Seed of the numbers.
        **options: `name`, `dtype` and the like.

    Example:
        >>> RandomSaturation((0.0, 0.0))(np.array([200.0, 100.0, 0.0]).reshape(1, 1, 3)).ravel().tolist()
        [200.0, 200.0, 200.0]
    """

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **options)
        self.factor = bounded_range(factor, self.where, -1, 1)
        self.value_range = sorted(_value_range(value_range, self.where))

    def _draw(self, n: int, height: int, width: int) -> Floats:
        factor = self._uniform(n, *self.factor)
        return np.asarray(factor / (np.float32(1) - factor + _EPSILON))

    def _change(self, images: Array, drawn: Floats, repeats: int) -> Array:
        low, high = self.value_range
        return self._recoloured(saturate_kernel, images, repeats, drawn, np.float32(low), np.float32(high))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": list(self.factor), "value_range": list(self.value_range)}
