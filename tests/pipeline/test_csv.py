"""CsvDataset: TensorFlow's rows; errors that say where."""

from __future__ import annotations

import csv
import gc
import gzip
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import CsvDataset, Dataset
from penstock.core.errors import DataLossError, InvalidArgumentError, NotFoundError, ParseError, StageError
from penstock.testing import assert_resumes_exactly
from penstock.testing.executor import reference_iterator

INTS = [np.int32, np.int32]


def plain(element) -> list:
    """Write a row as the golden files do."""
    return [value.decode() if isinstance(value, bytes) else value.item() for value in element]


def rows_of(iterator) -> list:
    """List the rows, with None in the place of those that cannot be read."""
    found = []
    while True:
        try:
            found.append(plain(next(iterator)))
        except StopIteration:
            return found
        except ParseError:
            found.append(None)


def defaults_of(columns) -> list:
    types = [str if dtype == "string" else np.dtype(dtype) for dtype, _ in columns]
    return [
        kind if value is None else [value] if kind is str else np.array([value], kind)
        for kind, (_, value) in zip(types, columns, strict=True)
    ]


@pytest.mark.golden
def test_rows_are_tensorflows(golden, tmp_path) -> None:
    path = tmp_path / "a.csv"
    for case in golden("csv_dataset")["cases"]:
        path.write_bytes(case["text"].encode())
        dataset = CsvDataset(path, defaults_of(case["columns"]), **case["arguments"])
        assert rows_of(iter(dataset)) == case["rows"], case
        if None not in case["rows"]:
            assert [plain(row) for row in reference_iterator(dataset)] == case["rows"], case


