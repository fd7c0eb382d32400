"""Exact resume over files: records and lines, another folder, another process, the size of a state."""

from __future__ import annotations

import functools
import itertools
import json
import os

import pytest

import penstock as ps
from penstock import Dataset
from penstock.core.errors import InvalidArgumentError
from penstock.testing import assert_resumes_exactly


@pytest.mark.unit
@pytest.mark.parametrize("compression", ["", "GZIP", "ZLIB"])
@pytest.mark.parametrize("buffer_size", [None, 20])
def test_records_of_files(folder, compression, buffer_size) -> None:
    paths = [str(folder / f"{i}{compression}.tfrecord") for i in (2, 0, 1)]

    def make():
        return ps.TFRecordDataset(paths, compression, buffer_size).shuffle(4, seed=1).repeat(2).batch(3)

    assert_resumes_exactly(make)


@pytest.mark.unit
@pytest.mark.parametrize("parallel", [None, 2])
def test_lines_of_listed_files_side_by_side(folder, parallel) -> None:
    def make():
        files = Dataset.list_files(str(folder / "*.txt"), shuffle=True)
        return files.interleave(ps.TextLineDataset, cycle_length=2, num_parallel_calls=parallel).shuffle(5).prefetch(2)

    assert_resumes_exactly(make)


@pytest.mark.unit
def test_files_may_move_to_another_folder(folder, tmp_path_factory) -> None:
    moved = tmp_path_factory.mktemp("moved")
    for path in folder.glob("*.txt"):
        (moved / path.name).write_bytes(path.read_bytes())

    def make(place):
        return ps.TextLineDataset([str(place / "0.txt"), str(place / "1.txt")]).batch(2)

    assert_resumes_exactly(functools.partial(make, folder), make_restored=functools.partial(make, moved))


# --- another process --------------------------------------------------------------------------------------------


def make_everything(folder):
    """Lines, orders without a seed, opaque calls, threads, epochs."""
    files = Dataset.list_files(os.path.join(folder, "*.txt"))
    lines = files.interleave(ps.TextLineDataset, cycle_length=2, num_parallel_calls=2)
    return lines.shuffle(4).map(len, num_parallel_calls=2, vectorize=False).shuffle(3).repeat(2).batch(3).prefetch(2)


@pytest.mark.unit
def test_a_fresh_process_goes_on(folder) -> None:
    report = assert_resumes_exactly(functools.partial(make_everything, str(folder)), fresh_process=True)
    assert report.elements == 14
    assert report.states == 16
    assert 0 < report.largest_state_bytes < 4000


@pytest.mark.unit
def test_a_fresh_process_cannot_find_a_function_in_a_function() -> None:
    with pytest.raises(InvalidArgumentError, match=r"must be a function of a module.*Received: .*<lambda>.*partial"):
        assert_resumes_exactly(lambda: Dataset.range(3), fresh_process=True)


# --- size -------------------------------------------------------------------------------------------------------


@pytest.mark.unit
def test_a_large_shuffle_buffer_of_records_is_a_small_state(tmp_path, monkeypatch) -> None:
    """10,000 records of 1 KiB are held; tf.data writes 12.3 MB for them."""
    held, size = 10_000, 1024
    path = str(tmp_path / "many.tfrecord")
    with ps.TFRecordWriter(path) as writer:
        for i in range(24_000):
            writer.write(i.to_bytes(4, "little") * (size // 4))

    def make():
        return ps.TFRecordDataset([path]).shuffle(held, seed=3)

    with iter(make()) as iterator:
        for _ in range(12_500):
            next(iterator)
        text = json.dumps(iterator.get_state())
        expected = list(itertools.islice(iterator, 500))
    assert len(text) <= 200_000
    state = json.loads(text)
    position = state["position"]
    # Rows of the input from the oldest one held to the newest.
    span = position["from"]["read"]

    from penstock.records.reader import TFRecordReader

    read = []
    plain_read = TFRecordReader.read

    def counted(self, max_records):
        column = plain_read(self, max_records)
        read.append(0 if column is None else len(column))
        return column

    monkeypatch.setattr(TFRecordReader, "read", counted)
    with iter(make()) as iterator:
        iterator.set_state(state)
        # From the oldest record held to the newest; before that, no more than one read of the file.
        assert held <= span <= sum(read) <= span + (1 << 18) // size
        assert position["skip"] <= held // 2
        assert list(itertools.islice(iterator, 500)) == expected


@pytest.mark.unit
def test_flat_maps_over_a_large_buffer_save_it_once() -> None:
    """The elements that open datasets were made of are told by number, not by a buffer for each."""
    dataset = Dataset.range(4000).shuffle(1000, seed=1).interleave(Dataset.from_tensors, cycle_length=16)
    iterator = iter(dataset)
    for _ in range(100):
        next(iterator)
    state = iterator.get_state()
    iterator.close()
    assert len(json.dumps(state)) < 16 * 8000
