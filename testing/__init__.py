"""Tools for testing code that uses penstock: laws of pipelines, Hypothesis strategies, a plain-Python reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import attach

if TYPE_CHECKING:
    from . import conformance, layers, pipelines, reference, strategies
    from .compare import assert_elements_equal
    from .conformance import check_operator, check_source
    from .executor import reference_epochs, reference_iterator
    from .layers import run_layer_test
    from .leaks import assert_no_leaks
    from .order import assert_same_order
    from .reference import ReferenceDataset
    from .resume import ResumeReport, assert_resumes_exactly

__all__ = [
    "ReferenceDataset",
    "ResumeReport",
    "assert_elements_equal",
    "assert_no_leaks",
    "assert_resumes_exactly",
    "assert_same_order",
    "check_operator",
    "check_source",
    "conformance",
    "layers",
    "pipelines",
    "reference",
    "reference_epochs",
    "reference_iterator",
    "run_layer_test",
    "strategies",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "ReferenceDataset": ".reference",
        "ResumeReport": ".resume",
        "assert_elements_equal": ".compare",
        "assert_no_leaks": ".leaks",
        "assert_resumes_exactly": ".resume",
        "assert_same_order": ".order",
        "check_operator": ".conformance",
        "check_source": ".conformance",
        "reference_epochs": ".executor",
        "reference_iterator": ".executor",
        "run_layer_test": ".layers",
    },
    submodules=("conformance", "layers", "pipelines", "reference", "strategies"),
)
