"""TFRecordDataset: TensorFlow's files, compressions, damage."""

from __future__ import annotations

import pytest

from penstock import Dataset, TFRecordDataset, TFRecordWriter
from penstock.core.errors import DataLossError, InvalidArgumentError, NotFoundError
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


def damaged(path, *numbers) -> None:
    """Write a hundred records of 25 bytes and flip a bit in some."""
    write(path, [b"record %02d" % i for i in range(100)])
    data = bytearray(path.read_bytes())
    for number in numbers:
        data[number * 25 + 13] ^= 1
    path.write_bytes(data)


@pytest.mark.fault
@pytest.mark.parametrize("parallel", [None, 2])
def test_damaged_records_are_skipped_and_reported(tmp_path, parallel) -> None:
    paths = [tmp_path / "a", tmp_path / "b"]
    damaged(paths[0], 3, 60)
    damaged(paths[1], 99)
    iterator = iter(TFRecordDataset(paths, on_corrupt="skip", num_parallel_reads=parallel).batch(10).prefetch(2))
    records = [record for batch in iterator for record in batch]
    expected = [b"record %02d" % i for i in range(100)] * 2
    for missing in (b"record 03", b"record 60", b"record 99"):
        expected.remove(missing)
    assert sorted(records) == sorted([*expected])
    assert len(iterator.skipped) == 3
    assert {(skipped.path, skipped.record_index) for skipped in iterator.skipped} == {
        (str(paths[0]), 3),
        (str(paths[0]), 59),
        (str(paths[1]), 99),
    }
    first = next(iter(iterator.skipped))
    assert first.stage == "tfrecord" and "payload CRC mismatch" in str(first)


@pytest.mark.fault
def test_skipping_has_a_limit_for_each_file(tmp_path) -> None:
    damaged(tmp_path / "a", 3, 60)
    damaged(tmp_path / "b", 10, 20)
    paths = [tmp_path / "a", tmp_path / "b"]
    assert len(list(TFRecordDataset(paths, on_corrupt="skip", max_skipped=2))) == 196
    iterator = iter(TFRecordDataset(paths, on_corrupt="skip", max_skipped=1))
    with pytest.raises(DataLossError, match="record 59 at byte 1500: payload CRC mismatch"):
        list(iterator)
    assert len(iterator.skipped) == 1
    with pytest.raises(DataLossError, match="2 damaged places beside 98 good records"):
        list(TFRecordDataset(paths, on_corrupt="skip", max_skipped=0.01))
    with pytest.raises(InvalidArgumentError, match=r'TFRecordDataset: on_corrupt must be "raise" or "skip"'):
        TFRecordDataset(paths, on_corrupt="drop")
    assert "on_corrupt='skip', max_skipped=1" in TFRecordDataset(paths, on_corrupt="skip", max_skipped=1).explain()


@pytest.mark.fault
def test_a_resumed_iterator_goes_on_and_counts_on(tmp_path) -> None:
    damaged(tmp_path / "a", 3, 60, 61)
    dataset = TFRecordDataset(tmp_path / "a", on_corrupt="skip", buffer_size=100)
    whole = list(dataset)
    for cut in (0, 2, 3, 4, 58, 59, 60, 97):
        first = iter(dataset)
        for _ in range(cut):
            next(first)
        second = iter(dataset)
        second.set_state(first.get_state())
        assert list(second) == whole[cut:]
        assert len(second.skipped) == 3
