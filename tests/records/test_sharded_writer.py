"""ShardedWriter and manifests: every record in one shard, all shards or none, missing ones noticed."""

import collections
import errno
import itertools
import json
import os
import signal
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.columns import BytesColumn
from penstock.errors import DataLossError, FailedPreconditionError, InvalidArgumentError, NotFoundError
from penstock.records import Manifest, Shard, ShardedWriter, TFRecordOptions, TFRecordReader, read_manifest
from penstock.testing.strategies import payloads

pytestmark = pytest.mark.unit

PATTERN = "train-{shard:02d}-of-{shards:02d}.tfrecord"


def contents(manifest):
    """Return the records of each shard."""
    found = []
    for path in manifest.paths:
        with TFRecordReader(path, manifest.compression_type) as reader:
            found.append(list(reader))
    return found


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@given(
    records=payloads(50),
    shards=st.integers(1, 5),
    kind=st.sampled_from([None, "GZIP", "ZLIB"]),
    threads=st.sampled_from([None, 0, 2]),
    column=st.booleans(),
    shuffled=st.sampled_from([None, 1, 4]),
)
def test_every_record_is_in_one_shard(tmp_path_factory, records, shards, kind, threads, column, shuffled):
    folder = tmp_path_factory.mktemp("shards")
    options = {"options": kind, "num_threads": threads, "shuffle_buffer": shuffled, "seed": 1}
    with ShardedWriter(folder / PATTERN, shards=shards, **options) as writer:
        writer.write_many(BytesColumn.from_list(records) if column else records)
        writer.write(b"last")
    records = [*records, b"last"]
    found = contents(writer.manifest)
    if shuffled is None:
        assert found == [records[i::shards] for i in range(shards)]
    else:
        assert collections.Counter(itertools.chain(*found)) == collections.Counter(records)
    assert [shard.records for shard in writer.manifest.shards] == [len(part) for part in found]
    assert read_manifest(folder / "train.manifest.json") == writer.manifest
    assert writer.manifest.problems(deep=True) == []
    assert names(folder) == [*(PATTERN.format(shard=i, shards=shards) for i in range(shards)), "train.manifest.json"]


def test_columns_go_on_where_the_last_one_ended(tmp_path):
    records = [b"%d" % i for i in range(20)]
    with ShardedWriter(tmp_path / PATTERN, shards=3) as writer:
        for start in range(0, 20, 4):
            writer.write_many(BytesColumn.from_list(records[start : start + 4]))
    assert contents(writer.manifest) == [records[i::3] for i in range(3)]


def test_keys_decide_the_shard(tmp_path):
    keys = [b"a", "b", 3, "c", b"d", 3, "a", "b"]
    placed = []
    for run in range(2):
        (tmp_path / str(run)).mkdir()
        with ShardedWriter(tmp_path / str(run) / PATTERN, shards=3) as writer:
            for i, key in enumerate(keys):
                writer.write(b"%d" % i, key=key)
        placed.append(contents(writer.manifest))
    assert placed[0] == placed[1] == [[b"3"], [b"2", b"5"], [b"0", b"1", b"4", b"6", b"7"]]
    for wrong in (1.5, True, None.__class__):
        with ShardedWriter(tmp_path / PATTERN, shards=3) as writer:
            with pytest.raises(InvalidArgumentError, match="key must be bytes, str or int"):
                writer.write(b"", key=wrong)


@pytest.mark.parametrize("kind", [None, "GZIP"])
def test_shards_by_size(tmp_path, kind):
    records = [b"x" * 84 for _ in range(25)]  # 100 bytes each with their frame
    with ShardedWriter(tmp_path / PATTERN, target_bytes=1000, options=kind) as writer:
        writer.write_many(BytesColumn.from_list(records))
        with pytest.raises(InvalidArgumentError, match="a key goes with shards="):
            writer.write(b"", key=1)
    assert [shard.records for shard in writer.manifest.shards] == [10, 10, 5]
    assert [shard.name for shard in writer.manifest.shards] == [PATTERN.format(shard=i, shards=3) for i in range(3)]
    assert list(itertools.chain(*contents(writer.manifest))) == records
    (tmp_path / "none").mkdir()
    with ShardedWriter(tmp_path / "none" / PATTERN, target_bytes=1000) as writer:
        pass
    assert [(shard.name, shard.records) for shard in writer.manifest.shards] == [("train-00-of-01.tfrecord", 0)]


