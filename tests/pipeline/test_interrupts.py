"""Ctrl-C wherever the main thread looks for signals: it is raised, nothing hangs, and no thread is left."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import faulthandler, sys, threading
from penstock import Dataset
from penstock.core import waiting

waiting.GLANCE = 0.01
PLACES = ("threading.py", "waiting.py", "pool.py", "prefetch.py", "interleave.py", "map.py", "iterator.py")

class Interrupt:
    '''Raises KeyboardInterrupt at one of the places where the interpreter looks for signals: a function of Python code
    begins, or a call of another has returned.'''

    def __init__(self, at):
        self.at, self.count, self.place = at, 0, None

    def __call__(self, frame, event, arg):
        if event in ("call", "c_return") and frame.f_code.co_filename.endswith(PLACES):
            self.count += 1
            if self.count == self.at:
                self.place = f"{frame.f_code.co_name}, line {frame.f_lineno}, {event} {arg!r}"
                raise KeyboardInterrupt

def opaque(x):
    return int(x) + 1

def read(dataset, interrupt):
    iterator = iter(dataset)
    try:
        sys.setprofile(interrupt)
        try:
            for element in iterator:
                iterator.get_state()
                if element == 3:
                    break
            iterator.close()
        finally:
            sys.setprofile(None)
    finally:
        # In case the interrupt came to the loop.
        iterator.close()

def left():
    return [t for t in threading.enumerate() if t.is_alive() and t.name.startswith("penstock")]

at, wrong = 0, []
while True:
    at += 1
    interrupt = Interrupt(at)
    faulthandler.dump_traceback_later(60, exit=True)
    try:
        read(eval(sys.argv[1]), interrupt)
    except KeyboardInterrupt:
        pass
    except BaseException as err:
        wrong.append(f"{interrupt.place}: {err!r}")
    if interrupt.place is None:
        break
    for thread in left():
        thread.join(1)  # one that was starting
    if left():
        wrong.append(f"{interrupt.place}: {left()}")
        break
faulthandler.cancel_dump_traceback_later()
print(at, *wrong, sep="\\n")
"""


@pytest.mark.fault
@pytest.mark.parametrize(
    "dataset",
    [
        "Dataset.range(8).map(opaque, vectorize=False).prefetch(1)",
        "Dataset.range(8).map(opaque, vectorize=False, num_parallel_calls=2)",
        "Dataset.range(3).interleave(lambda x: Dataset.range(3), cycle_length=2, num_parallel_calls=2).prefetch(2)",
    ],
)
def test_ctrl_c_at_every_place(dataset) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, dataset], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    places, *wrong = done.stdout.splitlines()
    assert wrong == []
    assert int(places) > 100
