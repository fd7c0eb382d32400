"""Exact resume: every operator, generated pipelines, other threads and block sizes; refusals; size; epochs."""

from __future__ import annotations

import functools
import itertools
import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import penstock as ps
from penstock import Dataset
from penstock.core.errors import FailedPreconditionError, InvalidArgumentError, PenstockError, StageError
from penstock.core.random import set_seed
from penstock.pipeline import plan
from penstock.pipeline.exec import DatasetIterator
from penstock.pipeline.exec.base import executed_nodes
from penstock.pipeline.options import Options
from penstock.pipeline.plan import walk
from penstock.pipeline.rules import optimize
from penstock.testing import assert_resumes_exactly, pipelines
from penstock.testing.strategies import integer_pipelines
from penstock.testing.strategies.datasets import recipes


def add_one(x):
    return int(x) + 1


def is_odd(x):
    return int(x) % 2 == 1


def tens(x):
    return Dataset.range(x * 10, x * 10 + int(x) % 4)


def up_to(x):
    return np.arange(int(x) % 4)


def only_even(x):
    if x % 2:
        raise ValueError(int(x))
    return x


def numbers(n=20):
    """Count; what a generator does."""
    yield from range(n)


CASES = {
    "range": lambda: Dataset.range(3, 20, 2),
    "slices": lambda: Dataset.from_tensor_slices({"a": np.arange(12.0).reshape(6, 2), "b": list("uvwxyz")}),
    "tensors": lambda: Dataset.from_tensors((1, [2, 3])),
    "generator": lambda: Dataset.from_generator(numbers),
    "counter": lambda: Dataset.counter(5, 3).take(12),
    "random": lambda: Dataset.random(7).take(12),
    "random without a seed": lambda: Dataset.random(rerandomize_each_iteration=True).take(12).repeat(2),
    "traced map": lambda: Dataset.range(20).map(lambda x: x * 2),
    "opaque map": lambda: Dataset.range(20).map(add_one),
    "parallel map": lambda: Dataset.range(20).map(add_one, num_parallel_calls=3, vectorize=False),
    "parallel traced map": lambda: Dataset.range(20).map(lambda x: x * 2, num_parallel_calls=3),
    "traced filter": lambda: Dataset.range(20).filter(lambda x: x % 3 == 0),
    "opaque filter": lambda: Dataset.range(20).filter(is_odd),
    "flat_map": lambda: Dataset.range(7).flat_map(tens),
    "flat_map over an order": lambda: Dataset.range(5).shuffle(5).repeat(2).flat_map(tens),
    "interleave": lambda: Dataset.range(7).interleave(tens, cycle_length=3, block_length=2),
    "parallel interleave": lambda: Dataset.range(7).interleave(tens, cycle_length=3, num_parallel_calls=2),
    "interleave over an order": lambda: Dataset.range(4).shuffle(4).repeat(2).interleave(tens, cycle_length=2),
    "orders inside interleave": lambda: Dataset.range(5).interleave(
        lambda x: tens(x).shuffle(3, seed=5).repeat(2), cycle_length=3
    ),
    "shuffle": lambda: Dataset.range(20).shuffle(6, seed=3),
    "shuffle of everything": lambda: Dataset.range(15).shuffle(100, seed=3),
    "shuffle without a seed": lambda: Dataset.range(12).shuffle(5).repeat(2),
    "shuffle, one order": lambda: Dataset.range(8).shuffle(5, seed=1, reshuffle_each_iteration=False).repeat(2),
    "shuffle of a shuffle": lambda: Dataset.range(10).shuffle(4).repeat(2).shuffle(6).batch(3),
    "shuffle of a generator": lambda: Dataset.from_generator(numbers).shuffle(6, seed=1).batch(4),
    "shuffle of opaque calls": lambda: Dataset.range(15).map(add_one).shuffle(5, seed=1).map(add_one),
    "global_shuffle": lambda: Dataset.range(12).global_shuffle(seed=5).repeat(2),
    "repeat": lambda: Dataset.range(4).repeat(3),
    "endless repeat": lambda: Dataset.range(3).shuffle(3).map(add_one).repeat().take(8),
    "repeat of a repeat": lambda: Dataset.range(3).shuffle(3).repeat(2).shuffle(2).repeat(2),
    "take": lambda: Dataset.range(20).shuffle(4, seed=1).take(7),
    "take nothing": lambda: Dataset.range(20).shuffle(4, seed=1).take(0),
    "skip": lambda: Dataset.range(12).shuffle(4, seed=1).skip(5),
    "shard": lambda: Dataset.range(20).shuffle(6).shard(3, 1).repeat(2),
    "concatenate": lambda: Dataset.range(4).shuffle(4).concatenate(Dataset.range(9, 12).shuffle(3)).repeat(2),
    "zip": lambda: Dataset.zip(Dataset.range(9).shuffle(4), Dataset.range(5).map(add_one).repeat(2)),
    "enumerate": lambda: Dataset.range(9).shuffle(4).enumerate(start=3),
    "choose": lambda: Dataset.choose_from_datasets(
        [Dataset.range(8).shuffle(3), Dataset.range(100, 105).map(add_one)], Dataset.range(2).repeat(6)
    ),
    "sample": lambda: Dataset.sample_from_datasets(
        [Dataset.range(8).shuffle(3), Dataset.range(100, 105)], weights=[0.4, 0.6], seed=None
    ),
    "batch": lambda: Dataset.range(20).shuffle(5, seed=2).batch(3),
    "batch, no remainder": lambda: Dataset.range(20).map(add_one).batch(3, drop_remainder=True).repeat(2),
    "padded_batch": lambda: Dataset.range(14).map(up_to).padded_batch(4),
    "ragged_batch": lambda: Dataset.range(14).map(up_to).ragged_batch(4),
    "unbatch": lambda: Dataset.range(20).batch(6).shuffle(2).unbatch(),
    "rebatch": lambda: Dataset.range(20).batch(6).rebatch([4, 3]),
    "window": lambda: Dataset.range(14).shuffle(4).window(4, shift=2).flat_map(lambda window: window.batch(4)),
    "take_while": lambda: Dataset.range(20).take_while(lambda x: x < 7).shuffle(3),
    "unique": lambda: Dataset.range(30).map(lambda x: x * x % 11).unique(),
    "scan": lambda: Dataset.range(12).scan(np.int64(0), lambda total, x: (total + x, total * 2)).shuffle(3),
    "ignore_errors": lambda: Dataset.range(12).map(only_even).ignore_errors(),
    "elements that are skipped": lambda: Dataset.range(12).map(only_even, on_error="skip").shuffle(3).batch(2),
    "assert_cardinality": lambda: Dataset.range(9).map(add_one).assert_cardinality(9),
    "source by number": lambda: Dataset.from_source([3, 1, 4, 1, 5, 9, 2, 6]).shuffle(3),
    "group_by_window": lambda: Dataset.range(20).group_by_window(
        lambda x: x % 3, lambda key, window: window.batch(3), window_size=3
    ),
    "bucket_by_sequence_length": lambda: (
        Dataset.range(15).map(up_to).bucket_by_sequence_length(lambda x: np.shape(x)[0], [1, 3], [2, 3, 2])
    ),
    "pack_sequences": lambda: Dataset.range(15).map(up_to).pack_sequences(6, num_bins=3),
    "rejection_resample": lambda: Dataset.range(20).rejection_resample(lambda x: x % 2, [0.8, 0.2], seed=None),
    "rejection_resample, known shares": lambda: Dataset.range(20).rejection_resample(
        lambda x: x % 2, [0.7, 0.3], [0.5, 0.5], seed=3
    ),
    "with_options": lambda: Dataset.range(9).shuffle(3).with_options(Options()).batch(2),
    "sparse_batch": lambda: Dataset.range(9).map(up_to).sparse_batch(2, [4]),
    "prefetch": lambda: Dataset.range(20).map(add_one).prefetch(4),
    "prefetch over epochs": lambda: Dataset.range(5).shuffle(5).repeat(3).prefetch(30).batch(2),
    "prefetch of prefetch": lambda: Dataset.range(12).prefetch(3).map(add_one, vectorize=False).shuffle(3).prefetch(2),
    "cache": lambda: Dataset.range(9).map(add_one).cache().shuffle(4).repeat(3),
    "cache of an order": lambda: Dataset.range(6).shuffle(6).repeat(2).cache().repeat(2),
}


