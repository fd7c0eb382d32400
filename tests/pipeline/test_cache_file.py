"""cache(filename): one complete pass makes the file; whoever finds the file finds all of it, or an error."""

from __future__ import annotations

import dataclasses
import errno
import functools
import io
import itertools
import json
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given

from penstock import Dataset, TensorSpec
from penstock.core.errors import DataLossError, FailedPreconditionError, InvalidArgumentError, PenstockError
from penstock.pipeline.storage import block_file
from penstock.testing import assert_elements_equal, assert_resumes_exactly
from penstock.testing.strategies.datasets import recipes


def counted(n, path):
    """Return a cached dataset and the list of its function's calls."""
    calls = []

    def note(x):
        calls.append(int(x))
        return {"x": x, "text": f"row {x}"}

    return Dataset.range(n).map(note, vectorize=False).cache(path), calls


def names(path):
    return sorted(entry.name for entry in path.iterdir())


@pytest.mark.unit
def test_functions_run_in_the_first_complete_pass_only(tmp_path) -> None:
    cached, calls = counted(20, tmp_path / "c")
    assert len(list(cached.take(5))) == 5
    assert names(tmp_path) == []
    first = list(cached)
    assert names(tmp_path) == ["c"]
    again, no_calls = counted(20, tmp_path / "c")
    assert list(cached) == list(again) == first
    assert calls == [*range(5), *range(20)]
    assert no_calls == []
    assert first[3] == {"x": 3, "text": b"row 3"}


@pytest.mark.property
@given(recipes(max_steps=3))
def test_two_passes_over_any_pipeline_are_equal(tmp_path_factory, recipe) -> None:
    path = tmp_path_factory.mktemp("c") / "c"
    try:
        expected = list(recipe.build())
    except (PenstockError, ValueError):
        return
    cached = recipe.build().cache(path)
    try:
        passes = [list(cached), list(cached)]
    except InvalidArgumentError as err:
        assert "must be numbers" in str(err)
        return
    for elements in passes:
        assert len(elements) == len(expected)
        for element, want in zip(elements, expected, strict=True):
            assert_elements_equal(element, want)


@pytest.mark.unit
def test_large_caches_have_many_blocks_and_a_position_is_a_number(tmp_path) -> None:
    cached = Dataset.range(30_000).map(lambda x: x * 2).cache(tmp_path / "c")
    expected = [2 * i for i in range(30_000)]
    assert list(cached) == list(cached) == expected
    iterator = iter(cached.batch(7))
    next(itertools.islice(iterator, 2999, None))
    fresh = iter(cached.batch(7))
    fresh.set_state(iterator.get_state())
    assert np.concatenate(list(fresh)).tolist() == expected[21_000:]


@pytest.mark.unit
def test_shuffle_above_goes_on_shuffling_and_below_is_frozen(tmp_path) -> None:
    above = Dataset.range(20).cache(tmp_path / "a").shuffle(20, seed=1)
    assert list(above) != list(above)
    below = Dataset.range(20).shuffle(20, seed=1).cache(tmp_path / "b")
    assert list(below) == list(below)


@pytest.mark.unit
def test_repeat_fills_once(tmp_path) -> None:
    cached, calls = counted(4, tmp_path / "c")
    assert [int(e["x"]) for e in cached.repeat(3)] == [0, 1, 2, 3] * 3
    assert calls == [0, 1, 2, 3]


@pytest.mark.unit
def test_an_empty_pass_is_complete(tmp_path) -> None:
    runs = []
    cached = Dataset.from_generator(lambda: iter(runs.append(1) or ()), output_signature=TensorSpec((), "int64"))
    cached = cached.cache(tmp_path / "c")
    assert [list(cached), list(cached), len(runs)] == [[], [], 1]


@dataclasses.dataclass
class Person:
    name: object
    age: object


@pytest.mark.unit
def test_elements_of_the_users_own_classes(tmp_path) -> None:
    def people(x):
        return Person(f"p{x}", x)

    first = list(Dataset.range(3).map(people, vectorize=False).cache(tmp_path / "c"))
    # In a later process only the pipeline itself knows the class.
    second = list(Dataset.range(3).map(people, vectorize=False).cache(tmp_path / "c"))
    assert second == first == [Person(f"p{i}".encode(), i) for i in range(3)]


# --- what the file must not do ----------------------------------------------------------------------------------------


