"""Regularizers: penalties on the size of weights, added to the training loss."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Final

from ..core import ops
from ..core.errors import InvalidArgumentError, describe
from ..core.ops.registry import Value
from ..core.weights import register_resolver
from .configured import Configured
from .lookup import Table


class Regularizer(Configured, ABC):
    """Base of all regularizers; a subclass defines `__call__` and, when it has arguments, `get_config`."""

    @abstractmethod
    def __call__(self, x: Value) -> Value:
        """Return the penalty of a weight, a scalar of its dtype."""


class L1L2(Regularizer):
    """`l1 * sum(|x|) + l2 * sum(x²)`.

    Args:
        l1: Factor of the absolute values, >= 0; None counts as 0.
        l2: Factor of the squares, >= 0; None counts as 0.

    Raises:
        InvalidArgumentError: A factor is negative or not finite.
    """

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0) -> None:
        self.l1, self.l2 = _factor("L1L2", "l1", l1), _factor("L1L2", "l2", l2)

    def __call__(self, x: Value) -> Value:
        if not self.l2:
            return ops.sum(ops.abs(x)) * self.l1
        squares = ops.sum(ops.square(x)) * self.l2
        return squares + ops.sum(ops.abs(x)) * self.l1 if self.l1 else squares

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1, "l2": self.l2}


class L1(Regularizer):
    """`l1 * sum(|x|)`; drives weights to zero.

    Args:
        l1: Factor, >= 0; None counts as 0.01.
    """

    def __init__(self, l1: float | None = 0.01) -> None:
        self.l1 = _factor("L1", "l1", 0.01 if l1 is None else l1)

    def __call__(self, x: Value) -> Value:
        return ops.sum(ops.abs(x)) * self.l1

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1}


class L2(Regularizer):
    """`l2 * sum(x²)`; keeps weights small.

    Args:
        l2: Factor, >= 0; None counts as 0.01.
    """

    def __init__(self, l2: float | None = 0.01) -> None:
        self.l2 = _factor("L2", "l2", 0.01 if l2 is None else l2)

    def __call__(self, x: Value) -> Value:
        return ops.sum(ops.square(x)) * self.l2

    def get_config(self) -> dict[str, Any]:
        return {"l2": self.l2}


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """Return `L1L2(l1, l2)`, by its older name and defaults."""
    return L1L2(l1, l2)


def _factor(where: str, name: str, value: float | None) -> float:
    if value is None:
        return 0.0
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number < math.inf:
        raise InvalidArgumentError(f"{where}: {name} must be a finite number >= 0. Received: {describe(value)}.")
    return number


l1, l2 = L1, L2

_table: Final = Table("regularizer", (L1, L2, L1L2))


def get(identifier: Any) -> Callable[..., Any] | None:
    """Return the regularizer for a name (`"l2"`), a config, a class or a callable; None stays None.

    Raises:
        InvalidArgumentError: No regularizer has that name.
    """
    found: Callable[..., Any] | None = _table.get(identifier)
    return found


def serialize(regularizer: Any) -> Any:
    """Return a regularizer as JSON values, for `get`."""
    return _table.serialize(regularizer)


register_resolver("regularizer", get)