@pytest.mark.unit
@pytest.mark.parametrize("make", CASES.values(), ids=CASES)
def test_every_operator_resumes_exactly(make) -> None:
    assert_resumes_exactly(make)


@pytest.mark.unit
@pytest.mark.parametrize("seed", [None, 11])
@pytest.mark.parametrize(
    "make",
    [
        lambda: Dataset.range(4).interleave(lambda x: tens(x + 2).shuffle(4).repeat(2), cycle_length=2).shuffle(3),
        lambda: Dataset.range(4).flat_map(lambda x: tens(x + 2).shuffle(4).concatenate(tens(x + 5).shuffle(4))),
        lambda: Dataset.range(9).map(lambda x: ps.random.uniform([]) + x, vectorize=False).shuffle(3).prefetch(2),
        lambda: Dataset.range(9).filter(lambda x: bool(ps.random.uniform([]) < 0.5)),
    ],
    ids=["interleave", "flat_map", "map", "filter"],
)
def test_random_operations_inside_functions_go_on(make, seed) -> None:
    def build():
        set_seed(seed)
        return make()

    # Without any seed each epoch is new to everybody.
    assert_resumes_exactly(build, next_epoch=seed is not None)


# --- files ------------------------------------------------------------------------------------------------------

FILE_CASES = {
    "text lines": lambda folder: ps.TextLineDataset([f"{folder}/{i}.txt" for i in range(3)]).batch(4),
    "records": lambda folder: ps.TFRecordDataset([f"{folder}/{i}.tfrecord" for i in range(3)]).shuffle(4),
    "records of fixed length": lambda folder: ps.FixedLengthRecordDataset([f"{folder}/0.txt", f"{folder}/2.txt"], 4),
    "csv": lambda folder: ps.CsvDataset([f"{folder}/a.csv", f"{folder}/a.csv"], [0, ""]).shuffle(3).repeat(2),
    "sqlite": lambda folder: ps.SqlDataset(
        "sqlite", f"{folder}/a.db", "SELECT * FROM t ORDER BY a", ("int64", "string")
    ),
    "parquet": lambda folder: ps.ParquetDataset(f"{folder}/a.parquet").shuffle(4),
    "arrow": lambda folder: ps.ArrowDataset(f"{folder}/a.arrow").batch(2),
    "saved": lambda folder: Dataset.load(f"{folder}/saved").shuffle(3),
}


