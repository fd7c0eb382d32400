"""`penstock records`: what each command prints, writes and returns."""

import gzip
import itertools
import json
import os
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from penstock.cli.main import main
from penstock.records import ShardedWriter, TFRecordReader, TFRecordWriter, encode_example, encode_examples, load_index
from penstock.records.framing import frame

pytestmark = pytest.mark.unit


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a file of ten Examples and one of three lines of text, in two compressions."""
    monkeypatch.chdir(tmp_path)
    columns = {"x": np.arange(20, dtype=np.float32).reshape(10, 2) / 10, "id": np.arange(10), "name": ["n"] * 10}
    with TFRecordWriter("a.tfrecord") as writer:
        writer.write_many(encode_examples(columns))
    text = b"".join(map(frame, [b"one", b"two\n", b"\xff\x00"]))
    Path("b.gz").write_bytes(gzip.compress(text))
    Path("b.zlib").write_bytes(zlib.compress(text))
    return tmp_path


def run(capsys, *words, code=0):
    assert main(["records", *words]) == code
    return capsys.readouterr().out


def run_json(capsys, *words, code=0):
    return json.loads(run(capsys, *words, "--json", code=code))


def read(path, kind=None):
    with TFRecordReader(path, kind) as reader:
        return list(reader)


def damage(path, *places):
    data = bytearray(Path(path).read_bytes())
    for place in places:
        data[place] ^= 1
    Path(path).write_bytes(data)


def test_the_group_lists_its_commands(capsys, folder):
    out = run(capsys, "--help")
    for name in ("cat", "count", "head", "index", "info", "merge", "repair", "split", "verify"):
        assert f"\n  {name} " in out
    assert main(["records", "verfy"]) == 2
    assert "there is no command 'verfy'. Did you mean 'verify'?" in capsys.readouterr().err


def test_count(capsys, folder):
    assert run(capsys, "count", "a.tfrecord") == "          10  a.tfrecord\n"
    assert run(capsys, "count", "*.gz", "a.*").splitlines()[-1] == "          13  in 2 files"
    assert run_json(capsys, "count", "a.tfrecord", "b.zlib") == {
        "files": {"a.tfrecord": 10, "b.zlib": 3},
        "records": 13,
    }
    assert run_json(capsys, "count", (folder / "a.tfrecord").as_uri())["records"] == 10


def test_compression_can_be_told(capsys, folder):
    assert run_json(capsys, "count", "b.gz", "--compression", "gzip")["records"] == 3
    assert main(["records", "count", "b.gz", "--compression", "none"]) == 1
    assert "DataLossError: b.gz: record 0 at byte 0: length CRC mismatch" in capsys.readouterr().err


def test_files_that_are_not_there(capsys, folder):
    assert main(["records", "count", "none-*"]) == 1
    assert "NotFoundError: records: no file matches 'none-*'" in capsys.readouterr().err
    assert main(["records", "count", "none"]) == 1
    assert "none: no such file" in capsys.readouterr().err
    assert main(["records", "count"]) == 2


def test_head_and_cat(capsys, folder):
    lines = [json.loads(line) for line in run(capsys, "head", "-n", "2", "a.tfrecord").splitlines()]
    assert lines == [{"id": [i], "name": ["n"], "x": [i / 5, round(i / 5 + 0.1, 1)]} for i in range(2)]
    assert run(capsys, "cat", "b.gz").splitlines() == [
        '{"bytes": "one"}',
        '{"bytes": "two\\n"}',
        '{"bytes": {"base64": "/wA="}}',
    ]
    assert run(capsys, "head", "-n", "0", "a.tfrecord") == ""
    assert len(run(capsys, "head", "a.tfrecord").splitlines()) == 5


@pytest.mark.parametrize("indexed", [False, True])
def test_cat_of_a_range(capsys, folder, indexed):
    if indexed:
        run(capsys, "index", "*.*")
    rows = [json.loads(line) for line in run(capsys, "cat", "a.tfrecord", "b.gz").splitlines()]
    assert len(rows) == 13
    for start, count in itertools.product((0, 4, 9, 10, 11, 13, 20), (0, 1, 2, 5)):
        out = run(capsys, "cat", "a.tfrecord", "b.gz", "--start", str(start), "-n", str(count))
        assert [json.loads(line) for line in out.splitlines()] == rows[start : start + count]


def test_cat_raw(capsysbinary, folder):
    assert main(["records", "cat", "--raw", "b.gz"]) == 0
    assert capsysbinary.readouterr().out == gzip.decompress(Path("b.gz").read_bytes())


def test_features_without_values_and_messages_that_are_none(capsys, folder):
    with TFRecordWriter("odd") as writer:
        writer.write_many([encode_example({"e": np.zeros(0, np.float32), "t": "a\tb"}), b""])
    assert run(capsys, "cat", "odd").splitlines() == ['{"e": [], "t": ["a\\tb"]}', "{}"]


def test_info(capsys, folder):
    told = run_json(capsys, "info", "a.tfrecord", "b.gz")
    first, second = told
    assert (first["records"], first["compression"], first["bytes"]) == (10, None, os.path.getsize("a.tfrecord"))
    assert first["record_bytes"]["total"] + 160 == first["bytes"]
    assert sum(row["records"] for row in first["histogram"]) == 10
    assert [(f["name"], f["kinds"], f["values"]) for f in first["schema"]["features"]] == [
        ("id", ["int64"], [1, 1]),
        ("name", ["string"], [1, 1]),
        ("x", ["float32"], [2, 2]),
    ]
    assert (second["compression"], second["schema"]) == ("GZIP", None)
    assert second["histogram"] == [{"below": 4, "records": 2}, {"below": 8, "records": 1}]
    text = run(capsys, "info", "a.tfrecord")
    assert text.startswith("a.tfrecord: 10 records, ")
    assert "  x        float32  2       all         FixedLenFeature(shape=[2], dtype=float32)\n" in text
    run(capsys, "index", "a.tfrecord")
    assert run(capsys, "info", "a.tfrecord") == text
    Path("empty").write_bytes(b"")
    assert run_json(capsys, "info", "empty")[0]["record_bytes"] == {"total": 0, "min": 0, "mean": 0.0, "max": 0}
    assert run(capsys, "info", "empty").startswith("empty: 0 records, 0 B, compression none\n")


def test_info_of_features_that_differ(capsys, folder):
    with TFRecordWriter("odd") as writer:
        writer.write_many([encode_example({"a": [1]}), encode_example({"a": [0.5, 1.5], "b": b"x"})])
    out = run(capsys, "info", "odd")
    assert "  2 records (all), 2 features\n" in out
    assert "  b        string            1       1           VarLenFeature(dtype=string)\n" in out


def test_index(capsys, folder):
    assert run(capsys, "index", "a.tfrecord") == "a.tfrecord.idx: 10 records\n"
    assert len(load_index("a.tfrecord")) == 10
    assert run(capsys, "index", "a.tfrecord") == "a.tfrecord.idx: 10 records, was up to date\n"
    assert [item["written"] for item in run_json(capsys, "index", "--force", "a.tfrecord", "b.gz")] == [True, True]
    damage("b.zlib", 12)
    assert main(["records", "index", "b.zlib"]) == 1
    assert not Path("b.zlib.idx").exists()


def test_verify(capsys, folder, caplog):
    assert run(capsys, "verify", "a.tfrecord", "b.gz") == (
        "a.tfrecord: 10 records, all good\nb.gz: 3 records, all good\n"
    )
    whole = read("a.tfrecord")
    damage("a.tfrecord", 20, 16 + len(whole[0]) + 20)
    out = run(capsys, "verify", "a.tfrecord", code=1)
    assert out.startswith("a.tfrecord: 8 good records, 2 damaged places\n  bytes 0 to byte ")
    assert "1 record lost: a.tfrecord: record 0 at byte 0: payload CRC mismatch (stored 0x" in out
    (told,) = run_json(capsys, "verify", "a.tfrecord", code=1)
    assert (told["ok"], told["records_read"], told["records_lost"], told["places"]) == (False, 8, 2, 2)
    assert caplog.records == []
    Path("many").write_bytes(b"".join(frame(b"x")[:-1] + b"?" for _ in range(30)))
    assert "  … and 10 more\n" in run(capsys, "verify", "many", code=1)


def test_verify_of_manifests(capsys, folder):
    with ShardedWriter("s-{shard}", shards=2) as writer:
        writer.write_many([b"one", b"two", b"three"])
    assert run(capsys, "verify", "--manifest", "s.manifest.json") == (
        "s.manifest.json: 2 shards, 3 records, all as written\n"
    )
    Path("s-1").unlink()
    assert run(capsys, "verify", "--manifest", "s.manifest.json", code=1) == (
        "s.manifest.json: 2 shards, 1 are not as written\n  s-1: is missing (1 records)\n"
    )
    (told,) = run_json(capsys, "verify", "--manifest", "s.manifest.json", code=1)
    assert told["problems"] == ["s-1: is missing (1 records)"]


@pytest.mark.parametrize("kind", ["same", "gzip"])
def test_repair(capsys, folder, kind):
    whole = read("a.tfrecord")
    damage("a.tfrecord", 16 + len(whole[0]) + 20)
    out = run(capsys, "repair", "a.tfrecord", "good", "--output-compression", kind)
    assert out.startswith("good: 9 records, 1 damaged place left out\n  bytes ")
    assert read("good", None if kind == "same" else "GZIP") == [whole[0], *whole[2:]]
    assert main(["records", "repair", "a.tfrecord", "good"]) == 1
    assert "good exists already. Remove it, or overwrite it with --force." in capsys.readouterr().err
    assert run_json(capsys, "repair", "a.tfrecord", "good", "--force")["records_read"] == 9


def test_repair_of_a_cut_gzip_file(capsys, folder):
    packed = Path("b.gz").read_bytes()
    Path("b.gz").write_bytes(packed[:-9])
    out = run_json(capsys, "repair", "b.gz", "good")
    assert (out["records_lost"], out["damages"][0]["stop_bytes"]) == (None, None)
    assert read("good", "GZIP") == [b"one", b"two\n", b"\xff\x00"][: out["records_read"]]


def test_split_and_merge(capsys, folder):
    whole = read("a.tfrecord")
    out = run(capsys, "split", "a.tfrecord", "-o", "s-{shard}-of-{shards}", "--shards", "3")
    assert out == "s-0-of-3: 4 records\ns-1-of-3: 3 records\ns-2-of-3: 3 records\n"
    assert read("s-1-of-3") == whole[1::3]
    assert run(capsys, "merge", "s-*", "-o", "m") == "m: 10 records of 3 files\n"
    assert read("m") == [*whole[0::3], *whole[1::3], *whole[2::3]]
    assert main(["records", "merge", "s-*", "-o", "m"]) == 1
    assert "m exists already" in capsys.readouterr().err
    told = run_json(capsys, "merge", "a.tfrecord", "b.gz", "-o", "m", "--force", "--output-compression", "zlib")
    assert told == {"file": "m", "records": 13, "files": 2}
    assert read("m", "ZLIB") == [*whole, *read("b.gz", "GZIP")]


def test_split_by_size_and_shuffled(capsys, folder):
    told = run_json(capsys, "split", "a.tfrecord", "-o", "t-{shard}", "--target-mib", "0.0003")
    assert told["records"] == 10 and len(told["shards"]) > 1
    for run_number in range(2):
        words = ("--shards", "1", "--shuffle-buffer", "5", "--seed", "3", "--output-compression", "gzip")
        run(capsys, "split", "a.tfrecord", "-o", f"u{run_number}", *words)
    assert read("u0", "GZIP") == read("u1", "GZIP") != read("a.tfrecord")
    assert main(["records", "split", "a.tfrecord", "-o", "v-{shard}"]) == 2
    assert "give either --shards or --target-mib" in capsys.readouterr().err


@pytest.mark.fault
def test_damage_stops_merge_and_split_without_a_result(capsys, folder):
    damage("a.tfrecord", 20)
    assert main(["records", "merge", "b.gz", "a.tfrecord", "-o", "m"]) == 1
    assert main(["records", "split", "a.tfrecord", "-o", "s-{shard}", "--shards", "2"]) == 1
    assert "payload CRC mismatch" in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["a.tfrecord", "b.gz", "b.zlib"]


def test_in_a_process(folder):
    code = "import sys; from penstock.cli.main import main; sys.exit(main(sys.argv[1:]))"
    environment = {**os.environ, "PENSTOCK_QUIET": "1"}
    words = [sys.executable, "-c", code, "records", "verify", "a.tfrecord"]
    assert subprocess.run(words, env=environment, capture_output=True, check=False).returncode == 0
    damage("a.tfrecord", 20)
    assert subprocess.run(words, env=environment, capture_output=True, check=False).returncode == 1
