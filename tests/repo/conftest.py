"""What the repository tests share: the checkout and the package's files in it."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@functools.cache
def _package_dirs(folder: Path) -> tuple[Path, ...]:
    below = [
        found
        for child in sorted(folder.iterdir())
        if child.is_dir() and not child.is_symlink() and (child / "__init__.py").exists()
        for found in _package_dirs(child)
    ]
    return (folder, *below)


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the checkout, which is the package `penstock`."""
    return ROOT


@pytest.fixture(scope="session")
def package_dirs() -> tuple[Path, ...]:
    """Every folder that is a package: the root and, below it, all that hold an `__init__.py`."""
    return _package_dirs(ROOT)


@pytest.fixture(scope="session")
def library_files() -> list[Path]:
    """Every Python file of the library, generated code excluded."""
    files = [path for folder in _package_dirs(ROOT) for path in sorted(folder.glob("*.py"))]
    return [path for path in files if not path.stem.endswith("_pb2")]
