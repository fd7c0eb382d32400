"""Fixtures of the tests of commands."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_announcement(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the announcement of a machine's first compilation out of what commands print, also in processes."""
    monkeypatch.setenv("PENSTOCK_QUIET", "1")
