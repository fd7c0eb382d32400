"""Worker: a thread of its own for calls that are made one after another."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from .waiting import Bell, Task, start_thread

R = TypeVar("R")


class Worker:
    """Makes calls on one thread, in the order in which they came. `submit` and `close` belong to one thread.

    Args:
        name: Name of the thread, which begins with the first call.
    """

    def __init__(self, name: str) -> None:
        self._tasks: deque[Task[Any]] = deque()
        self._bell = Bell()
        self._closed = False
        self._has_begun = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def submit(self, work: Callable[[], R]) -> Task[R]:
        """Have `work` called after all that came before; after `close` the task is cancelled.

        Raises:
            RuntimeError: The system gives no thread.
        """
        task = Task(work)
        if self._closed:
            task.cancel()
            return task
        self._tasks.append(task)
        if not self._has_begun:
            self._has_begun = True
            start_thread(self._thread)
        self._bell.ring()
        return task

    def _run(self) -> None:
        while True:
            try:
                task = self._tasks.popleft()
            except IndexError:
                if self._closed:
                    return
                self._bell.wait_for_ring()
                continue
            task.run()
            # Its data must not live on while the thread waits.
            del task

    def close(self) -> None:
        """Cancel the calls that have not begun, and wait for the one that has; idempotent."""
        self._closed = True
        for task in list(self._tasks):
            task.cancel()
        self._bell.ring()
        # One that a Ctrl-C kept from starting is not alive and cannot be joined.
        if self._thread.is_alive():
            self._thread.join()
