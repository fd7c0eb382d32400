"""Distances of predictions from targets."""

from __future__ import annotations

from typing import Any

from ...core.saving import register_serializable
from ..lookup import PACKAGE
from ..losses import functions
from .mean import KnownFunction


# Losses of the same names are registered under their own.
@register_serializable(PACKAGE, "metrics.MeanSquaredError")
class MeanSquaredError(KnownFunction):
    """Mean of the squares of the differences.

    Args:
        name: Name.
        dtype: See `Metric`.
    """

    def __init__(self, name: str = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(functions.mean_squared_error, name, dtype)


@register_serializable(PACKAGE, "metrics.MeanAbsoluteError")
class MeanAbsoluteError(KnownFunction):
    """Mean of the absolute differences.

    Args:
        name: Name.
        dtype: See `Metric`.
    """

    def __init__(self, name: str = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(functions.mean_absolute_error, name, dtype)
