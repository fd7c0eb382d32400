"""The version of the installed distribution; `pyproject.toml` is its one source."""

from __future__ import annotations

import importlib.metadata

__version__: str = importlib.metadata.version("penstock")
