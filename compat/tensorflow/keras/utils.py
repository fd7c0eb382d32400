"""`tf.keras.utils`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.lazy import attach
from ....core.saving import register_serializable as register_keras_serializable
from .adaptable import FeatureSpace

__all__ = ["FeatureSpace", "register_keras_serializable"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