def test_shuffling_is_seeded(tmp_path):
    records = [b"%03d" % i for i in range(100)]
    orders = []
    for seed in (1, 1, 2):
        with ShardedWriter(tmp_path / "{shard}", shards=1, shuffle_buffer=10, seed=seed) as writer:
            writer.write_many(records)
        orders.append(contents(writer.manifest)[0])
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == records != orders[0]
    assert all(int(record) <= i + 10 for i, record in enumerate(orders[0]))


def test_large_data_goes_through_the_threads(tmp_path):
    records = [os.urandom(3000) for _ in range(2000)]
    with ShardedWriter(tmp_path / PATTERN, shards=3, options=TFRecordOptions("GZIP", compression_level=1)) as writer:
        writer.write_many(BytesColumn.from_list(records))
    assert contents(writer.manifest) == [records[i::3] for i in range(3)]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("penstock-shards")]


# --- all or nothing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{"shards": 3}, {"target_bytes": 50}, {"shards": 2, "options": "GZIP"}])
@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
def test_a_failed_block_leaves_nothing(tmp_path, options, error):
    with pytest.raises(error), ShardedWriter(tmp_path / PATTERN, **options) as writer:
        writer.write_many([b"x" * 30] * 10)
        raise error
    assert names(tmp_path) == []
    assert repr(writer).endswith(", closed)")


@pytest.mark.fault
@pytest.mark.parametrize("threads", [0, 2])
def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch, threads):
    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("penstock.records.writer.TFRecordWriter.write_framed", full)
    with (
        pytest.raises(OSError, match="No space left"),
        ShardedWriter(tmp_path / PATTERN, shards=2, num_threads=threads) as writer,
    ):
        writer.write_many([b"x" * 30] * 10)
    assert names(tmp_path) == []


@pytest.mark.fault
def test_a_rename_that_fails_leaves_nothing(tmp_path, monkeypatch):
    from penstock.records import TFRecordWriter

    publish, calls = TFRecordWriter.publish, []

    def fail_at_second(self, path):
        calls.append(path)
        if len(calls) == 2:
            raise OSError(errno.EIO, "Input/output error")
        publish(self, path)

    monkeypatch.setattr(TFRecordWriter, "publish", fail_at_second)
    with pytest.raises(OSError, match="Input/output"), ShardedWriter(tmp_path / PATTERN, shards=3) as writer:
        writer.write(b"x")
    assert names(tmp_path) == []


