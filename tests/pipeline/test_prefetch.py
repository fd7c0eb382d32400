"""prefetch: elements made ahead on a thread; bounds, errors, close, interpreter exit."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import threading
import traceback

import pytest

from penstock import AUTOTUNE, Dataset
from penstock.core.errors import InvalidArgumentError, StageError
from penstock.pipeline.exec import DatasetIterator
from penstock.pipeline.exec.pool import Pool


def pool_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("penstock")]


class Gate:
    """A function that notes its calls, and tells when a number of them has been made."""

    def __init__(self, expected: int) -> None:
        self.calls: list[int] = []
        self.threads: set[str] = set()
        self.expected = expected
        self.reached = threading.Event()

    def __call__(self, x):
        self.calls.append(int(x))
        self.threads.add(threading.current_thread().name)
        if len(self.calls) == self.expected:
            self.reached.set()
        return x


@pytest.mark.unit
@pytest.mark.parametrize("size", [0, 1, 2, 7, 1000, AUTOTUNE])
@pytest.mark.parametrize("vectorize", [None, False])
def test_elements_are_the_same(size, vectorize) -> None:
    dataset = Dataset.range(500).map(lambda x: x + 1, vectorize=vectorize)
    assert list(dataset.prefetch(size)) == list(range(1, 501))
    assert list(dataset.prefetch(size).prefetch(3).batch(7).prefetch(2).map(lambda b: b[0])) == list(range(1, 501, 7))


@pytest.mark.unit
def test_works_ahead_of_a_slow_consumer_and_no_further_than_asked() -> None:
    gate = Gate(expected=4)
    with iter(Dataset.range(100).map(gate, vectorize=False).prefetch(3)) as iterator:
        assert next(iterator) == 0
        # One delivered, three ahead: the consumer does nothing and they are made all the same, on another thread.
        assert gate.reached.wait(300)
        assert all(name.startswith("penstock") for name in gate.threads)
        assert next(iterator) == 1
    # Closing waits for the task: what was made is at most one delivered per next, and three ahead.
    assert len(gate.calls) <= 5
    assert gate.calls == list(range(len(gate.calls)))


@pytest.mark.unit
def test_runs_each_call_once_in_order() -> None:
    gate = Gate(expected=50)
    assert list(Dataset.range(50).map(gate, vectorize=False).prefetch(4)) == list(range(50))
    assert gate.calls == list(range(50))


@pytest.mark.fault
@pytest.mark.parametrize("size", [1, 2, 100, AUTOTUNE])
def test_an_error_arrives_in_order_with_its_traceback_and_the_rest_follows(read_all, size) -> None:
    def shaky(x):
        if x == 5:
            raise KeyError("five")
        return x

    found = read_all(Dataset.range(9).map(shaky, vectorize=False).prefetch(size))
    assert [x for x in found if not isinstance(x, Exception)] == [0, 1, 2, 3, 4, 6, 7, 8]
    error = found[5]
    assert isinstance(error, StageError) and isinstance(error.__cause__, KeyError)
    assert traceback.extract_tb(error.__cause__.__traceback__)[-1].name == "shaky"


@pytest.mark.fault
def test_after_an_error_one_thread_at_a_time_pulls_the_input() -> None:
    inside = threading.Lock()

    def shaky(x):
        assert inside.acquire(blocking=False), "two threads pull the input at once"
        try:
            if x % 3 == 0:
                raise KeyError("three")
            return x
        finally:
            inside.release()

    iterator = iter(Dataset.range(600).map(shaky, vectorize=False).prefetch(4))
    good, bad = 0, 0
    while True:
        try:
            next(iterator)
            good += 1
        except StopIteration:
            break
        except StageError:
            bad += 1
    assert (good, bad) == (400, 200)


@pytest.mark.unit
@pytest.mark.parametrize("how", ["close", "with", "del", "cycle"])
def test_an_abandoned_iterator_leaves_no_thread(how) -> None:
    iterator = iter(Dataset.range(10**9).map(lambda x: x, vectorize=False).prefetch(2))
    next(iterator)
    assert pool_threads()
    match how:
        case "close":
            iterator.close()
        case "with":
            with iterator:
                pass
        case "del":
            del iterator
        case "cycle":
            ring = [iterator]
            ring.append(ring)
            del iterator, ring
            gc.collect()
    assert pool_threads() == []


@pytest.mark.unit
def test_an_iterator_that_ended_has_no_thread() -> None:
    iterator = iter(Dataset.range(5).prefetch(2))
    list(iterator)
    assert pool_threads() == []
    with pytest.raises(StopIteration):
        next(iterator)


@pytest.mark.unit
def test_a_breaking_loop_stops_the_work() -> None:
    gate = Gate(expected=10**9)
    for x in Dataset.range(10**9).map(gate, vectorize=False).prefetch(2):
        if x == 3:
            break
    del x
    gc.collect()
    assert pool_threads() == []
    assert len(gate.calls) <= 7


@pytest.mark.unit
def test_garbage_collected_on_a_thread_of_the_iterator_itself_does_not_wait_for_itself() -> None:
    closed = threading.Event()
    held: list[DatasetIterator] = []

    def rows():
        try:
            yield 0
            held.clear()
            gc.collect()
            yield from range(1, 10)
        finally:
            closed.set()

    iterator = iter(Dataset.from_generator(rows).prefetch(1))
    held.append(iterator)
    assert next(iterator) == 0
    threads = [thread for thread in threading.enumerate() if thread.name in pool_threads()]
    del iterator
    assert closed.wait(300)
    # The pool is closed after the operators.
    for thread in threads:
        thread.join(300)


@pytest.mark.unit
def test_closing_after_the_pool_has_closed_does_not_hang() -> None:
    # At interpreter exit the pools may be closed before the iterators are.
    iterator = iter(Dataset.range(100).prefetch(2))
    operator = iterator._operator
    operator.context.pool.close()
    operator._running = True
    operator._task = operator.context.pool.submit(operator._work)
    iterator.close()


@pytest.mark.unit
@pytest.mark.parametrize(
    "steps", ["prefetch(2)", "map(slow, 3, vectorize=False)", "prefetch(1).map(slow, 2).prefetch(4)"]
)
def test_the_interpreter_exits_with_a_live_iterator(steps) -> None:
    program = f"""
