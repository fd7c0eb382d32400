"""save and load: what is loaded is what was saved; a folder holds a whole dataset or none."""

from __future__ import annotations

import dataclasses
import errno
import functools
import io
import itertools
import json
import shutil
import subprocess
import sys
import threading
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset, RaggedSpec, SparseSpec, TensorSpec
from penstock.core.errors import (
    DataLossError,
    InvalidArgumentError,
    NotFoundError,
    PenstockError,
    StageError,
    UnimplementedError,
)
from penstock.core.nest import structure_of
from penstock.core.nest_json import has_classes
from penstock.core.values import Ragged, Sparse
from penstock.pipeline.storage import block_file
from penstock.testing import assert_elements_equal, assert_resumes_exactly
from penstock.testing.strategies.datasets import recipes


def names(path):
    return sorted(entry.name for entry in path.iterdir())


def ints(dataset):
    return [int(x) for x in dataset]


def check(actual, expected) -> None:
    assert len(actual) == len(expected)
    for one, other in zip(actual, expected, strict=True):
        assert_elements_equal(one, other)


@pytest.mark.property
@given(recipes(max_steps=3), st.sampled_from([None, "GZIP", "SNAPPY", "AUTO"]), st.booleans())
def test_what_is_loaded_is_what_was_saved(tmp_path_factory, recipe, compression, cuts) -> None:
    path = tmp_path_factory.mktemp("s") / "d"
    try:
        expected, spec = list(recipe.build()), recipe.build().element_spec
    except (PenstockError, ValueError):
        return
    try:
        recipe.build().save(path, compression)
    except InvalidArgumentError as err:
        assert any(text in str(err) for text in ("must be numbers", "one structure", "datasets have no form"))
        assert not path.exists()
        return
    has_own = has_classes(structure_of(spec))
    loaded = Dataset.load(path, element_spec=spec if has_own else None)
    check(list(loaded), expected)
    assert len(loaded) == len(expected)
    if cuts:
        check(list(loaded.skip(3).take(5)), expected[3:8])


SAMPLES = {
    "numbers": [np.float32(1.5), np.float32(-2)],
    "strings": [b"a", b"", b"\xff\0"],
    "nests": [{"x": (np.int8(1), np.ones((2, 3))), "y": b"s"}, {"x": (np.int8(2), np.zeros((2, 3))), "y": b""}],
    "arrays of many lengths": [np.arange(3), np.arange(0), np.arange(5)],
    "arrays of many shapes": [np.zeros((1, 2)), np.zeros((2, 1))],
    "string arrays": [np.array([b"a", b"bc"], dtype=object), np.array([], dtype=object)],
    "ragged": [Ragged.from_list([[1], [2, 3], []]), Ragged.from_list([[4]])],
    "sparse": [Sparse([[0, 1]], [5.0], [2, 3]), Sparse(np.zeros((0, 2), np.int64), np.zeros(0), [1, 1])],
    "bools and complex": [(np.bool_(True), np.complex64(1j)), (np.bool_(False), np.complex64(2))],
    "keys of two types": [{1: np.int64(2), "a": np.int64(3)}],
}


@pytest.mark.unit
@pytest.mark.parametrize("sample", SAMPLES)
def test_all_kinds_of_elements(tmp_path, sample) -> None:
    elements = SAMPLES[sample]
    Dataset.from_generator(lambda: iter(elements)).save(tmp_path / "d")
    check(list(Dataset.load(tmp_path / "d")), elements)


@pytest.mark.unit
def test_the_spec_comes_back(tmp_path) -> None:
    spec = {
        "a": TensorSpec((None, 2), "float16"),
        "b": RaggedSpec((None, None), "string", 1),
        "c": (SparseSpec((3, None), "int32"), TensorSpec(None, "bool")),
    }
    Dataset.from_generator(lambda: iter(()), output_signature=spec).save(tmp_path / "d")
    assert Dataset.load(tmp_path / "d").element_spec == spec


@pytest.mark.unit
def test_no_elements_and_no_spec(tmp_path) -> None:
    Dataset.range(0).save(tmp_path / "d")
    loaded = Dataset.load(tmp_path / "d")
    assert (list(loaded), len(loaded), loaded.element_spec) == ([], 0, TensorSpec((), "int64"))


