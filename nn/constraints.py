"""Constraints: what weights are projected to after each update."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Final

from ..core import ops
from ..core.errors import InvalidArgumentError
from ..core.ops.registry import Value
from ..core.weights import register_resolver
from .configured import Configured
from .lookup import Table

EPSILON: Final = 1e-7
"""Added to norms that are divided by, as in Keras."""

Axis = int | Sequence[int]


class Constraint(Configured, ABC):
    """Base of all constraints; a subclass defines `__call__` and, when it has arguments, `get_config`."""

    @abstractmethod
    def __call__(self, w: Value) -> Value:
        """Return the allowed weight that stands for `w`, of its shape and dtype."""


class NonNeg(Constraint):
    """Negative entries become 0."""

    def __call__(self, w: Value) -> Value:
        return ops.relu(w)


class MinMaxNorm(Constraint):
    """Euclidean norms along an axis are kept within a range.

    Args:
        min_value: Smallest norm, >= 0.
        max_value: Largest norm, >= `min_value`.
        rate: How far to go at each step, in (0, 1]; 1 goes all the way.
        axis: Axis, or axes, that one norm is taken over; 0 for a `Dense` kernel: the inputs of each unit.

    Raises:
        InvalidArgumentError: The numbers are out of range.
    """

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Axis = 0) -> None:
        if not (0 <= min_value <= max_value and 0 < rate <= 1):
            raise InvalidArgumentError(
                f"{type(self).__name__}: must hold 0 <= min_value <= max_value and 0 < rate <= 1. "
                f"Received: min_value={min_value}, max_value={max_value}, rate={rate}."
            )
        self.min_value, self.max_value, self.rate = min_value, max_value, rate
        self.axis = axis if isinstance(axis, int) else tuple(axis)

    def __call__(self, w: Value) -> Value:
        norms = ops.sqrt(ops.sum(ops.square(w), self.axis, keepdims=True))
        wanted = ops.clip(norms, self.min_value, self.max_value)
        if self.rate != 1:
            wanted = wanted * self.rate + norms * (1.0 - self.rate)
        return w * (wanted / (norms + EPSILON))

    def get_config(self) -> dict[str, Any]:
        limits = {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate}
        return {**limits, "axis": _plain_axis(self.axis)}


class MaxNorm(MinMaxNorm):
    """Euclidean norms along an axis are kept from being larger than a number.

    Args:
        max_value: Largest norm, >= 0.
        axis: See `MinMaxNorm`.
    """

    def __init__(self, max_value: float = 2, axis: Axis = 0) -> None:
        super().__init__(0.0, max_value, axis=axis)

    def get_config(self) -> dict[str, Any]:
        return {"max_value": self.max_value, "axis": _plain_axis(self.axis)}


class UnitNorm(Constraint):
    """Euclidean norms along an axis become 1.

    Args:
        axis: See `MinMaxNorm`.
    """

    def __init__(self, axis: Axis = 0) -> None:
        self.axis = axis if isinstance(axis, int) else tuple(axis)

    def __call__(self, w: Value) -> Value:
        return w / (ops.sqrt(ops.sum(ops.square(w), self.axis, keepdims=True)) + EPSILON)

    def get_config(self) -> dict[str, Any]:
        return {"axis": _plain_axis(self.axis)}


max_norm, min_max_norm, non_neg, nonneg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, NonNeg, UnitNorm


def _plain_axis(axis: Axis) -> Any:
    return axis if isinstance(axis, int) else list(axis)


_table: Final = Table("constraint", (MaxNorm, MinMaxNorm, NonNeg, UnitNorm))


def get(identifier: Any) -> Callable[..., Any] | None:
    """Return the constraint for a name (`"non_neg"`), a config, a class or a callable; None stays None.

    Raises:
        InvalidArgumentError: No constraint has that name.
    """
    found: Callable[..., Any] | None = _table.get(identifier)
    return found


def serialize(constraint: Any) -> Any:
    """Return a constraint as JSON values, for `get`."""
    return _table.serialize(constraint)


register_resolver("constraint", get)
