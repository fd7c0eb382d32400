"""Random image layers as Keras has them: what they return for arrays and lists are Tensors."""

from __future__ import annotations

from typing import Any

from .... import preprocessing
from ....core.arguments import map_leaves
from ....core.composites import plain
from ....core.layer import Layer
from ....core.saving import saved_as
from ....pipeline.tensors import as_tensor


class _TensorsOut(Layer):
    """A layer whose results are Tensors."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return map_leaves(as_tensor, super().__call__(*map_leaves(plain, args), **kwargs))


@saved_as(preprocessing.RandomBrightness)
class RandomBrightness(_TensorsOut, preprocessing.RandomBrightness):
    """`penstock.preprocessing.RandomBrightness` that returns Tensors."""


@saved_as(preprocessing.RandomContrast)
class RandomContrast(_TensorsOut, preprocessing.RandomContrast):
    """`penstock.preprocessing.RandomContrast` that returns Tensors."""


@saved_as(preprocessing.RandomCrop)
class RandomCrop(_TensorsOut, preprocessing.RandomCrop):
    """`penstock.preprocessing.RandomCrop` that returns Tensors."""


@saved_as(preprocessing.RandomFlip)
class RandomFlip(_TensorsOut, preprocessing.RandomFlip):
    """`penstock.preprocessing.RandomFlip` that returns Tensors."""


@saved_as(preprocessing.RandomHeight)
class RandomHeight(_TensorsOut, preprocessing.RandomHeight):
    """`penstock.preprocessing.RandomHeight` that returns Tensors."""


@saved_as(preprocessing.RandomRotation)
class RandomRotation(_TensorsOut, preprocessing.RandomRotation):
    """`penstock.preprocessing.RandomRotation` that returns Tensors."""


@saved_as(preprocessing.RandomTranslation)
class RandomTranslation(_TensorsOut, preprocessing.RandomTranslation):
    """`penstock.preprocessing.RandomTranslation` that returns Tensors."""


@saved_as(preprocessing.RandomWidth)
class RandomWidth(_TensorsOut, preprocessing.RandomWidth):
    """`penstock.preprocessing.RandomWidth` that returns Tensors."""


@saved_as(preprocessing.RandomZoom)
class RandomZoom(_TensorsOut, preprocessing.RandomZoom):
    """`penstock.preprocessing.RandomZoom` that returns Tensors."""


@saved_as(preprocessing.RandomGrayscale)
class RandomGrayscale(_TensorsOut, preprocessing.RandomGrayscale):
    """`penstock.preprocessing.RandomGrayscale` that returns Tensors."""


@saved_as(preprocessing.RandomHue)
class RandomHue(_TensorsOut, preprocessing.RandomHue):
    """`penstock.preprocessing.RandomHue` that returns Tensors."""


@saved_as(preprocessing.RandomInvert)
class RandomInvert(_TensorsOut, preprocessing.RandomInvert):
    """`penstock.preprocessing.RandomInvert` that returns Tensors."""


@saved_as(preprocessing.RandomPosterization)
class RandomPosterization(_TensorsOut, preprocessing.RandomPosterization):
    """`penstock.preprocessing.RandomPosterization` that returns Tensors."""


@saved_as(preprocessing.RandomSaturation)
class RandomSaturation(_TensorsOut, preprocessing.RandomSaturation):
    """`penstock.preprocessing.RandomSaturation` that returns Tensors."""


@saved_as(preprocessing.Solarization)
class Solarization(_TensorsOut, preprocessing.Solarization):
    """`penstock.preprocessing.Solarization` that returns Tensors."""


@saved_as(preprocessing.RandomColorJitter)
class RandomColorJitter(_TensorsOut, preprocessing.RandomColorJitter):
    """`penstock.preprocessing.RandomColorJitter` that returns Tensors."""
