"""TFRecordFiles: several files as one sequence of records."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.errors import (
    DataLossError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    OutOfRangeError,
)
from penstock.records import TFRecordFiles, TFRecordWriter, load_index
from penstock.testing.strategies import payloads

pytestmark = pytest.mark.unit


def write(path, records):
    with TFRecordWriter(path) as writer:
        writer.write_many(records)
    return path


@pytest.fixture
def folder(tmp_path):
    for i, count in enumerate([3, 0, 5]):
        write(tmp_path / f"{i}.tfrecord", [b"%d-%d" % (i, k) for k in range(count)])
    return tmp_path


RECORDS = [b"0-0", b"0-1", b"0-2", *(b"2-%d" % k for k in range(5))]


def test_records_of_all_files(folder):
    with TFRecordFiles(folder / "*.tfrecord") as records:
        assert repr(records) == "TFRecordFiles(3 files, 8 records)"
        assert len(records) == 8 and list(records) == RECORDS
        assert [records[i] for i in range(-8, 8)] == RECORDS * 2
        assert records.lengths.tolist() == [3] * 8
        assert records.__getitems__([7, 0, 7]) == [RECORDS[7], RECORDS[0], RECORDS[7]]
        for wrong in (8, -9):
            with pytest.raises(OutOfRangeError, match=f"there are 8 records in 3 files. Received: index={wrong}"):
                records[wrong]
        with pytest.raises(InvalidArgumentError, match="an index must be an int. Received: 'x'"):
            records["x"]
        with pytest.raises(InvalidArgumentError, match="indices must be int"):
            records.take([0.5])
    with pytest.raises(FailedPreconditionError, match="is closed"):
        records[0]
    records.close()


@given(parts=st.lists(payloads(5), min_size=1, max_size=4), data=st.data())
def test_take_is_list_indexing(tmp_path_factory, parts, data):
    folder = tmp_path_factory.mktemp("files")
    paths = [write(folder / str(i), part) for i, part in enumerate(parts)]
    whole = [record for part in parts for record in part]
    rows = data.draw(st.lists(st.integers(-len(whole), len(whole) - 1), max_size=10)) if whole else []
    with TFRecordFiles(paths) as records:
        assert records.take(rows).strings() == [whole[i] for i in rows]


def test_a_dataset_over_many_files(folder):
    with TFRecordFiles(folder / "*.tfrecord") as records:
        ds = Dataset.from_source(records)
        assert len(ds) == 8 and list(ds.skip(5)) == RECORDS[5:] and list(ds.shard(3, 1)) == RECORDS[1::3]
        shuffled = list(ds.global_shuffle(seed=1))
        assert sorted(shuffled) == sorted(RECORDS) != shuffled


def test_another_process_maps_the_files_anew(folder):
    with TFRecordFiles(folder / "*.tfrecord", save_index=False) as records:
        with pickle.loads(pickle.dumps(records)) as again:
            assert list(again) == RECORDS
    assert load_index(folder / "0.tfrecord") is None


@pytest.mark.fault
def test_files_that_are_damaged_or_missing(folder):
    data = bytearray((folder / "2.tfrecord").read_bytes())
    data[14] ^= 1
    (folder / "2.tfrecord").write_bytes(data)
    with pytest.raises(DataLossError, match="2.tfrecord: record 0 at byte 0: payload CRC"):
        TFRecordFiles(folder / "*.tfrecord")
    with pytest.raises(NotFoundError, match="TFRecordFiles: no file matches"):
        TFRecordFiles(folder / "*.none")
