"""snapshot: the first complete pass is kept in shards; later passes read them, in an order of choice."""

from __future__ import annotations

import dataclasses
import errno
import functools
import io
import itertools
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.errors import (
    DataLossError,
    FailedPreconditionError,
    InvalidArgumentError,
    PenstockError,
    StageError,
)
from penstock.pipeline.storage import block_file
from penstock.testing import assert_elements_equal, assert_resumes_exactly
from penstock.testing.executor import reference_epochs
from penstock.testing.strategies.datasets import recipes


def ints(dataset):
    return [int(x) for x in dataset]


def counted(n, path, **arguments):
    calls = []

    def note(x):
        calls.append(int(x))
        return x

    return Dataset.range(n).map(note, vectorize=False).snapshot(path, **arguments), calls


def files(path):
    return sorted(entry.name for entry in path.rglob("*") if entry.is_file())


@pytest.mark.unit
def test_functions_run_in_the_first_complete_pass_only(tmp_path) -> None:
    kept, calls = counted(9, tmp_path / "s")
    assert ints(kept.take(3)) == [0, 1, 2]
    assert files(tmp_path) == []
    again, no_calls = counted(9, tmp_path / "s")
    assert ints(kept) == ints(kept) == ints(again) == list(range(9))
    assert calls == [0, 1, 2, *range(9)]
    assert no_calls == []


@pytest.mark.property
@given(recipes(max_steps=3), st.sampled_from(["AUTO", None, "GZIP"]))
def test_two_passes_over_any_pipeline_are_equal(tmp_path_factory, recipe, compression) -> None:
    try:
        expected = list(recipe.build())
    except (PenstockError, ValueError):
        return
    kept = recipe.build().snapshot(tmp_path_factory.mktemp("s"), compression)
    try:
        passes = [list(kept), list(kept)]
    except InvalidArgumentError as err:
        assert any(text in str(err) for text in ("must be numbers", "one structure", "datasets have no form"))
        return
    for elements in passes:
        assert len(elements) == len(expected)
        for element, want in zip(elements, expected, strict=True):
            assert_elements_equal(element, want)


@pytest.mark.unit
def test_shards_and_the_order_in_which_they_are_read(tmp_path) -> None:
    kept, _ = counted(6, tmp_path / "s", shard_func=lambda x: x % 2)
    assert ints(kept) == [0, 1, 2, 3, 4, 5]
    assert ints(kept) == [0, 2, 4, 1, 3, 5]

    def backwards(shards):
        return shards.skip(1).concatenate(shards.take(1)).interleave(lambda shard: shard, cycle_length=1)

    kept, _ = counted(6, tmp_path / "s", shard_func=lambda x: x % 2, reader_func=backwards)
    assert ints(kept) == ints(kept) == [1, 3, 5, 0, 2, 4]
    wrong, _ = counted(6, tmp_path / "s", reader_func=lambda shards: 1)
    with pytest.raises(InvalidArgumentError, match=r"Dataset.snapshot: reader_func must return a Dataset\. Received"):
        ints(wrong)


@pytest.mark.unit
def test_each_pipeline_has_its_own(tmp_path) -> None:
    assert ints(Dataset.range(3).snapshot(tmp_path)) == [0, 1, 2]
    assert ints(Dataset.range(4).snapshot(tmp_path)) == [0, 1, 2, 3]
    assert ints(Dataset.range(2).interleave(lambda i: Dataset.range(i + 3).snapshot(tmp_path))) == [0, 0, 1, 1, 2, 2, 3]
    for i in range(2):
        assert ints(Dataset.range(6).shard(2, i).snapshot(tmp_path)) == [i, i + 2, i + 4]
        assert ints(Dataset.range(6).shard(2, i).snapshot(tmp_path)) == [i, i + 2, i + 4]


@dataclasses.dataclass
class Person:
    age: object


@pytest.mark.unit
def test_elements_of_the_users_own_classes(tmp_path) -> None:
    def make():
        return Dataset.range(3).map(lambda x: Person(x), vectorize=False).snapshot(tmp_path)

    assert list(make()) == list(make()) == [Person(0), Person(1), Person(2)]


@pytest.mark.unit
def test_arguments_are_checked(tmp_path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"Dataset.snapshot: compression must be None, .* Received: compres"):
        Dataset.range(3).snapshot(tmp_path, "LZMA")
    with pytest.raises(InvalidArgumentError, match=r"Dataset.snapshot: shard_func must be callable\. Received"):
        Dataset.range(3).snapshot(tmp_path, shard_func=1)
    with pytest.raises(InvalidArgumentError, match=r"snapshot: shard_func must return an integer >= 0\. Received: -1"):
        ints(Dataset.range(3).snapshot(tmp_path, shard_func=lambda x: -1))


