"""Means over samples: of values, and of a function of targets and predictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core import saving
from ...core.tensor import Tensor
from ..alignment import as_value, same_rank
from ..lookup import serializable
from .base import Metric

Array = npt.NDArray[Any]


@serializable
class Mean(Metric):
    """The weighted mean of values over all samples.

    A value with more axes than `[batch]` counts as one sample with the mean of its entries.

    Args:
        name: Name.
        dtype: See `Metric`.
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.total = self.add_variable(name="total")
        self.count = self.add_variable(name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values.

        Args:
            values: Numbers of any shape; the first axis is that of the samples.
            sample_weight: A weight per sample or per value, or one for all; None for equal weights.
        """
        total, count = _weighted_sum(_array(values, self.dtype.numpy), sample_weight)
        # `assign_add` checks and converts, which takes 5 µs; these are numbers of the right kind.
        self.total._writable()[...] += total
        self.count._writable()[...] += count

    def result(self) -> Tensor:
        """Return the mean; 0 when there was no sample."""
        total, count = self.total.numpy(), self.count.numpy()
        return Tensor(total / count if count else np.zeros_like(total))


@serializable
class MeanMetricWrapper(Mean):
    """The mean of a function of targets and predictions.

    Args:
        fn: `fn(y_true, y_pred, **kwargs)`, returns one value per sample. It is called with Tensors.
        name: Name; the function's when None.
        dtype: See `Metric`.
        **kwargs: Further arguments of the function.
    """

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(name or getattr(fn, "__name__", None), dtype)
        self._fn = fn
        self._kwargs = kwargs

    # Targets and predictions stand where the values do in `Mean`.
    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Add a batch.

        Args:
            y_true: Targets.
            y_pred: Predictions.
            sample_weight: A weight per sample; None for equal weights.
        """
        super().update_state(self._fn(as_value(y_true), as_value(y_pred), **self._kwargs), sample_weight)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "fn": saving.serialize(self._fn), **self._kwargs}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Metric:
        return cls(**{**config, "fn": saving.deserialize(config["fn"], custom_objects)})


class KnownFunction(MeanMetricWrapper):
    """A `MeanMetricWrapper` whose function its class knows, so that configs hold options only."""

    def get_config(self) -> dict[str, Any]:
        return {**Metric.get_config(self), **self._kwargs}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Metric:
        return cls(**config)


def _array(values: Any, dtype: np.dtype[Any]) -> Array:
    return np.asarray(values, dtype=dtype)


def _weighted_sum(values: Array, sample_weight: Any) -> tuple[Any, Any]:
    """Return the weighted sum over samples and the sum of the weights."""
    if sample_weight is None:
        samples = len(values) if values.ndim else 1
        total = values.sum()
        # Each sample counts with the mean of its entries.
        return (total / (values.size // samples) if samples and values.ndim > 1 else total), samples
    weights = np.asarray(sample_weight, values.dtype)
    values, weights = same_rank(values, weights)
    if values.ndim > weights.ndim:
        values = values.mean(axis=tuple(range(weights.ndim, values.ndim)))
    weights = np.broadcast_to(weights, values.shape)
    entries = values.size // len(values) if values.ndim > 1 and len(values) else 1
    return (values * weights).sum() / entries, weights.sum() / entries
