"""Sources that read files, databases and objects of the user keep the contract of sources, below every step."""

from __future__ import annotations

import contextlib
import functools
import gzip
import sqlite3

import numpy as np
import pytest

from penstock import (
    ArrowDataset,
    CsvDataset,
    FixedLengthRecordDataset,
    ParquetDataset,
    SqlDataset,
    make_csv_dataset,
)
from penstock.testing import check_operator, check_source

pytestmark = pytest.mark.property


@pytest.mark.parametrize("compression", ["", "GZIP"])
def test_fixed_length(tmp_path, compression):
    pack = gzip.compress if compression else bytes
    for name, n in (("a", 5), ("b", 0), ("c", 3)):
        (tmp_path / name).write_bytes(pack(b"H" + bytes(range(2 * n))))
    paths = [tmp_path / name for name in "abc"]
    check_source(functools.partial(FixedLengthRecordDataset, paths, 2, 1, None, 16, compression))


def test_csv(tmp_path):
    (tmp_path / "a.csv").write_text("n,s\n" + "".join(f'{i},"x\n{i}"\n' for i in range(5)))
    (tmp_path / "b.csv").write_text("n,s\r\n7,\r\n,y")
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    check_source(functools.partial(CsvDataset, paths, [np.array([3]), [""]], header=True, buffer_size=32))


def test_make_csv(tmp_path):
    for i in range(3):
        (tmp_path / f"{i}.csv").write_text("a,b\n" + "".join(f"{10 * i + k},x{k}\n" for k in range(3 + i)))
    pattern = str(tmp_path / "*.csv")
    check_operator(lambda: make_csv_dataset(pattern, 4, num_epochs=2, shuffle_seed=1, label_name="b"))
    check_operator(lambda: make_csv_dataset(pattern, 4, num_epochs=1, shuffle=False, num_parallel_reads=2))


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_tables(tmp_path, kind):
    import pyarrow as pa
    from pyarrow import feather, parquet

    for name, n in (("a", 5), ("b", 0), ("c", 3)):
        table = pa.table({"i": pa.array(range(n), pa.int32()), "s": pa.array([f"s{v}" for v in range(n)], pa.string())})
        if kind == "parquet":
            parquet.write_table(table, tmp_path / name, row_group_size=2)
        else:
            feather.write_feather(table, str(tmp_path / name), chunksize=2)
    made = ParquetDataset if kind == "parquet" else ArrowDataset
    check_source(functools.partial(made, [tmp_path / name for name in "abc"]))


def test_sql(tmp_path):
    path = tmp_path / "a.db"
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (a INTEGER, b TEXT)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(i, f"x{i}") for i in range(8)])
    check_source(functools.partial(SqlDataset, "sqlite", path, "SELECT a, b FROM t ORDER BY a", ("int32", "string")))


class Squares:
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        return {"x": index, "y": np.float32(index * index)}


class Columns(Squares):
    def __getitems__(self, indices):
        x = np.array(indices)
        return {"x": x, "y": (x * x).astype(np.float32)}


class Words:
    def __iter__(self):
        return iter([b"one", b"two", b"three", b"four", b"five", b"six", b"seven"])


@pytest.mark.parametrize("source", [Squares(8), Columns(8), Words()], ids=lambda source: type(source).__name__)
def test_objects_of_the_user(source):
    check_source(source)
