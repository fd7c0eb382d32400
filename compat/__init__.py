"""Names of other libraries over penstock's own: thin tables without logic of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import attach

if TYPE_CHECKING:
    from . import tensorflow

__all__ = ["tensorflow"]

__getattr__, __dir__ = attach(__name__, {}, submodules=("tensorflow",))
