"""Sidecar indexes and random access."""

import gzip
import itertools
import os
import pickle

import numpy as np
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
    UnimplementedError,
)
from penstock.records import (
    RecordIndex,
    TFRecordFile,
    TFRecordReader,
    TFRecordWriter,
    build_index,
    load_index,
    masked_crc32c,
)
from penstock.records.framing import frame
from penstock.testing.strategies import payloads

pytestmark = pytest.mark.unit

RECORDS = [b"first", b"", b"the third one, longer", b"z" * 9]


@pytest.fixture
def path(tmp_path):
    target = tmp_path / "a.tfrecord"
    target.write_bytes(b"".join(map(frame, RECORDS)))
    return target


def same(a, b):
    return len(a) == len(b) and all(np.array_equal(x, y) for x, y in zip(a.layout, b.layout, strict=True))


def test_the_index_tells_where_records_are(path):
    seen = []
    index = build_index(path, progress=seen.append)
    assert isinstance(index, RecordIndex) and repr(index) == f"RecordIndex({str(path)!r}, 4 records)"
    assert index.lengths.tolist() == [len(r) for r in RECORDS]
    assert index.offsets.tolist() == list(itertools.accumulate((16 + len(r) for r in RECORDS[:-1]), initial=0))
    assert index.crcs.tolist() == [masked_crc32c(r) for r in RECORDS]
    assert seen[-1] == path.stat().st_size
    assert same(load_index(path), index)
    assert [p.name for p in sorted(path.parent.iterdir())] == ["a.tfrecord", "a.tfrecord.idx"]


def test_the_bytes_of_the_sidecar(path):
    index = build_index(path)
    raw = (path.parent / "a.tfrecord.idx").read_bytes()
    assert raw[:8] == b"PSTKIDX\x01"
    assert int.from_bytes(raw[8:16], "little") == 4
    assert int.from_bytes(raw[16:24], "little") == path.stat().st_size
    assert int.from_bytes(raw[24:32], "little") == path.stat().st_mtime_ns
    assert len(raw) == 40 + 20 * 4
    assert raw[40:72] == index.offsets.astype("<i8").tobytes()


@pytest.mark.parametrize("kind", [None, "GZIP", "ZLIB"])
def test_a_full_read_writes_the_index(tmp_path, kind):
    path = tmp_path / "a"
    with TFRecordWriter(path, kind) as writer:
        writer.write_many([b"x" * (i % 7) for i in range(3000)])
    with TFRecordReader(path, kind, buffer_size=500, write_index=True) as reader:
        reader.read(10)
        assert load_index(path, kind) is None
        list(reader)
    assert same(load_index(path, kind), build_index(path, kind, save=False))
    assert len(load_index(path, kind)) == 3000


def test_no_index_after_a_partial_or_damaged_read(path):
    with TFRecordReader(path, write_index=True) as reader:
        reader.seek(21, 1)
        list(reader)
    assert load_index(path) is None
    path.write_bytes(path.read_bytes()[:-1])
    with TFRecordReader(path, write_index=True, on_corrupt="skip") as reader:
        list(reader)
    assert load_index(path) is None
    with pytest.raises(DataLossError, match="record 3 at byte 74 needs a payload CRC"):
        build_index(path)
    assert load_index(path) is None


def test_stale_indexes_are_not_used(path):
    build_index(path)
    data, stamp = path.read_bytes(), path.stat().st_mtime_ns
    assert load_index(path) is not None
    os.utime(path, ns=(stamp, stamp + 1))
    assert load_index(path) is None
    path.write_bytes(data + frame(b"more"))
    os.utime(path, ns=(stamp, stamp))
    assert load_index(path) is None
    # Same size and time, other records: the sample tells.
    for others in ([*RECORDS[:-1], b"y" * 9], RECORDS[::-1]):
        path.write_bytes(b"".join(map(frame, others)))
        os.utime(path, ns=(stamp, stamp))
        assert load_index(path) is None
    path.write_bytes(data)
    os.utime(path, ns=(stamp, stamp))
    assert load_index(path) is not None
    assert load_index(path, "GZIP") is None


