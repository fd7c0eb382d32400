"""RandomInvert, RandomPosterization, Solarization: the tones of images changed, channel by channel."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.errors import InvalidArgumentError, describe
from ...core.random import draw_seed, stateless_uniform
from ...core.saving import register_serializable
from ..kernels.tones import invert_kernel, posterize_kernel, solarize_kernel
from .base import RandomImageLayer, cast
from .brightness import run_rows
from .factors import bounded_range, positive_range, value_range

Array = npt.NDArray[Any]

_value_range = value_range


class _ToneLayer(RandomImageLayer):
    """A layer that changes numbers by themselves, in float32 whatever the layer's dtype.

    Args:
        value_range: Least and greatest value of a pixel.
        **options: Those of `RandomImageLayer`.
    """

    def __init__(self, *, value_range: Any, **options: Any) -> None:
        super().__init__(**options)
        self.value_range = _value_range(value_range, self.where)

    def _retoned(self, kernel: Any, images: Array, *arguments: Any) -> Array:
        source = images if images.dtype in (np.uint8, np.float32) else images.astype(np.float32)
        return cast(run_rows(kernel, source, *arguments), self.dtype.numpy)

    @property
    def _range(self) -> tuple[np.float32, np.float32]:
        """The least value and the width of the range; a width of 0 stands for bytes."""
        low, high = self.value_range
        return np.float32(low), np.float32(0 if (low, high) == (0, 255) else high - low)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "value_range": list(self.value_range)}


@register_serializable("penstock")
class RandomInvert(_ToneLayer):
    """Inverts some of the images, in training alone: white becomes black.

    Args:
        factor: Ends of the range of probabilities: two numbers in [0, 1], or one `f` for (0, f), as in Keras 3.15. For
            each image a probability is drawn, and by it whether it is inverted.
        value_range: Least and greatest value of a pixel.
        seed: Seed of the choice.
        data_format: Where the channels stand.
        **options: `name`, `dtype` and the like.

    Example:
        >>> RandomInvert((1.0, 1.0))(np.array([0.0, 100.0, 255.0]).reshape(1, 3, 1)).ravel().tolist()
        [255.0, 155.0, 0.0]
    """

    def __init__(
        self,
        factor: Any = 1.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(value_range=value_range, seed=seed, data_format=data_format, **options)
        self.factor = bounded_range(factor, self.where, 0, 1)

    def _draw(self, n: int, height: int, width: int) -> npt.NDArray[np.bool_]:
        probability = self._uniform(n, *self.factor)
        return np.asarray(self._uniform(n) < probability)

    def _change(self, images: Array, drawn: npt.NDArray[np.bool_], repeats: int) -> Array:
        return self._retoned(invert_kernel, images, np.repeat(drawn, repeats), np.float32(self.value_range[1]))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": list(self.factor)}


@register_serializable("penstock")
class RandomPosterization(_ToneLayer):
    """Keeps only the highest bits of the numbers of each image, in training alone.

    Args:
        factor: How many bits, from 1 to 8: two ints `a`, `b` for one of a … b - 1 (of a, if both are equal), or one `b`
            for (1, b), as in Keras 3.15.
        value_range: Least and greatest value of a pixel.
        data_format: Where the channels stand.
        seed: Seed of the numbers.
        **options: `name`, `dtype` and the like.

    Example:
        >>> RandomPosterization((2, 2))(np.array([0, 63, 64, 255]).reshape(1, 4, 1)).ravel().tolist()
        [0.0, 0.0, 64.0, 192.0]
    """

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(value_range=value_range, seed=seed, data_format=data_format, **options)
        low, high = bounded_range(factor, self.where, 1, 8)
        if not (isinstance(low, int) and isinstance(high, int) and 1 <= low <= high <= 8):
            raise InvalidArgumentError(
                f"{self.where}: factor must be one or two ints from 1 to 8. Received: factor={describe(factor)}."
            )
        self.factor = (low, high)
        self.value_range = sorted(self.value_range)

    def _draw(self, n: int, height: int, width: int) -> npt.NDArray[np.uint8]:
        low, high = self.factor
        if low == high:
            return np.full(n, 8 - low, np.uint8)
        bits = stateless_uniform((n,), draw_seed(self.generator), low, high, "int64")
        return np.asarray(8 - bits, np.uint8)

    def _change(self, images: Array, drawn: npt.NDArray[np.uint8], repeats: int) -> Array:
        return self._retoned(posterize_kernel, images, np.repeat(drawn, repeats), *self._range)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": list(self.factor)}


@register_serializable("penstock")
class Solarization(_ToneLayer):
    """Adds to the numbers of each image and turns over those from a threshold on, in training alone.

    A number `x`, taken as one of 0 … 255, becomes `x + a`, held within 0 … 255, and 255 less that unless it is below a
    threshold `t`.

    Args:
        addition_factor: Ends of the range of `a`: two numbers in [0, 1], or one `f` for (0, f). As in Keras 3.15 the
            upper end counts in parts of 255, the lower one as it is.
        threshold_factor: The same for `t`.
        value_range: Least and greatest value of a pixel.
        seed: Seed of the numbers.
        **options: `name`, `dtype` and the like.

    Example:
        >>> Solarization()(np.array([0.0, 100.0, 255.0]).reshape(1, 3, 1)).ravel().tolist()
        [255.0, 155.0, 0.0]
    """

    def __init__(
        self,
        addition_factor: Any = 0.0,
        threshold_factor: Any = 0.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(value_range=value_range, seed=seed, **options)
        self.addition_factor = positive_range(addition_factor, self.where, "addition_factor")
        self.threshold_factor = positive_range(threshold_factor, self.where, "threshold_factor")
        self.value_range = sorted(self.value_range)

    def _draw(self, n: int, height: int, width: int) -> tuple[Array, Array]:
        kind = self.dtype.name if self.dtype.is_floating else "float32"
        (a, b), (c, d) = self.addition_factor, self.threshold_factor
        return self._uniform(n, a, b * 255, kind), self._uniform(n, c, d * 255, kind)

    def _change(self, images: Array, drawn: tuple[Array, Array], repeats: int) -> Array:
        additions, thresholds = (np.repeat(v, repeats).astype(np.float32) for v in drawn)
        return self._retoned(solarize_kernel, images, additions, thresholds, *self._range)

    def get_config(self) -> dict[str, Any]:
        factors = {
            "addition_factor": list(self.addition_factor),
            "threshold_factor": list(self.threshold_factor),
        }
        return {**super().get_config(), **factors}
