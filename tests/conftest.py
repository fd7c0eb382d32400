"""Fixtures and Hypothesis profiles shared by all tests.

Profiles, chosen by the environment variable `HYPOTHESIS_PROFILE`:
    fast        50 examples per property (default); derandomised when `CI` is set, so that a red build can be repeated.
    thorough    1000 examples per property.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

GOLDEN = Path(__file__).parent / "golden"

# No deadline: the first example of a property may pay for compiling a kernel.
_slow_start = [HealthCheck.too_slow]
settings.register_profile(
    "fast", max_examples=50, deadline=None, derandomize="CI" in os.environ, suppress_health_check=_slow_start
)
settings.register_profile("thorough", max_examples=1000, deadline=None, suppress_health_check=_slow_start)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


class _CheckoutIsNoTestPackage:
    """Keeps pytest from importing the checkout's `__init__.py`, which is the library's, under the folder's name.

    A plugin of its own, because hooks of this file are not asked about the folder above it.
    """

    @staticmethod
    @pytest.hookimpl(tryfirst=True)
    def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        return pytest.Dir.from_parent(parent, path=path) if path == GOLDEN.parents[1] else None


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_CheckoutIsNoTestPackage())


@functools.cache
def _read_golden(name: str) -> str:
    return (GOLDEN / f"{name}.json").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def golden() -> Callable[[str], Any]:
    """Load a golden file by its name: `golden("shuffle")["cases"]` reads `tests/golden/shuffle.json`.

    The document is parsed afresh at each call, so a test may change what it got.
    """

    def load(name: str) -> Any:
        return json.loads(_read_golden(name))

    return load


@pytest.fixture(scope="session")
def golden_dir() -> Path:
    """The folder of the golden files, for those that are not JSON (`golden_dir / "tfrecord" / "plain.tfrecord"`)."""
    return GOLDEN


@pytest.fixture(autouse=True)
def _no_global_seed_is_left() -> Iterator[None]:
    """Take back a global seed that a test (or a command that it ran) has set, and begin all streams of seeds anew."""
    yield
    from penstock.core.random import set_seed

    set_seed(None)
