import gzip
import itertools
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import (
    DataLossError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
)
from penstock.records import TFRecordReader, TFRecordWriter
from penstock.records.buffer import ReadBuffer
from penstock.records.framing import frame
from penstock.testing.strategies import payloads

pytestmark = pytest.mark.unit

RECORDS = [b"first", b"", b"the third one, somewhat longer", b"z" * 9]
STARTS = list(itertools.accumulate((16 + len(r) for r in RECORDS), initial=0))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("reader")


def write_bytes(folder, data):
    path = folder / "data.tfrecord"
    path.write_bytes(data)
    return path


@given(
    payloads(200),
    st.sampled_from(["", "GZIP", "ZLIB", None]),
    st.sampled_from([1, 16, 17, 50, None]),
    st.integers(1, 5),
)
def test_what_is_written_is_read(folder, records, kind, buffer_size, step):
    path = folder / "a.tfrecord"
    with TFRecordWriter(path, kind) as writer:
        for record in records:
            writer.write(record)
    got = []
    with TFRecordReader(path, kind, buffer_size=buffer_size) as reader:
        while (block := reader.read(step)) is not None:
            assert 1 <= len(block) <= step
            got += block.strings()
            assert reader.record_index == len(got)
            assert reader.offset_bytes == sum(16 + len(r) for r in got)
        assert reader.read(step) is None
    assert got == records


def test_record_larger_than_the_buffer(tmp_path):
    big = bytes(range(256)) * 5000
    with TFRecordWriter(tmp_path / "a") as writer:
        writer.write_many([b"small", big, b"after"])
    with TFRecordReader(tmp_path / "a", buffer_size=100) as reader:
        assert list(reader) == [b"small", big, b"after"]


def test_skip_and_iteration(tmp_path):
    path = write_bytes(tmp_path, b"".join(map(frame, RECORDS)))
    with TFRecordReader(path) as reader:
        assert reader.skip(2) == 2
        assert (reader.record_index, reader.offset_bytes) == (2, STARTS[2])
        assert next(iter(reader)) == RECORDS[2]
    with TFRecordReader(path) as reader:
        assert reader.skip(9) == 4


