"""`tf.keras.optimizers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.lazy import attach
from ....nn.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop, get, serialize

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "get", "serialize"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
