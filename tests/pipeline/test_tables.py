"""ParquetDataset and ArrowDataset: values, columns, nulls, row groups, resume."""

from __future__ import annotations

import datetime
import gc

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather
from pyarrow import parquet as pq

from penstock import AUTOTUNE, ArrowDataset, Dataset, ParquetDataset
from penstock.core.errors import DataLossError, DTypeError, InvalidArgumentError, NotFoundError, StageError
from penstock.testing import assert_elements_equal, assert_resumes_exactly


def write_parquet(path, table) -> None:
    pq.write_table(table, path, row_group_size=3)


def write_file(path, table) -> None:
    feather.write_feather(table, str(path), compression="lz4", chunksize=3)


def write_stream(path, table) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=3)


KINDS = {
    "parquet": (ParquetDataset, write_parquet),
    "file": (ArrowDataset, write_file),
    "stream": (ArrowDataset, write_stream),
}


@pytest.fixture(params=KINDS)
def kind(request):
    """The dataset class and the function that writes a table for it, in parts of three rows."""
    return KINDS[request.param]


def numbers(start: int, n: int):
    values = range(start, start + n)
    return pa.table({"i": pa.array(values, pa.int32()), "s": pa.array([f"s{v}" for v in values], pa.string())})


def rows(start: int, n: int) -> list:
    return [{"i": np.int32(v), "s": b"s%d" % v} for v in range(start, start + n)]


def same(dataset, expected) -> None:
    elements = list(dataset)
    assert len(elements) == len(expected)
    for element, wanted in zip(elements, expected, strict=True):
        assert_elements_equal(element, wanted)


@pytest.mark.unit
def test_rows_of_one_file_and_of_several(tmp_path, kind) -> None:
    dataset, write = kind
    paths = [tmp_path / name for name in "abc"]
    for path, start, n in zip(paths, (0, 100, 200), (7, 0, 4), strict=True):
        write(path, numbers(start, n))
    same(dataset(paths[0]), rows(0, 7))
    same(dataset(paths), rows(0, 7) + rows(200, 4))
    assert [list(row) for row in dataset(paths[0], columns=["s", "i"]).take(1)] == [["s", "i"]]
    same(dataset(str(paths[0]), columns=["i"]), [{"i": row["i"]} for row in rows(0, 7)])
    names = Dataset.from_tensor_slices([str(path) for path in paths])
    same(dataset(names), rows(0, 7) + rows(200, 4))
    crossed = [*(row for pair in zip(rows(0, 4), rows(200, 4), strict=True) for row in pair), *rows(4, 3)]
    same(dataset([paths[0], paths[2]], num_parallel_reads=2), crossed)
    same(dataset(Dataset.from_tensor_slices([str(paths[0]), str(paths[2])]), num_parallel_reads=2), crossed)


