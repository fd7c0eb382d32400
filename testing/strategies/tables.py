"""Sources of recipes that are files of tables: Parquet, Arrow and databases; see `datasets.py`.

A file is written when it is first drawn, into a folder that goes with the process.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from ...pipeline import ArrowDataset, Dataset, ParquetDataset, SqlDataset
from .hypothesis_extra import st

_COLUMNS: dict[str, Callable[[int], Any]] = {
    "n": lambda i: 3 * i % 7,
    "x": lambda i: i / 4,
    "s": lambda i: "ab"[: i % 3],
    "v": lambda i: list(range(i % 4)),
}


@functools.cache
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="penstock-tables-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@functools.cache
def _table_file(kind: str, rows: int, rows_per_part: int) -> str:
    """Write a file of a Parquet, Arrow (file or stream) or SQLite table; return its path."""
    path = _folder() / f"{rows}-{rows_per_part}.{kind}"
    names = [name for name in _COLUMNS if name != "v" or kind != "sqlite"]
    columns = {name: [_COLUMNS[name](i) for i in range(rows)] for name in names}
    if kind == "sqlite":
        _write_database(path, columns)
        return str(path)
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema({"n": pa.int64(), "x": pa.float32(), "s": pa.string(), "v": pa.list_(pa.int64())})
    table = pa.table(columns, schema)
    if kind == "parquet":
        pq.write_table(table, path, row_group_size=rows_per_part)
        return str(path)
    with (pa.ipc.new_file if kind == "arrow" else pa.ipc.new_stream)(str(path), schema) as writer:
        writer.write_table(table, max_chunksize=rows_per_part)
    return str(path)


def _write_database(path: Path, columns: dict[str, list[Any]]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE t ({', '.join(columns)})")
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO t VALUES ({marks})", zip(*columns.values(), strict=True))


@st.composite
def tables(draw: st.DrawFn, max_rows: int) -> tuple[str, Callable[[], Dataset[Any]]]:
    """Draw a source over one or two files of a table, as its text and what builds it."""
    kind = draw(st.sampled_from(["parquet", "arrow", "arrows", "sqlite"]))
    rows, per_part = draw(st.integers(0, max_rows)), draw(st.integers(1, 5))
    if kind == "sqlite":
        query, types = draw(
            st.sampled_from([("SELECT n FROM t", "int64"), ("SELECT s, x FROM t ORDER BY n, x", ("string", "float32"))])
        )
        database = _table_file(kind, rows, 1)
        return f"SqlDataset({rows} rows, {query!r})", lambda: SqlDataset("sqlite", database, query, types)
    chosen = draw(st.none() | st.lists(st.sampled_from(sorted(_COLUMNS)), min_size=1, unique=True))
    paths = [_table_file(kind, rows, per_part)] * draw(st.integers(1, 2))
    reader = ParquetDataset if kind == "parquet" else ArrowDataset
    text = f"{reader.__name__}({len(paths)} files of {rows} rows, {per_part} in a part, columns={chosen})"
    return text, lambda: reader(paths, chosen)
