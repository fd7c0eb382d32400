"""`tf.keras.saving`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.lazy import attach
from ....core.saving import register_serializable as register_keras_serializable
from ....nn.models import load_model, save_model

__all__ = ["load_model", "register_keras_serializable", "save_model"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
