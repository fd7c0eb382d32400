"""Waiting for other threads without missing a Ctrl-C.

A signal that arrives between the interpreter's last look for signals and its going to sleep wakes nobody, and one that
the system hands to another thread wakes that one only: the main thread would sleep until the other threads are done.
So whoever may wait long wakes up now and then, which gives the interpreter its look.
"""

from __future__ import annotations

from concurrent.futures import Future
from typing import Final, TypeVar

R = TypeVar("R")

# Seconds: short for someone who pressed Ctrl-C, long for a processor.
GLANCE: Final = 0.25


def result_of(future: Future[R]) -> R:
    """Wait for a future and return its result.

    Raises:
        BaseException: What the task raised; CancelledError when it was cancelled.
    """
    while not future.done():
        try:
            future.exception(GLANCE)
        except TimeoutError:
            # Of the wait: what the task raised is returned, not raised.
            continue
    return future.result()