@pytest.mark.fault
@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals and limits")
@pytest.mark.parametrize("what", ["SIGKILL", "ENOSPC"])
@pytest.mark.parametrize("kind", ["one", "sharded"])
def test_a_process_that_dies_leaves_no_final_name(tmp_path, what, kind):
    code = f"""
import os, resource, signal, sys
from penstock.records import ShardedWriter, TFRecordWriter
one = {kind == "one"}
path = {str(tmp_path)!r} + "/train"
writer = TFRecordWriter(path) if one else ShardedWriter(path + "-{{shard}}", shards=2)
if {what!r} == "ENOSPC":  # a limit on file sizes fails writes as a full disk does
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
with writer:
    for i in range(200):
        writer.write(bytes(100_000))
        if i == 100 and {what!r} == "SIGKILL":
            os.kill(os.getpid(), signal.SIGKILL)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    left = names(tmp_path)
    if what == "SIGKILL":
        assert run.returncode == -signal.SIGKILL
        assert left and all(name.endswith(".tmp") for name in left)
    else:
        assert run.returncode == 1 and "File too large" in run.stderr
        assert left == []


# --- manifests --------------------------------------------------------------------------------------------------------


@pytest.fixture
def written(tmp_path):
    with ShardedWriter(tmp_path / PATTERN, shards=3, schema={"x": "float32[2]"}) as writer:
        writer.write_many([b"%03d" % i for i in range(100)])
    return tmp_path


def test_the_manifest(written):
    manifest = read_manifest(written / "train.manifest.json")
    assert (manifest.records, manifest.bytes, manifest.compression_type) == (100, 1900, "")
    assert manifest.schema == {"x": "float32[2]"}
    assert manifest.shards[0] == Shard("train-00-of-03.tfrecord", 34, 646, manifest.shards[0].sha256)
    plain = json.loads((written / "train.manifest.json").read_text())
    assert (plain["format"], plain["version"], plain["records"]) == ("penstock-shards", 1, 100)
    manifest.check(deep=True)
    assert isinstance(manifest, Manifest)


@pytest.mark.fault
def test_missing_short_and_changed_shards_are_noticed(written):
    manifest = read_manifest(written / "train.manifest.json")
    first, second, third = (written / shard.name for shard in manifest.shards)
    data = bytearray(third.read_bytes())
    data[40] ^= 1
    third.write_bytes(data)
    assert manifest.problems() == []
    assert manifest.problems(deep=True) == [f"{third}: holds other bytes than were written (SHA-256 differs)"]
    second.write_bytes(second.read_bytes()[:-1])
    first.unlink()
    assert manifest.problems() == [
        f"{first}: is missing (34 records)",
        f"{second}: has 626 bytes, was written with 627 (33 records)",
    ]
    with pytest.raises(DataLossError, match=r"^Manifest: 2 of 3 shards are not as written: .*train-00.* is missing"):
        manifest.check()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "must be a manifest. It is no JSON"),
        ("[]", "must be a manifest of version 1"),
        ('{"format": "penstock-shards", "version": 2}', "must be a manifest of version 1"),
        ('{"format": "penstock-shards", "version": 1}', "is not whole"),
        (
            '{"format": "penstock-shards", "version": 1, "compression_type": "", "schema": null, "shards": '
            '[{"name": "../a", "records": 1, "bytes": 1, "sha256": ""}]}',
            "a shard's name holds a folder",
        ),
    ],
)
def test_what_is_no_manifest(tmp_path, text, message):
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(InvalidArgumentError, match=message):
        read_manifest(tmp_path / "m.json")


def test_no_manifest(tmp_path):
    with pytest.raises(NotFoundError, match="no such file"):
        read_manifest(tmp_path / "m.json")


# --- arguments --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "options", "message"),
    [
        ("a-{shard}", {}, "give either shards or target_bytes. Received: shards=None"),
        ("a-{shard}", {"shards": 1, "target_bytes": 1}, "give either shards or target_bytes"),
        ("a-{shard}", {"shards": 0}, "shards must be an int >= 1. Received: shards=0"),
        ("a-{shard}", {"target_bytes": 0}, "target_bytes must be an int >= 1"),
        ("a-{shard}", {"shards": 1, "shuffle_buffer": 0}, "shuffle_buffer must be an int >= 1"),
        ("a-{shard}", {"shards": 1, "num_threads": -1}, "num_threads must be an int >= 0"),
        ("a-{shard}", {"shards": 1, "options": "LZ4"}, "compression_type must be"),
        ("a", {"shards": 2}, r"pattern must have \{shard\}"),
        ("a-{shards}", {"shards": 2}, r"pattern must have \{shard\}"),
        ("a-{shard}-{other}", {"shards": 2}, r"pattern must have \{shard\}"),
        ("a-{shard:x", {"shards": 2}, r"pattern must have \{shard\}"),
        ("{shard}/a", {"shards": 2}, r"pattern must have \{shard\}"),
    ],
)
def test_arguments(tmp_path, pattern, options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        ShardedWriter(tmp_path / pattern, **options)
    assert names(tmp_path) == []


def test_use_after_close_and_wrong_records(tmp_path):
    with ShardedWriter(tmp_path / "a", shards=1) as writer:
        with pytest.raises(InvalidArgumentError, match="a record must be bytes. Received: 'text'"):
            writer.write("text")
    assert names(tmp_path) == ["a", "a.manifest.json"]
    writer.close()
    writer.discard()
    for use in (lambda: writer.write(b""), lambda: writer.write_many([b""])):
        with pytest.raises(FailedPreconditionError, match="is closed. Open a new writer"):
            use()
    with pytest.raises(NotFoundError, match="is no folder"):
        ShardedWriter(tmp_path / "none" / "{shard}", shards=2)
