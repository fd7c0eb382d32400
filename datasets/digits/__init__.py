"""Handwritten digits (UCI): 1,797 images of 8×8 pixels with their labels, as ten CSV shards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy import attach

if TYPE_CHECKING:
    from .load import load_data, paths

__all__ = ["load_data", "paths"]

__getattr__, __dir__ = attach(__name__, {"load_data": ".load", "paths": ".load"})
