"""Matching file patterns."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence

from ..core.errors import NotFoundError


def match_files(patterns: Sequence[str]) -> list[str]:
    """Return the files that match any of the patterns, sorted, each once.

    Folders never match. A pattern without wildcards is a file name.

    Raises:
        NotFoundError: A pattern matches nothing; the message says what its folder holds.
    """
    found: set[str] = set()
    for pattern in patterns:
        matches = [p for p in glob.glob(pattern) if not os.path.isdir(p)]
        if not matches:
            raise NotFoundError(f"Dataset.list_files: no file matches {pattern!r}. {_hint(pattern)}")
        found.update(matches)
    return sorted(found)


def _hint(pattern: str) -> str:
    folder = os.path.dirname(pattern) or "."
    while glob.has_magic(folder):
        folder = os.path.dirname(folder) or "."
    if not os.path.isdir(folder):
        return f"There is no folder {folder!r}."
    names = sorted(os.listdir(folder))
    shown = ", ".join(repr(n) for n in names[:3]) + (", …" if len(names) > 3 else "")
    return f"The folder {folder!r} holds {len(names)} entries" + (f": {shown}." if names else ".")
