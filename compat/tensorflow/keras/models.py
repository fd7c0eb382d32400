"""`tf.keras.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.lazy import attach
from ....nn.models import Model, Sequential, load_model, save_model

__all__ = ["Model", "Sequential", "load_model", "save_model"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
