"""`tf.train`: the messages of TFRecord files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy import attach
from ...records import (
    BytesList,
    Example,
    Feature,
    FeatureList,
    FeatureLists,
    Features,
    FloatList,
    Int64List,
    SequenceExample,
)

__all__ = [
    "BytesList",
    "Example",
    "Feature",
    "FeatureList",
    "FeatureLists",
    "Features",
    "FloatList",
    "Int64List",
    "SequenceExample",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
