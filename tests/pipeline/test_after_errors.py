"""What a source gives after an error: what stands behind the place that cannot be read, also from a saved state."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import penstock as ps
from penstock import Dataset
from penstock.core.errors import (
    DataLossError,
    InvalidArgumentError,
    NotFoundError,
    ParseError,
    StageError,
)
from penstock.records import TFRecordWriter
from penstock.testing.strategies import record_files

Make = Callable[[], Dataset[Any]]


def shown(element: Any) -> Any:
    """Return an element as plain values; an error as its class."""
    if isinstance(element, Exception):
        return type(element)
    if isinstance(element, dict):
        return {name: shown(value) for name, value in element.items()}
    if isinstance(element, tuple):
        return tuple(map(shown, element))
    return element if isinstance(element, bytes) else np.asarray(element).tolist()


@pytest.fixture
def check(read_all) -> Callable[[Make, list[Any]], None]:
    """Check what a dataset gives, errors too, that a restored iterator goes on so, and what `ignore_errors` gives."""

    def run(make: Make, expected: list[Any]) -> None:
        assert [shown(x) for x in read_all(make())] == expected
        for n in range(len(expected) + 1):
            iterator = iter(make())
            for _ in range(n):
                try:
                    next(iterator)
                except (OSError, ValueError, StageError):
                    continue
            restored = iter(make())
            restored.set_state(json.loads(json.dumps(iterator.get_state())))
            iterator.close()
            assert [shown(x) for x in read_all(restored)] == expected[n:], n
        iterator = iter(make().ignore_errors())
        good = [x for x in expected if not isinstance(x, type)]
        assert [shown(x) for x in iterator] == good
        assert iterator.skipped.total == len(expected) - len(good)

    return run


def text(path: Any, content: str) -> str:
    path.write_text(content)
    return str(path)


def records(path: Any, rows: list[bytes]) -> str:
    with TFRecordWriter(str(path)) as writer:
        for row in rows:
            writer.write(row)
    return str(path)


@pytest.mark.fault
@pytest.mark.parametrize("parallel", [None, 1])
def test_behind_a_missing_file_comes_the_next(tmp_path, check, parallel) -> None:
    a, b = text(tmp_path / "a", "1\n2\n"), text(tmp_path / "b", "3\n4\n")
    gone = str(tmp_path / "gone")
    lost = NotFoundError
    check(lambda: ps.TextLineDataset([gone, a, gone, gone, b], num_parallel_reads=parallel),
          [lost, b"1", b"2", lost, lost, b"3", b"4"])  # fmt: skip
    check(lambda: ps.TFRecordDataset([gone, records(tmp_path / "r", [b"x"])]), [lost, b"x"])
    check(lambda: ps.FixedLengthRecordDataset([a, gone, b], 2), [b"1\n", b"2\n", lost, b"3\n", b"4\n"])
    check(lambda: ps.CsvDataset([a, gone, b], [0]), [(1,), (2,), lost, (3,), (4,)])
    check(lambda: ps.TextLineDataset([str(tmp_path), a]), [InvalidArgumentError, b"1", b"2"])


@pytest.mark.fault
def test_in_turn_with_others_too(tmp_path, read_all) -> None:
    files = [text(tmp_path / "a", "1\n2\n"), str(tmp_path / "gone"), text(tmp_path / "b", "3\n4\n")]
    for make in (
        lambda: ps.TextLineDataset(files, num_parallel_reads=2),
        lambda: Dataset.from_tensor_slices(files).interleave(ps.TextLineDataset, 2),
        lambda: Dataset.from_tensor_slices(files).flat_map(ps.TextLineDataset),
    ):
        found = read_all(make())
        assert sorted(x for x in found if isinstance(x, bytes)) == [b"1", b"2", b"3", b"4"]
        assert [type(x) for x in found if not isinstance(x, bytes)] == [NotFoundError]


@pytest.mark.fault
@pytest.mark.parametrize("where", ["payload", "length", "first", "end"])
def test_behind_a_damaged_record_come_those_that_hold(tmp_path, check, where) -> None:
    path = records(tmp_path / "a", [b"record %d" % i for i in range(5)])
    data = bytearray((tmp_path / "a").read_bytes())
    size = len(data) // 5
    if where == "end":
        data = data[:-3]
    else:
        data[{"payload": 2 * size + 14, "length": 2 * size + 1, "first": 14}[where]] ^= 1
    (tmp_path / "a").write_bytes(data)
    lost = {"payload": 2, "length": 2, "first": 0, "end": 4}[where]
    expected: list[Any] = [b"record %d" % i for i in range(5)]
    expected[lost] = DataLossError
    other = records(tmp_path / "b", [b"other"])
    check(lambda: ps.TFRecordDataset([path, other]), [*expected, b"other"])
    check(lambda: ps.TFRecordDataset([path, path], buffer_size=16), expected * 2)


@pytest.mark.property
@given(st.lists(record_files(), min_size=1, max_size=3), st.sampled_from([None, 16]))
def test_all_records_that_hold_come_whatever_is_damaged(files, buffer_size) -> None:
    with TemporaryDirectory() as folder:
        kinds = {file.compression_type for file in files}
        for kind in kinds:
            chosen = [file for file in files if file.compression_type == kind]
            paths = [Path(folder, f"{kind}-{i}") for i in range(len(chosen))]
            for path, file in zip(paths, chosen, strict=True):
                path.write_bytes(file.data)
            iterator = iter(ps.TFRecordDataset(paths, kind, buffer_size).ignore_errors())
            assert list(iterator) == [record for file in chosen for record in file.good]
            # Damaged records side by side may be one damaged place.
            least, most = sum(map(bool, (file.damaged for file in chosen))), sum(len(file.damaged) for file in chosen)
            assert least <= iterator.skipped.total <= most


@pytest.mark.fault
def test_damage_beside_damage_is_an_error_each(tmp_path, check) -> None:
    path = records(tmp_path / "a", [b"record %d" % i for i in range(6)])
    data = bytearray((tmp_path / "a").read_bytes())
    for i in (1, 2, 4):
        data[i * len(data) // 6 + 14] ^= 1
    (tmp_path / "a").write_bytes(data)
    lost = DataLossError
    check(lambda: ps.TFRecordDataset(path), [b"record 0", lost, lost, b"record 3", lost, b"record 5"])


@pytest.mark.fault
def test_limits_of_skipped_damage_are_told_and_reading_goes_on(tmp_path, read_all) -> None:
    path = records(tmp_path / "a", [b"record %d" % i for i in range(6)])
    data = bytearray((tmp_path / "a").read_bytes())
    for i in (0, 2, 4):
        data[i * len(data) // 6 + 14] ^= 1
    (tmp_path / "a").write_bytes(data)
    good, lost = [b"record 1", b"record 3", b"record 5"], DataLossError
    counted = ps.TFRecordDataset([path, path], on_corrupt="skip", max_skipped=1)
    assert [shown(x) for x in read_all(counted)] == [good[0], lost, good[1], lost, good[2]] * 2
    shared = ps.TFRecordDataset([path, path], on_corrupt="skip", max_skipped=0.1)
    assert [shown(x) for x in read_all(shared)] == [*good, lost] * 2


@pytest.mark.fault
def test_behind_compressed_data_that_breaks_comes_the_next_file(tmp_path, check) -> None:
    good, bad = tmp_path / "good.gz", tmp_path / "bad.gz"
    plain = "".join(f"{i % 10}\n" for i in range(3000)).encode()
    good.write_bytes(gzip.compress(b"7\n"))
    bad.write_bytes(gzip.compress(plain)[:-12])
    not_gzip = text(tmp_path / "plain", "1\n")
    files = [str(bad), not_gzip, str(good)]
    lost = DataLossError

    def after_the_error(make: Make) -> list[Any]:
        iterator, found = iter(make()), []
        while True:
            try:
                found.append(shown(next(iterator)))
            except StopIteration:
                return found[found.index(lost) :]
            except DataLossError:
                found.append(lost)

    for make, row in (
        (lambda: ps.TextLineDataset(files, "GZIP"), b"7"),
        (lambda: ps.FixedLengthRecordDataset(files, 2, compression_type="GZIP"), b"7\n"),
        (lambda: ps.CsvDataset(files, [0], compression_type="GZIP"), (7,)),
    ):
        assert after_the_error(make) == [lost, lost, row]
    with TFRecordWriter(str(good), "GZIP") as writer:
        writer.write(b"good")
    check(lambda: ps.TFRecordDataset(files[1:], "GZIP"), [lost, b"good"])
    with TFRecordWriter(str(bad), "GZIP") as writer:
        for i in range(9):
            writer.write(b"%d" % i)
    bad.write_bytes(bad.read_bytes()[:-30])
    assert after_the_error(lambda: ps.TFRecordDataset(files, "GZIP")) == [lost, lost, b"good"]


@pytest.mark.fault
def test_behind_a_file_of_broken_records_comes_the_next(tmp_path, check) -> None:
    files = [
        text(tmp_path / name, content) for name, content in (("a", "123"), ("b", "1234"), ("c", "12"), ("d", "567"))
    ]
    lost = DataLossError
    check(lambda: ps.FixedLengthRecordDataset(files, 3), [b"123", b"123", lost, lost, b"567"])


@pytest.mark.fault
def test_behind_a_bad_csv_row_or_header_come_the_others(tmp_path, check) -> None:
    rows, empty = text(tmp_path / "a", "x,y\n1,2\nz,4\n5,6\n"), text(tmp_path / "b", "")
    opened, last = text(tmp_path / "c", 'x,"y\n1,2\n'), text(tmp_path / "d", "x,y\n7,8\n")
    bad = ParseError
    check(
        lambda: ps.CsvDataset([rows, empty, opened, last], [0, 0], header=True),
        [(1, 2), bad, (5, 6), bad, bad, (7, 8)],
    )
    in_order = {"num_epochs": 1, "shuffle": False, "prefetch_buffer_size": 0}
    check(
        lambda: ps.make_csv_dataset([rows, last], 1, column_defaults=[0, 0], **in_order).unbatch(),
        [{"x": 1, "y": 2}, bad, {"x": 5, "y": 6}, {"x": 7, "y": 8}],
    )


@pytest.mark.fault
@pytest.mark.parametrize("kind", ["parquet", "arrow file", "arrow stream"])
def test_rows_with_nulls_are_errors_of_their_own(tmp_path, check, kind) -> None:
    values: list[Any] = list(range(40))
    for i in (0, 3, 4, 20, 39):
        values[i] = None
    table = pa.table({"n": pa.array(values, pa.int64())})
    path, make = str(tmp_path / "a"), ps.ParquetDataset if kind == "parquet" else ps.ArrowDataset
    if kind == "parquet":
        pq.write_table(table, path, row_group_size=15)
    else:
        opened = pa.ipc.new_file if kind == "arrow file" else pa.ipc.new_stream
        with opened(path, table.schema) as writer:
            writer.write_table(table, max_chunksize=15)
    expected = [ParseError if v is None else {"n": v} for v in values]
    check(lambda: make([path, path], ["n"]), expected * 2)
    iterator = iter(make(path).ignore_errors())
    assert len(list(iterator)) == 35
    assert [(skipped.path, skipped.record_index) for skipped in iterator.skipped] == [
        (path, i) for i in (0, 3, 4, 20, 39)
    ]


@pytest.mark.fault
def test_behind_a_damaged_row_group_or_a_file_of_other_columns_come_the_others(tmp_path, check) -> None:
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    pq.write_table(pa.table({"n": np.arange(9)}), a, row_group_size=3, compression="gzip", use_dictionary=False)
    data = bytearray((tmp_path / "a").read_bytes())
    column = pq.ParquetFile(a).metadata.row_group(1).column(0)
    data[column.data_page_offset : column.data_page_offset + column.total_compressed_size] = bytes(
        column.total_compressed_size
    )
    (tmp_path / "a").write_bytes(data)
    pq.write_table(pa.table({"m": [1.5]}), b)
    rows = [{"n": n} for n in range(9)]
    lost: Any = DataLossError
    check(lambda: ps.ParquetDataset([a, a]), [*rows[:3], lost, *rows[6:]] * 2)
    check(
        lambda: ps.ParquetDataset([a, b, a]),
        [*rows[:3], lost, *rows[6:], InvalidArgumentError, *rows[:3], lost, *rows[6:]],
    )
    schema = pa.schema({"n": pa.int64()})
    with pa.ipc.new_stream(str(tmp_path / "s"), schema) as writer:
        for start in (0, 3):
            writer.write_table(pa.table({"n": np.arange(start, start + 3)}, schema))
    whole = (tmp_path / "s").read_bytes()
    (tmp_path / "t").write_bytes(whole[:-30])
    check(lambda: ps.ArrowDataset([str(tmp_path / "t"), str(tmp_path / "s")]), [*rows[:3], lost, *rows[:6]])


@pytest.mark.fault
def test_a_query_that_fails_has_ended(tmp_path, check) -> None:
    path = str(tmp_path / "a.db")
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (n, s)")
        connection.executemany("insert into t values (?, ?)", [(1, 1.5), ("x", 2.5), (-(2**63), 3.5), (4, 4.5)])
    connection.close()

    def query(text: str, name: str = path) -> Make:
        return lambda: ps.SqlDataset("sqlite", name, text, (np.int64, bytes))

    bad: Any = InvalidArgumentError
    check(query("select n, s from t"), [(1, b"1.5"), ParseError, (-(2**63), b"3.5"), (4, b"4.5")])
    check(query("select n, s from nothing"), [bad])
    check(query("select n from t"), [bad])
    check(query("select n, s from t", str(tmp_path / "gone")), [NotFoundError])
    # abs() of the smallest integer overflows: the query fails at the third row. The sqlite3 module asks for that before
    # it gives the second one.
    check(query("select abs(n), s from t"), [(1, b"1.5"), bad])


@pytest.mark.fault
def test_generators_end_and_indexed_sources_go_on(read_all) -> None:
    def numbers():
        yield 1
        raise OSError("gone")

    class Squares:
        def __len__(self):
            return 4

        def __getitem__(self, index):
            if index == 2:
                raise OSError("gone")
            return index * index

    found = read_all(Dataset.from_generator(numbers))
    assert found[0] == 1 and [type(x) for x in found[1:]] == [StageError]
    assert [shown(x) for x in read_all(Dataset.from_source(Squares()))] == [0, 1, StageError, 9]


def not_three(x):
    if x % 4 == 3:
        raise ValueError("a three")
    return x


@pytest.mark.fault
@pytest.mark.parametrize(
    "make",
    [
        lambda: Dataset.range(9).map(not_three).prefetch(3),
        lambda: Dataset.range(9).map(not_three).map(lambda x: int(x), num_parallel_calls=3, vectorize=False),
        lambda: Dataset.range(9).map(not_three).map(lambda x: x + 0, num_parallel_calls=3),
        lambda: Dataset.range(9).flat_map(lambda x: Dataset.from_tensors(not_three(x))),
        lambda: Dataset.range(9).map(not_three).flat_map(Dataset.from_tensors),
        lambda: Dataset.range(3).flat_map(lambda x: Dataset.range(4 * x, min(4 * x + 4, 9)).map(not_three)),
    ],
    ids=["prefetch", "parallel map", "parallel map of blocks", "flat_map", "flat_map's input", "flat_map's datasets"],
)
def test_an_error_that_was_made_ahead_is_not_lost_by_a_resume(check, make) -> None:
    for _ in range(5):
        check(make, [0, 1, 2, StageError, 4, 5, 6, StageError, 8])


@pytest.mark.fault
@pytest.mark.parametrize("calls", [None, 2, ps.AUTOTUNE])
def test_an_error_of_one_of_several_files_waits_for_its_turn_after_a_resume_too(tmp_path, check, calls) -> None:
    files = [
        text(tmp_path / f"{k}.csv", "".join("x\n" if i == 3 + k else f"{10 * k + i}\n" for i in range(8)))
        for k in range(3)
    ]
    check(
        lambda: (
            Dataset.from_tensor_slices(files)
            .interleave(lambda path: ps.CsvDataset(path, [0]), 3, 2, num_parallel_calls=calls)
            .map(lambda n: n)
        ),
        [
            0,
            1,
            10,
            11,
            20,
            21,
            2,
            ParseError,
            4,
            12,
            13,
            22,
            23,
            5,
            6,
            ParseError,
            15,
            16,
            24,
            ParseError,
            26,
            7,
            17,
            27,
        ],
    )
