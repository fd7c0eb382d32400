"""`tf.bitwise`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core import ops
from ...core.lazy import attach
from .renamed import renamed

bitwise_and = renamed("bitwise_and", ops.bitwise_and, "x y")
bitwise_or = renamed("bitwise_or", ops.bitwise_or, "x y")
bitwise_xor = renamed("bitwise_xor", ops.bitwise_xor, "x y")
invert = renamed("invert", ops.bitwise_not, "x")
left_shift = renamed("left_shift", ops.left_shift, "x y")
right_shift = renamed("right_shift", ops.right_shift, "x y")

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
