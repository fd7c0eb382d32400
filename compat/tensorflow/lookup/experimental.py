"""`tf.lookup.experimental`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.lazy import attach
from .tables import DenseHashTable, MutableHashTable

__all__ = ["DenseHashTable", "MutableHashTable"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
