"""Tools for testing code that uses penstock: Hypothesis strategies, comparisons, described pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import attach

if TYPE_CHECKING:
    from . import layers, pipelines, reference, strategies
    from .compare import assert_elements_equal
    from .layers import run_layer_test
    from .reference import ReferenceDataset

__all__ = [
    "ReferenceDataset",
    "assert_elements_equal",
    "layers",
    "pipelines",
    "reference",
    "run_layer_test",
    "strategies",
]

__getattr__, __dir__ = attach(
    __name__,
    {"ReferenceDataset": ".reference", "assert_elements_equal": ".compare", "run_layer_test": ".layers"},
    submodules=("layers", "pipelines", "reference", "strategies"),
)
