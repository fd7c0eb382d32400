"""Layers that change images at random in training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy import attach

if TYPE_CHECKING:
    from .base import RandomImageLayer
    from .brightness import RandomBrightness
    from .color_jitter import RandomColorJitter
    from .contrast import RandomContrast
    from .crop import RandomCrop
    from .flip import RandomFlip
    from .hues import RandomGrayscale, RandomHue, RandomSaturation
    from .rotation import RandomRotation
    from .size import RandomHeight, RandomWidth
    from .tones import RandomInvert, RandomPosterization, Solarization
    from .translation import RandomTranslation
    from .zoom import RandomZoom

__all__ = [
    "RandomBrightness",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomGrayscale",
    "RandomHeight",
    "RandomHue",
    "RandomImageLayer",
    "RandomInvert",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomTranslation",
    "RandomWidth",
    "RandomZoom",
    "Solarization",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "RandomBrightness": ".brightness",
        "RandomColorJitter": ".color_jitter",
        "RandomContrast": ".contrast",
        "RandomCrop": ".crop",
        "RandomFlip": ".flip",
        "RandomGrayscale": ".hues",
        "RandomHeight": ".size",
        "RandomHue": ".hues",
        "RandomImageLayer": ".base",
        "RandomInvert": ".tones",
        "RandomPosterization": ".tones",
        "RandomRotation": ".rotation",
        "RandomSaturation": ".hues",
        "RandomTranslation": ".translation",
        "RandomWidth": ".size",
        "RandomZoom": ".zoom",
        "Solarization": ".tones",
    },
)
