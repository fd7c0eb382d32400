"""make_csv_dataset: TensorFlow's names, types, batches and order; types that do not hold are errors that say where."""

from __future__ import annotations

import gzip
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import make_csv_dataset
from penstock.core.errors import InvalidArgumentError, NotFoundError, ParseError
from penstock.testing import assert_resumes_exactly

ONCE = {"num_epochs": 1, "shuffle": False}


def plain(value):
    """Write a batch as the golden files do."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, float) and not np.isfinite(value):
        return repr(value)
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    return value.decode() if isinstance(value, bytes) else value


@pytest.mark.golden
def test_batches_are_tensorflows(golden, tmp_path) -> None:
    for number, case in enumerate(golden("csv_dataset")["named"]):
        folder = tmp_path / str(number)
        folder.mkdir()
        for i, text in enumerate(case["files"]):
            (folder / f"{i}.csv").write_text(text)
        dataset = make_csv_dataset(str(folder / "*.csv"), **case["arguments"])
        label = case["arguments"].get("label_name")
        features = dataset.element_spec if label is None else dataset.element_spec[0]
        dtypes = [[name, spec.dtype.name] for name, spec in features.items()]
        if label is not None:
            dtypes.append([label, dataset.element_spec[1].dtype.name])
        assert dtypes == case["dtypes"], case["arguments"]
        assert [plain(batch) for batch in dataset.take(case["limit"])] == case["batches"], case["arguments"]


@pytest.mark.unit
def test_batches_without_end_are_full(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n2\n3\n")
    dataset = make_csv_dataset(str(path), 2, shuffle=False)
    assert dataset.element_spec["a"].shape == (2,)
    assert [batch["a"].tolist() for batch in dataset.take(3)] == [[1, 2], [3, 1], [2, 3]]


@pytest.mark.unit
@pytest.mark.parametrize("prefetch_buffer_size", [None, 0, 3])
def test_batches_made_ahead(tmp_path, prefetch_buffer_size) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n2\n3\n")
    dataset = make_csv_dataset(str(path), 2, prefetch_buffer_size=prefetch_buffer_size, **ONCE)
    assert [batch["a"].tolist() for batch in dataset] == [[1, 2], [3]]
    assert dataset.explain().startswith("2 prefetch") == (prefetch_buffer_size != 0)


@pytest.mark.unit
@pytest.mark.parametrize("reads", [-1, 2])
def test_files_read_in_any_order_give_every_row(tmp_path, reads) -> None:
    for i in range(4):
        (tmp_path / f"{i}.csv").write_text("a\n" + "".join(f"{10 * i + k}\n" for k in range(5)))
    pattern = str(tmp_path / "*.csv")
    dataset = make_csv_dataset(pattern, 3, num_parallel_reads=reads, sloppy=True, **ONCE)
    found = Counter(value for batch in dataset for value in batch["a"].tolist())
    assert found == Counter(10 * i + k for i in range(4) for k in range(5))


@pytest.mark.unit
def test_compressed_files_and_a_byte_order_mark(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress("\ufeffä;b\n1;x\n".encode()))
    (batch,) = make_csv_dataset(str(path), 1, field_delim=";", compression_type="GZIP", **ONCE)
    assert plain(batch) == {"ä": [1], "b": ["x"]}
    path.write_bytes("ä,b\n1,x\n".encode("latin-1"))
    (batch,) = make_csv_dataset(str(path), 1, encoding="latin-1", **ONCE)
    assert list(batch) == ["ä", "b"]


@pytest.mark.fault
def test_a_later_value_that_breaks_the_inferred_type(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,age\n" + "".join(f"{i},{i}\n" for i in range(5)) + "5,4.5\n6,7\n")
    dataset = make_csv_dataset(str(path), 2, num_rows_for_inference=4, prefetch_buffer_size=0, **ONCE)
    iterator = iter(dataset)
    assert [next(iterator)["age"].tolist() for _ in range(2)] == [[0, 1], [2, 3]]
    with pytest.raises(ParseError) as caught:
        list(iterator)
    assert str(caught.value) == (
        f"make_csv_dataset: column 'age' of {path}, line 7 is not a valid int32. Received: '4.5'. "
        "The type was inferred from the first 4 rows. Give the types in column_defaults, or raise "
        "num_rows_for_inference."
    )
    assert (caught.value.path, caught.value.line) == (str(path), 7)
    for rows in (6, None):
        full = make_csv_dataset(str(path), 7, num_rows_for_inference=rows, **ONCE)
        assert full.element_spec["age"].dtype.name == "float32"
        assert next(iter(full))["age"].tolist() == [0, 1, 2, 3, 4, 4.5, 7]


@pytest.mark.fault
def test_given_types_are_not_called_inferred(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,age\n1,x\n2,\n")
    with pytest.raises(ParseError, match=r"column 'age' of .*, line 2 is not a valid int32\. Received: 'x'\.$"):
        list(make_csv_dataset(str(path), 1, column_defaults=[[0], [0]], **ONCE))
    path.write_text("id,age\n1,\n")
    with pytest.raises(
        ParseError, match=r"column 'age' of .*, line 2 is required but missing\. Give column_defaults\[1"
    ):
        list(make_csv_dataset(str(path), 1, column_defaults=[np.int32, np.int32], **ONCE))


@pytest.mark.fault
def test_skipped_rows_are_counted(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\nx\n2\ny\n")
    dataset = make_csv_dataset(str(path), 5, num_rows_for_inference=1, ignore_errors=True, **ONCE)
    assert [batch["a"].tolist() for batch in dataset] == [[1, 2]]


@pytest.mark.fault
def test_files_that_do_not_fit_together(tmp_path) -> None:
    (tmp_path / "1.csv").write_text("a,b\n1,2\n")
    (tmp_path / "2.csv").write_text("a,c\n1,2\n")
    with pytest.raises(
        InvalidArgumentError, match=r"same header line\. Received: a, b in .*1\.csv and a, c in .*2\.csv"
    ):
        make_csv_dataset(str(tmp_path / "*.csv"), 1)
    (tmp_path / "2.csv").write_text("")
    with pytest.raises(ParseError, match=r"2\.csv must begin with a header line\. It is empty\."):
        make_csv_dataset(str(tmp_path / "*.csv"), 1)
    (tmp_path / "2.csv").write_bytes(b"a,\xff\xfe\n1,2\n")
    with pytest.raises(ParseError, match=r"2\.csv, line 1: column names must be text in utf-8\. Received: b'a,\\xff"):
        make_csv_dataset(str(tmp_path / "*.csv"), 1)
    (tmp_path / "2.csv").write_text("a,b\n1\n")
    with pytest.raises(ParseError, match=r"2\.csv, line 2 has 1 fields, but there are 2 columns\. Types cannot be inf"):
        make_csv_dataset(str(tmp_path / "*.csv"), 1)
    (tmp_path / "2.csv").write_text('a,b\n1,"2"3\n')
    with pytest.raises(ParseError, match=r"2\.csv, line 2 is not well formed: .*quote"):
        make_csv_dataset(str(tmp_path / "*.csv"), 1)
    with pytest.raises(NotFoundError, match=r"no file matches"):
        make_csv_dataset(str(tmp_path / "*.tsv"), 1)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"header": False}, r"column_names must be given when the files have no header line"),
        ({"column_names": ["a", "a"]}, r"column names must differ\. Received: 'a' more than once"),
        ({"label_name": "bb"}, r"label_name must be one of the columns read: a, b\. Received: .*Did you mean 'b'\?"),
        ({"label_name": "b", "select_columns": ["a"]}, r"label_name must be one of the columns read: a\. Received"),
        ({"select_columns": ["x"]}, r"select_columns must name columns of the files: a, b\. Received: 'x'"),
        ({"select_columns": [2]}, r"select_columns must be numbers below 2, the number of columns\. Received: 2"),
        ({"select_columns": [0, "a"]}, r"select_columns must name at least one column, and each once\. Received"),
        ({"select_columns": []}, r"select_columns must name at least one column, and each once\. Received: \[\]"),
        (
            {"column_defaults": [[1]]},
            r"column_defaults must have one entry per column read\. Received: 1 for 2 columns",
        ),
        ({"field_delim": ""}, r"field_delim must be one byte\. Received: field_delim=''"),
        ({"batch_size": 0}, r"batch_size must be an int >= 1"),
    ],
)
def test_arguments_are_checked_at_once(tmp_path, arguments, message) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InvalidArgumentError, match=message):
        make_csv_dataset(str(path), **{"batch_size": 1, **arguments})


NUMBERS = st.one_of(st.integers(-(10**20), 10**20), st.floats(width=32), st.floats()).map(str)
WORDS = st.sampled_from(["", "x", " 5", "1_000", "nan", "-inf", "0x10", "1e40", "1e400", "+7", "007", "1.", ".5", "NA"])


@pytest.mark.property
@given(st.lists(st.tuples(NUMBERS, NUMBERS | WORDS, WORDS), min_size=1, max_size=12))
def test_values_that_types_were_inferred_from_can_be_read(rows) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text("a,b,c\n" + "".join(",".join(row) + "\n" for row in rows))
        (batch,) = make_csv_dataset(str(path), len(rows), na_value="NA", num_rows_for_inference=None, **ONCE)
    assert len(batch["a"]) == len(rows)
    for column, name in enumerate("abc"):
        if batch[name].dtype.kind == "O":
            assert [value.decode() for value in batch[name]] == [row[column].replace("NA", "") for row in rows]


@pytest.mark.property
def test_resume(tmp_path) -> None:
    for i in range(3):
        (tmp_path / f"{i}.csv").write_text("a,b\n" + "".join(f"{10 * i + k},x{k}\n" for k in range(3 + i)))
    pattern = str(tmp_path / "*.csv")
    assert_resumes_exactly(lambda: make_csv_dataset(pattern, 2, num_epochs=2, shuffle_seed=3, shuffle_buffer_size=4))
    assert_resumes_exactly(lambda: make_csv_dataset(pattern, 2, label_name="b", num_parallel_reads=2, **ONCE))
