"""Tools for testing code that uses penstock: Hypothesis strategies, comparisons, described pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import attach

if TYPE_CHECKING:
    from . import pipelines, reference, strategies
    from .compare import assert_elements_equal
    from .reference import ReferenceDataset

__all__ = ["ReferenceDataset", "assert_elements_equal", "pipelines", "reference", "strategies"]

__getattr__, __dir__ = attach(
    __name__,
    {"ReferenceDataset": ".reference", "assert_elements_equal": ".compare"},
    submodules=("pipelines", "reference", "strategies"),
)
