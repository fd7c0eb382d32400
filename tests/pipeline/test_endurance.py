"""Bounded memory over many epochs; Ctrl-C inside the user's functions; forks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from penstock import Dataset
from penstock.core.errors import FailedPreconditionError
from penstock.testing import assert_no_leaks

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")

EPOCHS = """
import gc, resource, sys
from penstock import Dataset

def opaque(x):
    return int(x) + 1

dataset = eval(sys.argv[1])

def epochs(n):
    for _ in range(n):
        for _ in dataset:
            pass
    gc.collect()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

before = epochs(200)
print((epochs(1000) - before) / 2**20)
"""


@POSIX
@pytest.mark.unit
@pytest.mark.parametrize(
    "pipeline",
    [
        "Dataset.range(40).map(lambda x: x * 2).shuffle(9).batch(4)",
        "Dataset.range(12).map(opaque, num_parallel_calls=2).prefetch(2)",
        "Dataset.range(4).interleave(lambda x: Dataset.range(x + 3), cycle_length=2).cache().shuffle(3).repeat(2)",
    ],
)
def test_memory_is_flat_over_a_thousand_epochs(pipeline) -> None:
    done = subprocess.run([sys.executable, "-c", EPOCHS, pipeline], capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 4, f"grew by {done.stdout} MiB"


@POSIX
@pytest.mark.fault
@pytest.mark.parametrize(
    "steps",
    [
        "map(interrupted)",
        "map(interrupted, vectorize=False).batch(2)",
        "map(interrupted, num_parallel_calls=2, vectorize=False)",
        "map(interrupted, vectorize=False).prefetch(2)",
        "filter(interrupted, vectorize=False)",
        "shuffle(3, seed=1).map(interrupted, num_parallel_calls=2, vectorize=False).prefetch(1)",
    ],
)
def test_ctrl_c_inside_a_function_stops_and_leaves_nothing(steps) -> None:
    calls = []
    released = threading.Event()

    def interrupted(x):
        calls.append(int(x))
        if len(calls) == 4:
            os.kill(os.getpid(), signal.SIGINT)
            if threading.current_thread() is not threading.main_thread():
                # Still at work when the signal reaches the loop.
                released.wait(60)
        return x >= 0

    def loop():
        try:
            for _ in eval(f"dataset.{steps}", {"dataset": Dataset.range(10_000), "interrupted": interrupted}):
                pass
        except KeyboardInterrupt:
            released.set()
            raise

    with assert_no_leaks():
        with pytest.raises(KeyboardInterrupt):
            loop()
    assert len(calls) <= 8


FORK = """
import os, sys, warnings
warnings.simplefilter("ignore")
from penstock import Dataset

dataset = Dataset.range(30).map(lambda x: int(x) + 1, vectorize=False, num_parallel_calls=2).prefetch(2).batch(5)
expected = [x.tolist() for x in dataset]
iterator = iter(dataset)
assert next(iterator).tolist() == expected[0]
state = iterator.get_state()
child = os.fork()
if child == 0:
    try:
        next(iterator)
    except Exception as err:
        print(type(err).__name__, err, flush=True)
    assert [x.tolist() for x in dataset] == expected
    mine = iter(dataset)
    mine.set_state(state)
    assert [x.tolist() for x in mine] == expected[1:]
    print("child", flush=True)
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
assert [x.tolist() for x in iterator] == expected[1:]
print("parent")
"""


@POSIX
@pytest.mark.fault
def test_after_a_fork_the_child_makes_its_own_iterator() -> None:
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[1:] == ["child", "parent"]
    assert lines[0].startswith(
        "FailedPreconditionError DatasetIterator: the iterator belongs to the process that made it."
    )
    assert "Make a new one with iter(dataset) after the fork" in lines[0]
    assert done.stderr == ""


@pytest.mark.unit
def test_an_iterator_of_another_process_says_so(monkeypatch) -> None:
    iterator = iter(Dataset.range(3))
    monkeypatch.setattr(os, "getpid", lambda: 0)
    with pytest.raises(FailedPreconditionError, match=r"Received: made in process \d+, used in 0\."):
        next(iterator)
