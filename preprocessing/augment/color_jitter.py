"""RandomColorJitter: brightness, contrast, saturation and hue changed one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.saving import register_serializable
from .base import RandomImageLayer, cast
from .brightness import RandomBrightness
from .contrast import RandomContrast
from .factors import as_json, value_range
from .hues import RandomHue, RandomSaturation

Array = npt.NDArray[Any]

_value_range = value_range


@register_serializable("penstock")
class RandomColorJitter(RandomImageLayer):
    """Changes brightness, contrast, saturation and hue of each image, in this order, in training alone.

    All four draw from one generator. They are computed in float32 whatever the layer's dtype.

    Args:
        value_range: Least and greatest value of a pixel.
        brightness_factor: As `factor` of `RandomBrightness`; None leaves brightness as it is.
        contrast_factor: As `factor` of `RandomContrast`, or None.
        saturation_factor: As `factor` of `RandomSaturation`, or None.
        hue_factor: As `factor` of `RandomHue`, or None.
        seed: Seed of all changes.
        data_format: Where the channels stand.
        **options: `name`, `dtype` and the like.

    Example:
        >>> jitter = RandomColorJitter(brightness_factor=(0.2, 0.2), hue_factor=(1.0, 1.0))
        >>> jitter(np.array([100.0, 0.0, 0.0]).reshape(1, 1, 3)).ravel().round().tolist()
        [51.0, 151.0, 151.0]
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        brightness_factor: Any = None,
        contrast_factor: Any = None,
        saturation_factor: Any = None,
        hue_factor: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **options)
        self.value_range = _value_range(value_range, self.where)
        self.brightness_factor, self.contrast_factor = brightness_factor, contrast_factor
        self.saturation_factor, self.hue_factor = saturation_factor, hue_factor
        kinds: list[tuple[type[Any], Any]] = [
            (RandomBrightness, brightness_factor),
            (RandomContrast, contrast_factor),
            (RandomSaturation, saturation_factor),
            (RandomHue, hue_factor),
        ]
        shared = {"value_range": self.value_range, "seed": seed, "data_format": data_format}
        self.layers: list[RandomImageLayer] = [kind(f, **shared) for kind, f in kinds if f is not None]
        for layer in self.layers:
            layer.generator = self.generator

    def _draw(self, n: int, height: int, width: int) -> list[Any]:
        return [layer._draw(n, height, width) for layer in self.layers]

    def _change(self, images: Array, drawn: list[Any], repeats: int) -> Array:
        if images.dtype != np.uint8:
            images = images.astype(np.float32, copy=False)
        for layer, numbers in zip(self.layers, drawn, strict=True):
            images = layer._change(images, numbers, repeats)
        return cast(images, self.dtype.numpy)

    def get_config(self) -> dict[str, Any]:
        factors = {
            "brightness_factor": as_json(self.brightness_factor),
            "contrast_factor": as_json(self.contrast_factor),
            "saturation_factor": as_json(self.saturation_factor),
            "hue_factor": as_json(self.hue_factor),
        }
        return {**super().get_config(), "value_range": list(self.value_range), **factors}
