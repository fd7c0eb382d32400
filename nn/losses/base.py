"""The base of all losses: one value per sample, weighted, then reduced."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Final

from ...core import ops, saving
from ...core.dtypes import DType, as_dtype
from ...core.errors import InvalidArgumentError, ShapeError, describe, suggest
from ...core.naming import snake_case
from ...core.ops.registry import Value
from ..alignment import as_value, same_rank
from ..lookup import serializable

REDUCTIONS: Final = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none")


class Loss(ABC):
    """A loss: `loss(y_true, y_pred, sample_weight)`.

    A subclass defines `call(y_true, y_pred)`, which returns one value per sample (or per place in a sample), and
    `get_config` when it has arguments.

    Args:
        name: Name; made from the class name when None.
        reduction: `"sum_over_batch_size"` or `"mean"`: sum divided by the number of values. `"sum"`.
            `"mean_with_sample_weight"`: sum divided by the sum of the weights. `"none"` or None: no reduction.
        dtype: Type of the result; that of the predictions when None.

    Raises:
        InvalidArgumentError: The reduction is none of those.
    """

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        self.name = name or snake_case(type(self).__name__)
        self.reduction = standard_reduction(type(self).__name__, reduction)
        self._dtype: DType | None = None if dtype is None else as_dtype(dtype)

    @abstractmethod
    def call(self, y_true: Value, y_pred: Value) -> Value:
        """Return one value per sample.

        Args:
            y_true: Targets, a Tensor.
            y_pred: Predictions, a Tensor of floats.
        """

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Value:
        """Return the reduced loss, a scalar unless the reduction is `"none"`.

        Args:
            y_true: Targets.
            y_pred: Predictions; gradients flow through them.
            sample_weight: One weight per sample, or per value of the loss; None for equal weights.
        """
        y_pred = as_value(y_pred)
        if self._dtype is not None and y_pred.dtype != self._dtype:
            y_pred = ops.cast(y_pred, self._dtype)
        values = self.call(as_value(y_true), y_pred)
        return reduce_weighted(values, self.reduction, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as JSON values."""
        config: dict[str, Any] = {"name": self.name, "reduction": self.reduction}
        return config if self._dtype is None else {**config, "dtype": self._dtype.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Loss:
        """Build from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, reduction={self.reduction!r})"


@serializable
class LossFunctionWrapper(Loss):
    """A loss made of a function.

    Args:
        fn: `fn(y_true, y_pred, **kwargs)`, returns one value per sample.
        reduction: See `Loss`.
        name: Name; the function's when None.
        dtype: See `Loss`.
        **kwargs: Further arguments of the function.
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", None), reduction, dtype)
        self.fn = fn
        self._kwargs = kwargs

    def call(self, y_true: Value, y_pred: Value) -> Value:
        return self.fn(y_true, y_pred, **self._kwargs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "fn": saving.serialize(self.fn), **self._kwargs}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Loss:
        return cls(**{**config, "fn": saving.deserialize(config["fn"], custom_objects)})


def standard_reduction(where: str, reduction: str | None) -> str:
    """Return a reduction by its one name.

    Raises:
        InvalidArgumentError: There is no such reduction.
    """
    if reduction is None:
        return "none"
    if reduction not in REDUCTIONS:
        allowed = ", ".join(map(repr, REDUCTIONS))
        hint = suggest(reduction, REDUCTIONS) if isinstance(reduction, str) else ""
        raise InvalidArgumentError(
            f"{where}: reduction must be one of {allowed} or None. Received: {describe(reduction)}.{hint}"
        )
    return reduction


def reduce_weighted(values: Value, reduction: str, sample_weight: Any = None) -> Value:
    """Return the values of a loss, weighted and reduced."""
    weights = None
    if sample_weight is not None:
        weights = ops.cast(as_value(sample_weight), values.dtype)
        values, weights = same_rank(values, weights)
        _check_broadcast(values, weights)
        values = ops.multiply(values, weights)
    if reduction == "none":
        return values
    if reduction == "mean_with_sample_weight" and weights is not None:
        full = ops.broadcast_to(weights, tuple(values.shape))
        return ops.divide(ops.sum(values), ops.maximum(ops.sum(full), 1e-7))
    total = ops.sum(values)
    return total if reduction == "sum" else ops.multiply(total, 1.0 / max(math.prod(values.shape), 1))


def _check_broadcast(values: Value, weights: Value) -> None:
    shape, weights_shape = tuple(values.shape), tuple(weights.shape)
    if len(weights_shape) > len(shape) or any(
        w not in (1, s) for w, s in zip(weights_shape[::-1], shape[::-1], strict=False)
    ):
        raise ShapeError(
            f"loss: sample_weight must be one weight per sample or per value. Received: sample_weight of shape "
            f"{weights_shape} for values of shape {shape}."
        )
