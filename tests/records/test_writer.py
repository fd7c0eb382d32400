import gzip
import os
import zlib

import pytest

from penstock.core.columns import BytesColumn
from penstock.errors import FailedPreconditionError, InvalidArgumentError, NotFoundError
from penstock.records import TFRecordOptions, TFRecordReader, TFRecordWriter
from penstock.records.framing import frame

pytestmark = pytest.mark.unit


def test_the_file_appears_on_close_only(tmp_path):
    path = tmp_path / "a.tfrecord"
    writer = TFRecordWriter(path)
    writer.write(b"one")
    writer.flush()
    assert not path.exists()
    (temporary,) = tmp_path.iterdir()
    assert temporary.name.startswith("a.tfrecord.") and temporary.read_bytes() == frame(b"one")
    writer.close()
    writer.close()
    assert [p.name for p in tmp_path.iterdir()] == ["a.tfrecord"]
    assert path.read_bytes() == frame(b"one")


def test_a_failed_block_leaves_nothing(tmp_path):
    path = tmp_path / "a.tfrecord"
    with pytest.raises(KeyError), TFRecordWriter(path) as writer:
        writer.write(b"one")
        raise KeyError("mine")
    assert list(tmp_path.iterdir()) == []
    path.write_bytes(b"old")
    with pytest.raises(KeyError), TFRecordWriter(path):
        raise KeyError("mine")
    assert path.read_bytes() == b"old"


def test_an_old_file_is_replaced(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with TFRecordWriter(str(path)) as writer:
        writer.write(b"new")
    assert path.read_bytes() == frame(b"new")


def test_appending_is_refused_with_a_reason(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(frame(b"old"))
    with pytest.raises(
        InvalidArgumentError, match="Received: mode='a' .str.. Records cannot be appended .* half a record"
    ):
        TFRecordWriter(path, mode="a")
    with pytest.raises(InvalidArgumentError, match="^TFRecordWriter: mode must be 'w'. Received: mode='x' .str..$"):
        TFRecordWriter(path, mode="x")
    assert path.read_bytes() == frame(b"old")
    with TFRecordWriter(path, mode="w") as writer:
        writer.write(b"new")
    assert path.read_bytes() == frame(b"new")


@pytest.mark.fault
def test_a_failing_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    writer = TFRecordWriter(tmp_path / "a")
    writer.write(b"one")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        writer.close()
    assert list(tmp_path.iterdir()) == []
    writer.close()


def test_use_after_close(tmp_path):
    with TFRecordWriter(tmp_path / "a") as writer:
        pass
    assert repr(writer) == f"TFRecordWriter({str(tmp_path / 'a')!r}, closed)"
    for use in (lambda: writer.write(b""), lambda: writer.write_many(BytesColumn.from_list([b"x"])), writer.flush):
        with pytest.raises(FailedPreconditionError, match="is closed. Open a new writer"):
            use()


def test_an_abandoned_writer_warns(tmp_path):
    writer = TFRecordWriter(tmp_path / "a")
    with pytest.warns(ResourceWarning, match="was never closed; its records are in"):
        writer.__del__()
    writer.discard()
    writer.discard()
    assert list(tmp_path.iterdir()) == []


def test_write_many_takes_columns_and_iterables(tmp_path):
    records = [b"a" * i for i in range(300)]
    for name, given in {"column": BytesColumn.from_list(records), "list": records, "generator": iter(records)}.items():
        with TFRecordWriter(tmp_path / name) as writer:
            writer.write_many(given)
        assert (tmp_path / name).read_bytes() == b"".join(map(frame, records))


def test_large_columns_are_framed_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("penstock.records.writer._ROWS_PER_FRAME_CALL_BYTES", 1000)
    records = [b"x" * 90 for _ in range(100)]
    with TFRecordWriter(tmp_path / "a") as writer:
        writer.write_many(BytesColumn.from_list(records))
    with TFRecordReader(tmp_path / "a") as reader:
        assert list(reader) == records


@pytest.mark.parametrize(
    ("options", "unpack"),
    [
        ("GZIP", gzip.decompress),
        ("ZLIB", zlib.decompress),
        (TFRecordOptions("GZIP", compression_level=9, mem_level=9), gzip.decompress),
        (TFRecordOptions("ZLIB", window_bits=9, compression_strategy=zlib.Z_HUFFMAN_ONLY), zlib.decompress),
        (TFRecordOptions("ZLIB", compression_level=0), zlib.decompress),
        (TFRecordOptions(), bytes),
    ],
)
def test_compression(tmp_path, options, unpack):
    with TFRecordWriter(tmp_path / "a", options) as writer:
        writer.write(b"one" * 500)
        writer.flush()
        writer.write(memoryview(b"two"))
    assert unpack((tmp_path / "a").read_bytes()) == frame(b"one" * 500) + frame(b"two")


def test_arguments(tmp_path):
    with pytest.raises(NotFoundError, match="is no folder, cannot write"):
        TFRecordWriter(tmp_path / "no" / "a")
    with pytest.raises(InvalidArgumentError, match="is a folder. Give the name of a file in it"):
        TFRecordWriter(tmp_path)
    with pytest.raises(InvalidArgumentError, match="TFRecordWriter: compression_type must be None"):
        TFRecordWriter(tmp_path / "a", "LZ4")
    with pytest.raises(InvalidArgumentError, match="compression_level must be an int from -1 to 9, or None. Received"):
        TFRecordOptions("GZIP", compression_level=10)
    with TFRecordWriter(tmp_path / "a") as writer:
        with pytest.raises(InvalidArgumentError, match="a record must be bytes. Received: 'text'"):
            writer.write("text")
