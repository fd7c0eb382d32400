"""`tf.keras.layers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.lazy import attach
from ....nn.layers import Activation, Dense, Dropout, Flatten, Input, InputLayer, Layer, ReLU, Softmax
from .adaptable import (
    CategoryEncoding,
    Discretization,
    HashedCrossing,
    Hashing,
    IntegerLookup,
    Normalization,
    Pipeline,
    Rescaling,
    StringLookup,
    TextVectorization,
)
from .image_layers import CenterCrop, Resizing
from .random_layers import (
    RandomBrightness,
    RandomColorJitter,
    RandomContrast,
    RandomCrop,
    RandomFlip,
    RandomGrayscale,
    RandomHeight,
    RandomHue,
    RandomInvert,
    RandomPosterization,
    RandomRotation,
    RandomSaturation,
    RandomTranslation,
    RandomWidth,
    RandomZoom,
    Solarization,
)

__all__ = [
    "Activation",
    "CategoryEncoding",
    "CenterCrop",
    "Dense",
    "Discretization",
    "Dropout",
    "Flatten",
    "HashedCrossing",
    "Hashing",
    "Input",
    "InputLayer",
    "IntegerLookup",
    "Layer",
    "Normalization",
    "Pipeline",
    "RandomBrightness",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomGrayscale",
    "RandomHeight",
    "RandomHue",
    "RandomInvert",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomTranslation",
    "RandomWidth",
    "RandomZoom",
    "ReLU",
    "Rescaling",
    "Resizing",
    "Softmax",
    "Solarization",
    "StringLookup",
    "TextVectorization",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
