"""The examples in the library's docstrings give what they say."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = [path.parent for path in sorted(ROOT.glob("*/__init__.py"))]
FILES = [path for folder in FOLDERS for path in sorted(folder.rglob("*.py")) if ">>> " in path.read_text()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_docstring_examples(path, tmp_path, monkeypatch):
    parts = path.relative_to(ROOT).with_suffix("").parts
    module = importlib.import_module(".".join(("penstock", *(parts[:-1] if parts[-1] == "__init__" else parts))))
    monkeypatch.chdir(tmp_path)
    found = doctest.testmod(module, extraglobs={"np": np}, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert found.failed == 0
    assert found.attempted > 0
