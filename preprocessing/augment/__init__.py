"""Layers that change images at random in training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy import attach

if TYPE_CHECKING:
    from .base import RandomImageLayer
    from .brightness import RandomBrightness
    from .contrast import RandomContrast
    from .crop import RandomCrop
    from .flip import RandomFlip
    from .rotation import RandomRotation
    from .size import RandomHeight, RandomWidth
    from .translation import RandomTranslation
    from .zoom import RandomZoom

__all__ = [
    "RandomBrightness",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomHeight",
    "RandomImageLayer",
    "RandomRotation",
    "RandomTranslation",
    "RandomWidth",
    "RandomZoom",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "RandomBrightness": ".brightness",
        "RandomContrast": ".contrast",
        "RandomCrop": ".crop",
        "RandomFlip": ".flip",
        "RandomHeight": ".size",
        "RandomImageLayer": ".base",
        "RandomRotation": ".rotation",
        "RandomTranslation": ".translation",
        "RandomWidth": ".size",
        "RandomZoom": ".zoom",
    },
)
