"""Kernel calls split over the cores: ranges, results, errors, threads, forks."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core import parallel
from penstock.core.parallel import core_count, run_ranges
from penstock.testing.leaks import assert_no_leaks


@pytest.fixture
def four_cores(monkeypatch):
    monkeypatch.setattr(parallel, "core_count", lambda: 4)


@given(n=st.integers(0, 200), least=st.integers(1, 60), cores=st.integers(1, 5))
def test_ranges_cover_the_rows_once_and_results_keep_their_order(n, least, cores):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel, "core_count", lambda: cores)
        found = run_ranges(lambda start, stop: (start, stop), n, least=least)
    assert [i for start, stop in found for i in range(start, stop)] == list(range(n))
    assert found[0][0] == 0 and found[-1][1] == n
    if len(found) > 1:
        assert min(stop - start for start, stop in found) >= least


@pytest.mark.usefixtures("four_cores")
def test_few_rows_stay_one_call_on_the_callers_thread():
    seen = []
    run_ranges(lambda *rows: seen.append((rows, threading.current_thread())), 199, least=100)
    assert seen == [((0, 199), threading.current_thread())]


@pytest.mark.usefixtures("four_cores")
def test_ranges_run_side_by_side_and_leave_no_thread():
    meeting = threading.Barrier(4, timeout=300)
    names = set()

    def task(_start, _stop):
        names.add(threading.current_thread().name)
        meeting.wait()

    with assert_no_leaks():
        run_ranges(task, 16, least=1)  # sixteen ranges on four threads: each wait needs four at once
    assert len(names) == 2  # the caller's thread, and those of the call, which share a name


@pytest.mark.usefixtures("four_cores")
def test_a_call_inside_a_split_call_is_not_split():
    found = run_ranges(lambda start, stop: run_ranges(lambda a, b: (a, b), 1000, least=1), 100, least=10)
    assert all(inner == [(0, 1000)] for inner in found)
    assert len(run_ranges(lambda a, b: (a, b), 1000, least=1)) > 1


@pytest.mark.usefixtures("four_cores")
def test_the_error_of_the_first_range_that_failed_is_raised_and_no_thread_is_left():
    def task(start, stop):
        raise ValueError(f"rows {start} to {stop}")

    with assert_no_leaks(), pytest.raises(ValueError, match="rows 0 to 25"):
        run_ranges(task, 400, least=1)
    assert run_ranges(lambda a, b: b - a, 400, least=100) == [100] * 4


@pytest.mark.usefixtures("four_cores")
def test_without_further_threads_the_caller_does_all_the_work(monkeypatch):
    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert sum(run_ranges(lambda a, b: b - a, 1000, least=10)) == 1000


@pytest.mark.usefixtures("four_cores")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_forked_during_a_split_call_splits_again():
    def fork(_start, _stop):
        child = os.fork()
        if child == 0:
            parts = len(run_ranges(lambda a, b: b - a, 1000, least=1))
            os._exit(0 if parts > 1 else 1)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    assert run_ranges(fork, 2, least=1) == [0, 0]


def test_core_count_is_positive_and_at_most_the_machines():
    assert 1 <= core_count() <= (os.cpu_count() or 1)


@pytest.mark.usefixtures("four_cores")
def test_kernels_write_their_ranges_of_one_array():
    out = np.zeros(10_000, dtype=np.int64)

    def fill(start, stop):
        out[start:stop] = np.arange(start, stop)

    run_ranges(fill, len(out), least=500)
    np.testing.assert_array_equal(out, np.arange(10_000))
