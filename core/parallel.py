"""Large kernel calls split over the cores.

Kernels run without the GIL, so that ranges of rows can be computed side by side. Threads live for one call: starting
one costs some 50 µs, and there is nothing to keep, to hand over at a fork, or to end when the interpreter exits.

Guarantees: ranges cover the rows once each; after the call no thread of it is left, also when a range raised; one
call of the process is split at a time, so that the threads of a pipeline do not multiply by the cores.
Not guaranteed: which thread computes a range, and in which order.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

R = TypeVar("R")

# Ranges for each thread: with several, a thread that gets less of its core leaves the rest to the others.
_RANGES = 4

_free = threading.Lock()


def _renew_lock() -> None:
    """Make a lock for a child process: the thread that had taken the old one is not there."""
    global _free
    _free = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def core_count() -> int:
    """Return how many cores this process may run on, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def run_ranges(task: Callable[[int, int], R], n: int, *, least: int) -> list[R]:
    """Call `task(start, stop)` for ranges that cover `n` rows, side by side where there are many rows.

    With fewer than `2 * least` rows, on one core, or while another call is split, it is one `task(0, n)` on this
    thread.

    Args:
        task: Computes the rows `start` to `stop`, and spends its time in a kernel; writes only what is its own.
        n: Number of rows; 0 calls `task(0, 0)`.
        least: Rows of the smallest range worth handing to a thread, at least 1: about 200 µs of work.

    Returns:
        What `task` returned, in the order of the ranges.

    Raises:
        BaseException: What `task` raised for the first of the ranges that failed; ranges not yet begun are left out.
    """
    if n < 2 * least:
        return [task(0, n)]
    cores = core_count()
    lock = _free
    if cores < 2 or not lock.acquire(blocking=False):
        return [task(0, n)]
    try:
        return _Split(task, n, min(n // least, _RANGES * cores)).run(cores)
    finally:
        lock.release()


class _Split(Generic[R]):
    """One call of `run_ranges` that is split."""

    def __init__(self, task: Callable[[int, int], R], n: int, parts: int) -> None:
        self._task = task
        self._bounds = [n * i // parts for i in range(parts + 1)]
        self._waiting = deque(range(parts))
        self._results: dict[int, R] = {}
        self._errors: dict[int, BaseException] = {}

    def run(self, cores: int) -> list[R]:
        others = []
        try:
            for _ in range(min(cores, len(self._waiting)) - 1):
                thread = threading.Thread(target=self._work, name="penstock-ranges", daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # no more threads: this one does the work
                    break
                others.append(thread)
            self._work()
        finally:
            self._waiting.clear()
            for thread in others:
                thread.join()
        if self._errors:
            raise self._errors[min(self._errors)]
        return [self._results[i] for i in sorted(self._results)]

    def _work(self) -> None:
        while True:
            try:
                i = self._waiting.popleft()
            except IndexError:
                return
            try:
                self._results[i] = self._task(self._bounds[i], self._bounds[i + 1])
            except BaseException as err:
                self._errors[i] = err
                self._waiting.clear()
                return