@pytest.mark.unit
def test_the_spec_is_a_tuple_of_scalars(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,2\n")
    dataset = CsvDataset(path, [np.float64, [""]])
    assert repr(dataset.element_spec) == "(TensorSpec(shape=(), dtype=float64), TensorSpec(shape=(), dtype=string))"
    assert list(CsvDataset(path, [np.int64], select_cols=[1])) == [(2,)]
    assert dataset.cardinality() == -2


@pytest.mark.unit
def test_several_files_and_names_from_a_dataset(tmp_path) -> None:
    paths = [str(tmp_path / f"{i}.csv") for i in range(3)]
    for i, text in enumerate(("x\n1\n2\n", "x\n", "x\n3")):
        (tmp_path / f"{i}.csv").write_text(text)
    assert [plain(row) for row in CsvDataset(paths, [np.int32], header=True)] == [[1], [2], [3]]
    names = Dataset.from_tensor_slices(paths)
    assert [plain(row) for row in CsvDataset(names, [np.int32], header=True)] == [[1], [2], [3]]
    files = names.interleave(lambda name: CsvDataset(name, [np.int32], header=True), cycle_length=3)
    assert [plain(row) for row in files] == [[1], [3], [2]]


@pytest.mark.unit
def test_rows_know_the_line_they_begin_on(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'x,y\n"a\nb",1\r\nc,2\r"d\r\n\n",3\ne,4')
    blocks = list(CsvDataset(path, [str, np.int32], header=True).iter_blocks())
    origins = [str(block.provenance.where(i)) for block in blocks for i in range(block.n)]
    assert origins == [f"{path}, line {n}" for n in (2, 4, 5, 8)]


@pytest.mark.unit
def test_a_function_that_fails_names_the_line(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x\n1\n0\n")
    with pytest.raises(StageError, match=r"ZeroDivisionError.*a\.csv, line 3"):
        list(CsvDataset(path, [np.int32], header=True).map(lambda x: 1 // int(x)))


@pytest.mark.fault
@pytest.mark.parametrize(
    ("text", "columns", "line", "message"),
    [
        ("1,2\n3,x\n", INTS, 2, r"CsvDataset: field 1 of .*a\.csv, line 2 is not a valid int32\. Received: 'x'\."),
        ('"1","\n2"\n3,4.5\n', INTS, 3, r"field 1 of .*a\.csv, line 3 is not a valid int32\. Received: '4\.5'\."),
        ("1,2\n3\n", INTS, 2, r"CsvDataset: .*a\.csv, line 2 has 1 field, record_defaults has 2\."),
        ("1,2\n3,4,5\n", INTS, 2, r"a\.csv, line 2 has 3 fields, record_defaults has 2\."),
        (
            "1,2\n3,\n",
            INTS,
            2,
            r"field 1 of .*a\.csv, line 2 is required but missing\. Give record_defaults\[1\] a val",
        ),
        ('1,2\n3,4"\n', INTS, 2, r"a\.csv, line 2 is not well formed: .*quote"),
        ('1,2\n3,"4\n5,6\n', INTS, 2, r"a\.csv, line 2 is not well formed: .*does not end"),
    ],
)
def test_a_bad_row_is_named_and_comes_after_the_good_ones(tmp_path, text, columns, line, message) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    iterator = iter(CsvDataset(path, columns))
    assert plain(next(iterator)) == [1, 2]
    with pytest.raises(ParseError, match=message) as caught:
        next(iterator)
    assert (caught.value.path, caught.value.line, caught.value.record_index) == (str(path), line, 1)


@pytest.mark.fault
def test_rows_behind_a_bad_one_can_be_read(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("".join(f"{i},{'x' if i % 7 == 3 else i}\n" for i in range(40)))
    expected = [None if i % 7 == 3 else [i, i] for i in range(40)]
    assert rows_of(iter(CsvDataset(path, INTS))) == expected
    assert rows_of(iter(CsvDataset(path, INTS, buffer_size=16))) == expected
    assert rows_of(iter(CsvDataset(path, INTS).prefetch(3))) == expected


@pytest.mark.fault
def test_rows_of_the_wrong_length_with_selected_columns(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,2\n")
    with pytest.raises(ParseError, match=r"line 1 has 2 fields, select_cols needs 3\."):
        list(CsvDataset(path, INTS, select_cols=[0, 2]))
    with pytest.raises(ParseError, match=r"line 1 has 2 fields, it must have 3\."):
        list(CsvDataset(path, INTS, exclude_cols=[0]))


@pytest.mark.fault
@pytest.mark.parametrize("select", [None, [0]])
def test_a_quote_that_is_never_closed_loses_no_row_without_an_error(tmp_path, select) -> None:
    path = tmp_path / "a.csv"
    path.write_text('1,2\n3,"4\n5,6\n7,8\n')
    columns = [np.int32] * (2 if select is None else 1)
    iterator = iter(CsvDataset(path, columns, select_cols=select))
    assert next(iterator)[0] == 1
    with pytest.raises(ParseError, match=r"a\.csv, line 2 is not well formed: a quoted field does not end\.") as caught:
        next(iterator)
    assert (caught.value.line, caught.value.record_index) == (2, 1)
    assert next(iterator, None) is None


@pytest.mark.fault
def test_files_that_cannot_be_read(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,2\n")
    iterator = iter(CsvDataset([path, tmp_path / "missing.csv"], INTS))
    assert plain(next(iterator)) == [1, 2]
    with pytest.raises(NotFoundError, match=r"missing\.csv"):
        next(iterator)
    path.write_text("")
    with pytest.raises(ParseError, match=r"a\.csv must begin with a header line\. It is empty\."):
        list(CsvDataset(path, INTS, header=True))
    path.write_text('x,"y\n1,2\n')
    with pytest.raises(ParseError, match=r"a\.csv, line 1, the header, is not well formed: .*does not end"):
        list(CsvDataset(path, INTS, header=True))
    path.write_bytes(gzip.compress(b"1,2\n" * 5000)[:-12])
    found = []
    with pytest.raises(DataLossError, match=r"a\.csv"):
        for row in CsvDataset(path, INTS, "GZIP"):
            found.append(row)
    assert set(found) == {(1, 2)}


@pytest.mark.unit
def test_compressed_files(tmp_path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b'1,"2"\n3,4'))
    assert [plain(row) for row in CsvDataset(path, INTS, compression_type="GZIP")] == [[1, 2], [3, 4]]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"record_defaults": []}, r"CsvDataset: record_defaults must name at least one column"),
        ({"record_defaults": [bool]}, r"CsvDataset: record_defaults\[0\] must be one of float32, .*Received: bool"),
        ({"field_delim": "ab"}, r"CsvDataset: field_delim must be one byte\. Received: field_delim='ab'"),
        (
            {"select_cols": [1, 0]},
            r"CsvDataset: select_cols must be >= 0 and strictly increasing\. Received: .*\[1, 0\]",
        ),
        ({"select_cols": [0]}, r"CsvDataset: select_cols and record_defaults must have the same length\. .*1 and 2"),
        (
            {"select_cols": [0, 1], "exclude_cols": [2]},
            r"CsvDataset: select_cols or exclude_cols can be given, not both",
        ),
        ({"exclude_cols": [-1]}, r"CsvDataset: exclude_cols must be an int >= 0\. Received: exclude_cols=-1"),
        ({"compression_type": "BZ2"}, r"CsvDataset: compression_type must be"),
    ],
)
def test_arguments_are_checked_at_once(arguments, message) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        CsvDataset("a.csv", **{"record_defaults": INTS, **arguments})


@pytest.mark.unit
def test_the_label_shows_what_changes_the_rows() -> None:
    dataset = CsvDataset(
        "a.csv", [[1.5], ["x"], np.int64], header=True, field_delim=";", na_value="-", exclude_cols=[1]
    )
    assert repr(dataset) == (
        "<Dataset csv('a.csv', [float32=1.5, string='x', int64], header=True, field_delim=';', na_value='-', "
        "select_cols=[0, 2, 3], of 4 fields)>"
    )


CELLS = st.text(st.sampled_from("ab,;\"' \n\r\tä0"), max_size=6)


@pytest.mark.property
@given(st.integers(1, 3).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=8)))
def test_what_pythons_csv_writes_is_read(rows) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(rows)
        dataset = CsvDataset(path, [[""]] * len(rows[0]), buffer_size=16)
        assert [plain(row) for row in dataset] == rows


