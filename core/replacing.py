"""Files that take their name, or the place of another file, only when they are complete."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO


def temporary_beside(path: Path) -> Path:
    """Return a name that no file has, in the folder of `path`: only there a rename is one step."""
    return path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file beside `path` that takes its place when the block ends well, else vanishes.

    The bytes are on the disk before the file has its name, so whoever finds it finds all of it.
    """
    temporary = temporary_beside(path)
    try:
        # Unlike tempfile's, it has the permissions that new files have.
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
