"""Waiting for futures."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, Future

import pytest

from penstock.core import waiting
from penstock.core.waiting import result_of


@pytest.mark.unit
def test_a_result_that_takes_many_glances(monkeypatch) -> None:
    monkeypatch.setattr(waiting, "GLANCE", 0.001)
    future: Future[int] = Future()
    timer = threading.Timer(0.05, future.set_result, [3])
    timer.start()
    assert result_of(future) == 3
    timer.join()


@pytest.mark.unit
def test_a_time_out_of_the_task_is_not_one_of_the_wait() -> None:
    future: Future[int] = Future()
    future.set_exception(TimeoutError("the task's"))
    with pytest.raises(TimeoutError, match="the task's"):
        result_of(future)


@pytest.mark.unit
def test_a_cancelled_task() -> None:
    future: Future[int] = Future()
    future.cancel()
    with pytest.raises(CancelledError):
        result_of(future)