@pytest.mark.property
def test_resume(tmp_path) -> None:
    paths = [tmp_path / f"{i}.csv" for i in range(3)]
    paths[0].write_text("a,b\n" + "".join(f'{i},"x\n{i}"\n' for i in range(9)))
    paths[1].write_text("a,b\n")
    paths[2].write_text("a,b\r\n1,\r\n2,z")
    assert_resumes_exactly(lambda: CsvDataset(paths, [np.int32, [""]], header=True))
    assert_resumes_exactly(
        lambda: CsvDataset(paths, [np.int32, [""]], header=True, buffer_size=8).shuffle(4, seed=1).batch(2)
    )


@pytest.mark.property
def test_resume_around_a_bad_row(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,2\n3,4\nx,6\n7,8\n9,10\n")
    full = rows_of(iter(CsvDataset(path, INTS)))
    for count in range(len(full)):
        iterator = iter(CsvDataset(path, INTS))
        for _ in range(count):
            try:
                next(iterator)
            except ParseError:
                pass
        state = iterator.get_state()
        again = iter(CsvDataset(path, INTS))
        again.set_state(state)
        assert again.get_state() == state
        assert rows_of(again) == full[count:]


@pytest.mark.unit
@pytest.mark.parametrize("how", ["close", "del", "end"])
def test_files_are_closed(tmp_path, recwarn, how) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,2\n3,4\n")
    iterator = iter(CsvDataset([path, path], INTS))
    next(iterator)
    match how:
        case "close":
            iterator.close()
        case "del":
            del iterator
        case "end":
            list(iterator)
    gc.collect()
    # An open file that is collected would warn, and warnings are errors here.
    assert not recwarn.list


@pytest.mark.unit
def test_a_default_that_is_no_value_says_so() -> None:
    text = r"record_defaults\[1\] must be str or bytes\. Received: record_defaults\[1\]=<object object"
    with pytest.raises(InvalidArgumentError, match=text):
        CsvDataset("a.csv", [0, object()])


@pytest.mark.unit
@pytest.mark.parametrize("default", [1, 2, 3, 7, 9])
def test_a_number_is_a_default_whatever_dtype_tensorflow_counts_so(tmp_path, default) -> None:
    (tmp_path / "a.csv").write_text("5,x\n,y\n")
    dataset = CsvDataset(str(tmp_path / "a.csv"), [default, ""])
    assert [int(number) for number, _ in dataset] == [5, default]