class Point(NamedTuple):
    x: object
    y: object


@dataclasses.dataclass
class Person:
    name: object
    age: object


@pytest.mark.unit
def test_classes_come_with_element_spec(tmp_path) -> None:
    people = [Person(b"Ann", np.int64(4)), Person(b"Bob", np.int64(5))]
    Dataset.from_generator(lambda: iter(people)).save(tmp_path / "d")
    with pytest.raises(InvalidArgumentError, match=r"Person\(name, age\) is a dataclass, and files hold no classes"):
        Dataset.load(tmp_path / "d")
    spec = Person(TensorSpec((), "string"), TensorSpec((), "int64"))
    assert list(Dataset.load(tmp_path / "d", element_spec=spec)) == people
    Dataset.from_generator(lambda: iter([Point(np.int64(1), np.int64(2))])).save(tmp_path / "d")
    point = next(iter(Dataset.load(tmp_path / "d")))
    assert (point._fields, type(point).__name__) == (("x", "y"), "Point")
    spec = Point(TensorSpec((), "int64"), TensorSpec((), "int64"))
    assert type(next(iter(Dataset.load(tmp_path / "d", spec)))) is Point


@pytest.mark.unit
def test_shards(tmp_path) -> None:
    for shard_func in (lambda x: x % 3, lambda x: int(x) % 3):
        Dataset.range(10).save(tmp_path / "d", shard_func=shard_func)
        assert ints(Dataset.load(tmp_path / "d")) == [0, 3, 6, 9, 1, 4, 7, 2, 5, 8]
        assert len(names(tmp_path / "d")) == 4

    def in_turn(shards):
        assert len(shards) == 3
        return shards.interleave(lambda shard: shard, cycle_length=3)

    assert ints(Dataset.load(tmp_path / "d", reader_func=in_turn)) == list(range(10))
    pairs = Dataset.range(6).map(lambda x: (x, {"y": -x}))
    pairs.save(tmp_path / "e", shard_func=lambda x, rest: x // 2 + 0 * rest["y"])
    assert [int(x) for x, _ in Dataset.load(tmp_path / "e")] == list(range(6))


@pytest.mark.unit
@pytest.mark.parametrize("result", [1.5, -1, b"a", None, (1, 2)])
def test_shard_numbers_are_checked(tmp_path, result) -> None:
    with pytest.raises(InvalidArgumentError, match=r"save: shard_func must return an integer >= 0\. Received"):
        Dataset.range(3).save(tmp_path / "d", shard_func=lambda x: result)
    assert names(tmp_path) == []


@pytest.mark.unit
def test_an_error_in_shard_func(tmp_path) -> None:
    def fail(x):
        if int(x) == 2:
            raise KeyError("two")
        return 0

    with pytest.raises(StageError, match="save: 'fail' raised KeyError on element 2"):
        Dataset.range(5).save(tmp_path / "d", shard_func=fail)
    assert names(tmp_path) == []


@pytest.mark.unit
def test_functions_run_once_for_each_element(tmp_path) -> None:
    calls = []

    def note(x):
        calls.append(int(x))
        return x

    Dataset.range(5).map(note, vectorize=False).save(tmp_path / "d")
    assert calls == [0, 1, 2, 3, 4]


# --- arguments --------------------------------------------------------------------------------------------------------


@pytest.mark.unit
def test_arguments_are_checked(tmp_path) -> None:
    dataset = Dataset.range(3)
    with pytest.raises(InvalidArgumentError, match=r"Dataset.save: compression must be .* Received: compression='gzp'"):
        dataset.save(tmp_path / "d", compression="gzp")
    with pytest.raises(InvalidArgumentError, match=r"Dataset.save: shard_func must be callable\. Received"):
        dataset.save(tmp_path / "d", shard_func=3)
    with pytest.raises(InvalidArgumentError, match=r"Dataset.save: checkpoint_args must be a dict with 'directory'\."):
        dataset.save(tmp_path / "d", checkpoint_args={})
    with pytest.raises(InvalidArgumentError, match=r"save: the dataset must have an end\. Received: an infinite one"):
        dataset.repeat().save(tmp_path / "d")
    with pytest.raises(InvalidArgumentError, match=r"datasets? .*no form|leaves must be numbers"):
        dataset.map(lambda x: Dataset.range(x), vectorize=False).save(tmp_path / "d")
    assert names(tmp_path) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidArgumentError, match=r"file: must be a folder for a dataset\. There is a file\."):
        dataset.save(tmp_path / "file")
    dataset.save(tmp_path / "d", compression="GZIP")
    assert ints(Dataset.load(tmp_path / "d", compression="GZIP")) == [0, 1, 2]
    with pytest.raises(InvalidArgumentError, match=r"d was saved with compression 'GZIP'\. Received: 'SNAPPY'\. Leave"):
        Dataset.load(tmp_path / "d", compression="AUTO")
    with pytest.raises(InvalidArgumentError, match=r"d holds other elements than element_spec says\. Received"):
        Dataset.load(tmp_path / "d", element_spec=TensorSpec((), "int32"))
    with pytest.raises(InvalidArgumentError, match=r"Dataset.load: reader_func must return a Dataset\. Received: 3"):
        list(Dataset.load(tmp_path / "d", reader_func=lambda shards: 3))
    with pytest.raises(InvalidArgumentError, match=r"Dataset.load: reader_func must be callable\. Received"):
        Dataset.load(tmp_path / "d", reader_func=3)


