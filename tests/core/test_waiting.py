"""Waiting for bells and tasks."""

from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import CancelledError

import pytest

from penstock.core import waiting
from penstock.core.waiting import Bell, Task


@pytest.mark.unit
def test_a_bell_keeps_one_ring(monkeypatch) -> None:
    monkeypatch.setattr(waiting, "GLANCE", 60)
    bell = Bell()
    bell.ring()
    bell.ring()
    bell.wait()
    threading.Timer(0.05, bell.ring).start()
    bell.wait()


@pytest.mark.unit
def test_a_bell_that_nobody_rings_is_a_glance(monkeypatch) -> None:
    monkeypatch.setattr(waiting, "GLANCE", 0.001)
    Bell().wait()


@pytest.mark.unit
def test_a_task_is_run_once() -> None:
    calls = []
    task = Task(lambda: calls.append(1) or 7)
    assert not task.done()
    task.run()
    task.run()
    assert (task.result(), task.result(), calls) == (7, 7, [1])
    assert task.done() and not task.cancel() and not task.cancelled()
    assert task.wait() is None


@pytest.mark.unit
def test_many_wait_for_one_task(monkeypatch) -> None:
    monkeypatch.setattr(waiting, "GLANCE", 60)
    task, found = Task(lambda: 5), []
    threads = [threading.Thread(target=lambda: found.append(task.result())) for _ in range(4)]
    for thread in threads:
        thread.start()
    task.run()
    for thread in threads:
        thread.join()
    assert found == [5] * 4


@pytest.mark.unit
def test_a_cancelled_task_is_not_run() -> None:
    task = Task(lambda: pytest.fail("it was cancelled"))
    assert task.cancel() and task.cancel()
    task.run()
    assert task.cancelled() and task.done() and task.wait() is None
    with pytest.raises(CancelledError):
        task.result()


@pytest.mark.unit
def test_a_task_that_fails() -> None:
    task = Task(lambda: 1 // 0)
    task.run()
    assert isinstance(task.wait(), ZeroDivisionError)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            task.result()


class Thing:
    """Work that can be watched."""

    def __init__(self, error=None) -> None:
        self.error = error

    def __call__(self):
        if self.error is not None:
            raise self.error()


@pytest.mark.unit
@pytest.mark.parametrize("end", ["run", "cancel"])
def test_a_task_drops_its_work(end) -> None:
    thing = Thing()
    gone = weakref.ref(thing)
    task = Task(thing)
    del thing
    getattr(task, end)()
    assert gone() is None


@pytest.mark.unit
def test_a_task_that_failed_is_no_cycle() -> None:
    thing = Thing(KeyError)
    gone = weakref.ref(thing)
    task = Task(thing)
    del thing
    gc.disable()
    try:
        task.run()
        del task
        assert gone() is None
    finally:
        gc.enable()
