"""Patterns, compression found out, and open files in place of paths."""

import gzip
import io
import zlib
from pathlib import Path

import pytest

from penstock.errors import InvalidArgumentError, NotFoundError
from penstock.records import LineReader, TFRecordReader, detect_compression
from penstock.records.csv.reader import CsvRecordReader
from penstock.records.framing import frame
from penstock.records.inputs import RewindableStream, expand_paths

pytestmark = pytest.mark.unit

FRAMED = b"".join(map(frame, [b"one", b"two", b"three" * 100]))


def test_patterns(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.tfrecord", "a.tfrecord", "a.tfrecord.idx", "lost.idx", "x[1]"):
        Path(name).touch()
    assert expand_paths("f", "*.tfrecord") == ["a.tfrecord", "b.tfrecord"]
    assert expand_paths("f", ["b*", Path("a.tfrecord"), "*"]) == ["b.tfrecord", "a.tfrecord", "lost.idx", "x[1]"]
    assert expand_paths("f", ["x[1]", "a.tfrecord.idx", "s3://b/*", "none"]) == [
        "x[1]",
        "a.tfrecord.idx",
        "s3://b/*",
        "none",
    ]
    with pytest.raises(NotFoundError, match=r"f: no file matches 'q\*'"):
        expand_paths("f", "q*")
    with pytest.raises(InvalidArgumentError, match="f: paths must name at least one file. Received: none."):
        expand_paths("f", [])


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (FRAMED, ""),
        (gzip.compress(FRAMED), "GZIP"),
        (zlib.compress(FRAMED), "ZLIB"),
        (b"", ""),
        (b"\x1f", ""),
        (b"plain text", ""),
        # A record of 0x8b1f bytes begins like a gzip file; its header's checksum tells.
        (frame(bytes(0x8B1F)), ""),
    ],
    ids=["plain", "gzip", "zlib", "empty", "a byte", "text", "like gzip"],
)
def test_compression_is_found_out(tmp_path, data, kind):
    (tmp_path / "a").write_bytes(data)
    assert detect_compression(tmp_path / "a") == kind
    stream = RewindableStream(io.BytesIO(data))
    assert detect_compression(stream) == kind
    piece = bytearray(len(data) + 1)
    held = 0
    while got := stream.readinto(memoryview(piece)[held:]):
        held += got
    assert bytes(piece[:held]) == data


def test_compression_of_no_file(tmp_path):
    with pytest.raises(NotFoundError, match="no such file"):
        detect_compression(tmp_path / "a")
    with pytest.raises(InvalidArgumentError, match="is a folder"):
        detect_compression(tmp_path)


class Drip(io.RawIOBase):
    """Gives one byte at a time, as a slow pipe may."""

    name = 3

    def __init__(self, data):
        self._data = io.BytesIO(data)

    def readable(self):
        return True

    def readinto(self, view):
        return self._data.readinto(memoryview(view)[:1])


@pytest.mark.parametrize("opened", [io.BytesIO, Drip], ids=["whole", "dripping"])
@pytest.mark.parametrize("kind", ["", "GZIP"])
def test_readers_take_open_files(opened, kind):
    data = gzip.compress(FRAMED) if kind else FRAMED
    stream = opened(data)
    with TFRecordReader(stream, kind) as reader:
        assert reader.path == "<stream>"
        assert list(reader) == [b"one", b"two", b"three" * 100]
    assert not stream.closed
    with TFRecordReader(opened(data), kind) as reader:
        reader.seek(19, 1)
        assert list(reader) == [b"two", b"three" * 100]
    with LineReader(opened(b"a\nb\n")) as lines:
        assert list(lines) == [b"a", b"b"]
    with CsvRecordReader(opened(b"a,1\n")) as rows:
        assert rows.read(10).rows.strings() == [b"a,1"]


def test_an_open_file_has_no_index():
    with pytest.raises(InvalidArgumentError, match="write_index needs a path. Received: the open file <stream>."):
        TFRecordReader(io.BytesIO(), write_index=True)


@pytest.mark.parametrize("opened", [io.BytesIO, Drip], ids=["whole", "dripping"])
def test_streams_are_read_again_as_long_as_they_are_kept(opened):
    data = bytes(range(200))
    stream = RewindableStream(opened(data), "<stdin>")
    assert (stream.peek(3), stream.peek(5), stream.name) == (data[:3], data[:5], "<stdin>")

    def read(count):
        piece, held = bytearray(count), 0
        while held < count and (got := stream.readinto(memoryview(piece)[held:])):
            held += got
        return bytes(piece[:held])

    assert read(50) == data[:50]
    stream.rewind()
    assert read(20) == data[:20]
    assert stream.peek(40) == data[20:60]
    stream.rewind()
    stream.keep_no_more()
    assert read(500) == data
    with pytest.raises(AssertionError, match="is not kept any more"):
        stream.rewind()
