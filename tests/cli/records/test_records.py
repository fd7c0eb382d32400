"""`penstock records`: what each command prints, writes and returns."""

import contextlib
import errno
import gzip
import io
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from penstock.cli.main import main
from penstock.cli.records.common import SizeType
from penstock.cli.records.group import COMMANDS
from penstock.records import (
    SequenceExample,
    ShardedWriter,
    TFRecordReader,
    TFRecordWriter,
    encode_example,
    encode_examples,
    load_index,
)
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
    for name in ("cat", "convert", "count", "head", "index", "info", "merge", "repair", "shuffle", "split", "verify"):
        assert f"\n  {name} " in out
    assert "...\n" not in out.partition("Commands:")[2] and "\n    2    wrong usage\n" in out
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


def test_folders(capsys, folder):
    assert main(["records", "count", str(folder)]) == 1
    assert f'records: {folder} is a folder. Name its files, as "{folder / "*"}".' in capsys.readouterr().err


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


@pytest.mark.parametrize("limit", ["2", "0.25", "20%", "100%", "1.0"])
def test_repair_within_a_limit(capsys, folder, limit):
    size = 16 + len(read("a.tfrecord")[0])
    damage("a.tfrecord", size + 20, 5 * size + 20)
    out = run(capsys, "repair", "a.tfrecord", "good", "--max-skipped", limit)
    assert out.startswith("good: 8 records, 2 damaged places left out\n")


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("0", "record 1 at byte 65: payload CRC mismatch .*\\nDamaged places skipped before: 0; max_skipped=0\\."),
        ("1", "record 4 at byte .*\\nDamaged places skipped before: 1; max_skipped=1\\."),
        ("10%", "2 damaged places beside 8 good records are more than max_skipped=0.1 allows"),
    ],
)
def test_repair_beyond_a_limit_writes_nothing(capsys, folder, limit, message):
    size = 16 + len(read("a.tfrecord")[0])
    damage("a.tfrecord", size + 20, 5 * size + 20)
    assert main(["records", "repair", "a.tfrecord", "good", "--max-skipped", limit]) == 1
    assert re.search(message, capsys.readouterr().err)
    assert sorted(os.listdir()) == ["a.tfrecord", "b.gz", "b.zlib"]


@pytest.mark.parametrize("limit", ["many", "-1", "1.5", "101%", ""])
def test_limits_that_are_none(capsys, folder, limit):
    assert main(["records", "repair", "a.tfrecord", "good", "--max-skipped", limit]) == 2
    assert f"{limit!r} is no limit. " in capsys.readouterr().err


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


def test_shuffle(capsys, folder):
    whole = read("a.tfrecord")
    words = ("shuffle", "a.*", "b.gz", "--seed", "3")
    assert run(capsys, *words, "-o", "s") == "s: 13 records\n"
    assert sorted(read("s")) == sorted([*whole, *read("b.gz", "GZIP")]) != read("s")
    assert run_json(capsys, *words, "-o", "t", "--memory", "4MiB") == {"file": "t", "records": 13}
    assert read("t") == read("s")
    assert main(["records", *words, "-o", "s"]) == 1
    assert "s exists already. Remove it, or overwrite it with --force." in capsys.readouterr().err
    told = run_json(capsys, *words, "-o", "u-{shard}", "--shards", "2", "--output-compression", "gzip")
    assert (told["shards"], told["records"]) == (["u-0", "u-1"], 13)
    assert [read("u-0", "GZIP"), read("u-1", "GZIP")] == [read("s")[::2], read("s")[1::2]]
    assert main(["records", "shuffle", "a.tfrecord", "-o", "v", "--memory", "much"]) == 2
    assert "'much' is no size. Write 1000000, 64MiB or 2GiB." in capsys.readouterr().err
    assert main(["records", "shuffle", "a.tfrecord", "-o", "v", "--memory", "1k"]) == 1
    assert "memory_bytes must be an int >= 4194304" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "size"), [("10", 10), ("1.5k", 1536), ("64MiB", 1 << 26), ("2 GB", 1 << 31)])
def test_sizes(text, size):
    assert SizeType().convert(text, None, None) == size


