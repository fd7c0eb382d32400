"""SqlDataset: TensorFlow's values, queries, types that do not fit, resume, the connection."""

from __future__ import annotations

import contextlib
import gc
import sqlite3

import numpy as np
import pytest

from penstock import Dataset, SqlDataset
from penstock.core.errors import (
    DTypeError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    ParseError,
    StageError,
)
from penstock.testing import assert_resumes_exactly


@pytest.fixture
def fill(tmp_path):
    """Write a table `t` of the given columns into a fresh database; return its path."""

    def write(**columns) -> str:
        path = tmp_path / "a.db"
        path.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f"CREATE TABLE t ({', '.join(columns)})")
            marks = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO t VALUES ({marks})", list(zip(*columns.values(), strict=True)))
        return str(path)

    return write


@pytest.mark.golden
def test_values_are_tensorflows(golden, fill) -> None:
    for case in golden("sql")["cases"]:
        values = [v[5:].encode() if isinstance(v, str) and v.startswith("blob:") else v for v in case["values"]]
        dataset = SqlDataset("sqlite", fill(v=values), "SELECT v FROM t", (case["dtype"],))
        rows = [row for (row,) in dataset]
        assert [v.decode() if isinstance(v, bytes) else v.item() for v in rows] == case["rows"], case["dtype"]
        assert dataset.element_spec[0].dtype.name == case["dtype"]


@pytest.mark.unit
def test_queries_and_structures(fill) -> None:
    path = fill(a=[1, 2, 3], b=["x", "y", "z"])
    query = "SELECT b, a * 10 FROM t WHERE a > 1 ORDER BY a DESC"
    assert list(SqlDataset("sqlite", path, query, ("string", "int32"))) == [(b"z", 30), (b"y", 20)]
    assert list(SqlDataset("sqlite", path, "SELECT a FROM t", "int64")) == [1, 2, 3]
    named = SqlDataset("sqlite", path, "SELECT a, b FROM t LIMIT 1", {"a": np.float32, "b": str})
    assert list(named) == [{"a": np.float32(1), "b": b"x"}]
    assert list(SqlDataset("sqlite", path, "SELECT a FROM t WHERE a > 9", ("int64",))) == []
    assert SqlDataset("sqlite", path, "SELECT a FROM t", ("int64",)).cardinality() == -2


