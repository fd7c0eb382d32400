"""Metrics by name."""

from __future__ import annotations

from typing import Any, Final

from ..lookup import Table
from . import accuracies, distances, mean

_table: Final = Table(
    "metric",
    (
        accuracies.Accuracy,
        accuracies.BinaryAccuracy,
        accuracies.CategoricalAccuracy,
        accuracies.SparseCategoricalAccuracy,
        distances.MeanAbsoluteError,
        distances.MeanSquaredError,
        mean.Mean,
    ),
    aliases={"mse": distances.MeanSquaredError, "mae": distances.MeanAbsoluteError, "acc": accuracies.Accuracy},
)


def get(identifier: Any) -> Any:
    """Return the metric for a name (`"mae"`), a config, a class or a callable; None stays None.

    `compile` gives `"accuracy"` and `"acc"` the meaning that fits the shapes of the data; here they are `Accuracy`.

    Raises:
        InvalidArgumentError: No metric has that name.
    """
    return _table.get(identifier)


def serialize(metric: Any) -> Any:
    """Return a metric as JSON values, for `get`."""
    return _table.serialize(metric)


def is_known(name: str) -> bool:
    """Whether a metric has this name."""
    return _table.has(name)
