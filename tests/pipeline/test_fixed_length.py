"""FixedLengthRecordDataset: TensorFlow's records, resume, files that do not fit."""

from __future__ import annotations

import base64
import gzip
import zlib

import pytest

from penstock import Dataset, FixedLengthRecordDataset
from penstock.core.errors import DataLossError, InvalidArgumentError, NotFoundError
from penstock.testing import assert_resumes_exactly
from penstock.testing.executor import reference_iterator

COMPRESS = {"": lambda data: data, "GZIP": gzip.compress, "ZLIB": zlib.compress}


@pytest.mark.golden
def test_records_are_tensorflows(golden, tmp_path) -> None:
    for number, case in enumerate(golden("fixed_length")["cases"]):
        paths = []
        for i, content in enumerate(case["files"]):
            paths.append(tmp_path / f"{number}-{i}.bin")
            paths[-1].write_bytes(COMPRESS[case["compression"]](base64.b64decode(content)))
        dataset = FixedLengthRecordDataset(paths, compression_type=case["compression"], **case["arguments"])
        records = [base64.b64decode(record) for record in case["records"]]
        assert list(dataset) == records, case
        assert list(reference_iterator(dataset)) == records, case


@pytest.mark.unit
def test_files_given_as_path_list_or_dataset(tmp_path) -> None:
    paths = [tmp_path / "a", tmp_path / "b"]
    paths[0].write_bytes(b"112233")
    paths[1].write_bytes(b"44")
    assert list(FixedLengthRecordDataset(paths[0], 2)) == [b"11", b"22", b"33"]
    assert list(FixedLengthRecordDataset(paths, 2)) == [b"11", b"22", b"33", b"44"]
    names = Dataset.from_tensor_slices([str(p) for p in paths])
    assert list(FixedLengthRecordDataset(names, 2, num_parallel_reads=2)) == [b"11", b"44", b"22", b"33"]
    assert FixedLengthRecordDataset(paths, 2).element_spec.dtype.is_string


@pytest.mark.unit
def test_rows_know_their_file_and_record(tmp_path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"H1122")
    blocks = FixedLengthRecordDataset(path, 2, 1).iter_blocks()
    origins = [str(block.provenance.where(i)) for block in blocks for i in range(block.n)]
    assert origins == [f"{path}, record 0", f"{path}, record 1"]


@pytest.mark.fault
@pytest.mark.parametrize("compression", COMPRESS)
@pytest.mark.parametrize(
    ("arguments", "records", "message"),
    [
        (
            (4, 2, 1),
            [b"abcd"],
            r"record 1 at byte 6 must have 4 bytes, but only 2 are left before the footer of 1 bytes",
        ),
        ((4, 2), [b"abcd"], r"record 1 at byte 6 must have 4 bytes, but only 3 are left\. Check record_bytes"),
        ((3, 20), [], r"byte 20 must be there \(20 header bytes, 0 records of 3 bytes\), but the file ends before"),
        ((3, 2, 9), [], r"a footer of 9 bytes must follow the header of 2 bytes, but only 7 bytes are left"),
    ],
)
def test_files_that_do_not_fit(tmp_path, compression, arguments, records, message) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(COMPRESS[compression](b"HHabcdefF"))
    found = []
    with pytest.raises(DataLossError, match=r"a\.bin: " + message) as caught:
        for record in FixedLengthRecordDataset(path, *arguments, compression_type=compression):
            found.append(record)
    assert found == records
    assert (caught.value.path, caught.value.record_index) == (str(path), len(records))


@pytest.mark.fault
def test_a_missing_file_is_named_when_its_turn_comes(tmp_path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"1")
    iterator = iter(FixedLengthRecordDataset([path, tmp_path / "missing"], 1))
    assert next(iterator) == b"1"
    with pytest.raises(NotFoundError, match="missing"):
        next(iterator)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"record_bytes": 0}, r"record_bytes must be an int >= 1\. Received: record_bytes=0"),
        ({"header_bytes": -1}, r"header_bytes must be an int >= 0\. Received: header_bytes=-1"),
        ({"footer_bytes": 1.5}, r"footer_bytes must be an int >= 0\. Received: footer_bytes=1\.5"),
        ({"compression_type": "BZ2"}, r"compression_type must be"),
    ],
)
def test_arguments_are_checked_at_once(arguments, message) -> None:
    with pytest.raises(InvalidArgumentError, match="FixedLengthRecordDataset: " + message):
        FixedLengthRecordDataset("a", **{"record_bytes": 1, **arguments})


@pytest.mark.unit
def test_the_label_shows_what_changes_the_records(tmp_path) -> None:
    dataset = FixedLengthRecordDataset("a", 4, 2, 1, compression_type="GZIP")
    assert repr(dataset) == (
        "<Dataset fixed_length('a', compression_type='GZIP', record_bytes=4, header_bytes=2, footer_bytes=1)>"
    )
    files = FixedLengthRecordDataset(["a", "b"], 4, num_parallel_reads=2)
    assert "interleave(fixed_length('…', record_bytes=4), cycle_length=2" in repr(files)


@pytest.mark.property
@pytest.mark.parametrize("compression", ["", "GZIP"])
def test_resume(tmp_path, compression) -> None:
    paths = [tmp_path / f"{i}" for i in range(3)]
    for path, n in zip(paths, (7, 0, 5), strict=True):
        path.write_bytes(COMPRESS[compression](b"H" + bytes(range(3 * n)) + b"FF"))

    def make():
        return FixedLengthRecordDataset(paths, 3, 1, 2, buffer_size=8, compression_type=compression)

    assert_resumes_exactly(make)
    assert_resumes_exactly(lambda: make().shuffle(4, seed=1).batch(2))
