"""Accuracies: how often predictions are right.

The functions return 1.0 where a prediction is right and 0.0 where not, one value per place; they take arrays or Tensors
and compute with NumPy alone, because nothing flows back through them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.errors import ShapeError, describe
from ..alignment import check_same_shape, same_rank
from ..lookup import serializable
from .mean import KnownFunction

Array = npt.NDArray[Any]


@serializable
def accuracy(y_true: Any, y_pred: Any) -> Array:
    """Return 1.0 where targets and predictions are equal.

    Args:
        y_true: Targets of any shape.
        y_pred: Predictions of the same shape.
    """
    truth, predicted = _pair("accuracy", y_true, y_pred)
    return np.asarray(np.equal(truth, predicted).astype(np.float32))


@serializable
def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Array:
    """Return 1.0 where `y_pred > threshold` says what `y_true` says.

    Args:
        y_true: 0 or 1.
        y_pred: Probabilities of the same shape.
        threshold: Probabilities above it count as 1.
    """
    truth, predicted = _pair("binary_accuracy", y_true, y_pred)
    return np.asarray(np.equal(truth, predicted > threshold).astype(np.float32))


@serializable
def categorical_accuracy(y_true: Any, y_pred: Any) -> Array:
    """Return 1.0 where the largest entry is that of the one-hot target.

    Args:
        y_true: One-hot targets `[batch, …, classes]`.
        y_pred: Scores of the same shape.
    """
    truth, predicted = np.asarray(y_true), np.asarray(y_pred)
    check_same_shape("categorical_accuracy", truth, predicted)
    return np.asarray(np.equal(truth.argmax(axis=-1), predicted.argmax(axis=-1)).astype(np.float32))


@serializable
def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Array:
    """Return 1.0 where the largest entry is that of the class number.

    Args:
        y_true: Class numbers `[batch, …]`; a last axis of length 1 is dropped.
        y_pred: Scores `[batch, …, classes]`.
    """
    truth, predicted = np.asarray(y_true), np.asarray(y_pred)
    if truth.ndim == predicted.ndim and truth.shape[-1] == 1:
        truth = truth[..., 0]
    if truth.shape != predicted.shape[:-1]:
        raise ShapeError(
            "sparse_categorical_accuracy: y_true must be class numbers of the shape of y_pred without its class axis. "
            f"Received: y_true={describe(truth)}, y_pred={describe(predicted)}."
        )
    return np.asarray(np.equal(truth, predicted.argmax(axis=-1)).astype(np.float32))


@serializable
class Accuracy(KnownFunction):
    """How often predictions equal targets.

    Args:
        name: Name.
        dtype: See `Metric`.
    """

    def __init__(self, name: str = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name, dtype)


@serializable
class BinaryAccuracy(KnownFunction):
    """How often probabilities are on the right side of a threshold.

    Args:
        name: Name.
        dtype: See `Metric`.
        threshold: Probabilities above it count as 1.
    """

    def __init__(self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5) -> None:
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


@serializable
class CategoricalAccuracy(KnownFunction):
    """How often the largest score is that of the one-hot target.

    Args:
        name: Name.
        dtype: See `Metric`.
    """

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


@serializable
class SparseCategoricalAccuracy(KnownFunction):
    """How often the largest score is that of the class number.

    Args:
        name: Name.
        dtype: See `Metric`.
    """

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)


def _pair(where: str, y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    truth, predicted = same_rank(np.asarray(y_true), np.asarray(y_pred))
    check_same_shape(where, truth, predicted)
    return truth, predicted