@pytest.fixture(scope="session")
def tables(tmp_path_factory):
    """One file of each kind."""
    import sqlite3

    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = tmp_path_factory.mktemp("tables")
    for i in range(3):
        (folder / f"{i}.txt").write_text("".join(f"{i}-{k}\n" for k in range(4 + 3 * i)))
        with ps.TFRecordWriter(str(folder / f"{i}.tfrecord")) as writer:
            for k in range(4 + 3 * i):
                writer.write(b"%d-%d" % (i, k) * (k % 3))
    rows = [(i, f"row {i}") for i in range(9)]
    (folder / "a.csv").write_text("".join(f"{a},{b}\n" for a, b in rows))
    with sqlite3.connect(folder / "a.db") as connection:
        connection.execute("CREATE TABLE t (a INTEGER, b TEXT)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
    connection.close()
    table = pa.table({"a": [a for a, _ in rows], "b": [b for _, b in rows]})
    pq.write_table(table, folder / "a.parquet", row_group_size=4)
    with pa.ipc.new_file(folder / "a.arrow", table.schema) as sink:
        sink.write_table(table, max_chunksize=4)
    Dataset.range(9).save(str(folder / "saved"))
    return folder


@pytest.mark.unit
@pytest.mark.parametrize("make", FILE_CASES.values(), ids=FILE_CASES)
def test_every_source_of_files_resumes_exactly(make, tables) -> None:
    assert_resumes_exactly(functools.partial(make, tables))


@pytest.mark.unit
def test_every_operator_has_a_case(tables) -> None:
    """A new operator joins with one row in a table above."""
    made = [make() for make in CASES.values()] + [make(tables) for make in FILE_CASES.values()]
    found = {type(node).__name__ for dataset in made for node in walk(dataset._node)}
    ours = {node.__name__ for node in executed_nodes() if getattr(plan, node.__name__, None) is node}
    # Storage that other runs see has tests of its own; windows are made of rows.
    assert ours - found - {"CacheFile", "Snapshot", "Rows"} == set()


@pytest.fixture
def folder(tmp_path):
    """Text and TFRecord files, plain and compressed."""
    for compression in ("", "GZIP", "ZLIB"):
        for i in range(3):
            with ps.TFRecordWriter(str(tmp_path / f"{i}{compression}.tfrecord"), compression) as writer:
                for k in range(4 + 3 * i):
                    writer.write(b"%d-%d" % (i, k) * (k % 3))
    for i in range(3):
        (tmp_path / f"{i}.txt").write_text("".join(f"{i}-{k}\n" for k in range(4 + 3 * i)))
    return tmp_path


@pytest.mark.unit
@pytest.mark.parametrize("compression", ["", "GZIP", "ZLIB"])
@pytest.mark.parametrize("buffer_size", [None, 20])
def test_records_of_files(folder, compression, buffer_size) -> None:
    paths = [str(folder / f"{i}{compression}.tfrecord") for i in (2, 0, 1)]

    def make():
        return ps.TFRecordDataset(paths, compression, buffer_size).shuffle(4, seed=1).repeat(2).batch(3)

    assert_resumes_exactly(make)


@pytest.mark.unit
@pytest.mark.parametrize("parallel", [None, 2])
def test_lines_of_listed_files_side_by_side(folder, parallel) -> None:
    def make():
        files = Dataset.list_files(str(folder / "*.txt"), shuffle=True)
        return files.interleave(ps.TextLineDataset, cycle_length=2, num_parallel_calls=parallel).shuffle(5).prefetch(2)

    assert_resumes_exactly(make)


@pytest.mark.unit
def test_files_may_move_to_another_folder(folder, tmp_path_factory) -> None:
    moved = tmp_path_factory.mktemp("moved")
    for path in folder.glob("*.txt"):
        (moved / path.name).write_bytes(path.read_bytes())

    def make(place):
        return ps.TextLineDataset([str(place / "0.txt"), str(place / "1.txt")]).batch(2)

    assert_resumes_exactly(functools.partial(make, folder), make_restored=functools.partial(make, moved))


# --- another process --------------------------------------------------------------------------------------------


def make_everything(folder):
    """Lines, orders without a seed, opaque calls, threads, epochs."""
    files = Dataset.list_files(os.path.join(folder, "*.txt"))
    lines = files.interleave(ps.TextLineDataset, cycle_length=2, num_parallel_calls=2)
    return lines.shuffle(4).map(len, num_parallel_calls=2, vectorize=False).shuffle(3).repeat(2).batch(3).prefetch(2)


@pytest.mark.unit
def test_a_fresh_process_goes_on(folder) -> None:
    report = assert_resumes_exactly(functools.partial(make_everything, str(folder)), fresh_process=True)
    assert report.elements == 14
    assert report.states == 16
    assert 0 < report.largest_state_bytes < 4000


@pytest.mark.unit
def test_a_fresh_process_cannot_find_a_function_in_a_function() -> None:
    with pytest.raises(InvalidArgumentError, match=r"must be a function of a module.*Received: .*<lambda>.*partial"):
        assert_resumes_exactly(lambda: Dataset.range(3), fresh_process=True)


# --- generated pipelines ----------------------------------------------------------------------------------------


def iterate(max_block_rows):
    """Return a maker of iterators with blocks of another size."""
    return lambda dataset: DatasetIterator(optimize(dataset._node)[0], max_block_rows=max_block_rows)


# Functions that draw without any seed draw anew in each pass: with functions all shuffles have seeds.
PIPELINES = integer_pipelines(max_steps=4) | integer_pipelines(
    unseeded=True, max_steps=4, without=("interleave", "flat_map")
)


@pytest.mark.property
@settings(max_examples=40)
@given(PIPELINES, st.sampled_from([1, 3, 16384]), st.sampled_from([1, 2, 16384]))
def test_generated_pipelines_resume_exactly(pipeline, saved_rows, restored_rows) -> None:
    assert_resumes_exactly(
        lambda: pipelines.build(Dataset, pipeline),
        steps=25,
        iterate=iterate(saved_rows),
        iterate_restored=iterate(restored_rows),
    )


@pytest.mark.property
@settings(max_examples=25)
@given(integer_pipelines(max_steps=4))
def test_epochs_after_a_resumed_one(pipeline) -> None:
    assert_resumes_exactly(lambda: pipelines.build(Dataset, pipeline).take(12))


@pytest.mark.property
@settings(max_examples=30)
@given(recipes())
def test_elements_of_any_structure_resume_exactly(recipe) -> None:
    dataset = recipe.build()
    try:
        list(dataset)
    except (PenstockError, ValueError):
        return
    assert_resumes_exactly(recipe.build, steps=15)


# --- what may differ between the two runs -----------------------------------------------------------------------


def threaded(parallel, ahead):
    """Build one pipeline with different numbers of threads."""
    opened = Dataset.range(9).interleave(tens, cycle_length=3, num_parallel_calls=parallel)
    return opened.shuffle(4, seed=2).map(add_one, num_parallel_calls=parallel, vectorize=False).prefetch(ahead).batch(2)


@pytest.mark.unit
@pytest.mark.parametrize("saved, restored", [((None, 1), (3, 4)), ((3, 4), (None, 1)), ((2, 1), (ps.AUTOTUNE, 9))])
def test_threads_may_differ(saved, restored) -> None:
    assert_resumes_exactly(
        functools.partial(threaded, *saved), make_restored=functools.partial(threaded, *restored), next_epoch=False
    )


@pytest.mark.unit
@pytest.mark.parametrize("rows", [(1, 16384), (16384, 1), (2, 5)])
def test_block_sizes_may_differ(rows) -> None:
    def make():
        dataset = Dataset.range(18).shuffle(9, seed=4).map(lambda x: x * 2).filter(lambda x: x % 3 > 0)
        return dataset.interleave(lambda x: Dataset.range(x, x + 2), cycle_length=3).repeat(2).prefetch(3).batch(3)

    assert_resumes_exactly(make, iterate=iterate(rows[0]), iterate_restored=iterate(rows[1]))


@pytest.mark.unit
def test_blocks_and_elements_in_turn() -> None:
    """Elements that wait in a block are neither skipped by `next_block` nor saved as given."""
    dataset = Dataset.range(100).shuffle(10, seed=1)
    expected = list(dataset)
    with iter(Dataset.range(100).shuffle(10, seed=1)) as iterator:
        found = [next(iterator) for _ in range(3)]
        found += iterator.next_block(2).to_list()
        found += [next(iterator)]
        state = json.loads(json.dumps(iterator.get_state()))
        found += iterator.next_block().to_list()
        assert found == expected[: len(found)]
    with iter(Dataset.range(100).shuffle(10, seed=1)) as iterator:
        iterator.set_state(state)
        assert list(iterator) == expected[6:]


# --- errors of elements -----------------------------------------------------------------------------------------


@pytest.mark.fault
@pytest.mark.parametrize("steps", ["", ".prefetch(2)", ".shuffle(3, seed=1)", ".batch(2)"])
@pytest.mark.parametrize("parallel", [None, 2])
def test_going_on_after_an_error_and_resuming(steps, parallel) -> None:
    """Elements that failed before the position are not met again, those behind it are."""

    def shaky(x):
        if x in (3, 4, 9):
            raise KeyError(int(x))
        return x

    def make():
        mapped = Dataset.range(14).map(shaky, num_parallel_calls=parallel, vectorize=False)
        return eval(f"mapped{steps}", {"mapped": mapped})

    def read(iterator):
        found = []
        while True:
            try:
                found.append(np.asarray(next(iterator)).tolist())
            except StopIteration:
                return found
            except StageError as err:
                found.append(str(err))

    complete = read(iter(make()))
    iterator = iter(make())
    for done in range(len(complete)):
        state = json.loads(json.dumps(iterator.get_state()))
        with iter(make()) as restored:
            restored.set_state(state)
            rest = read(restored)
        assert [x for x in rest if not isinstance(x, str)] == [x for x in complete[done:] if not isinstance(x, str)]
        # An error that was told right before the position may be told once more.
        told = [x for x in complete[max(0, done - 2) :] if isinstance(x, str)]
        assert {x for x in rest if isinstance(x, str)} <= set(told)
        try:
            next(iterator)
        except StageError:
            pass


# --- refusals ---------------------------------------------------------------------------------------------------


def saved(dataset, after=3):
    """Return the state after some elements."""
    with iter(dataset) as iterator:
        for _ in range(after):
            next(iterator)
        return json.loads(json.dumps(iterator.get_state()))


@pytest.mark.unit
@pytest.mark.parametrize(
    "mine, theirs, message",
    [
        (
            lambda: Dataset.range(99).map(add_one).shuffle(1024, seed=7),
            lambda: Dataset.range(99).map(add_one).shuffle(2048, seed=7),
            r"set_state: the saved state is for shuffle\(1024, seed=7\) at node 2; this pipeline has "
            r"shuffle\(2048, seed=7\) there. Rebuild it with the saved options or start a new iterator.",
        ),
        (
            lambda: Dataset.range(9).batch(2),
            lambda: Dataset.range(9),
            r"is for batch\(2\) at node 1; .* has nothing there",
        ),
        (
            lambda: Dataset.range(9),
            lambda: Dataset.range(9).repeat(2),
            r"is for nothing at node 1; .* has repeat\(2\) there",
        ),
        (
            lambda: Dataset.range(9).map(add_one),
            lambda: Dataset.range(9).map(is_odd),
            r"map\(add_one\) .* map\(is_odd\)",
        ),
        (
            lambda: Dataset.from_tensor_slices(np.zeros((9, 2))),
            lambda: Dataset.from_tensor_slices(np.zeros((9, 3))),
            r"shape=\(2,\).*shape=\(3,\)",
        ),
        (
            lambda: Dataset.from_tensor_slices(np.zeros(9)),
            lambda: Dataset.from_tensor_slices(np.zeros(8)),
            "9 rows.*8 rows",
        ),
    ],
)
def test_another_pipeline_is_refused_by_its_first_difference(mine, theirs, message) -> None:
    state = saved(mine())
    iterator = iter(theirs())
    with pytest.raises(InvalidArgumentError, match=message):
        iterator.set_state(state)
    # Nothing has happened to the iterator.
    assert len(list(iterator)) == len(list(theirs()))


@pytest.mark.unit
def test_other_files_are_refused(folder) -> None:
    def make(*names):
        return ps.TextLineDataset([str(folder / name) for name in names])

    with pytest.raises(InvalidArgumentError, match=r"is for text_line\('0.txt'\) at node 0; .* text_line\('1.txt'\)"):
        iter(make("1.txt")).set_state(saved(make("0.txt")))
    with pytest.raises(InvalidArgumentError, match=r"text_line\(2 files\) with names \w{8} at .*files\) with names"):
        iter(make("1.txt", "0.txt")).set_state(saved(make("0.txt", "1.txt")))


@pytest.mark.fault
def test_a_file_that_has_become_shorter(folder) -> None:
    path = folder / "2.txt"
    state = saved(ps.TextLineDataset([str(path)]), after=8)
    path.write_text("short\n")
    iterator = iter(ps.TextLineDataset([str(path)]))
    iterator.set_state(state)
    with pytest.raises(FailedPreconditionError, match="set_state: text_line ends 7 elements before the saved position"):
        next(iterator)


@pytest.mark.fault
def test_a_file_that_ends_before_the_place_of_a_line(folder) -> None:
    path = folder / "2.txt"
    with iter(ps.TextLineDataset([str(path)])) as iterator:
        iterator.next_block(8)
        state = iterator.get_state()
    path.write_text("short\n")
    iterator = iter(ps.TextLineDataset([str(path)]))
    with pytest.raises(ps.errors.DataLossError, match="line 8 was at byte 32, but the file ends before"):
        iterator.set_state(state)
    with pytest.raises(FailedPreconditionError, match="the iterator is closed"):
        next(iterator)


@pytest.mark.fault
def test_a_file_that_is_gone(folder) -> None:
    path = folder / "2.txt"
    state = saved(ps.TextLineDataset([str(path)]))
    path.unlink()
    iterator = iter(ps.TextLineDataset([str(path)]))
    with pytest.raises(ps.errors.NotFoundError, match="no such file"):
        iterator.set_state(state)
        next(iterator)


@pytest.mark.fault
@pytest.mark.parametrize("state", [None, 3, [], {}, {"format": 1}, "{}"])
def test_what_is_no_state_is_refused(state) -> None:
    with pytest.raises(InvalidArgumentError, match=r"set_state: state must come from get_state\(\)\. Received: "):
        iter(Dataset.range(3)).set_state(state)


@pytest.mark.fault
def test_another_format_is_refused() -> None:
    state = {**saved(Dataset.range(9)), "format": 99}
    with pytest.raises(InvalidArgumentError, match=r"format must be 1\. Received: format=99\. .*another version"):
        iter(Dataset.range(9)).set_state(state)


@pytest.mark.fault
@settings(max_examples=60)
@given(st.data())
def test_damage_is_found(data) -> None:
    """A changed character of the text is refused, or leaves another JSON text of the same state."""

    def make():
        return Dataset.range(30).shuffle(7, seed=1).repeat(2).batch(2)

    state = saved(make())
    text = json.dumps(state)
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + data.draw(st.sampled_from('0123456789abc,[]{}" ')) + text[at + 1 :]
    try:
        damaged = json.loads(changed)
    except ValueError:
        return
    if damaged == state:
        return
    with pytest.raises(InvalidArgumentError, match="set_state: "):
        iter(make()).set_state(damaged)


@pytest.mark.unit
def test_a_used_iterator_takes_no_state() -> None:
    state = saved(Dataset.range(9))
    used = r"set_state: the iterator has been used already. Make a new one with iter\(dataset\), then set its state."
    iterator = iter(Dataset.range(9))
    next(iterator)
    with pytest.raises(FailedPreconditionError, match=used):
        iterator.set_state(state)
    assert next(iterator) == 1
    iterator = iter(Dataset.range(9))
    iterator.set_state(state)
    with pytest.raises(FailedPreconditionError, match=used):
        iterator.set_state(state)
    assert next(iterator) == 3
    iterator.close()
    for call in (iterator.get_state, lambda: iterator.set_state(state)):
        with pytest.raises(FailedPreconditionError, match="the iterator is closed"):
            call()


@pytest.mark.fault
def test_generators_that_end_earlier_are_noticed() -> None:
    def make(n):
        return Dataset.from_generator(functools.partial(numbers, n))

    with pytest.raises(
        FailedPreconditionError, match=r"the generator .* ended after 4 elements; .* after 6.*same elem"
    ):
        iter(make(4)).set_state(saved(make(9), after=6))


@pytest.mark.fault
def test_inputs_that_have_become_shorter_are_noticed(folder) -> None:
    def make():
        return ps.TextLineDataset([str(folder / "2.txt")]).shuffle(5, seed=1)

    with iter(make()) as iterator:
        iterator.next_block(4)
        state = iterator.get_state()
    lines = (folder / "2.txt").read_text().splitlines(keepends=True)
    (folder / "2.txt").write_text("".join(lines[:6]))
    with pytest.raises(FailedPreconditionError, match=r"shuffle held elements up to \d of its input .* ends after \d"):
        iter(make()).set_state(state)


# --- size -------------------------------------------------------------------------------------------------------


@pytest.mark.unit
def test_a_large_shuffle_buffer_of_records_is_a_small_state(tmp_path, monkeypatch) -> None:
    """10,000 records of 1 KiB are held; tf.data writes 12.3 MB for them."""
    held, size = 10_000, 1024
    path = str(tmp_path / "many.tfrecord")
    with ps.TFRecordWriter(path) as writer:
        for i in range(24_000):
            writer.write(i.to_bytes(4, "little") * (size // 4))

    def make():
        return ps.TFRecordDataset([path]).shuffle(held, seed=3)

    with iter(make()) as iterator:
        for _ in range(12_500):
            next(iterator)
        text = json.dumps(iterator.get_state())
        expected = list(itertools.islice(iterator, 500))
    assert len(text) <= 200_000
    state = json.loads(text)
    position = state["position"]
    # Rows of the input from the oldest one held to the newest.
    span = position["from"]["read"]

    from penstock.records.reader import TFRecordReader

    read = []
    plain_read = TFRecordReader.read

    def counted(self, max_records):
        column = plain_read(self, max_records)
        read.append(0 if column is None else len(column))
        return column

    monkeypatch.setattr(TFRecordReader, "read", counted)
    with iter(make()) as iterator:
        iterator.set_state(state)
        # From the oldest record held to the newest; before that, no more than one read of the file.
        assert held <= span <= sum(read) <= span + (1 << 18) // size
        assert position["skip"] <= held // 2
        assert list(itertools.islice(iterator, 500)) == expected


@pytest.mark.unit
def test_flat_maps_over_a_large_buffer_save_it_once() -> None:
    """The elements that open datasets were made of are told by number, not by a buffer for each."""
    dataset = Dataset.range(4000).shuffle(1000, seed=1).interleave(Dataset.from_tensors, cycle_length=16)
    state = saved(dataset, after=100)
    assert len(json.dumps(state)) < 16 * 8000
