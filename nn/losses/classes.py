"""Losses as classes: the functions of `functions.py` with their options and a reduction."""

from __future__ import annotations

from typing import Any

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
        ignore_class: Class whose samples count 0.
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
