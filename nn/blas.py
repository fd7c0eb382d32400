"""One thread for the matrix products of small models.

OpenBLAS shares out products from about 64³ on, and its threads wait for one another by spinning. On two busy cores a
training step of 128 rows through a 64-256-128-10 network then takes 27 ms (median) instead of 7, and on idle ones it
gains nothing. NumPy's wheels bring an OpenBLAS whose number of threads can be set while it runs; where there is none
(Accelerate, MKL, a system library) nothing is done here.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from ..core.forks import new_lock

# Multiplications in one product that take a thread about 2 ms; below, more threads gain less than they can lose.
LARGE_PRODUCT: Final = 1 << 26


class _Threads(NamedTuple):
    get: Callable[[], int]
    set: Callable[[int], object]


class SingleThread:
    """A claim that BLAS runs on one thread, until `release`; the last claim to go restores the number before."""

    def __init__(self) -> None:
        self._held = True
        _hold()

    def release(self) -> None:
        """Give the claim up. Harmless when called again."""
        if self._held:
            self._held = False
            _let_go()


@contextlib.contextmanager
def single_thread() -> Iterator[SingleThread]:
    """Run BLAS on one thread inside the block, or until the claim is released in it."""
    claim = SingleThread()
    try:
        yield claim
    finally:
        claim.release()


_lock = new_lock()
_claims = 0
_before = 0


def _hold() -> None:
    global _claims, _before
    threads = _openblas()
    if threads is None:
        return
    with _lock:
        if _claims == 0:
            _before = threads.get()
            threads.set(1)
        _claims += 1


def _let_go() -> None:
    global _claims
    threads = _openblas()
    if threads is None:
        return
    with _lock:
        _claims -= 1
        if _claims == 0:
            threads.set(_before)


@functools.cache
def _openblas() -> _Threads | None:
    """Return the switches of the OpenBLAS that NumPy's wheel brought, or None."""
    package = Path(np.__file__).parent
    for folder in (package.with_name("numpy.libs"), package / ".libs", package / ".dylibs"):
        for path in sorted(folder.glob("*openblas*")):
            found = _switches(path)
            if found is not None:
                return found
    return None


def _switches(path: Path) -> _Threads | None:
    try:
        library = ctypes.CDLL(str(path))  # NumPy has loaded it: this is a second handle, not a second copy.
    except OSError:
        return None
    for prefix in ("scipy_openblas", "openblas"):
        for suffix in ("64_", "", "_64"):
            get = getattr(library, f"{prefix}_get_num_threads{suffix}", None)
            put = getattr(library, f"{prefix}_set_num_threads{suffix}", None)
            if get is not None and put is not None:
                return _Threads(get, put)
    return None
