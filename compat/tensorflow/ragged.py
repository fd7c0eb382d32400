"""`tf.ragged`."""

from typing import TYPE_CHECKING

from ...core.composites import ragged_constant as constant
from ...core.lazy import attach

__all__ = ["constant"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
