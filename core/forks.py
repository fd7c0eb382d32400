"""Locks that are free in a forked child.

A fork copies locks as they are, but not the threads that hold them: a worker process of a data loader would wait for
ever for a lock that a thread of its parent held at that moment.
"""

from __future__ import annotations

import os
import threading
import weakref
from typing import Any, TypeVar

_L = TypeVar("_L")

_locks: weakref.WeakSet[Any] = weakref.WeakSet()


def free_in_child(lock: _L) -> _L:
    """Return a `threading.Lock` or `RLock` that a forked child finds free, whoever held it in the parent."""
    _locks.add(lock)
    return lock


def new_lock() -> threading.Lock:
    """Return a lock that is free in a forked child."""
    return free_in_child(threading.Lock())


def _free_all() -> None:
    for lock in _locks:
        # What the standard library's own modules do with their locks.
        lock._at_fork_reinit()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free_all)
