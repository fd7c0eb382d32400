"""Preprocessing layers: adapted to data once, then called on arrays, in `Dataset.map`, and inside models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import attach

if TYPE_CHECKING:
    from .augment import (
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
    from .base import AdaptableLayer
    from .category_encoding import CategoryEncoding
    from .center_crop import CenterCrop
    from .column_layers import ColumnLayers
    from .discretization import Discretization
    from .feature_space import FeatureSpace
    from .hashed_crossing import HashedCrossing
    from .hashing import Hashing
    from .integer_lookup import IntegerLookup
    from .normalization import Normalization
    from .pipeline import Pipeline
    from .rescaling import Rescaling
    from .resizing import Resizing
    from .string_lookup import StringLookup
    from .text_vectorization import TextVectorization

__all__ = [
    "AdaptableLayer",
    "CategoryEncoding",
    "CenterCrop",
    "ColumnLayers",
    "Discretization",
    "FeatureSpace",
    "HashedCrossing",
    "Hashing",
    "IntegerLookup",
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
    "Rescaling",
    "Resizing",
    "Solarization",
    "StringLookup",
    "TextVectorization",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "AdaptableLayer": ".base",
        "CategoryEncoding": ".category_encoding",
        "CenterCrop": ".center_crop",
        "ColumnLayers": ".column_layers",
        "Discretization": ".discretization",
        "FeatureSpace": ".feature_space",
        "HashedCrossing": ".hashed_crossing",
        "Hashing": ".hashing",
        "IntegerLookup": ".integer_lookup",
        "Normalization": ".normalization",
        "Pipeline": ".pipeline",
        "RandomBrightness": ".augment",
        "RandomColorJitter": ".augment",
        "RandomContrast": ".augment",
        "RandomCrop": ".augment",
        "RandomFlip": ".augment",
        "RandomGrayscale": ".augment",
        "RandomHeight": ".augment",
        "RandomHue": ".augment",
        "RandomInvert": ".augment",
        "RandomPosterization": ".augment",
        "RandomRotation": ".augment",
        "RandomSaturation": ".augment",
        "RandomTranslation": ".augment",
        "RandomWidth": ".augment",
        "RandomZoom": ".augment",
        "Rescaling": ".rescaling",
        "Resizing": ".resizing",
        "Solarization": ".augment",
        "StringLookup": ".string_lookup",
        "TextVectorization": ".text_vectorization",
    },
    submodules=("images", "string_ops"),
)
