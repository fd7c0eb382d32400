"""Worker: calls in order, on a thread of its own."""

from __future__ import annotations

import threading

import pytest

from penstock.core.worker import Worker


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "worker of a test"]


@pytest.mark.unit
def test_calls_are_made_in_order_on_one_thread() -> None:
    worker = Worker("worker of a test")
    assert threads() == []
    seen: list[tuple[int, str]] = []
    tasks = [worker.submit(lambda i=i: seen.append((i, threading.current_thread().name)) or i) for i in range(200)]
    assert [task.result() for task in tasks] == list(range(200))
    assert seen == [(i, "worker of a test") for i in range(200)]
    worker.close()
    worker.close()
    assert threads() == []


@pytest.mark.unit
def test_an_error_is_that_of_its_call() -> None:
    worker = Worker("worker of a test")
    failing, good = worker.submit(lambda: 1 // 0), worker.submit(lambda: 1)
    with pytest.raises(ZeroDivisionError):
        failing.result()
    assert good.result() == 1
    worker.close()


@pytest.mark.unit
def test_close_waits_for_the_call_at_work_and_cancels_the_others() -> None:
    worker = Worker("worker of a test")
    begun, end = threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        end.wait(60)
        return "done"

    running, waiting = worker.submit(work), worker.submit(work)
    begun.wait(60)
    threading.Timer(0.05, end.set).start()
    worker.close()
    assert (running.result(), waiting.cancelled(), worker.submit(work).cancelled()) == ("done", True, True)


@pytest.mark.unit
def test_a_worker_without_work_starts_no_thread() -> None:
    Worker("worker of a test").close()
    assert threads() == []
