"""The threads of one iterator.

Guarantees: no thread exists before the first task; threads carry the pool's name; a task is never lost or run twice;
after `close` returns, no thread of the pool runs user code any more (unless the caller itself is one of them).
Not guaranteed: in which order tasks start.

A task may wait for other tasks of the same pool (a prefetch below a prefetch), so the pool starts a new thread
whenever a task finds no idle one. Stages bound their own tasks in flight, and that bounds the threads.

A pool is closed by its iterator, after the operators: a stage that waits for a task of a closed pool would wait for
ever. At interpreter exit the iterators that are left are finalized, so no pool needs a hook of its own.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from ...core.waiting import Task, start_thread

R = TypeVar("R")

_names = itertools.count()


class Pool:
    """Daemon threads, started when a task needs one, ended by `close`.

    Args:
        max_calls: Most tasks of `submit_call` that run at once; None for no limit.
        max_threads: Most threads, for tasks that wait for no other task of this pool; None for no limit.
    """

    def __init__(self, max_calls: int | None = None, *, max_threads: int | None = None) -> None:
        self.max_calls = max_calls
        self._max_threads = max_threads
        self._calls = None if max_calls is None else Pool(max_threads=max_calls)
        # `with` takes the lock itself: a Ctrl-C can come between the Python lines of Condition.__enter__ and __exit__,
        # and would leave the lock taken for ever. Only threads of the pool wait for the condition.
        self._lock = threading.RLock()
        self._condition = threading.Condition(self._lock)
        self._tasks: deque[Task[Any]] = deque()
        self._idle = 0
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._name = f"penstock-{next(_names)}"

    def submit(self, work: Callable[[], R] | Task[R]) -> Task[R]:
        """Have a thread run `work`; after `close`, the task is cancelled.

        Raises:
            RuntimeError: The system gives no thread; the task is cancelled.
        """
        task = work if isinstance(work, Task) else Task(work)
        with self._lock:
            if self._closed:
                task.cancel()
                return task
            self._tasks.append(task)
            may_start = self._max_threads is None or len(self._threads) < self._max_threads
            if self._idle < len(self._tasks) and may_start:
                self._start_thread(task)
            else:
                self._condition.notify()
        return task

    def submit_call(self, work: Callable[[], R]) -> Task[R]:
        """Run a task that waits for no other task of the pool; at most `max_calls` such tasks run at once."""
        return self.submit(work) if self._calls is None else self._calls.submit(work)

    def owns(self, thread: threading.Thread) -> bool:
        """Whether a thread is one of this pool's."""
        return thread in self._threads or (self._calls is not None and self._calls.owns(thread))

    @property
    def thread_count(self) -> int:
        """How many threads are alive."""
        own = sum(t.is_alive() for t in self._threads)
        return own + (0 if self._calls is None else self._calls.thread_count)

    def _start_thread(self, task: Task[Any]) -> None:
        thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        try:
            start_thread(thread)
        except RuntimeError:
            self._threads.remove(thread)
            task.cancel()
            raise

    def _work(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
                while not self._tasks and not self._closed:
                    self._condition.wait()
                self._idle -= 1
                if self._closed:
                    return
                task = self._tasks.popleft()
            task.run()
            # A finished task must not keep its blocks alive while the thread waits for the next one.
            del task

    def close(self) -> None:
        """Cancel waiting tasks, let running ones end, and end the threads; idempotent."""
        if self._calls is not None:
            self._calls.close()
        with self._lock:
            self._closed = True
            waiting = list(self._tasks)
            self._tasks.clear()
            self._condition.notify_all()
        for task in waiting:
            task.cancel()
        me = threading.current_thread()
        for thread in self._threads:
            # One that a Ctrl-C kept from starting is not alive and cannot be joined.
            if thread is not me and thread.is_alive():
                thread.join()
        self._threads = [t for t in self._threads if t is me]