import weakref
class Thing: pass
thing = Thing()
weakref.finalize(thing, print, "finalized")
from penstock import Dataset
def slow(x):
    return sum(range(1000)) * 0 + x
iterator = iter(Dataset.range(10**9).map(lambda x: x, vectorize=False).{steps})
print(next(iterator), next(iterator))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0", "1", "finalized"]
    assert done.stderr == ""


@pytest.mark.fault
@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
@pytest.mark.parametrize("steps", ["", ".map(abs, num_parallel_calls=2, vectorize=False)", ".batch(2).prefetch(1)"])
def test_ctrl_c_ends_a_loop_that_waits(steps) -> None:
    program = f"""
import threading
from penstock import Dataset
step = threading.Event()
def slow(x):
    if x == 3:
        print("waiting", flush=True)
    if x >= 3:
        step.wait(0.1)
    return x
try:
    for x in Dataset.range(10**9).map(slow, vectorize=False).filter(lambda x: x < 3).prefetch(2){steps}:
        pass
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline().strip() == b"waiting"
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=300)
        finally:
            process.kill()
    assert (out.split(), process.returncode) == ([b"interrupted"], 0), err


@pytest.mark.fault
@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal to a thread")
@pytest.mark.parametrize(
    "steps",
    [
        "prefetch(2)",
        "prefetch(2).batch(2).prefetch(1)",
        "interleave(lambda x: Dataset.range(3).map(slow, vectorize=False), cycle_length=2, num_parallel_calls=2)",
    ],
)
def test_ctrl_c_is_seen_where_it_wakes_another_thread(steps) -> None:
    # The handler runs in the main thread, which sleeps on: the system gave the signal to a thread of the pool.
    program = f"""
import signal, threading
from penstock import Dataset
never = threading.Event()
def slow(x):
    if threading.current_thread() is not threading.main_thread():
        never.wait(0.1)  # until the main thread sleeps
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        while not never.wait(0.01) and not seen:
            pass
    return x
seen = []
try:
    for x in Dataset.range(10**9).map(slow, num_parallel_calls=2, vectorize=False).{steps}:
        pass
except KeyboardInterrupt:
    seen.append(True)
    print("interrupted", flush=True)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=600)
    assert (done.stdout.split(), done.returncode) == (["interrupted"], 0), done.stderr


@pytest.mark.unit
@pytest.mark.parametrize("size", [-2, 1.5, "2", None, True])
def test_buffer_size_is_checked(size) -> None:
    with pytest.raises(
        InvalidArgumentError, match="Dataset.prefetch: buffer_size must be an int >= -1. Received: buff"
    ):
        Dataset.range(3).prefetch(size)


@pytest.mark.unit
def test_no_thread_before_the_first_element() -> None:
    iterator = iter(Dataset.range(5).prefetch(2))
    assert pool_threads() == []
    iterator.close()
    assert Pool().thread_count == 0