@pytest.mark.fault
def test_every_flipped_bit_is_an_error_at_its_record(tmp_path):
    whole = b"".join(map(frame, RECORDS))
    for bit in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << (bit % 8)
        index = max(i for i, start in enumerate(STARTS[:-1]) if start <= bit // 8)
        inside = bit // 8 - STARTS[index]
        what = "length" if inside < 12 else "payload"
        with TFRecordReader(write_bytes(tmp_path, damaged)) as reader:
            if index:
                assert reader.read(100).strings() == RECORDS[:index]
            with pytest.raises(DataLossError, match=f"record {index} at byte {STARTS[index]}: {what} CRC") as info:
                reader.read(100)
        error = info.value
        assert (error.record_index, error.offset_bytes) == (index, STARTS[index])
        assert error.path == str(tmp_path / "data.tfrecord")


@pytest.mark.fault
def test_every_truncation_is_an_error_at_its_record(tmp_path):
    whole = b"".join(map(frame, RECORDS))
    for end in range(len(whole)):
        path = write_bytes(tmp_path, whole[:end])
        complete = sum(start <= end for start in STARTS) - 1
        with TFRecordReader(path, buffer_size=20) as reader:
            if end in STARTS:
                assert list(reader) == RECORDS[:complete]
                continue
            got = []
            with pytest.raises(DataLossError, match=f"record {complete} at byte {STARTS[complete]} ") as info:
                got.extend(iter(reader))
        assert (info.value.record_index, info.value.offset_bytes) == (complete, STARTS[complete])


@pytest.mark.parametrize(
    ("end", "message"),
    [
        (5, "needs a header of 12 bytes but the file ends after 5"),
        (12, "announces 5 bytes but the file ends after 0"),
        (15, "announces 5 bytes but the file ends after 3"),
        (19, "needs a payload CRC of 4 bytes but the file ends after 2"),
    ],
)
def test_messages_of_truncation(tmp_path, end, message):
    path = write_bytes(tmp_path, frame(b"first")[:end])
    with pytest.raises(DataLossError) as info, TFRecordReader(path) as reader:
        reader.read(1)
    assert str(info.value) == f"{path}: record 0 at byte 0 {message}. The writer was probably interrupted."


def test_message_of_a_mismatch(tmp_path):
    data = bytearray(frame(b"first"))
    data[12] = ord("F")
    path = write_bytes(tmp_path, data)
    with pytest.raises(DataLossError) as info, TFRecordReader(path) as reader:
        reader.read(1)
    stored = int.from_bytes(frame(b"first")[-4:], "little")
    computed = int.from_bytes(frame(b"First")[-4:], "little")
    assert str(info.value) == (
        f"{path}: record 0 at byte 0: payload CRC mismatch (stored 0x{stored:08x}, computed 0x{computed:08x}). "
        "The file is damaged here, or is no TFRecord file of this compression."
    )


@pytest.mark.fault
@pytest.mark.parametrize("length", [2**40, 2**62, 2**63, 2**64 - 1])
def test_a_huge_length_with_a_good_crc_costs_no_memory(tmp_path, length):
    from penstock.records import masked_crc32c

    header = length.to_bytes(8, "little")
    path = write_bytes(tmp_path, header + masked_crc32c(header).to_bytes(4, "little") + b"x" * 100)
    with TFRecordReader(path, buffer_size=64) as reader:
        with pytest.raises(DataLossError, match=r"announces \d+ bytes but the file ends after 100"):
            reader.read(1)
        assert len(reader._buffer.data) <= 256


@pytest.mark.fault
def test_gzip_damage(tmp_path):
    raw = b"".join(map(frame, RECORDS)) * 50
    packed = gzip.compress(raw)
    path = tmp_path / "a.gz"
    for data, message in [
        (packed[:-30], "the compressed data ends early"),
        (packed[:-6] + bytes([packed[-6] ^ 1]) + packed[-5:], "the compressed data is damaged"),
        (packed + b"junk", "the compressed data is damaged"),
        (b"not gzip at all", "the compressed data is damaged"),
        (raw, "the compressed data is damaged"),
    ]:
        path.write_bytes(data)
        with pytest.raises(DataLossError, match=message) as info, TFRecordReader(path, "GZIP") as reader:
            list(reader)
        assert str(info.value).startswith(str(path)) and info.value.path == str(path)


def test_members_and_padding(tmp_path):
    a, b = frame(b"one"), frame(b"two")
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(a) + gzip.compress(b"") + gzip.compress(b) + b"\0" * 600_000)
    with TFRecordReader(path, "GZIP") as reader:
        assert list(reader) == [b"one", b"two"]
    path.write_bytes(zlib.compress(a) + zlib.compress(b))
    with TFRecordReader(path, "ZLIB") as reader:
        assert list(reader) == [b"one", b"two"]
    path.write_bytes(b"")
    for kind in ("", "GZIP", "ZLIB"):
        with TFRecordReader(path, kind) as reader:
            assert reader.read(1) is None


class ShortReads:
    """A source that gives one to three bytes at a time."""

    path = "short"

    def __init__(self, data):
        self.data, self.closed = data, 0

    def readinto(self, view):
        n = min(len(view), 1 + len(self.data) % 3, len(self.data))
        view[:n], self.data = self.data[:n], self.data[n:]
        return n

    def close(self):
        self.closed += 1


def test_short_reads(tmp_path):
    with TFRecordReader(write_bytes(tmp_path, b"")) as reader:
        reader._buffer.close()
        reader._buffer = ReadBuffer(ShortReads(b"".join(map(frame, RECORDS))), 16)
        assert list(reader) == RECORDS


def test_a_block_is_not_bounded_by_the_buffer(tmp_path):
    records = [bytes([i % 251]) * (80 + i % 9) for i in range(1500)]
    path = write_bytes(tmp_path, b"".join(map(frame, records)))
    with TFRecordReader(path, buffer_size=500) as reader:
        first = reader.read(1000).strings()
        block = reader.read(1000)
        assert len(block) == 1000
        assert first + block.strings() + list(reader) == records


