"""Targets, predictions and weights as values of one rank."""

from __future__ import annotations

from typing import Any

from ..core import ops
from ..core.errors import ShapeError, describe
from ..core.ops.registry import Value, operand_kind
from ..core.tensor import Tensor, to_array


def as_value(value: Any) -> Value:
    """Return a value as it is if ops know it, else as a Tensor of the same memory; Python's floats become float32."""
    return value if operand_kind(value) is not None else Tensor(to_array(value))


def same_rank(a: Value, b: Value) -> tuple[Value, Value]:
    """Return two values with ranks made equal where they differ by one axis of length 1.

    The longer one loses its last axis when that has length 1; else the shorter one gets one. Ranks that differ
    otherwise stay as they are. `[batch]` beside `[batch, 1]` becomes two of `[batch]`, and `[batch]` beside
    `[batch, time]` gets `[batch, 1]`.
    """
    shape_a, shape_b = a.shape, b.shape
    if len(shape_a) == len(shape_b):
        return a, b
    if len(shape_a) == len(shape_b) + 1:
        longer, shorter = _fit(a, b)
        return longer, shorter
    if len(shape_b) == len(shape_a) + 1:
        longer, shorter = _fit(b, a)
        return shorter, longer
    return a, b


def _fit(longer: Value, shorter: Value) -> tuple[Value, Value]:
    if longer.shape[-1] != 1:
        return longer, ops.expand_dims(shorter, -1)
    if len(shorter.shape) and shorter.shape[-1] == 1 and len(longer.shape) > 2:
        return longer, ops.expand_dims(shorter, -1)
    return ops.squeeze(longer, -1), shorter


def check_same_shape(where: str, y_true: Value, y_pred: Value) -> None:
    """Raise unless targets and predictions have one shape; broadcasting them would train on something else.

    Raises:
        ShapeError: The shapes differ.
    """
    shape, other = tuple(y_true.shape), tuple(y_pred.shape)
    if shape != other and (len(shape) != len(other) or any(_differ(i, j) for i, j in zip(shape, other, strict=True))):
        raise ShapeError(
            f"{where}: y_true and y_pred must have the same shape. "
            f"Received: y_true={describe(y_true)}, y_pred={describe(y_pred)}."
        )


def _differ(a: int | None, b: int | None) -> bool:
    return a is not None and b is not None and a != b
