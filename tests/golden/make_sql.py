"""Write `sql.json`: what tf.data.experimental.SqlDataset reads from SQLite.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_sql.py

A case has the `values` of one column of a table (text that begins with `blob:` is the BLOB of the rest), the `dtype`,
and the `rows`.
"""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import tensorflow as tf
from writer import plain, versions, write

Values = list[int | float | str | None]
ALL: Values = [None, 5, -3, 0, 2.0, "7", " 8 ", 300, 2**40]
NUMBERS: Values = [None, 5, -3, 2.5, "2.5", "-1e3", 2**40, 1e300]
CASES: list[tuple[str, Values]] = [
    ("string", [*ALL, 2.5, -1e300, 1e15, 0.1, 123456789.125, "abc", "", "ä", "a\nb", "blob:xyz", -(2**63)]),
    ("int8", [None, 5, -128, 127, "7"]),
    ("uint8", [None, 5, 255]),
    ("int16", [None, 300, -32768]),
    ("uint16", [None, 65535]),
    ("int32", [None, 5, -3, 2.0, "7", 2**31 - 1]),
    ("int64", [*ALL, -(2**63), 2**63 - 1]),
    ("float64", NUMBERS),
    ("bool", [None, 0, 1, 5, 2.5, 0.0, "7", "0"]),
]


def stored(value: Any) -> Any:
    return value[5:].encode() if isinstance(value, str) and value.startswith("blob:") else value


def case(path: Path, dtype: str, values: Values) -> dict[str, Any]:
    path.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (v)")
        connection.executemany("INSERT INTO t VALUES (?)", [(stored(value),) for value in values])
    dataset = tf.data.experimental.SqlDataset("sqlite", str(path), "SELECT v FROM t", (tf.as_dtype(dtype),))
    return {"values": values, "dtype": dtype, "rows": [plain(row[0]) for row in dataset.as_numpy_iterator()]}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        rows = [case(Path(name) / "a.db", dtype, values) for dtype, values in CASES]
    write("sql", {"made_by": "make_sql.py", "versions": versions(), "cases": rows})
