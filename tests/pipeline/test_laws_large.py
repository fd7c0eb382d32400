"""Every operator over a thousand elements: the engine gives what the plain-Python reference gives, however it runs."""

from __future__ import annotations

import itertools
import sqlite3

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import penstock as ps
from penstock import Dataset
from penstock.core.random import set_seed
from penstock.pipeline import plan
from penstock.pipeline.exec import DatasetIterator
from penstock.pipeline.exec.base import executed_nodes
from penstock.pipeline.options import Options
from penstock.pipeline.plan import walk
from penstock.pipeline.rules import RULES, rewrite
from penstock.testing import assert_elements_equal
from penstock.testing.executor import Run

N = 1000


def numbers():
    """Count a thousand elements, in steps that rules can join."""
    return Dataset.range(N + 30).skip(10).repeat(1).skip(5).take(2 * N).take(N)


def add_one(x):
    return int(x) + 1


def is_odd(x):
    return int(x) % 2 == 1


def few(x):
    return Dataset.range(x * 10, x * 10 + x % 4)


def up_to(x):
    return np.arange(int(x) % 4)


def only_even(x):
    if x % 2:
        raise ValueError(int(x))
    return x


def count():
    yield from range(N)


# Each takes num_parallel_calls; those without threads of their own leave it.
CASES = {
    "range": lambda calls: numbers(),
    "from_tensor_slices": lambda calls: Dataset.from_tensor_slices(
        {"a": np.arange(2.0 * N).reshape(N, 2), "b": [f"row {i}" for i in range(N)]}
    ),
    "from_tensors": lambda calls: Dataset.from_tensors((1, [2, 3])).repeat(N),
    "from_generator": lambda calls: Dataset.from_generator(count),
    "from_source": lambda calls: Dataset.from_source(list(range(N))).shuffle(50),
    "counter": lambda calls: Dataset.counter(5, 3).take(N),
    "random": lambda calls: Dataset.random(7).take(N),
    "random, rerandomized": lambda calls: Dataset.random(7, rerandomize_each_iteration=True).take(N),
    "traced map": lambda calls: numbers().map(lambda x: (x * 2, {"y": x - 1}), num_parallel_calls=calls),
    "opaque map": lambda calls: numbers().map(add_one, num_parallel_calls=calls, vectorize=False),
    "elements that are skipped": lambda calls: numbers().map(only_even, num_parallel_calls=calls, on_error="skip"),
    "traced filter": lambda calls: numbers().filter(lambda x: x % 3 == 0),
    "opaque filter": lambda calls: numbers().filter(is_odd),
    "ignore_errors": lambda calls: numbers().map(only_even, num_parallel_calls=calls).ignore_errors(),
    "flat_map": lambda calls: numbers().flat_map(few),
    "interleave": lambda calls: numbers().interleave(few, cycle_length=9, block_length=2, num_parallel_calls=calls),
    "interleave of orders": lambda calls: Dataset.range(40).interleave(
        lambda x: Dataset.range(x, x + 25).shuffle(6), cycle_length=8, num_parallel_calls=calls
    ),
    "shuffle": lambda calls: numbers().shuffle(100),
    "shuffle, one order": lambda calls: numbers().shuffle(3 * N, reshuffle_each_iteration=False),
    "shuffle of a shuffle": lambda calls: Dataset.range(N // 2).shuffle(40).repeat(2).shuffle(9),
    "global_shuffle": lambda calls: Dataset.range(N).global_shuffle(seed=5),
    "repeat": lambda calls: Dataset.range(N // 4).shuffle(30).repeat(4),
    "endless repeat": lambda calls: Dataset.range(N // 4).shuffle(30).map(add_one).repeat().take(N),
    "take": lambda calls: numbers().shuffle(9).take(700).take(650),
    "skip": lambda calls: numbers().shuffle(9).skip(200).skip(70),
    "take_while": lambda calls: numbers().take_while(lambda x: x < 900),
    "shard": lambda calls: Dataset.range(3 * N).shuffle(9).shard(3, 1),
    "concatenate": lambda calls: Dataset.range(N // 2).shuffle(40).concatenate(Dataset.range(N // 2).map(add_one)),
    "zip": lambda calls: Dataset.zip(numbers().shuffle(40), Dataset.range(N // 3).map(add_one).repeat()),
    "enumerate": lambda calls: numbers().shuffle(40).enumerate(start=3),
    "choose_from_datasets": lambda calls: Dataset.choose_from_datasets(
        [numbers().shuffle(30), Dataset.range(300).map(add_one)], Dataset.range(3).repeat().map(lambda x: x % 2)
    ),
    "sample_from_datasets": lambda calls: Dataset.sample_from_datasets(
        [numbers().shuffle(30), Dataset.range(300)], weights=[0.4, 0.6], seed=3
    ),
    "batch": lambda calls: numbers().batch(7),
    "batch, no remainder": lambda calls: numbers().map(add_one).batch(7, drop_remainder=True),
    "padded_batch": lambda calls: numbers().map(up_to).padded_batch(7),
    "ragged_batch": lambda calls: numbers().map(up_to).ragged_batch(7),
    "sparse_batch": lambda calls: numbers().map(up_to).sparse_batch(7, [4]),
    "unbatch": lambda calls: numbers().batch(64).unbatch(),
    "unbatch of an order": lambda calls: numbers().batch(64).shuffle(3).unbatch(),
    "rebatch": lambda calls: numbers().batch(64).rebatch([4, 3]),
    "window": lambda calls: numbers().window(4, shift=5, stride=2).flat_map(lambda window: window.batch(4)),
    "group_by_window": lambda calls: numbers().group_by_window(
        lambda x: x % 5, lambda key, window: window.batch(9), window_size=9
    ),
    "bucket_by_sequence_length": lambda calls: (
        numbers().map(up_to).bucket_by_sequence_length(lambda x: np.shape(x)[0], [1, 3], [20, 30, 20])
    ),
    "pack_sequences": lambda calls: numbers().map(up_to).pack_sequences(9, num_bins=5),
    "unique": lambda calls: numbers().map(lambda x: x * x % 997).unique(),
    "scan": lambda calls: numbers().scan(np.int64(0), lambda total, x: (total + x, total * 2)),
    "rejection_resample": lambda calls: numbers().rejection_resample(lambda x: x % 2, [0.8, 0.2], seed=3),
    "assert_cardinality": lambda calls: numbers().map(add_one).assert_cardinality(N),
    "prefetch": lambda calls: numbers().map(add_one, num_parallel_calls=calls).prefetch(calls or 1),
    "cache": lambda calls: numbers().shuffle(30).map(add_one, num_parallel_calls=calls).cache().shuffle(30),
    "many together": lambda calls: (
        numbers()
        .shuffle(60)
        .interleave(few, cycle_length=8, num_parallel_calls=calls)
        .map(add_one, num_parallel_calls=calls, vectorize=False)
        .cache()
        .filter(lambda x: x % 7 > 0)
        .batch(16)
        .unbatch()
        .prefetch(3)
    ),
}

# Each takes the folder of the files, and one that is new.
FILE_CASES = {
    "text lines": lambda files, new: ps.TextLineDataset([f"{files}/a.txt", f"{files}/b.txt"]),
    "records": lambda files, new: ps.TFRecordDataset([f"{files}/a.tfrecord", f"{files}/b.tfrecord"]).shuffle(40),
    "records of fixed length": lambda files, new: ps.FixedLengthRecordDataset([f"{files}/a.txt"], 4, footer_bytes=2),
    "csv": lambda files, new: ps.CsvDataset([f"{files}/a.csv"], [0, ""]),
    "load": lambda files, new: Dataset.load(f"{files}/saved").shuffle(30),
    "cache in files": lambda files, new: numbers().shuffle(30).map(add_one).cache(f"{new}/cache"),
    "snapshot": lambda files, new: numbers().shuffle(30).snapshot(f"{new}/snapshot", shard_func=lambda x: x % 3),
}

# The reference reads no tables: their rows stand for them.
ROWS = [(i, f"row {i}") for i in range(N)]
TABLE_CASES = {
    "sqlite": lambda files: ps.SqlDataset("sqlite", f"{files}/a.db", "SELECT * FROM t ORDER BY a", ("int64", "string")),
    "parquet": lambda files: ps.ParquetDataset(f"{files}/a.parquet").map(lambda row: (row["a"], row["b"])),
    "arrow": lambda files: ps.ArrowDataset(f"{files}/a.arrow").map(lambda row: (row["a"], row["b"])),
}


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """One file of each kind, with a thousand elements altogether."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = tmp_path_factory.mktemp("files")
    for name in "ab":
        (folder / f"{name}.txt").write_text("".join(f"{name}{i * i}\n" for i in range(N // 2)))
        with ps.TFRecordWriter(str(folder / f"{name}.tfrecord")) as writer:
            for i in range(N // 2):
                writer.write(b"%d-" % i * (i % 5))
    # The footer leaves whole records.
    text = (folder / "a.txt").read_bytes()
    (folder / "a.txt").write_bytes(text + b"\n" * ((2 - len(text)) % 4))
    (folder / "a.csv").write_text("".join(f"{a},{b}\n" for a, b in ROWS))
    connection = sqlite3.connect(folder / "a.db")
    connection.execute("CREATE TABLE t (a INTEGER, b TEXT)")
    connection.executemany("INSERT INTO t VALUES (?, ?)", ROWS)
    connection.commit()
    connection.close()
    table = pa.table({"a": [a for a, _ in ROWS], "b": [b for _, b in ROWS]})
    pq.write_table(table, folder / "a.parquet", row_group_size=150)
    with pa.ipc.new_file(folder / "a.arrow", table.schema) as sink:
        sink.write_table(table, max_chunksize=150)
    Dataset.range(N).save(str(folder / "saved"), shard_func=lambda x: x // 300)
    return folder


def check(make, how, make_wanted=None) -> None:
    """Compare passes over one pipeline with passes of the reference."""
    rows, threads, rules, passes = how

    def build(make):
        set_seed(11)
        options = Options()
        options.threading.private_threadpool_size = threads
        # What stands on top is for the rules.
        return make().skip(0).skip(2).skip(1).take(3 * N).take(2 * N).repeat(1).with_options(options)

    run, wanted = Run(), build(make_wanted or make)
    root, _ = rewrite(build(make)._node, rules)
    for _ in range(passes):
        expected = list(run.open(wanted._node))
        with DatasetIterator(root, max_block_rows=rows) as iterator:
            found = list(iterator)
        assert len(found) == len(expected) > 0
        for one, other in zip(found, expected, strict=True):
            assert_elements_equal(one, other)


CALLS = st.sampled_from([None, 1, 2, 3, 8, ps.AUTOTUNE])
RULE_SETS = st.lists(st.booleans(), min_size=len(RULES), max_size=len(RULES)).map(
    lambda chosen: list(itertools.compress(RULES, chosen))
)
# Rows in a block, threads, rules, passes.
RUNS = st.tuples(
    st.sampled_from([1, 2, 1000, 16384]) | st.integers(1, 1200), st.integers(1, 6), RULE_SETS, st.integers(1, 2)
)

# A pipeline of this size takes long: a share of the profile's examples for each operator.
few_examples = settings(max_examples=max(2, settings.default.max_examples // 16))


@pytest.mark.property
@pytest.mark.parametrize("make", CASES.values(), ids=CASES)
@few_examples
@given(calls=CALLS, how=RUNS)
def test_every_operator_gives_what_the_reference_gives(make, calls, how) -> None:
    check(lambda: make(calls), how)


@pytest.mark.property
@pytest.mark.parametrize("make", FILE_CASES.values(), ids=FILE_CASES)
@few_examples
@given(how=RUNS)
def test_every_storage_gives_what_the_reference_gives(make, files, tmp_path_factory, how) -> None:
    new = tmp_path_factory.mktemp("new")
    check(lambda: make(files, new), how)


@pytest.mark.property
@pytest.mark.parametrize("make", TABLE_CASES.values(), ids=TABLE_CASES)
@few_examples
@given(how=RUNS)
def test_every_table_gives_its_rows(make, files, how) -> None:
    columns = tuple(list(column) for column in zip(*ROWS, strict=True))
    check(lambda: make(files), how, lambda: Dataset.from_tensor_slices(columns))


@pytest.mark.unit
def test_every_operator_has_a_case(files, tmp_path) -> None:
    """A new operator joins with one row in a table above."""
    made = [make(2) for make in CASES.values()] + [make(files, tmp_path) for make in FILE_CASES.values()]
    made += [make(files) for make in TABLE_CASES.values()]
    made.append(numbers().with_options(Options()))
    found = {type(node).__name__ for dataset in made for node in walk(dataset._node)}
    ours = {node.__name__ for node in executed_nodes() if getattr(plan, node.__name__, None) is node}
    # Windows are made of rows.
    assert ours - found - {"Rows"} == set()