def test_shards_overwrite_nothing(capsys, folder):
    for first, second in (("--shards=3", "--shards=2"), ("--target-mib=1", "--shards=1")):
        run(capsys, "split", "a.tfrecord", "-o", "w-{shard}", first, "--force")
        assert main(["records", "split", "a.tfrecord", "-o", "w-{shard}", second]) == 1
        assert "w-0 exists already" in capsys.readouterr().err


def test_manifests_are_not_overwritten(capsys, folder):
    run(capsys, "split", "a.tfrecord", "-o", "w-{shard}.tfrecord", "--shards=2")
    for words in (("split", "-o", "w_{shard}"), ("shuffle", "-o", "w_{shard}"), ("convert", "-o", "w-{shard}.csv")):
        assert main(["records", *words, "a.tfrecord", "--shards=2"]) == 1
        assert "w.manifest.json exists already. Remove it, or overwrite it with --force." in capsys.readouterr().err


@pytest.fixture
def stdin(monkeypatch):
    """Put bytes on standard input."""

    def give(data):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))

    return give


def test_standard_input(capsys, folder, stdin):
    for path in ("a.tfrecord", "b.gz", "b.zlib"):
        data = Path(path).read_bytes()
        results = {}
        for words in (("cat",), ("head", "-n", "2"), ("count", "--json"), ("verify", "--json"), ("info", "--json")):
            out = run(capsys, *words, path)
            stdin(data)
            piped = run(capsys, *words, "-")
            results[words[0]] = piped.replace("<stdin>", path)
            if words[0] == "info":
                told, given = json.loads(piped), json.loads(out)
                assert told[0].pop("bytes") is None and given[0].pop("bytes") == len(data)
                assert (told[0].pop("file"), given[0].pop("file")) == ("<stdin>", path)
                assert told == given
            else:
                assert results[words[0]] == out
        stdin(data)
        run(capsys, "merge", "-", "b.gz", "-o", "m", "--force")
        assert len(read("m")) == (13 if path == "a.tfrecord" else 6)
    stdin(b"")
    assert run(capsys, "cat", "-") == ""


def test_standard_input_where_it_makes_no_sense(capsys, folder):
    for words in (("index", "-"), ("shuffle", "-", "-o", "s"), ("repair", "-", "s")):
        assert main(["records", *words]) == 2
        assert "this command reads files, not standard input (-)." in capsys.readouterr().err
    assert main(["records", "cat", "-", "-"]) == 2
    assert "standard input (-) can be read once" in capsys.readouterr().err


def test_lines_as_one_list(capsys, folder):
    assert run_json(capsys, "cat", "b.gz") == [{"bytes": "one"}, {"bytes": "two\n"}, {"bytes": {"base64": "/wA="}}]
    assert run_json(capsys, "head", "-n", "1", "b.gz") == [{"bytes": "one"}]
    assert run_json(capsys, "head", "-n", "0", "b.gz") == []
    assert main(["records", "cat", "--raw", "--json", "b.gz"]) == 2


def test_sequences_as_json(capsys, folder):
    message = SequenceExample()
    message.context.feature["id"].int64_list.value.append(1)
    for words in (["to", "be"], []):
        step = message.feature_lists.feature_list["words"].feature.add()
        step.bytes_list.value.extend(word.encode() for word in words)
    message.feature_lists.feature_list["none"].feature.add()
    with TFRecordWriter("s.tfrecord") as writer:
        writer.write(message.SerializeToString())
    assert json.loads(run(capsys, "cat", "s.tfrecord")) == {
        "context": {"id": [1]},
        "feature_lists": {"none": [None], "words": [["to", "be"], []]},
    }


def test_the_longest_record_is_a_setting(capsys, folder):
    with TFRecordWriter("long.gz", "GZIP") as writer:
        writer.write_many([b"short", bytes(5000)])
    assert run(capsys, "verify", "long.gz") == "long.gz: 2 records, all good\n"
    out = run(capsys, "verify", "long.gz", "--max-record", "4KiB", code=1)
    assert "announces 5000 bytes, more than max_record_bytes=4096" in out
    run(capsys, "repair", "long.gz", "good", "--max-record", "4KiB")
    assert read("good", "GZIP") == [b"short"]


