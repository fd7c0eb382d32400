"""Pool: the threads of one iterator."""

from __future__ import annotations

import threading
import weakref
from concurrent.futures import CancelledError

import pytest

from penstock.pipeline.exec.pool import Pool


@pytest.fixture
def pool():
    made = Pool()
    yield made
    made.close()


@pytest.mark.unit
def test_runs_tasks_and_returns_results_and_errors(pool) -> None:
    futures = [pool.submit(lambda i=i: i * i) for i in range(50)]
    assert [f.result() for f in futures] == [i * i for i in range(50)]
    failing = pool.submit(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        failing.result()


@pytest.mark.unit
def test_starts_no_thread_before_the_first_task_and_reuses_idle_ones(pool) -> None:
    assert pool.thread_count == 0
    for _ in range(20):
        pool.submit(lambda: None).result()
    # A thread that has just given its result may not be idle yet.
    assert 1 <= pool.thread_count <= 3


@pytest.mark.unit
def test_a_task_may_wait_for_another(pool) -> None:
    def outer(depth):
        return 0 if depth == 0 else 1 + pool.submit(lambda: outer(depth - 1)).result()

    assert pool.submit(lambda: outer(10)).result() == 10
    assert pool.thread_count <= 11


@pytest.mark.unit
def test_close_ends_running_tasks_and_cancels_waiting_ones() -> None:
    pool = Pool()
    started, go = threading.Event(), threading.Event()

    def task():
        started.set()
        assert go.wait(300)
        return "done"

    running = pool.submit(task)
    assert started.wait(300)
    with pool._condition:
        # As if no thread had come to take it yet.
        waiting = pool.submit(lambda: "never")
        pool._tasks.clear()
        pool._tasks.append(waiting)
        closing = threading.Thread(target=pool.close)
        pool._closed = True
    closing.start()
    go.set()
    closing.join()
    assert running.result() == "done"
    with pytest.raises(CancelledError):
        waiting.result()
    assert pool.thread_count == 0
    late = pool.submit(lambda: 1)
    assert late.cancelled()
    pool.close()


@pytest.mark.unit
def test_close_from_one_of_its_threads_does_not_wait_for_itself() -> None:
    pool = Pool()
    pool.submit(pool.close).result()
    pool.close()
    assert pool.thread_count == 0


@pytest.mark.unit
def test_owns_its_threads(pool) -> None:
    assert pool.submit(lambda: pool.owns(threading.current_thread())).result()
    assert not pool.owns(threading.current_thread())


@pytest.mark.unit
def test_a_finished_task_is_not_kept_alive(pool) -> None:
    class Big:
        pass

    big = Big()
    gone = weakref.ref(big)
    future = pool.submit(lambda value=big: None)
    future.result()
    del future, big
    pool.submit(lambda: None).result()
    for thread in pool._threads:
        assert thread.is_alive()
    # The thread drops the task before it waits for the next one; taking the lock waits for that.
    with pool._condition:
        pass
    pool.close()
    assert gone() is None