@pytest.mark.unit
def test_there_is_no_dataset(tmp_path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(NotFoundError, match=r"holds no saved dataset, there is no dataset\.json\. It appears when"):
            Dataset.load(path)


@pytest.mark.unit
def test_wait_for_a_dataset_that_is_being_written(tmp_path) -> None:
    go = threading.Event()

    def slowly(x):
        assert go.wait(300)
        return x

    thread = threading.Thread(target=Dataset.range(3).map(slowly, vectorize=False).save, args=(tmp_path / "d",))
    thread.start()
    with pytest.raises(NotFoundError):
        Dataset.load(tmp_path / "d")
    go.set()
    assert ints(Dataset.load(tmp_path / "d", wait=True)) == [0, 1, 2]
    thread.join()


# --- one whole dataset or none ----------------------------------------------------------------------------------------


@pytest.mark.unit
def test_a_new_dataset_replaces_the_old_one(tmp_path) -> None:
    Dataset.range(5).save(tmp_path / "d")
    (tmp_path / "d" / "notes.txt").write_text("mine")
    before = iter(Dataset.load(tmp_path / "d"))
    next(before)
    Dataset.range(7).save(tmp_path / "d")
    assert ints(Dataset.load(tmp_path / "d")) == list(range(7))
    assert len(names(tmp_path / "d")) == 3
    # Who has begun to read the old file reads it to its end.
    assert ints(before) == [1, 2, 3, 4]


@pytest.mark.fault
def test_a_save_that_fails_leaves_the_old_dataset(tmp_path) -> None:
    def shaky(x):
        if x == 3:
            raise KeyError("three")
        return x

    Dataset.range(5).save(tmp_path / "d")
    before = names(tmp_path / "d")
    with pytest.raises(StageError, match="'shaky' raised KeyError on element 3"):
        Dataset.range(9).map(shaky, vectorize=False).save(tmp_path / "d")
    assert names(tmp_path / "d") == before
    assert ints(Dataset.load(tmp_path / "d")) == list(range(5))


@pytest.mark.fault
@pytest.mark.parametrize("room", [0, 100, 300, 40_000])
def test_a_full_disk(tmp_path, monkeypatch, room) -> None:
    class FullDisk(io.FileIO):
        left = room

        def write(self, data):
            self.left -= len(data)
            if self.left < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(data)

    monkeypatch.setattr(block_file, "open_new", lambda path: FullDisk(path, "xb"))
    with pytest.raises(OSError, match=r"No space left on device: '.*blocks'"):
        Dataset.range(20_000).save(tmp_path / "d", shard_func=lambda x: x % 2)
    assert names(tmp_path) == []


SCRIPT = """
import os, sys
from penstock import Dataset

def stop(x):
    if x == int(sys.argv[2]):
        os._exit(9)
    return x

Dataset.range(20_000).map(stop, vectorize=False).save(sys.argv[1], shard_func=lambda x: x % 2)
"""


@pytest.mark.fault
def test_processes_at_once_and_one_that_dies(tmp_path) -> None:
    stops = [-1, -1, 15_000]
    processes = [subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path / "d"), str(s)]) for s in stops]
    assert [process.wait() for process in processes] == [0, 0, 9]
    assert sorted(ints(Dataset.load(tmp_path / "d"))) == list(range(20_000))


