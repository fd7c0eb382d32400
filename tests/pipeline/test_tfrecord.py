"""TFRecordDataset: TensorFlow's files, compressions, damage."""

from __future__ import annotations

import pytest

from penstock import Dataset, TFRecordDataset, TFRecordWriter
from penstock.core.errors import DataLossError, NotFoundError
from penstock.testing.executor import reference_iterator

SUFFIXES = {"": ".tfrecord", "GZIP": ".gzip.tfrecord", "ZLIB": ".zlib.tfrecord"}


def write(path, records) -> None:
    with TFRecordWriter(str(path)) as writer:
        for record in records:
            writer.write(record)


@pytest.mark.golden
@pytest.mark.parametrize("compression", SUFFIXES)
@pytest.mark.parametrize("name", ["none", "one_empty", "small", "long"])
def test_files_made_by_tensorflow(golden_dir, compression, name) -> None:
    path = golden_dir / "tfrecord" / (name + SUFFIXES[compression])
    plain = golden_dir / "tfrecord" / f"{name}.tfrecord"
    records = list(TFRecordDataset(path, compression))
    assert records == list(reference_iterator(TFRecordDataset(plain)))
    assert len(records) > 0 or name == "none"


@pytest.mark.unit
def test_records_of_several_files(tmp_path) -> None:
    paths = [tmp_path / f"{i}.tfrecord" for i in range(3)]
    for i, path in enumerate(paths):
        write(path, [b"%d-%d" % (i, j) for j in range(i)])
    assert list(TFRecordDataset(paths)) == [b"1-0", b"2-0", b"2-1"]
    assert list(TFRecordDataset(Dataset.from_tensor_slices([str(p) for p in paths]))) == [b"1-0", b"2-0", b"2-1"]
    assert list(TFRecordDataset(paths, num_parallel_reads=3)) == [b"1-0", b"2-0", b"2-1"]


@pytest.mark.unit
def test_rows_know_their_file_and_record(tmp_path) -> None:
    path = tmp_path / "a.tfrecord"
    write(path, [b"x", b"y"])
    blocks = TFRecordDataset(path).iter_blocks()
    origins = [str(block.provenance.where(i)) for block in blocks for i in range(block.n)]
    assert origins == [f"{path}, record 0", f"{path}, record 1"]


@pytest.mark.fault
@pytest.mark.parametrize("above", ["plain", "shuffle", "prefetch", "map"])
def test_records_before_the_damage_arrive_first(tmp_path, above) -> None:
    path = tmp_path / "a.tfrecord"
    write(path, [b"record %d" % i for i in range(100)])
    data = bytearray(path.read_bytes())
    data[60 * 25 + 3] ^= 1
    path.write_bytes(data)
    dataset = TFRecordDataset(path)
    match above:
        case "shuffle":
            dataset = dataset.shuffle(1)
        case "prefetch":
            dataset = dataset.prefetch(5)
        case "map":
            dataset = dataset.map(lambda r: r, num_parallel_calls=2)
    iterator, found = iter(dataset), []
    with pytest.raises(DataLossError) as caught:
        for record in iterator:
            found.append(record)
    bad = caught.value.record_index
    assert found == [b"record %d" % i for i in range(bad)]
    assert caught.value.path == str(path)
    assert str(path) in str(caught.value) and f"record {bad}" in str(caught.value)


@pytest.mark.fault
def test_a_file_that_ends_early(tmp_path) -> None:
    path = tmp_path / "a.tfrecord"
    write(path, [b"one", b"two"])
    path.write_bytes(path.read_bytes()[:-5])
    iterator = iter(TFRecordDataset(path))
    assert next(iterator) == b"one"
    with pytest.raises(DataLossError, match=r"a\.tfrecord: record 1"):
        next(iterator)


@pytest.mark.fault
def test_a_missing_file(tmp_path) -> None:
    with pytest.raises(NotFoundError, match=r"no-such\.tfrecord"):
        list(TFRecordDataset(tmp_path / "no-such.tfrecord"))
