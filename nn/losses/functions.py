"""Loss functions: one value per sample (the last axis is reduced).

Targets are cast to the dtype of the predictions. Probabilities are kept `1e-7` away from 0 and 1, as in Keras, so that
logarithms stay finite; logits need no such limit and are exact.
"""

from __future__ import annotations

from typing import Any, Final

from ...core import ops
from ...core.errors import DTypeError, ShapeError, describe
from ...core.ops.registry import Value
from ..alignment import as_value, check_same_shape, same_rank
from ..lookup import serializable
from .sparse_crossentropy import sparse_crossentropy

EPSILON: Final = 1e-7


@serializable
def mean_squared_error(y_true: Value, y_pred: Value) -> Value:
    """Return `mean((y_true - y_pred)²)` over the last axis.

    Args:
        y_true: Targets `[batch, …, d]`.
        y_pred: Predictions of the same shape.
    """
    y_true, y_pred = _matched("mean_squared_error", y_true, y_pred)
    return _mean_last(ops.square(ops.subtract(y_true, y_pred)))


@serializable
def mean_absolute_error(y_true: Value, y_pred: Value) -> Value:
    """Return `mean(|y_true - y_pred|)` over the last axis.

    Args:
        y_true: Targets `[batch, …, d]`.
        y_pred: Predictions of the same shape.
    """
    y_true, y_pred = _matched("mean_absolute_error", y_true, y_pred)
    return _mean_last(ops.abs(ops.subtract(y_true, y_pred)))


@serializable
def sparse_categorical_crossentropy(
    y_true: Value, y_pred: Value, *, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Value:
    """Return `-log` of the probability predicted for the true class.

    Args:
        y_true: Class numbers, int or whole floats `[batch, …]`; a last axis of length 1 is dropped.
        y_pred: Probabilities or logits `[batch, …, classes]`.
        from_logits: Whether `y_pred` holds logits.
        ignore_class: A class whose samples count 0; None for none.
        axis: Axis of the classes.

    Raises:
        ShapeError: The shapes do not fit, or the labels are one-hot.
        InvalidArgumentError: A class number is not in `[0, classes)`.
    """
    y_true, y_pred = as_value(y_true), as_value(y_pred)
    if axis not in (-1, len(y_pred.shape) - 1):
        y_pred = _axis_last(y_pred, axis)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    if tuple(y_true.shape) != tuple(y_pred.shape[:-1]) or not len(y_pred.shape):
        one_hot = len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == y_pred.shape[-1]
        advice = " Labels are one-hot: use categorical_crossentropy." if one_hot else ""
        raise ShapeError(
            "sparse_categorical_crossentropy: y_true must be class numbers of the shape of y_pred without its class "
            f"axis. Received: y_true={describe(y_true)}, y_pred={describe(y_pred)}.{advice}"
        )
    logits = y_pred if from_logits else ops.log(ops.clip(y_pred, EPSILON, 1 - EPSILON))
    labels = y_true if y_true.dtype.is_integer else ops.cast(y_true, "int64")
    return sparse_crossentropy(logits, labels, ignore_class)


@serializable
def categorical_crossentropy(
    y_true: Value, y_pred: Value, *, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Value:
    """Return `-sum(y_true * log(y_pred))` over the classes.

    Args:
        y_true: One-hot targets or distributions `[batch, …, classes]`.
        y_pred: Probabilities, scaled here to sum to 1, or logits, of the same shape.
        from_logits: Whether `y_pred` holds logits.
        label_smoothing: Part of each target that is spread evenly over the classes, in [0, 1].
        axis: Axis of the classes.
    """
    y_pred = as_value(y_pred)
    y_true = ops.cast(as_value(y_true), y_pred.dtype)
    check_same_shape("categorical_crossentropy", y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + label_smoothing / y_true.shape[axis]
    if from_logits:
        logs = ops.log_softmax(y_pred, axis)
    else:
        scaled = ops.divide(y_pred, ops.sum(y_pred, axis, keepdims=True))
        logs = ops.log(ops.clip(scaled, EPSILON, 1 - EPSILON))
    return ops.negative(ops.sum(ops.multiply(y_true, logs), axis))


@serializable
def binary_crossentropy(
    y_true: Value, y_pred: Value, *, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Value:
    """Return the mean over an axis of `-(y * log(p) + (1 - y) * log(1 - p))`.

    Args:
        y_true: Targets 0 or 1 (or probabilities) `[batch, …, d]`.
        y_pred: Probabilities or logits of the same shape.
        from_logits: Whether `y_pred` holds logits.
        label_smoothing: How far targets are drawn towards one half, in [0, 1].
        axis: Axis to average over.
    """
    y_true, y_pred = _matched("binary_crossentropy", y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        values = ops.subtract(ops.softplus(y_pred), ops.multiply(y_true, y_pred))
    else:
        p = ops.clip(y_pred, EPSILON, 1 - EPSILON)
        values = -(y_true * ops.log(p) + (1.0 - y_true) * ops.log(1.0 - p))
    return ops.mean(values, axis) if len(values.shape) else values


def _matched(where: str, y_true: Value, y_pred: Value) -> tuple[Value, Value]:
    """Return targets in the dtype and rank of the predictions."""
    y_true, y_pred = as_value(y_true), as_value(y_pred)
    if not y_pred.dtype.is_floating:
        raise DTypeError(f"{where}: y_pred must be floats. Received: y_pred={describe(y_pred)}.")
    if y_true.dtype != y_pred.dtype:
        y_true = ops.cast(y_true, y_pred.dtype)
    y_true, y_pred = same_rank(y_true, y_pred)
    check_same_shape(where, y_true, y_pred)
    return y_true, y_pred


def _mean_last(values: Value) -> Value:
    return ops.mean(values, -1) if len(values.shape) else values


def _axis_last(x: Value, axis: int) -> Value:
    rank = len(x.shape)
    axis %= rank
    order: list[Any] = [i for i in range(rank) if i != axis]
    return ops.transpose(x, (*order, axis))
