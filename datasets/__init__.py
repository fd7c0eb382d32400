"""Data sets that come with the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import attach

if TYPE_CHECKING:
    from . import digits

__all__ = ["digits"]

__getattr__, __dir__ = attach(__name__, {}, submodules=("digits",))
