"""Splitting CSV text into records, against a reader of one byte at a time."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import DataLossError, FailedPreconditionError, InvalidArgumentError
from penstock.records.csv.reader import CsvRecordReader

pytestmark = pytest.mark.unit


def naive_records(text, *, quotes=True, delimiter=b","):
    """List each record with its offset, its line, and whether it ends inside quotes."""
    found, i, line = [], 0, 0
    while i < len(text):
        start, first_line, record, quoted = i, line, b"", False
        while i < len(text):
            byte = text[i : i + 1]
            if quoted and text[i : i + 2] == b'""':
                record, i = record + b'""', i + 2
                continue
            if quoted:
                quoted = byte != b'"'
                line += byte == b"\n"
            elif byte in b"\r\n":
                i += 2 if text[i : i + 2] == b"\r\n" else 1
                break
            elif quotes and byte == b'"' and (i == start or text[i - 1 : i] == delimiter):
                quoted = True
            record, i = record + byte, i + 1
        line += 1
        found.append((record, start, first_line, quoted))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("records")


PIECES = st.sampled_from([b"a", b",", b'"', b'""', b',"', b'",', b"\n", b"\r", b"\r\n", b"bcdefghijk", b"\x8a\x8d\xa2"])


@given(st.lists(PIECES, max_size=30).map(b"".join), st.sampled_from([1, 3, 9, None]), st.integers(1, 4), st.booleans())
def test_records_are_the_naive_ones(folder, text, buffer_size, step, quotes):
    (folder / "a").write_bytes(text)
    found = []
    with CsvRecordReader(folder / "a", buffer_size=buffer_size, use_quote_delim=quotes) as reader:
        while (records := reader.read(step)) is not None:
            assert 1 <= len(records.rows) <= step
            found += zip(records.rows.strings(), records.starts.tolist(), records.lines.tolist(), strict=True)
            assert reader.record_index == len(found)
            is_open = records.is_open
        assert found == [] or is_open == naive_records(text, quotes=quotes)[-1][3]
        assert reader.offset_bytes == len(text)
    assert found == [record[:3] for record in naive_records(text, quotes=quotes)]


@given(st.lists(PIECES, max_size=20).map(b"".join), st.integers(0, 6))
def test_going_on_from_a_record(folder, text, number):
    (folder / "a").write_bytes(text)
    records = naive_records(text)
    number = min(number, len(records))
    _, offset, line, _ = records[number] if number < len(records) else (b"", len(text), 0, False)
    found = []
    with CsvRecordReader(folder / "a") as reader:
        reader.seek(offset, number, line)
        assert (reader.offset_bytes, reader.record_index, reader.line_index) == (offset, number, line)
        while (block := reader.read(2)) is not None:
            found += zip(block.rows.strings(), block.starts.tolist(), block.lines.tolist(), strict=True)
    assert found == [record[:3] for record in records[number:]]


def test_wrong_use(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1,2\n")
    reader = CsvRecordReader(path)
    with pytest.raises(InvalidArgumentError, match=r"CsvRecordReader.read: max_records must be >= 1\. Received: .*0"):
        reader.read(0)
    with pytest.raises(DataLossError, match=r"a\.csv: record 3 was at byte 99, but the file ends before\."):
        reader.seek(99, 3, 3)
    reader.close()
    reader.close()
    assert repr(reader).endswith("record_index=0, closed)")
    with pytest.raises(FailedPreconditionError, match=r"is closed\. Open it again to read\."):
        reader.read(1)


def test_compressed_records(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b'1,"\n2"\n') + gzip.compress(b"3,4"))
    with CsvRecordReader(path, "GZIP") as reader:
        assert reader.read(9).rows.strings() + reader.read(9).rows.strings() == [b'1,"\n2"', b"3,4"]
