"""`tf.keras.backend`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....core import ops
from ....core.lazy import attach
from ....core.naming import reset_names
from ....core.variable import Variable
from ....nn.losses.functions import EPSILON
from ..math import exp, sqrt, square
from ..renamed import operand, renamed

__all__ = ["clear_session", "epsilon", "exp", "get_value", "set_value", "sqrt", "square", "std"]

clear_session = reset_names
std = renamed("std", ops.std, "x", floats=True, axis=None, keepdims=False)


def epsilon() -> float:
    """Return the distance that losses keep from 0 and 1."""
    return EPSILON


def get_value(x: Any) -> Any:
    """Return the values of a Tensor or Variable as an array."""
    return operand(x).numpy()


def set_value(x: Variable, value: Any) -> None:
    """Assign to a Variable."""
    x.assign(value)


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
