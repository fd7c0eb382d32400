"""Locks in a forked child."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from penstock.core.forks import free_in_child, new_lock

PROGRAM = """
import os, sys, threading
from penstock import Dataset
from penstock.core import provenance
from penstock.core.random import seeds

dataset = Dataset.range(10).map(lambda x: x + 1).shuffle(5, seed=1).cache()
function, shuffled = dataset._node.input.input.function, dataset._node.input.seeds
held, go = threading.Barrier(2), threading.Event()

def hold():
    with provenance._lock, seeds._lock, function._lock, shuffled._lock, dataset._node.memory._lock:
        held.wait(60)
        go.wait(60)

thread = threading.Thread(target=hold)
thread.start()
held.wait(60)
child = os.fork()
if child == 0:
    assert provenance.file_id("a file") == 0
    assert sorted(int(x) for x in dataset) == list(range(1, 11))
    os._exit(0)
_, status = os.waitpid(child, 0)
go.set()
thread.join()
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.fault
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_does_not_wait_for_threads_of_its_parent() -> None:
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", PROGRAM], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr


@pytest.mark.unit
def test_locks_are_locks() -> None:
    lock, again = new_lock(), free_in_child(threading.RLock())
    with lock:
        assert not lock.acquire(blocking=False)
    with again, again:
        pass
