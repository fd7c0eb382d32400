"""`tf.keras.callbacks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.lazy import attach
from ....nn.callbacks import Callback, CallbackList, History, ProgbarLogger

__all__ = ["Callback", "CallbackList", "History", "ProgbarLogger"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