class Frames:
    """A source that gives one record at a time, and fails now and then."""

    path = "frames"

    def __init__(self, records, *, is_regular):
        self.waiting, self.is_regular = [frame(r) for r in records], is_regular

    def readinto(self, view):
        if not self.waiting:
            return 0
        piece = self.waiting.pop(0)
        if piece == frame(b"fails"):
            raise OSError("the disk is gone")
        view[: len(piece)] = piece
        return len(piece)

    def close(self):
        pass


def of_source(tmp_path, source):
    reader = TFRecordReader(write_bytes(tmp_path, b""))
    reader._buffer.close()
    reader._buffer = ReadBuffer(source, 4096)
    return reader


def test_records_are_returned_before_an_error_that_was_met_behind_them(tmp_path):
    names = [b"one", b"two", b"three", b"fails", b"four", b"five"]
    with of_source(tmp_path, Frames(names, is_regular=True)) as reader:
        assert reader.read(1).strings() == [b"one"]
        assert reader.read(10).strings() == [b"two", b"three"]
        with pytest.raises(OSError, match="the disk is gone"):
            reader.read(10)
        assert reader.read(10).strings() == [b"four", b"five"]
        assert reader.read(10) is None and reader.report.records_read == 5


def test_records_of_a_pipe_do_not_wait_for_later_ones(tmp_path):
    with of_source(tmp_path, Frames([b"one", b"two", b"three"], is_regular=False)) as reader:
        assert [reader.read(10).strings() for _ in range(3)] == [[b"one"], [b"two"], [b"three"]]


def test_large_records_get_a_larger_buffer_where_none_was_asked_for(tmp_path):
    records = [bytes(200_000), bytes(150_000), b"", bytes(250_000)] * 5
    path = write_bytes(tmp_path, b"".join(map(frame, records)))
    for size in (None, 4096):
        with TFRecordReader(path, buffer_size=size) as reader:
            blocks = []
            while (block := reader.read(7)) is not None:
                blocks.append(block)
            assert [r for b in blocks for r in b.strings()] == records
            assert len(reader._buffer.data) == (1 << 20 if size is None else 250_016)


def test_arguments(tmp_path):
    with pytest.raises(NotFoundError, match=r"nowhere: no such file\.$"):
        TFRecordReader(tmp_path / "nowhere")
    with pytest.raises(InvalidArgumentError, match="is a folder"):
        TFRecordReader(tmp_path)
    with pytest.raises(InvalidArgumentError, match="Did you mean 'GZIP'"):
        TFRecordReader("a", "gzip")
    with pytest.raises(InvalidArgumentError, match='must be None, "", "GZIP" or "ZLIB". Received: compression_type=3'):
        TFRecordReader("a", 3)
    with pytest.raises(InvalidArgumentError, match="buffer_size must be an int >= 1"):
        TFRecordReader("a", buffer_size=0)
    with pytest.raises(InvalidArgumentError, match="a path must be str, bytes or PathLike"):
        TFRecordReader(7)
    with TFRecordReader(write_bytes(tmp_path, b"")) as reader:
        with pytest.raises(InvalidArgumentError, match="max_records must be >= 1"):
            reader.read(0)


def test_close_is_idempotent_and_final(tmp_path):
    reader = TFRecordReader(write_bytes(tmp_path, frame(b"a")))
    assert repr(reader) == f"TFRecordReader({str(tmp_path / 'data.tfrecord')!r}, record_index=0)"
    reader.close()
    reader.close()
    with pytest.raises(FailedPreconditionError, match="is closed"):
        reader.read(1)


def test_small_blocks_hold_no_large_buffers(tmp_path):
    with TFRecordWriter(tmp_path / "a") as writer:
        writer.write_many([b"x" * 100] * 10_000)
    with TFRecordReader(tmp_path / "a") as reader:
        block = reader.read(1)
        assert block.data.base is None or block.data.base.nbytes < 10_000
        assert block.offsets.base is None or block.offsets.base.nbytes < 10_000


@pytest.mark.fault
def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "a.tfrecord"
    path.write_bytes(b"")

    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PermissionDeniedError, match="a.tfrecord: may not be read") as caught:
        TFRecordReader(path)
    assert isinstance(caught.value, PermissionError)