@pytest.mark.unit
def test_the_file_of_another_pipeline_is_refused(tmp_path) -> None:
    list(Dataset.range(5).cache(tmp_path / "c"))
    message = r"c holds the elements of another pipeline: range\(5\) at node 0, where this one has range\(6\)\. Remove"
    with pytest.raises(InvalidArgumentError, match=message):
        list(Dataset.range(6).cache(tmp_path / "c"))
    with pytest.raises(InvalidArgumentError, match=r"range\(5\) at node 0, where this one has range\(2\)"):
        list(Dataset.range(3).interleave(lambda i: Dataset.range(i + 2).cache(tmp_path / "c")))
    with pytest.raises(InvalidArgumentError, match=r"nothing at node 1, where this one has map\("):
        list(Dataset.range(5).map(lambda x: x).cache(tmp_path / "c"))


@pytest.mark.unit
def test_other_thread_counts_are_the_same_pipeline(tmp_path) -> None:
    def double(x):
        return x * 2

    first = list(Dataset.range(5).map(double).cache(tmp_path / "c"))
    assert list(Dataset.range(5).map(double, num_parallel_calls=2).prefetch(3).cache(tmp_path / "d")) == first
    assert list(Dataset.range(5).map(double, num_parallel_calls=3).cache(tmp_path / "c")) == first