@pytest.mark.fault
def test_damage_is_found(tmp_path) -> None:
    Dataset.range(9000).save(tmp_path / "d", shard_func=lambda x: x // 5000)
    manifest = tmp_path / "d" / "dataset.json"
    good = manifest.read_bytes()
    for at in range(0, len(good), 7):
        bad = bytearray(good)
        bad[at] ^= 1
        manifest.write_bytes(bad)
        with pytest.raises(DataLossError, match=r"dataset\.json: is damaged, or no manifest") as info:
            Dataset.load(tmp_path / "d")
        assert info.value.path == str(manifest)
    manifest.write_bytes(good)
    second = sorted((tmp_path / "d").glob("*.blocks"))[1]
    data = second.read_bytes()
    second.write_bytes(data[:-1])
    elements = []
    with pytest.raises(DataLossError, match=rf"{second.name}: it has no end mark") as info:
        elements.extend(Dataset.load(tmp_path / "d"))
    assert len(elements) == 5000 and info.value.path == str(second)
    shutil.copy(sorted((tmp_path / "d").glob("*.blocks"))[0], second)
    with pytest.raises(DataLossError, match="has 5000 elements, the manifest beside it says 4000"):
        list(Dataset.load(tmp_path / "d"))


@pytest.mark.unit
def test_a_newer_format(tmp_path) -> None:
    from penstock.pipeline.storage import folder

    Dataset.range(3).save(tmp_path / "d")
    manifest = tmp_path / "d" / "dataset.json"
    content = json.loads(manifest.read_text())["content"]
    manifest.write_bytes(folder.sealed({**content, "version": 2}))
    with pytest.raises(UnimplementedError, match="has format version 2, this penstock reads version 1. Update"):
        Dataset.load(tmp_path / "d")


# --- resume -----------------------------------------------------------------------------------------------------------


@pytest.mark.unit
def test_resume_at_every_step(tmp_path) -> None:
    Dataset.range(20).save(tmp_path / "d", shard_func=lambda x: x // 7)

    def make():
        loaded = Dataset.load(tmp_path / "d", reader_func=lambda shards: shards.interleave(lambda s: s, cycle_length=2))
        return loaded.concatenate(Dataset.load(tmp_path / "d").shuffle(5, seed=1)).batch(3)

    elements = [e.tolist() for e in make()]
    for i in range(len(elements) + 1):
        iterator = iter(make())
        for _ in itertools.islice(iterator, i):
            pass
        state = json.loads(json.dumps(iterator.get_state()))
        iterator.close()
        fresh = iter(make())
        fresh.set_state(state)
        assert json.loads(json.dumps(fresh.get_state())) == state
        assert [e.tolist() for e in fresh] == elements[i:]


@pytest.mark.unit
def test_positions_are_numbers(tmp_path) -> None:
    Dataset.range(20_000).save(tmp_path / "d", shard_func=lambda x: x // 7000)
    iterator = iter(Dataset.load(tmp_path / "d").batch(100))
    next(itertools.islice(iterator, 149, None))
    state = iterator.get_state()
    iterator.close()
    fresh = iter(Dataset.load(tmp_path / "d").batch(100))
    fresh.set_state(state)
    assert next(fresh)[0] == 15_000
    fresh.close()


@pytest.mark.unit
def test_repr(tmp_path) -> None:
    Dataset.range(3).save(tmp_path / "d")
    assert repr(Dataset.load(tmp_path / "d")) == f"<Dataset load({str(tmp_path / 'd')!r}, 3 elements in 1 file)>"


def loaded_and_shuffled(path):
    return Dataset.load(path).shuffle(5, seed=2).batch(2).repeat(2)


@pytest.mark.unit
def test_exact_resume_in_a_fresh_process(tmp_path) -> None:
    Dataset.range(12).save(tmp_path / "d", shard_func=lambda x: x // 5)
    assert_resumes_exactly(functools.partial(loaded_and_shuffled, tmp_path / "d"), fresh_process=True)
