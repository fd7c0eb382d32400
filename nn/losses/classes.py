"""Losses as classes: the functions of `functions.py` with their options and a reduction."""

from __future__ import annotations

from typing import Any

from ...core import ops
from ...core.ops.registry import Value
from ..alignment import as_value, same_rank
from ..lookup import serializable
from . import functions
from .base import Loss, LossFunctionWrapper


class _Wrapped(LossFunctionWrapper):
    """A loss whose function its class knows, so that configs hold options only."""

    def get_config(self) -> dict[str, Any]:
        return {**Loss.get_config(self), **self._kwargs}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Loss:
        return cls(**config)


@serializable
class MeanSquaredError(_Wrapped):
    """Mean of the squares of the differences.

    Args:
        reduction: See `Loss`.
        name: Name.
        dtype: See `Loss`.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.mean_squared_error, reduction, name, dtype)


@serializable
class MeanAbsoluteError(_Wrapped):
    """Mean of the absolute differences.

    Args:
        reduction: See `Loss`.
        name: Name.
        dtype: See `Loss`.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.mean_absolute_error, reduction, name, dtype)


@serializable
class SparseCategoricalCrossentropy(_Wrapped):
    """Cross entropy with targets that are class numbers.

    Args:
        from_logits: Whether predictions are logits.
        ignore_class: Class whose samples are left out, also of the number that the sum is divided by.
        reduction: See `Loss`.
        axis: Axis of the classes.
        name: Name.
        dtype: See `Loss`.
    """

    def __init__(
        self,
        *,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(functions.sparse_categorical_crossentropy, reduction, name, dtype, **options)
        self.ignore_class = ignore_class

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Value:
        if self.ignore_class is not None and self.reduction not in ("none", "sum"):
            sample_weight = self._with_mask(as_value(y_true), as_value(y_pred), sample_weight)
        return super().__call__(y_true, y_pred, sample_weight)

    def _with_mask(self, y_true: Value, y_pred: Value, sample_weight: Any) -> Value:
        """Return weights that are 0 for ignored samples and, for means, make up for their part of the divisor."""
        if len(y_true.shape) == len(y_pred.shape):
            y_true = ops.squeeze(y_true, -1)
        mask = ops.cast(ops.not_equal(y_true, self.ignore_class), y_pred.dtype)
        if self.reduction != "mean_with_sample_weight":
            mask = ops.divide(mask, ops.maximum(ops.mean(mask), 1e-12))
        if sample_weight is None:
            return mask
        mask, weights = same_rank(mask, ops.cast(as_value(sample_weight), y_pred.dtype))
        return ops.multiply(mask, weights)


@serializable
class CategoricalCrossentropy(_Wrapped):
    """Cross entropy with targets that are one-hot or distributions.

    Args:
        from_logits: Whether predictions are logits.
        label_smoothing: Part of each target spread over all classes, in [0, 1].
        axis: Axis of the classes.
        reduction: See `Loss`.
        name: Name.
        dtype: See `Loss`.
    """

    def __init__(
        self,
        *,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(functions.categorical_crossentropy, reduction, name, dtype, **options)


@serializable
class BinaryCrossentropy(_Wrapped):
    """Cross entropy of two classes, for each entry of the last axis on its own.

    Args:
        from_logits: Whether predictions are logits.
        label_smoothing: How far targets are drawn towards one half, in [0, 1].
        axis: Axis to average over.
        reduction: See `Loss`.
        name: Name.
        dtype: See `Loss`.
    """

    def __init__(
        self,
        *,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(functions.binary_crossentropy, reduction, name, dtype, **options)