@pytest.mark.unit
def test_rows_know_their_number(fill) -> None:
    path = fill(a=[1, 0, 2])
    with pytest.raises(StageError, match=r"ZeroDivisionError.*a\.db, row 1"):
        list(SqlDataset("sqlite", path, "SELECT a FROM t", "int64").map(lambda a: 1 // int(a)))


@pytest.mark.fault
@pytest.mark.parametrize(
    ("values", "dtype", "message"),
    [
        (
            [1, "abc"],
            "int32",
            r"must fit int32\. Received: 'abc' \(str\)\. Give another type in output_types",
        ),
        ([1, 2.5], "int64", r"must fit int64\. Received: 2\.5 \(float\)"),
        ([1, 300], "int8", r"must fit int8\. Received: 300"),
        ([1, -1], "uint8", r"must fit uint8\. Received: -1"),
        ([1, 2**31], "int32", r"must fit int32\. Received: 2147483648"),
        ([1, "1.5x"], "float64", r"must fit float64\. Received: '1\.5x'"),
        ([1, 1e300], "float32", r"must fit float32\. Received: 1e\+300"),
        ([1, "true"], "bool", r"must fit bool\. Received: 'true'"),
    ],
)
def test_values_that_do_not_fit_come_after_those_that_do(fill, values, dtype, message) -> None:
    path = fill(a=[*values, 1])
    iterator = iter(SqlDataset("sqlite", path, "SELECT a FROM t", dtype))
    assert next(iterator) == 1
    with pytest.raises(ParseError, match=r"SqlDataset: .*a\.db: column 'a' of row 1 " + message) as caught:
        next(iterator)
    assert (caught.value.path, caught.value.record_index) == (path, 1)
    assert list(iterator) == [1]


@pytest.mark.fault
def test_what_cannot_be_read(tmp_path, fill) -> None:
    with pytest.raises(NotFoundError, match=r"missing\.db: no such database file"):
        list(SqlDataset("sqlite", tmp_path / "missing.db", "SELECT 1", "int64"))
    assert not (tmp_path / "missing.db").exists()
    path = fill(a=[1])
    for query in ("SELEC a FROM t", "SELECT x FROM t", "DELETE FROM t"):
        with pytest.raises(InvalidArgumentError, match=r"the query failed \(.*\)\. Received: query='" + query):
            list(SqlDataset("sqlite", path, query, "int64"))
    assert list(SqlDataset("sqlite", path, "SELECT a FROM t", "int64")) == [1]
    with pytest.raises(InvalidArgumentError, match=r"one entry per column of the query\. Received: 1 for 2 columns"):
        list(SqlDataset("sqlite", path, "SELECT a, a FROM t", ("int64",)))
    (tmp_path / "text.db").write_text("no database " * 99)
    with pytest.raises(InvalidArgumentError, match=r"the query failed \(file is not a database\)"):
        list(SqlDataset("sqlite", tmp_path / "text.db", "SELECT 1 FROM t", "int64"))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (
            ("mysql", "a.db", "SELECT 1", "int64"),
            InvalidArgumentError,
            r"driver_name must be one of 'sqlite'\. Received",
        ),
        (("sqlite", 3, "SELECT 1", "int64"), InvalidArgumentError, r"data_source_name must be a path and query a str"),
        (("sqlite", "a.db", "SELECT 1", ()), InvalidArgumentError, r"output_types must hold at least one dtype"),
        (("sqlite", "a.db", "SELECT 1", "complex64"), DTypeError, r"output_types must be real numbers, bool or string"),
    ],
)
def test_arguments_are_checked_at_once(arguments, kind, message) -> None:
    with pytest.raises(kind, match="SqlDataset: " + message):
        SqlDataset(*arguments)


@pytest.mark.property
def test_resume(fill) -> None:
    path = fill(a=list(range(23)), b=[f"x{i}" for i in range(23)])

    def make():
        return SqlDataset("sqlite", path, "SELECT a, b FROM t ORDER BY a", ("int32", "string"))

    assert_resumes_exactly(make)
    assert_resumes_exactly(lambda: make().shuffle(5, seed=1).batch(3).prefetch(2))


@pytest.mark.fault
def test_resume_over_a_database_that_lost_rows(fill) -> None:
    iterator = iter(SqlDataset("sqlite", fill(a=[1, 2, 3]), "SELECT a FROM t", "int64"))
    assert [next(iterator) for _ in range(3)] == [1, 2, 3]
    state = iterator.get_state()
    iterator.close()
    again = iter(SqlDataset("sqlite", fill(a=[1]), "SELECT a FROM t", "int64"))
    again.set_state(state)
    with pytest.raises(
        FailedPreconditionError, match=r"gives 1 rows; the state was saved after 3\. The database must be"
    ):
        next(again)


@pytest.mark.unit
@pytest.mark.parametrize("how", ["close", "del", "end", "error"])
def test_the_connection_is_closed(fill, recwarn, how) -> None:
    path = fill(a=[1, 2, "x"] if how == "error" else [1, 2, 3])
    iterator = iter(SqlDataset("sqlite", path, "SELECT a FROM t", "int64"))
    next(iterator)
    match how:
        case "close":
            iterator.close()
        case "end":
            list(iterator)
        case "error":
            with pytest.raises(ParseError):
                list(iterator)
            iterator.close()
    del iterator
    gc.collect()
    # A connection that is collected while open would warn, and warnings are errors here.
    assert not recwarn.list


@pytest.mark.unit
def test_one_query_per_element(fill) -> None:
    path = fill(a=[1, 2, 3, 4])
    parities = Dataset.range(2)
    rows = parities.interleave(
        lambda parity: SqlDataset("sqlite", path, f"SELECT a FROM t WHERE a % 2 = {parity} ORDER BY a", "int64"),
        cycle_length=2,
    )
    assert list(rows) == [2, 1, 4, 3]
