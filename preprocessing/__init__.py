"""Preprocessing layers: adapted to data once, then called on arrays, in `Dataset.map`, and inside models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import attach

if TYPE_CHECKING:
    from .base import AdaptableLayer
    from .normalization import Normalization
    from .string_lookup import StringLookup

__all__ = ["AdaptableLayer", "Normalization", "StringLookup"]

__getattr__, __dir__ = attach(
    __name__,
    {"AdaptableLayer": ".base", "Normalization": ".normalization", "StringLookup": ".string_lookup"},
)
