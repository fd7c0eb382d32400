"""`tf.keras.regularizers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.lazy import attach
from ....nn.regularizers import L1, L1L2, L2, Regularizer, get, l1, l1_l2, l2, serialize

__all__ = ["L1", "L1L2", "L2", "Regularizer", "get", "l1", "l1_l2", "l2", "serialize"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
