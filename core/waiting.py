"""Waiting for other threads without missing a Ctrl-C, and without being torn apart by one.

A signal that arrives between the interpreter's last look for signals and its going to sleep wakes nobody, and one that
the system hands to another thread wakes that one only: the main thread would sleep until the other threads are done.
So whoever may wait long wakes up now and then, which gives the interpreter its look.

`threading.Condition`, `Semaphore`, `Event` and `Future` are Python code: a Ctrl-C between two of their lines leaves a
lock taken, for which other threads then wait for ever, or one released that is to be released. What the main thread
shares with others here is made of calls that a Ctrl-C comes before or after: those of `threading.Lock`.
"""

from __future__ import annotations

import contextlib
import enum
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Final, Generic, TypeVar, cast

R = TypeVar("R")

# Seconds: short for someone who pressed Ctrl-C, long for a processor.
GLANCE: Final = 0.25


class Bell:
    """Wakes a thread that waits for others.

    A ring that nobody waits for is kept, one and no more: whoever waits looks first, and looks again afterwards.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def ring(self) -> None:
        """Wake one thread that waits, or the next one that will."""
        with contextlib.suppress(RuntimeError):  # it has been rung already
            self._lock.release()

    def wait(self) -> None:
        """Sleep until the bell is rung, or for a glance: what was waited for need not have happened."""
        self._lock.acquire(timeout=GLANCE)

    def wait_for_ring(self) -> None:
        """Sleep until the bell is rung; for threads that no signal is meant for."""
        self._lock.acquire()


def start_thread(thread: threading.Thread) -> None:
    """Start a thread.

    Raises:
        RuntimeError: The system gives no thread.
        KeyboardInterrupt: A Ctrl-C came while `start` waited for the thread, in Python code that then released a lock
            twice and says RuntimeError. The thread has started, or will.
    """
    try:
        thread.start()
    except RuntimeError as err:
        if isinstance(err.__context__, KeyboardInterrupt):
            raise err.__context__ from None
        raise


class _State(enum.Enum):
    WAITING, RUNNING, OVER, CANCELLED = range(4)


class Task(Generic[R]):
    """A call that another thread makes, and what became of it.

    Args:
        work: The call; dropped when it has begun, or was cancelled.
    """

    __slots__ = ("_bell", "_error", "_lock", "_result", "_state", "_work")

    def __init__(self, work: Callable[[], R]) -> None:
        self._work: Callable[[], R] | None = work
        self._state = _State.WAITING
        self._result: R | None = None
        self._error: BaseException | None = None
        self._lock = threading.Lock()
        self._bell = Bell()

    def run(self) -> None:
        """Make the call, unless it was cancelled or has begun."""
        with self._lock:
            work, self._work = self._work, None
            if work is None:
                return
            self._state = _State.RUNNING
        self._result, self._error = _outcome(work)
        self._state = _State.OVER
        self._bell.ring()
        # An error's traceback holds the frames that led to it, and with them the task that holds the error.
        del self

    def cancel(self) -> bool:
        """Keep the call from being made; False when it has begun."""
        with self._lock:
            if self._state is _State.WAITING:
                self._state = _State.CANCELLED
                self._work = None
        self._bell.ring()
        return self._state is _State.CANCELLED

    def cancelled(self) -> bool:
        """Whether the call will never be made."""
        return self._state is _State.CANCELLED

    def done(self) -> bool:
        """Whether nothing more will come of it."""
        return self._state is _State.OVER or self._state is _State.CANCELLED

    def wait(self) -> BaseException | None:
        """Sleep until it is done; return what the call raised."""
        while not self.done():
            self._bell.wait()
        # For others who wait.
        self._bell.ring()
        return self._error

    def result(self) -> R:
        """Wait, and return what the call returned.

        Raises:
            BaseException: What the call raised.
            CancelledError: It was not made.
        """
        error = self.wait()
        if self.cancelled():
            raise CancelledError
        if error is None:
            return cast("R", self._result)
        try:
            raise error
        finally:
            # See run.
            del self, error


def _outcome(work: Callable[[], R]) -> tuple[R | None, BaseException | None]:
    """Return what a call returns and what it raises."""
    try:
        return work(), None
    except BaseException as err:
        return None, err
