"""`assert_no_leaks`: what was opened is closed, what was started has ended."""

from __future__ import annotations

import gc
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def assert_no_leaks() -> Iterator[None]:
    """Context that fails when threads or open files are left that were not there before.

    Garbage is collected first: an iterator that nobody holds any more may still wait for it. Open files are seen where
    the system lists them (Linux, macOS); elsewhere only threads are compared.

    Raises:
        AssertionError: Something is left; the message names it.

    Example:
        >>> from penstock import Dataset
        >>> from penstock.testing import assert_no_leaks
        >>> with assert_no_leaks():
        ...     for x in Dataset.range(100).prefetch(2):
        ...         if x == 3:
        ...             break
    """
    threads, files = set(threading.enumerate()), open_files()
    yield
    if _new_threads(threads) or open_files() - files:
        gc.collect()
    left = [f"thread {thread.name!r}" for thread in _new_threads(threads)]
    left += [f"file {path!r}" for path in sorted((open_files() - files).elements())]
    if left:
        raise AssertionError(f"assert_no_leaks: nothing may be left. Received: {', '.join(left)}.")


def _new_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread not in before]


def open_files() -> Counter[str]:
    """Return the paths of the files that this process has open, as far as the system tells, and how many times."""
    folder = Path("/proc/self/fd")
    if folder.is_dir():
        paths = map(_target, folder.iterdir())
        return Counter(path for path in paths if path.startswith("/") and not _is_special(path))
    try:
        numbers = [entry.name for entry in Path("/dev/fd").iterdir()]
    except OSError:
        return Counter()
    return Counter(f"descriptor {number}" for number in numbers if _is_open(number))


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        # The descriptor that listed the folder is gone by now.
        return ""


def _is_special(path: str) -> bool:
    return path.startswith(("/dev/", "/proc/", "/sys/"))


def _is_open(number: str) -> bool:
    try:
        os.fstat(int(number))
    except OSError:
        return False
    return True
