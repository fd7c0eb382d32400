"""Matching file patterns."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path

from ..core.errors import NotFoundError


def match_files(patterns: Sequence[str], where: str = "Dataset.list_files") -> list[str]:
    """Return the files that match any of the patterns, sorted, each once.

    Folders never match. A pattern without wildcards is a file name. `where` begins messages.

    Raises:
        NotFoundError: A pattern matches nothing; the message says what its folder holds.
    """
    found: set[str] = set()
    for pattern in patterns:
        # Names keep the form in which they were asked for.
        matches = [p for p in glob.glob(pattern) if not Path(p).is_dir()]  # noqa: PTH207 (may be absolute)
        if not matches:
            raise NotFoundError(f"{where}: no file matches {pattern!r}. {_hint(pattern)}")
        found.update(matches)
    return sorted(found)


def _hint(pattern: str) -> str:
    folder = Path(pattern).parent
    while glob.has_magic(str(folder)):
        folder = folder.parent
    if not folder.is_dir():
        return f"There is no folder {str(folder)!r}."
    names = sorted(entry.name for entry in folder.iterdir())
    shown = ", ".join(repr(n) for n in names[:3]) + (", …" if len(names) > 3 else "")
    return f"The folder {str(folder)!r} holds {len(names)} entries" + (f": {shown}." if names else ".")