@pytest.mark.fault
def test_a_damaged_index_is_not_used(path):
    build_index(path)
    sidecar = path.parent / "a.tfrecord.idx"
    raw = sidecar.read_bytes()
    for bit in range(8 * len(raw)):
        damaged = bytearray(raw)
        damaged[bit // 8] ^= 1 << (bit % 8)
        sidecar.write_bytes(damaged)
        assert load_index(path) is None
    for end in range(len(raw)):
        sidecar.write_bytes(raw[:end])
        assert load_index(path) is None
    with TFRecordFile(path) as records:
        assert list(records) == RECORDS
    assert sidecar.read_bytes() == raw


def test_random_access(path):
    with TFRecordFile(path) as records:
        assert len(records) == len(RECORDS)
        assert [records[i] for i in range(-4, 4)] == RECORDS * 2
        assert records[np.int64(2)] == RECORDS[2]
        assert list(records) == RECORDS and b"first" in records and records.index is records.index
        for piece in (slice(None), slice(1, 3), slice(None, None, -1), slice(9, 2), slice(0, 0)):
            assert records[piece].strings() == RECORDS[piece]
        assert records.take([3, 0, -1, 0]).strings() == [RECORDS[i] for i in (3, 0, 3, 0)]
        assert records.take([]).strings() == [] and records.take(np.array([1], np.uint8)).strings() == [b""]
        for wrong in (4, -5):
            with pytest.raises(OutOfRangeError, match=rf"has 4 records. Received: index={wrong}\."):
                records[wrong]
        for wrong in ([0.5], [[1]], [True]):
            with pytest.raises(InvalidArgumentError, match=r"indices must be int\[n\]"):
                records.take(wrong)
        with pytest.raises(InvalidArgumentError, match="an index must be an int or a slice"):
            records["a"]
        assert repr(records) == f"TFRecordFile({str(path)!r}, 4 records)"
    records.close()
    assert repr(records).endswith(", closed)")
    with pytest.raises(FailedPreconditionError, match="is closed"):
        records[0]


@given(payloads(40), st.data())
def test_take_is_list_indexing(tmp_path_factory, records, data):
    path = tmp_path_factory.mktemp("take") / "a"
    path.write_bytes(b"".join(map(frame, records)))
    rows = data.draw(st.lists(st.integers(-len(records), len(records) - 1), max_size=20)) if records else []
    with TFRecordFile(path, save_index=False) as file:
        assert file.take(rows).strings() == [records[i] for i in rows]
    assert len(list(path.parent.iterdir())) == 1


def test_an_empty_file(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    with TFRecordFile(tmp_path / "a") as records:
        assert len(records) == 0 and list(records) == []
        with pytest.raises(OutOfRangeError):
            records[0]
    assert len(load_index(tmp_path / "a")) == 0


def test_a_dataset_over_a_file_has_a_length_and_a_global_shuffle(path):
    records = TFRecordFile(path)
    dataset = Dataset.from_source(records)
    assert int(dataset.cardinality()) == 4
    assert list(dataset) == RECORDS and list(dataset.skip(2)) == RECORDS[2:]
    assert list(dataset.shard(2, 1)) == RECORDS[1::2]
    assert sorted(dataset.global_shuffle(seed=1)) == sorted(RECORDS)


def test_a_pickled_file_maps_itself_anew(path):
    with TFRecordFile(path) as records, pickle.loads(pickle.dumps(records)) as other:
        assert list(other) == list(records) == RECORDS


@pytest.mark.fault
def test_damage_behind_the_index_is_found_when_taken(path):
    stamp = path.stat().st_mtime_ns
    whole = b"".join(frame(b"%04d" % i) for i in range(2000))
    path.write_bytes(whole)
    os.utime(path, ns=(stamp, stamp))
    build_index(path)
    for inside in (0, 13, 17):  # length, payload, CRC
        damaged = bytearray(whole)
        damaged[20 * 7 + inside] ^= 1
        path.write_bytes(damaged)
        os.utime(path, ns=(stamp, stamp))
        with TFRecordFile(path) as records:
            assert records[6] == b"0006"
            with pytest.raises(DataLossError, match="record 7 at byte 140 is not the record that was indexed") as info:
                records.take([3, 7])
            assert (info.value.path, info.value.record_index, info.value.offset_bytes) == (str(path), 7, 140)


def test_a_folder_that_cannot_be_written(path, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(RecordIndex, "save", refuse)
    with TFRecordFile(path) as records:
        assert list(records) == RECORDS


def test_arguments(tmp_path):
    with pytest.raises(NotFoundError, match="no such file"):
        TFRecordFile(tmp_path / "none")
    with pytest.raises(NotFoundError, match="no such file"):
        load_index(tmp_path / "none")
    with pytest.raises(UnimplementedError, match="only local files have an index"):
        build_index("s3://bucket/a")
    (tmp_path / "a.gz").write_bytes(gzip.compress(frame(b"a")))
    with pytest.raises(DataLossError):
        TFRecordFile(tmp_path / "a.gz")
