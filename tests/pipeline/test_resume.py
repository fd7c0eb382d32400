"""Exact resume of every operator and every source of files."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import penstock as ps
from penstock import Dataset
from penstock.core.random import set_seed
from penstock.pipeline import plan
from penstock.pipeline.exec.base import executed_nodes
from penstock.pipeline.options import Options
from penstock.pipeline.plan import walk
from penstock.testing import assert_resumes_exactly


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
