"""The one place that imports Hypothesis, which is an optional dependency."""

from __future__ import annotations

from ...core.errors import MissingDependencyError

try:
    from hypothesis import strategies as st
except ImportError as err:
    raise MissingDependencyError("penstock.testing.strategies", package="hypothesis", extra="test") from err

__all__ = ["st"]
