"""`tf.experimental`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy import attach
from ...pipeline.optional import Optional

__all__ = ["Optional"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