@pytest.mark.fault
def test_damaged_files_are_never_served(tmp_path) -> None:
    cached, calls = counted(9000, tmp_path / "c")
    list(cached)
    good = (tmp_path / "c").read_bytes()
    rows, found = [], None
    bad = bytearray(good)
    bad[len(good) // 2] ^= 4
    (tmp_path / "c").write_bytes(bad)
    try:
        for row in cached:
            rows.append(int(row["x"]))
    except DataLossError as err:
        found = err
    assert found is not None and found.path == str(tmp_path / "c") and 0 < found.offset_bytes < len(good)
    assert rows == list(range(len(rows))) and len(rows) % 4096 == 0
    for size in (0, 5, len(good) // 2, len(good) - 1):
        (tmp_path / "c").write_bytes(good[:size])
        with pytest.raises(DataLossError, match="The file is damaged or incomplete; remove it"):
            next(iter(cached))
    assert len(calls) == 9000


@pytest.mark.fault
def test_an_error_leaves_no_file(tmp_path, read_all) -> None:
    def shaky(x):
        if x == 3:
            raise KeyError("three")
        return x

    with pytest.raises(Exception, match="'shaky' raised KeyError on element 3"):
        list(Dataset.range(6).map(shaky, vectorize=False).cache(tmp_path / "c"))
    assert names(tmp_path) == []
    # Nor when somebody goes on after it: the pass has lost an element.
    assert len(read_all(Dataset.range(6).map(shaky, vectorize=False).cache(tmp_path / "c"))) == 6
    assert names(tmp_path) == []


@pytest.mark.fault
def test_python_objects_are_refused(tmp_path, read_all) -> None:
    cached = Dataset.range(3).map(lambda x: None, vectorize=False).cache(tmp_path / "c")
    assert "leaves must be numbers, arrays" in str(read_all(cached)[-1])
    assert names(tmp_path) == []


@pytest.mark.fault
@pytest.mark.parametrize("room", [0, 30_000])
def test_a_full_disk_loses_no_element(tmp_path, monkeypatch, read_all, room) -> None:
    class FullDisk(io.FileIO):
        left = room

        def write(self, data):
            self.left -= len(data)
            if self.left < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(data)

    monkeypatch.setattr(block_file, "open_new", lambda path: FullDisk(path, "xb"))
    found = read_all(Dataset.range(9000).cache(tmp_path / "c"))
    errors = [f for f in found if isinstance(f, Exception)]
    assert [type(e) for e in errors] == [OSError]
    assert errors[0].errno == errno.ENOSPC and errors[0].filename.startswith(str(tmp_path / "c"))
    assert [int(f) for f in found if f is not errors[0]] == list(range(9000))
    assert names(tmp_path) == []


@pytest.mark.fault
def test_no_folder(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match=r"cannot be written, there is no folder .*missing"):
        list(Dataset.range(3).cache(tmp_path / "missing" / "c"))


# --- several at once --------------------------------------------------------------------------------------------------


@pytest.mark.unit
def test_iterators_side_by_side(tmp_path) -> None:
    cached, _ = counted(50, tmp_path / "c")
    first, second = iter(cached), iter(cached)
    head = [next(first) for _ in range(10)]
    assert len(list(second)) == 50
    assert len(head + list(first)) == 50
    assert names(tmp_path) == ["c"]
    assert len(list(cached)) == 50


@pytest.mark.unit
def test_threads_side_by_side(tmp_path) -> None:
    cached = Dataset.range(5000).map(lambda x: x * 2, vectorize=False).cache(tmp_path / "c")
    results = [None] * 3

    def read(i):
        results[i] = list(cached)

    threads = [threading.Thread(target=read, args=(i,)) for i in range(3)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert results[0] == results[1] == results[2] == list(cached) == [2 * i for i in range(5000)]
    assert names(tmp_path) == ["c"]


SCRIPT = """
import sys, os
from penstock import Dataset

def stop_at(x):
    if x == int(sys.argv[2]):
        os._exit(9)
    return x * 3

print(sum(map(int, Dataset.range(20_000).map(stop_at, vectorize=False).cache(sys.argv[1]))))
"""


def run(path, stop=-1):
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(path), str(stop)], stdout=subprocess.PIPE, text=True)


@pytest.mark.fault
def test_processes_at_once_and_one_that_dies(tmp_path) -> None:
    writers = [run(tmp_path / "c"), run(tmp_path / "c"), run(tmp_path / "c", stop=15_000)]
    outputs = [(process.communicate()[0], process.returncode) for process in writers]
    total = str(3 * sum(range(20_000))) + "\n"
    assert outputs[:2] == [(total, 0), (total, 0)]
    # The one that died may have come late enough to read the file of another.
    assert outputs[2] in [("", 9), (total, 0)]
    assert run(tmp_path / "c", stop=0).communicate()[0] == total
    left = [name for name in names(tmp_path) if name != "c"]
    assert len(left) == (outputs[2][1] == 9) and all(name.endswith(".tmp") for name in left)


# --- resume -----------------------------------------------------------------------------------------------------------


def at_every_step(make):
    """Return the states after each element of an iterator, and the elements."""
    iterator, states, elements = iter(make()), [], []
    while True:
        states.append(json.loads(json.dumps(iterator.get_state())))
        try:
            elements.append(next(iterator))
        except StopIteration:
            return states, elements


@pytest.mark.unit
@pytest.mark.parametrize("file_stays", [True, False])
def test_resume_at_every_step(tmp_path, file_stays) -> None:
    def make():
        return Dataset.range(6).shuffle(6).cache(tmp_path / "c").map(lambda x: x + 0).batch(2).repeat(2)

    states, elements = at_every_step(make)
    for i, state in enumerate(states):
        if not file_stays:
            (tmp_path / "c").unlink(missing_ok=True)
        fresh = iter(make())
        fresh.set_state(state)
        assert [e.tolist() for e in fresh] == [e.tolist() for e in elements[i:]]


@pytest.mark.unit
def test_resume_of_a_pass_that_was_filling(tmp_path) -> None:
    def make():
        return Dataset.range(6).shuffle(6).cache(tmp_path / "c")

    iterator = iter(make())
    head = [next(iterator) for _ in range(2)]
    state = iterator.get_state()
    iterator.close()
    fresh = iter(make())
    fresh.set_state(state)
    rest = list(fresh)
    assert sorted(head + rest) == list(range(6))
    # The resumed pass has made the rows before its position once more: the cache is complete.
    assert list(make()) == head + rest


@pytest.mark.unit
def test_a_state_of_another_pass_than_that_in_the_file(tmp_path) -> None:
    def make():
        return Dataset.range(40).shuffle(40).cache(tmp_path / "c")

    iterator = iter(make())
    head = [next(iterator) for _ in range(2)]
    filling = iterator.get_state()
    others = list(make())  # another pass is complete first
    fresh = iter(make())
    fresh.set_state(filling)
    rest = list(fresh)
    assert sorted(head + rest) == list(range(40))
    assert head + rest != others == list(make())
    iterator.close()

    reading = iter(make())
    next(reading)
    full = reading.get_state()
    reading.close()
    (tmp_path / "c").unlink()
    list(make())
    with pytest.raises(FailedPreconditionError, match="now holds the rows of another pass. Remove the file"):
        iter(make()).set_state(full)


@pytest.mark.unit
def test_explain_says_what_the_file_does(tmp_path) -> None:
    cached = Dataset.range(3).cache(tmp_path / "c")
    assert "writes the file in the first complete pass" in cached.explain()
    list(cached)
    assert "· reads the file" in cached.explain()
    assert f"cache({str(tmp_path / 'c')!r})" in repr(cached)


def cached_and_batched(path):
    return Dataset.range(12).shuffle(5, seed=2).cache(path).shuffle(4, seed=3).batch(2).repeat(2)


@pytest.mark.unit
def test_exact_resume_in_a_fresh_process(tmp_path) -> None:
    list(cached_and_batched(tmp_path / "c"))
    assert_resumes_exactly(functools.partial(cached_and_batched, tmp_path / "c"), fresh_process=True)