def test_info_of_sequences(capsys, folder):
    message = SequenceExample()
    message.context.feature["id"].int64_list.value.append(1)
    message.feature_lists.feature_list["x"].feature.add().float_list.value.append(1.0)
    with TFRecordWriter("s.tfrecord") as writer:
        writer.write_many([message.SerializeToString()] * 1001)
    out = run(capsys, "info", "s.tfrecord")
    assert "  1,000 records (a sample), 1 features in the context, 1 feature lists\n" in out
    assert "FixedLenSequenceFeature(shape=[], dtype=float32, allow_missing=True)" in out
    (told,) = run_json(capsys, "info", "s.tfrecord")
    assert told["records"] == 1001 and told["schema"]["feature_lists"][0]["name"] == "x"


def test_patterns_pass_by_indexes(capsys, folder):
    run(capsys, "index", "a.tfrecord")
    assert run(capsys, "count", "a.*") == "          10  a.tfrecord\n"


def test_errors_of_the_system_are_told_in_a_line(capsys, folder, monkeypatch):
    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device", self.path)

    monkeypatch.setattr(TFRecordWriter, "write_framed", full)
    assert main(["records", "merge", "a.tfrecord", "-o", "m"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("penstock: OSError: [Errno 28] No space left on device: 'm'\n")
    assert not Path("m").exists()


def test_convert(capsys, folder, stdin):
    assert run(capsys, "convert", "a.tfrecord", "-o", "a.jsonl") == (
        "a.jsonl: 10 records (id int64, name string, x float32[])\n"
    )
    assert Path("a.jsonl").read_text().splitlines()[1] == '{"id": 1, "name": "n", "x": [0.2, 0.3]}'
    assert main(["records", "convert", "a.tfrecord", "-o", "a.jsonl"]) == 1
    assert "a.jsonl exists already" in capsys.readouterr().err
    words = ("--columns", "x,id", "--type", "id=float32", "--label", "x", "--sample", "all", "--force")
    told = run_json(capsys, "convert", "a.jsonl", "-o", "b.csv.gz", *words)
    assert told == {"file": "b.csv.gz", "records": 10, "columns": {"id": "float32", "x": "float64[]"}}
    assert gzip.decompress(Path("b.csv.gz").read_bytes()).splitlines()[:2] == [b"id,x", b'0,"[0.0, 0.1]"']
    told = run_json(capsys, "convert", "a.jsonl", "-o", "s-{shard}.tfrecord", "--shards", "2")
    assert told["records"] == 10 and told["shards"] == ["s-0.tfrecord", "s-1.tfrecord"]
    told = run_json(capsys, "convert", "a.jsonl", "-o", "p-{shard}.parquet", "--shards", "2")
    assert told["records"] == 10 and told["shards"] == ["p-0.parquet", "p-1.parquet"]
    stdin(Path("p-1.parquet").read_bytes())
    words = ("--from", "parquet", "--to", "csv", "--columns", "id")
    assert run(capsys, "convert", "-", "-o", "-", *words).split() == ["id", "1", "3", "5", "7", "9"]
    run(capsys, "info", "a.tfrecord", "--save-schema", "schema.json")
    run(capsys, "convert", "a.jsonl", "-o", "c.tfrecord", "--schema", "schema.json")
    assert read("c.tfrecord") == read("a.tfrecord")
    stdin(b"1\ta\n2\tb\n")
    words = ("--from", "csv", "--to", "jsonl", "--delimiter", "\\t", "--no-header", "--columns", "i,s")
    assert run(capsys, "convert", "-", "-o", "-", *words) == '{"i": 1, "s": "a"}\n{"i": 2, "s": "b"}\n'


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-", "-o", "x.csv"), "standard input (-) needs --from"),
        (("a.tfrecord", "-o", "-"), "standard output (-) needs --to"),
        (("a.tfrecord", "-", "-o", "x.csv"), "standard input (-) is converted alone"),
        (("a.tfrecord", "-o", "x.csv", "--type", "x"), "--type takes NAME=TYPE"),
        (("a.tfrecord", "-o", "x.csv", "--sample", "some"), "--sample takes a number of records, or all"),
        (("a.tfrecord", "-o", "-", "--to", "tfrecord", "--shards", "2"), "shards go to files"),
        (("a.tfrecord", "-o", "s-{shard:02d}.csv"), "is a pattern of shards: give either --shards or --target-mib"),
        (("a.tfrecord", "-o", "{shard}", "--shards", "2", "--target-mib", "1"), "give either --shards or --target-mib"),
    ],
)
def test_wrong_usage_of_convert(capsys, folder, words, message):
    assert main(["records", "convert", *words]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.fault
def test_damage_stops_merge_and_split_without_a_result(capsys, folder):
    damage("a.tfrecord", 20)
    assert main(["records", "merge", "b.gz", "a.tfrecord", "-o", "m"]) == 1
    assert main(["records", "split", "a.tfrecord", "-o", "s-{shard}", "--shards", "2"]) == 1
    assert "payload CRC mismatch" in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["a.tfrecord", "b.gz", "b.zlib"]


PENSTOCK = [sys.executable, "-c", "import sys; from penstock.cli.main import run; run()", "records"]


def test_output_is_valid_json(capsys, folder):
    with TFRecordWriter("odd") as writer:
        writer.write(encode_example({"x": np.float32([np.nan, np.inf, -np.inf, 0.1])}))
    assert run(capsys, "cat", "odd") == '{"x": ["NaN", "Infinity", "-Infinity", 0.1]}\n'
    whole = run_json(capsys, "cat", "a.tfrecord")
    size = len(frame(read("a.tfrecord")[0]))
    damage("a.tfrecord", 4 * size + 20)
    assert run_json(capsys, "cat", "a.tfrecord", code=1) == whole[:4]
    damage("a.tfrecord", 20)
    assert main(["records", "cat", "--json", "a.tfrecord"]) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_characters_that_output_has_not(folder, encoding):
    with TFRecordWriter("odd-é😀") as writer:
        writer.write(encode_example({"x": "é😀"}))
    for words in (("cat", "odd-*"), ("info", "odd-*"), ("info", "odd-*", "--json"), ("count", "odd-*")):
        environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
        done = subprocess.run([*PENSTOCK, *words], capture_output=True, check=True, env=environment)
        out = done.stdout.decode("utf-8" if encoding == "ascii" else encoding)  # click writes UTF-8 in place of ASCII
        if words[0] == "cat":
            assert json.loads(out) == {"x": ["é😀"]}
        elif words[-1] == "--json":
            assert json.loads(out)[0]["file"] == "odd-é😀"
        elif words[0] == "info":
            assert ("█" if encoding == "utf-8" else "#") * 30 in out
        else:
            assert out.endswith(("odd-é😀\n", "odd-\\xe9\\U0001f600\n", "odd-é\\U0001f600\n"))


@pytest.mark.skipif(sys.platform != "linux", reason="names that are not UTF-8")
def test_names_that_are_no_text(folder):
    Path(os.fsdecode(b"n\xff")).write_bytes(Path("a.tfrecord").read_bytes())
    for words in (("count", "n*", "--json"), ("verify", "n*", "--json")):
        out = subprocess.run([*PENSTOCK, *words], capture_output=True, check=True).stdout
        assert "n\\udcff" in out.decode() and json.loads(out)


def test_results_are_compressed_as_their_names_say(capsys, folder):
    whole = read("a.tfrecord")
    run(capsys, "merge", "a.tfrecord", "-o", "m.tfrecord.gz")
    run(capsys, "split", "a.tfrecord", "-o", "s-{shard}.gz", "--shards", "1")
    run(capsys, "repair", "a.tfrecord", "r.gz")
    assert read("m.tfrecord.gz", "GZIP") == read("s-0.gz", "GZIP") == read("r.gz", "GZIP") == whole
    run(capsys, "shuffle", "a.tfrecord", "-o", "h.gz")
    assert sorted(read("h.gz", "GZIP")) == sorted(whole)
    run(capsys, "merge", "a.tfrecord", "-o", "n.gz", "--output-compression", "none")
    assert read("n.gz") == whole
    run(capsys, "repair", "b.gz", "r")
    assert read("r", "GZIP") == read("b.gz", "GZIP")


@pytest.mark.parametrize("words", [("merge",), ("split", "--shards=1"), ("shuffle",)])
def test_results_are_files(capsys, folder, words):
    for output in ("-", "none/x", "a.tfrecord/x"):
        code = main(["records", *words, "a.tfrecord", "-o", output])
        err = capsys.readouterr().err
        if output == "-":
            assert code == 2 and "the result is a file, not standard output (-). `cat --raw` writes" in err
        else:
            assert code == 1 and f"{Path(output).parent} is no folder, cannot write {Path(output)}. Make it" in err
    assert main(["records", "repair", "a.tfrecord", "-"]) == 2
    assert sorted(os.listdir()) == ["a.tfrecord", "b.gz", "b.zlib"]


def test_schemas_are_not_overwritten(capsys, folder):
    run(capsys, "info", "a.tfrecord", "--save-schema", "s.json")
    assert main(["records", "info", "a.tfrecord", "--save-schema", "s.json"]) == 1
    assert "s.json exists already. Remove it, or overwrite it with --force." in capsys.readouterr().err
    run(capsys, "info", "a.tfrecord", "--save-schema", "s.json", "--force")


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
@pytest.mark.parametrize("name", ["s-{shard}", "s-{shard}.csv"])
def test_more_shards_than_may_be_open(folder, name):
    import resource

    words = [
        *PENSTOCK,
        "convert",
        "a.tfrecord",
        "-o",
        name,
        "--to",
        name.partition(".")[2] or "tfrecord",
        "--shards=500",
    ]
    limits = (100, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    done = subprocess.run(
        words,
        capture_output=True,
        check=False,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limits),
    )
    assert done.returncode == 1
    assert "all shards are open at once. Write fewer, or raise the limit (ulimit -n).\n" in done.stderr
    assert sorted(os.listdir()) == ["a.tfrecord", "b.gz", "b.zlib"]


def test_in_a_process(folder):
    words = [*PENSTOCK, "verify", "a.tfrecord"]
    assert subprocess.run(words, capture_output=True, check=False).returncode == 0
    damage("a.tfrecord", 20)
    assert subprocess.run(words, capture_output=True, check=False).returncode == 1


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_reader_that_goes_away_is_no_error(folder):
    with TFRecordWriter("many") as writer:
        writer.write_many([b"x" * 100] * 5000)
    for words in (("cat", "many"), ("cat", "--raw", "many")):
        with subprocess.Popen([*PENSTOCK, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert len(process.stdout.read(50)) == 50
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 141


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupt_ends_a_command(folder):
    with subprocess.Popen(
        [*PENSTOCK, "merge", "-", "-o", "m"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        # More than a pipe and all buffers hold: when it has been taken, the command is reading.
        process.stdin.write(frame(bytes(100)) * 20_000)
        process.stdin.flush()
        # A signal that comes right before a read wakes nobody: whoever waits presses Ctrl-C again.
        for _ in range(10):
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
                break
        else:
            process.kill()
        assert process.stderr.read() == b"interrupted\n"
    assert process.returncode == 130
    assert sorted(os.listdir()) == ["a.tfrecord", "b.gz", "b.zlib"]


def test_progress_bars_show_on_terminals_only(folder, capsys, monkeypatch):
    run(capsys, "count", "a.tfrecord")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert main(["records", "count", "a.tfrecord"]) == 0
    out, err = capsys.readouterr()
    assert out == "          10  a.tfrecord\n" and "counting a.tfrecord" in err


@pytest.mark.parametrize("name", COMMANDS)
def test_help(capsys, name):
    out = run(capsys, name, "--help")
    assert out.startswith(f"Usage: penstock records {name} [OPTIONS] ")
    assert "--json" in out
    # Every option says what it is for.
    options = out.partition("Options:\n")[2]
    assert not re.search(r"^  (-\S+)( [A-Z\[][^ ]*)?$(?!\n {10,}\S)", options, re.MULTILINE), options