@pytest.mark.fault
def test_errors_leave_nothing_and_lose_nothing(tmp_path, read_all) -> None:
    def fail(x):
        if int(x) == 3:
            raise KeyError("three")
        return 0

    found = read_all(Dataset.range(6).snapshot(tmp_path / "s", shard_func=fail))
    assert [type(f) for f in found].count(StageError) == 1
    assert [int(f) for f in found if not isinstance(f, Exception)] == list(range(6))
    assert files(tmp_path) == []
    found = read_all(Dataset.range(6).map(lambda x: 1 // (3 - int(x)), vectorize=False).snapshot(tmp_path / "s"))
    assert len(found) == 6
    assert files(tmp_path) == []


@pytest.mark.fault
def test_a_full_disk(tmp_path, monkeypatch, read_all) -> None:
    class FullDisk(io.FileIO):
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(block_file, "open_new", lambda path: FullDisk(path, "xb"))
    found = read_all(Dataset.range(9000).snapshot(tmp_path / "s"))
    assert [int(f) for f in found if not isinstance(f, OSError)] == list(range(9000))
    assert files(tmp_path) == []


@pytest.mark.fault
def test_damage_is_found(tmp_path) -> None:
    kept = Dataset.range(9).snapshot(tmp_path)
    ints(kept)
    shard = next(tmp_path.rglob("*.blocks"))
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(data)
    with pytest.raises(DataLossError, match=shard.name):
        ints(kept)
    manifest = next(tmp_path.rglob("dataset.json"))
    manifest.write_text("{}")
    with pytest.raises(DataLossError, match=r"dataset\.json: is damaged"):
        ints(kept)


SCRIPT = """
import os, sys
from penstock import Dataset

def stop(x):
    if x == int(sys.argv[2]):
        os._exit(9)
    return x

print(sum(map(int, Dataset.range(20_000).map(stop, vectorize=False).snapshot(sys.argv[1]))))
"""


@pytest.mark.fault
def test_processes_at_once_and_one_that_dies(tmp_path) -> None:
    def run(stop):
        call = [sys.executable, "-c", SCRIPT, str(tmp_path / "s"), str(stop)]
        return subprocess.Popen(call, stdout=subprocess.PIPE, text=True)

    writers = [run(-1), run(-1), run(15_000)]
    total = f"{sum(range(20_000))}\n"
    outputs = [process.communicate()[0] for process in writers]
    assert outputs[:2] == [total, total] and outputs[2] in ("", total)
    assert run(0).communicate()[0] == total


# --- resume -----------------------------------------------------------------------------------------------------------


@pytest.mark.unit
@pytest.mark.parametrize("is_complete", [False, True])
@pytest.mark.parametrize("reader", [None, lambda shards: shards.shuffle(3, seed=2).interleave(lambda s: s)])
def test_resume_at_every_step(tmp_path, is_complete, reader) -> None:
    def make(path):
        kept = Dataset.range(12).shuffle(5, seed=3).snapshot(path, reader_func=reader, shard_func=lambda x: x % 3)
        return kept.map(lambda x: x + 0).batch(2)

    def listed(iterator):
        return [batch.tolist() for batch in iterator]

    for i in range(7):
        path = tmp_path / str(i)
        if is_complete:
            list(make(path))
        iterator = iter(make(path))
        head = listed(itertools.islice(iterator, i))
        state = json.loads(json.dumps(iterator.get_state()))
        iterator.close()
        # A pass that was interrupted may find the snapshot of another one.
        for finds in [False, True]:
            if finds and not is_complete:
                list(make(path))
            fresh = iter(make(path))
            fresh.set_state(state)
            assert json.loads(json.dumps(fresh.get_state())) == state
            assert sorted(itertools.chain(*head, *listed(fresh))) == list(range(12))
            if not is_complete:
                assert bool(files(path)) == finds


@pytest.mark.unit
def test_a_state_of_a_snapshot_that_is_gone(tmp_path) -> None:
    kept, _ = counted(6, tmp_path)
    ints(kept)
    iterator = iter(kept)
    next(iterator)
    state = iterator.get_state()
    iterator.close()
    next(tmp_path.rglob("dataset.json")).unlink()
    with pytest.raises(FailedPreconditionError, match="no longer holds the snapshot in which the state was saved"):
        iter(kept).set_state(state)


@pytest.mark.unit
def test_repr(tmp_path) -> None:
    kept = Dataset.range(3).snapshot("here", None, lambda shards: shards, abs)
    assert repr(kept) == "<Dataset range(3).snapshot('here', compression=None, shard_func=abs, reader_func)>"


def kept_and_batched(path):
    return Dataset.range(12).shuffle(5, seed=2).snapshot(path, shard_func=lambda x: x % 3).batch(2).repeat(2)


@pytest.mark.unit
def test_exact_resume_in_a_fresh_process(tmp_path) -> None:
    list(kept_and_batched(tmp_path))
    assert_resumes_exactly(functools.partial(kept_and_batched, tmp_path), fresh_process=True)


@pytest.mark.unit
def test_the_reference_gives_the_same(tmp_path) -> None:
    kept = Dataset.range(9).snapshot(tmp_path, shard_func=lambda x: x % 3).map(lambda x: x + 1)
    assert reference_epochs(kept, 2) == [ints(kept), ints(kept)]
