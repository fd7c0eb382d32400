"""Remote files: retries, short reads, pyarrow and fsspec."""

import gzip
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import DataLossError, InvalidArgumentError, MissingDependencyError, NotFoundError
from penstock.records import RetryPolicy, TFRecordReader
from penstock.records.framing import frame
from penstock.records.remote import Connection, RemoteFile, open_remote

pytestmark = pytest.mark.unit

RECORDS = [b"first", b"", b"the third one, longer", b"z" * 9]
WHOLE = b"".join(map(frame, RECORDS))


class Clock:
    """Notes how long it was asked to wait."""

    def __init__(self):
        self.waits = []

    def sleep(self, seconds):
        self.waits.append(round(seconds, 3))


class FakeFile:
    """A connection that gives a few bytes at a time and then fails."""

    def __init__(self, data, step, failure=None):
        self.data, self.step, self.failure, self.at, self.closed = data, step, failure, 0, 0

    def readinto(self, view):
        if self.failure is not None:
            raise self.failure
        got = self.data[self.at : self.at + min(len(view), self.step)]
        view[: len(got)] = got
        self.at += len(got)
        return len(got)

    def seek(self, position):
        self.at = position

    def close(self):
        self.closed += 1


class Server:
    """Opens connections by a script of errors to raise, or (bytes until the connection fails, bytes per read)."""

    def __init__(self, data, script=()):
        self.data, self.script, self.opened = data, list(script), []

    def connect(self):
        item = self.script.pop(0) if self.script else None
        if isinstance(item, Exception):
            raise item
        data = self.data if item is None else self.data[: item[0]]
        file = FakeFile(data, 7 if item is None else item[1])
        self.opened.append(file)
        return Connection(file, len(self.data))


def read_all(source):
    out, view = b"", memoryview(bytearray(10))
    while got := source.readinto(view):
        out += bytes(view[:got])
    return out


def test_short_reads_are_put_together():
    server, clock = Server(WHOLE), Clock()
    source = RemoteFile("fake://a", server.connect, RetryPolicy(sleep=clock.sleep))
    assert read_all(source) == WHOLE
    source.close()
    source.close()
    assert clock.waits == [] and server.opened[0].closed == 1


def test_failures_are_retried_where_they_happened():
    # The first attempt to open fails twice, then connections break after 10 and after 33 bytes.
    server = Server(WHOLE, [ConnectionError("refused"), TimeoutError("slow"), (10, 4), OSError("again"), (33, 50)])
    clock = Clock()
    source = RemoteFile("fake://a", server.connect, RetryPolicy(sleep=clock.sleep))
    assert read_all(source) == WHOLE
    assert clock.waits == [0.1, 0.3, 0.1, 0.3, 0.1]  # progress starts the count anew
    assert [file.closed for file in server.opened] == [1, 1, 0]


@given(st.lists(st.one_of(st.tuples(st.integers(0, 99), st.integers(1, 30)), st.just(OSError("x"))), max_size=12))
def test_any_failures_give_the_same_bytes(script):
    server = Server(WHOLE, script)
    source = RemoteFile("fake://a", server.connect, RetryPolicy(attempts=99, sleep=lambda s: None))
    assert read_all(source) == WHOLE


def test_attempts_run_out():
    server, clock = Server(WHOLE, [(20, 20), *[OSError("down")] * 9]), Clock()
    policy = RetryPolicy(attempts=6, first_wait_s=1, factor=2, max_wait_s=5, sleep=clock.sleep)
    source = RemoteFile("fake://a", server.connect, policy)
    with pytest.raises(OSError, match="down") as info:
        read_all(source)
    assert info.value.__notes__ == ["fake://a: reading at byte 20 failed 6 times."]
    assert clock.waits == [1, 2, 4, 5, 5]


def test_final_answers_are_not_asked_for_again():
    clock = Clock()
    policy = RetryPolicy(sleep=clock.sleep)
    with pytest.raises(NotFoundError, match=r"^fake://a: no such file\.$"):
        RemoteFile("fake://a", Server(b"", [FileNotFoundError(2, "none")]).connect, policy)
    with pytest.raises(PermissionError):
        RemoteFile("fake://a", Server(b"", [PermissionError(13, "denied")]).connect, policy)
    assert clock.waits == []


def test_a_file_that_is_replaced_meanwhile():
    server = Server(WHOLE, [(20, 20)])
    source = RemoteFile("fake://a", server.connect, RetryPolicy(sleep=lambda s: None))
    source.readinto(memoryview(bytearray(50)))
    n = len(WHOLE)
    server.data += b"more"
    with pytest.raises(DataLossError, match=f"had {n} bytes and has {n + 4} now. It was replaced"):
        read_all(source)


def test_skipping():
    source = RemoteFile("fake://a", Server(WHOLE).connect, RetryPolicy())
    assert source.skip_to(21) and read_all(source) == WHOLE[21:]
    assert not source.skip_to(len(WHOLE) + 1)


@pytest.mark.parametrize("kind", [None, "GZIP"])
def test_readers_take_uris(tmp_path, kind):
    path = tmp_path / "a b.tfrecord"
    path.write_bytes(gzip.compress(WHOLE) if kind else WHOLE)
    uri = path.as_uri()
    with TFRecordReader(uri, kind) as reader:
        assert list(reader) == RECORDS
        assert reader.path == uri
    if kind is None:
        with TFRecordReader(uri, retry=RetryPolicy(attempts=1)) as reader:
            reader.seek(21, 1)
            assert list(reader) == RECORDS[1:]
    with pytest.raises(NotFoundError, match="no such file"):
        TFRecordReader((tmp_path / "none").as_uri())
    with pytest.raises(InvalidArgumentError, match="is a folder, not a file"):
        TFRecordReader(tmp_path.as_uri())


def test_fsspec():
    import fsspec

    with fsspec.open("memory://folder/a.tfrecord", "wb") as file:
        file.write(WHOLE)
    with TFRecordReader("memory://folder/a.tfrecord") as reader:
        assert list(reader) == RECORDS
    with pytest.raises(NotFoundError, match="no such file"):
        open_remote("memory://folder/none")
    with pytest.raises(InvalidArgumentError, match="is a folder"):
        open_remote("memory://folder")


def test_without_fsspec(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(MissingDependencyError, match=r'^Reading memory:// files needs fsspec. .*"penstock\[cloud\]"$'):
        open_remote("memory://a")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"attempts": 0}, "attempts must be an int >= 1. Received: attempts=0"),
        ({"attempts": True}, "attempts must be an int >= 1"),
        ({"factor": 0.5}, r"factor must be >= 1.0. Received: factor=0\.5"),
        ({"first_wait_s": -1}, "first_wait_s must be >= 0.0"),
        ({"max_wait_s": "1"}, "max_wait_s must be >= 0.0. Received: max_wait_s='1'"),
    ],
)
def test_policy_arguments(options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        RetryPolicy(**options)