@pytest.mark.unit
def test_types(tmp_path, kind) -> None:
    dataset, write = kind
    table = pa.table(
        {
            "flag": [True, False],
            "half": pa.array([np.float16(0.5), np.float16(1)], pa.float16()),
            "raw": pa.array([b"ab", b"cd"], pa.binary(2)),
            "word": pa.array(["x", "y"]).dictionary_encode(),
            "list": [[1, 2], [3]],
            "pair": pa.array([[1.0, 2.0], [3.0, 4.0]], pa.list_(pa.float32(), 2)),
            "inner": pa.array([{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]),
        }
    )
    write(tmp_path / "a", table)
    made = dataset(tmp_path / "a")
    assert {name: str(spec) for name, spec in made.element_spec.items() if name != "inner"} == {
        "flag": "TensorSpec(shape=(), dtype=bool)",
        "half": "TensorSpec(shape=(), dtype=float16)",
        "raw": "TensorSpec(shape=(), dtype=string)",
        "word": "TensorSpec(shape=(), dtype=string)",
        "list": "TensorSpec(shape=(None,), dtype=int64)",
        "pair": "TensorSpec(shape=(2,), dtype=float32)",
    }
    assert sorted(made.element_spec["inner"]) == ["x", "y"]
    first, second = made
    assert_elements_equal(
        first,
        {
            "flag": np.True_,
            "half": np.float16(0.5),
            "raw": b"ab",
            "word": b"x",
            "list": np.array([1, 2]),
            "pair": np.array([1, 2], np.float32),
            "inner": {"x": np.int64(1), "y": b"a"},
        },
    )
    assert second["list"].tolist() == [3]
    assert second["inner"]["y"] == b"b"


@pytest.mark.unit
def test_the_count_of_parquet_rows_is_known(tmp_path) -> None:
    for i, n in enumerate((7, 0, 4)):
        write_parquet(tmp_path / f"{i}", numbers(0, n))
    dataset = ParquetDataset([tmp_path / f"{i}" for i in range(3)], columns=["i"])
    assert len(dataset) == 11
    assert dataset.batch(4).cardinality() == 3
    assert repr(dataset) == "<Dataset parquet(3 files, columns=['i'])>"


@pytest.mark.unit
def test_blocks_are_row_groups_and_rows_know_their_place(tmp_path, kind) -> None:
    dataset, write = kind
    write(tmp_path / "a", numbers(0, 7))
    blocks = list(dataset([tmp_path / "a", tmp_path / "a"]).iter_blocks())
    assert max(block.n for block in blocks) == 3
    origins = [str(block.provenance.where(i)) for block in blocks for i in range(block.n)]
    assert origins == [f"{tmp_path / 'a'}, row {n}" for n in range(7)] * 2
    with pytest.raises(StageError, match=r"ZeroDivisionError.*row 5"):
        list(dataset(tmp_path / "a").map(lambda row: 1 // (int(row["i"]) - 5)))


@pytest.mark.unit
def test_nulls_are_filled_or_named(tmp_path, kind) -> None:
    dataset, write = kind
    path = tmp_path / "a"
    table = pa.table(
        {
            "n": [1, 2, 3, None],
            "x": [None, 1.5, 2.5, None],
            "w": pa.array(["a", "b", "c", None]).dictionary_encode(),
            "in": [{"k": 1}, {"k": 2}, {"k": 3}, None],
        }
    )
    write(path, table)
    fill = {"n": -1, "x": float("nan"), "w": "?", "in.k": 0}
    found = list(dataset(path, fill_null=fill))
    assert [int(row["n"]) for row in found] == [1, 2, 3, -1]
    assert np.isnan([row["x"] for row in found]).tolist() == [True, False, False, True]
    assert [row["w"] for row in found] == [b"a", b"b", b"c", b"?"]
    assert [int(row["in"]["k"]) for row in found] == [1, 2, 3, 0]
    iterator = iter(dataset(path, columns=["n"]))
    assert [int(next(iterator)["n"]) for _ in range(3)] == [1, 2, 3]
    message = r"column 'n' of .*a, row 3 must not hold nulls\. Received: a null\. .*fill_null={'n': …}"
    with pytest.raises(InvalidArgumentError, match=message):
        next(iterator)
    with pytest.raises(InvalidArgumentError, match=r"column 'in\.k' of .* must not hold nulls"):
        list(dataset(path, columns=["in"]))
    with pytest.raises(InvalidArgumentError, match=r"fill_null must hold a value of the column's type, int64, for 'n'"):
        dataset(path, fill_null={"n": "x"})
    with pytest.raises(InvalidArgumentError, match=r"fill_null must name columns that are read: n\. Received: 'x'"):
        dataset(path, columns=["n"], fill_null={"x": 1})


@pytest.mark.unit
def test_nulls_inside_lists_are_named(tmp_path, kind) -> None:
    dataset, write = kind
    write(tmp_path / "a", pa.table({"v": [[1, None]]}))
    with pytest.raises(InvalidArgumentError, match=r"column 'v' of .*: .*must not hold nulls"):
        list(dataset(tmp_path / "a"))


@pytest.mark.unit
def test_types_without_a_counterpart(tmp_path, kind) -> None:
    dataset, write = kind
    write(tmp_path / "a", pa.table({"i": [1], "when": [datetime.datetime(2020, 1, 1)]}))
    with pytest.raises(DTypeError, match=r"column 'when' must hold numbers.*Received: timestamp\[us\]\. Leave it out"):
        dataset(tmp_path / "a")
    same(dataset(tmp_path / "a", columns=["i"]), [{"i": np.int64(1)}])


@pytest.mark.unit
def test_columns_that_are_not_there(tmp_path, kind) -> None:
    dataset, write = kind
    write(tmp_path / "a", numbers(0, 2))
    with pytest.raises(
        InvalidArgumentError, match=r"columns must be among those of .*a: i, s\. Received: 'ss'\. Did you"
    ):
        dataset(tmp_path / "a", columns=["ss"])
    for wrong in ("i", [1]):
        with pytest.raises(InvalidArgumentError, match=r"columns must be a list of names, or None\. Received"):
            dataset(tmp_path / "a", columns=wrong)
    for wrong in ([], ["i", "i"]):
        with pytest.raises(InvalidArgumentError, match=r"columns must name at least one column, and each once"):
            dataset(tmp_path / "a", columns=wrong)


@pytest.mark.fault
def test_files_whose_columns_differ(tmp_path, kind) -> None:
    dataset, write = kind
    write(tmp_path / "a", numbers(0, 2))
    write(tmp_path / "b", pa.table({"i": [1.5], "s": ["x"]}))
    write(tmp_path / "c", pa.table({"s": ["x"]}))
    for name, said in (("b", "TensorSpec.*float64"), ("c", "not there")):
        iterator = iter(dataset([tmp_path / "a", tmp_path / name], fill_null={"s": ""}))
        assert len([next(iterator), next(iterator)]) == 2
        message = (
            rf"all files must have the same columns\. Received: 'i' is .*int32.* in .*a and .*{said}.* in .*{name}"
        )
        with pytest.raises(InvalidArgumentError, match=message):
            next(iterator)


@pytest.mark.fault
def test_files_that_cannot_be_read(tmp_path, kind) -> None:
    dataset, _ = kind
    with pytest.raises(NotFoundError, match=r"missing: no such file"):
        dataset(tmp_path / "missing")
    with pytest.raises(InvalidArgumentError, match=r"is a folder, not a file"):
        dataset(tmp_path)
    (tmp_path / "text").write_text("this is no table, but long enough for a footer")
    with pytest.raises(DataLossError, match=r"text: cannot be read \(.*\)\. Is it damaged, or of another format\?"):
        dataset(tmp_path / "text")


@pytest.mark.property
def test_resume(tmp_path, kind) -> None:
    dataset, write = kind
    paths = [tmp_path / name for name in "abc"]
    for path, start, n in zip(paths, (0, 100, 200), (7, 0, 4), strict=True):
        write(path, numbers(start, n))
    assert_resumes_exactly(lambda: dataset(paths))
    assert_resumes_exactly(lambda: dataset(paths, columns=["i"]).shuffle(5, seed=1).batch(2))
    assert_resumes_exactly(lambda: dataset(paths, num_parallel_reads=2))


@pytest.mark.fault
def test_resume_over_files_that_have_changed(tmp_path, kind) -> None:
    dataset, write = kind
    write(tmp_path / "a", numbers(0, 6))
    iterator = iter(dataset(tmp_path / "a"))
    for _ in range(6):
        next(iterator)
    state = iterator.get_state()
    write(tmp_path / "a", numbers(0, 4))
    again = iter(dataset(tmp_path / "a"))
    again.set_state(state)
    with pytest.raises(Exception, match=r"(has 1 rows; the state was saved at row 3 of it)|(cannot be read)"):
        next(again)


@pytest.mark.unit
def test_files_are_closed(tmp_path, kind, recwarn) -> None:
    dataset, write = kind
    write(tmp_path / "a", numbers(0, 5))
    iterator = iter(dataset([tmp_path / "a", tmp_path / "a"]))
    next(iterator)
    iterator.close()
    del iterator
    gc.collect()
    assert not recwarn.list


@pytest.mark.unit
def test_rows_of_a_file_feed_a_pipeline(tmp_path, kind) -> None:
    dataset, write = kind
    write(tmp_path / "a", numbers(0, 7))
    batches = dataset(tmp_path / "a").map(lambda row: row["i"] * 2).filter(lambda i: i % 4 == 0).batch(3)
    assert [batch.tolist() for batch in batches] == [[0, 4, 8], [12]]


@pytest.mark.unit
def test_files_side_by_side(tmp_path, kind) -> None:
    dataset, write = kind
    paths = [tmp_path / name for name in "ab"]
    for path, start in zip(paths, (0, 10), strict=True):
        write(path, numbers(start, 2))
    assert [int(row["i"]) for row in dataset(paths, num_parallel_reads=AUTOTUNE)] == [0, 10, 1, 11]
    text = r"num_parallel_reads must be None, AUTOTUNE or an int >= 1\. Received: num_parallel_reads=0"
    with pytest.raises(InvalidArgumentError, match=text):
        dataset(paths, num_parallel_reads=0)
