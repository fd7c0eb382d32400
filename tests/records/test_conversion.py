"""convert_records: every format to every other, what comes back is what went in, errors name file and line."""

import contextlib
import errno
import gc
import gzip
import io
import itertools
import json
import math
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import DataLossError, DTypeError, InvalidArgumentError, NotFoundError, ParseError, PenstockError
from penstock.records import (
    Schema,
    SequenceExample,
    TFRecordReader,
    TFRecordWriter,
    convert_records,
    decode_example,
    encode_example,
    encode_examples,
    infer_schema,
    read_manifest,
)

pytestmark = pytest.mark.unit

FORMATS = ("csv", "jsonl", "parquet", "tfrecord")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path, messages, kind=None):
    with TFRecordWriter(path, kind) as writer:
        writer.write_many(messages)
    return path


def read(path, kind=None):
    """Return the Examples of a file as plain values; a missing list is no key."""
    with TFRecordReader(path, kind) as reader:
        return [plain(record) for record in reader]


def plain(record):
    return {
        key: (value.dtype.kind, [shown(v) for v in value.tolist()])
        for key, value in decode_example(record).items()
        if value is not None
    }


def shown(value):
    # NaN equals itself here, and 0.0 is not -0.0.
    return ("nan",) if isinstance(value, float) and math.isnan(value) else (str(value), value)


floats = st.floats(width=32)
strings = (
    st.text(max_size=5).map(str.encode) | st.binary(max_size=5) | st.sampled_from([b"", b'"', b"\\", b"a,b\n", b"NaN"])
)
VALUES = {
    "i": st.integers(-(2**63), 2**63 - 1),
    "f": floats.map(np.float32),
    "s": strings,
}


def as_feature(kind, values):
    dtype = {"i": np.int64, "f": np.float32, "s": object}[kind]
    array = np.empty(len(values), dtype)
    array[:] = values
    return array


@st.composite
def tables(draw):
    """Generate Examples with lists, scalars and missing values; each feature has one type and is somewhere there."""
    n = draw(st.integers(1, 6))
    rows = [{} for _ in range(n)]
    for key in draw(st.lists(st.sampled_from(["a", "b", "a key", "ü"]), min_size=1, unique=True)):
        kind = draw(st.sampled_from("ifs"))
        size = draw(st.sampled_from([(1, 1), (0, 3)]))
        for row in rows:
            if draw(st.integers(0, 4)) or row is rows[0]:
                values = draw(st.lists(VALUES[kind], min_size=size[0], max_size=size[1]))
                row[key] = as_feature(kind, values)
    return [encode_example(row) for row in rows]


@given(messages=tables(), through=st.sampled_from(["jsonl", "parquet"]), packed=st.booleans())
def test_examples_come_back(tmp_path_factory, messages, through, packed):
    folder = tmp_path_factory.mktemp("convert")
    source = write(folder / "a.tfrecord", messages)
    middle = folder / (f"b.{through}.gz" if packed and through == "jsonl" else f"b.{through}")
    schema = infer_schema(source)
    count, fields = convert_records(source, middle)
    types = {field.name: str(field) for field in fields}
    if through == "jsonl":
        again, _ = convert_records(middle, folder / "c.tfrecord", types=types, sample=None)
    else:
        again, _ = convert_records(middle, folder / "c.tfrecord")
    assert count == again == len(messages)
    assert read(folder / "c.tfrecord") == read(source)
    assert {field.name for field in fields} == {feature.name for feature in schema.features}


@given(rows=st.lists(st.tuples(st.integers(-9, 9) | st.none(), floats | st.none(), st.text(max_size=4)), min_size=1))
def test_tables_go_round(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("convert")
    table = pa.table(
        {
            "i": pa.array([row[0] for row in rows], pa.int64()),
            "f": pa.array([row[1] for row in rows], pa.float32()),
            "s": pa.array([row[2] for row in rows]),
        }
    )
    pq.write_table(table, folder / "0.parquet")
    types = {"i": "int64", "f": "float32", "s": "string"}
    for i, form in enumerate(["csv", "jsonl", "tfrecord", "csv", "tfrecord", "jsonl", "parquet"]):
        source = next(folder.glob(f"{i}.*"))
        convert_records(source, folder / f"{i + 1}.{form}", types=types, columns=["i", "f", "s"] if i else None)
    found = pq.read_table(folder / "7.parquet").to_pydict()
    for key in ("i", "s"):
        assert found[key] == table[key].to_pylist()
    assert [shown(v) for v in found["f"]] == [shown(v) for v in table["f"].to_pylist()]


@pytest.mark.parametrize(("first", "second"), list(itertools.product(FORMATS, FORMATS)))
def test_every_format_to_every_other(first, second):
    columns = {
        "id": [1, 2, 3],
        "x": np.float32([0.5, 1.25, -3]),
        "name": ["a", "b,c", 'q"'],
        "tags": [["u", "v"], [], ["w"]],
    }
    write("0.tfrecord", encode_examples(columns))
    convert_records("0.tfrecord", f"1.{first}")
    convert_records(f"1.{first}", f"2.{second}")
    convert_records(f"2.{second}", "3.tfrecord", columns=["id", "x", "name", "tags"])
    assert read("3.tfrecord") == read("0.tfrecord")
    assert not [name for name in os.listdir() if name.endswith(".tmp")]


def test_what_is_written():
    rows = [
        {"b": b"\xff\x00", "f": [0.1, math.nan, -math.inf], "i": 7, "s": 'say "hi"\n\\'},
        {"b": b"text", "f": [], "i": 8, "s": None},
    ]
    write("a.tfrecord", [encode_example({**row, "f": np.float32(row["f"])}) for row in rows])
    convert_records("a.tfrecord", "a.jsonl")
    assert Path("a.jsonl").read_text().splitlines() == [
        '{"b": {"base64": "/wA="}, "f": [0.1, "NaN", "-Infinity"], "i": 7, "s": "say \\"hi\\"\\n\\\\"}',
        '{"b": "text", "f": [], "i": 8, "s": null}',
    ]
    convert_records("a.tfrecord", "a.csv")
    assert Path("a.csv").read_text() == (
        'b,f,i,s\n"{""base64"": ""/wA=""}","[0.1, ""NaN"", ""-Infinity""]",7,"say ""hi""\n\\"\n"text","[]",8,\n'
    )
    convert_records("a.tfrecord", "a.parquet")
    assert pq.read_schema("a.parquet").field("b").type == pa.binary()
    assert pq.read_table("a.parquet")["s"].to_pylist() == ['say "hi"\n\\', None]
    convert_records("a.csv", "b.tfrecord")
    convert_records("a.jsonl", "c.tfrecord")
    assert read("c.tfrecord") == read("a.tfrecord")
    whole = read("a.tfrecord")
    whole[1]["s"] = ("O", [("b''", b"")])  # CSV does not tell empty text from none
    assert read("b.tfrecord") == whole


def test_empty_lines_of_csv_are_no_records():
    Path("a.csv").write_text("id,x\n1,2.5\n\n2,3.5\n\n")
    assert convert_records("a.csv", "a.jsonl")[0] == 2
    assert Path("a.jsonl").read_text() == '{"id": 1, "x": 2.5}\n{"id": 2, "x": 3.5}\n'


def test_types_are_inferred_from_json():
    lines = [
        '{"i": 1, "f": 1, "s": "a", "l": [1, 2], "m": null, "t": true}',
        "",
        '{"i": null, "f": 2.5, "s": {"base64": "/w=="}, "l": 3.5, "n": "NaN", "m": "x"}',
    ]
    Path("a.jsonl").write_text("\ufeff" + "\n".join(lines) + "\r\n")
    count, fields = convert_records("a.jsonl", "a.tfrecord")
    assert count == 2
    assert {field.name: str(field) for field in fields} == {
        "i": "int64", "f": "float64", "s": "bytes", "l": "float64[]", "m": "string", "t": "int64", "n": "string",
    }  # fmt: skip
    assert read("a.tfrecord")[1] == {
        "f": ("f", [shown(2.5)]),
        "s": ("O", [shown(b"\xff")]),
        "l": ("f", [shown(3.5)]),
        "m": ("O", [shown(b"x")]),
        "n": ("O", [shown(b"NaN")]),
    }


def test_decimals_are_rounded_once():
    # Half way between two float32 numbers, seen from float64 but not in truth.
    text = "1.00000005960464477539062500000000001"
    for suffix in ("", ', "g": "x"'):  # by Arrow, and by Python
        Path("a.jsonl").write_text(f'{{"f": {text}{suffix}}}\n')
        convert_records("a.jsonl", "a.tfrecord", types={"f": "float32"}, columns=["f"])
        assert read("a.tfrecord") == [{"f": ("f", [shown(1.0000001192092896)])}]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"i": "x", "f": 1}', "line 3: column 'i' must be int64. Received: \"x\". Correct it, or give the type"),
        ('{"i": 1.5, "f": 1}', "line 3: column 'i' must be int64. Received: \"1.5\""),
        ('{"i": 9223372036854775808}', "line 3: column 'i' must be int64. Received: 9223372036854775808"),
        ('{"i": [1]}', r"line 3: column 'i' must be int64. Received: \[1\]"),
        ('{"f": "word"}', "line 3: column 'f' must be float64. Received: \"word\""),
        ('{"l": [1, "x"]}', r"line 3: column 'l' must be int64\[\]. Received: \[1, \"x\"\]"),
        ('{"l": [1, null]}', r"line 3: column 'l' has a missing value \(null\) inside a list"),
        ('{"z": 1}', "line 3: there is no column 'z' in the records that types were inferred from"),
        ("[1]", "line 3: it must hold one JSON object"),
        ('{"i": 1', "line 3: it must hold one JSON object"),
        ('{"i": 1}{"i": 2}', "line 3: it must hold one JSON object"),
        ('{"i": 1, "i": 2}', "line 3: it must hold one JSON object .a key stands twice"),
        ('{"s": 5}', "line 3: column 's' must be string. Received: 5"),
        ('{"s": {"base64": "?"}}', "line 3: column 's' must be string. Received:"),
        ("[" * 100_000, "line 3: it must hold one JSON object"),
    ],
)
def test_json_lines_that_break_the_rest(line, message):
    good = '{"i": 1, "f": 2.5, "l": [1], "s": "a"}'
    Path("a.jsonl").write_text(f"{good}\n\n{line}\n{good}\n")
    with pytest.raises(ParseError, match=rf"^convert: a.jsonl, {message}") as info:
        convert_records("a.jsonl", "b.tfrecord", sample=1)
    assert (info.value.path, info.value.line) == ("a.jsonl", 3)
    assert os.listdir() == ["a.jsonl"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("x,1,a", "line 4: column 'i' is not a valid int64. Received: 'x'. Correct it, or give the type"),
        ("1,x,a", "line 4: column 'f' is not a valid float32"),
        ("1,2", "line 4: the row has 2 fields"),
        ('1,2,"a', "line 4 is not well formed: a quoted field does not end"),
        ('1,2,a"b', "line 4 is not well formed"),
    ],
)
def test_csv_rows_that_break_the_rest(row, message):
    Path("a.csv").write_text(f'i,f,s\n1,.5,"two\nlines"\n{row}\n')
    with pytest.raises(ParseError, match=rf"^convert: a.csv, {message}") as info:
        convert_records("a.csv", "b.tfrecord", sample=1)
    assert (info.value.path, info.value.line) == ("a.csv", 4)
    assert os.listdir() == ["a.csv"]


def test_examples_that_break_the_rest():
    good = {"i": 1, "s": "a"}
    cases = [
        ({"i": 0.5}, "record 1: feature 'i' holds float_list, the spec asks for int64"),
        ({"i": [1, 2]}, "record 1: feature 'i' has 2 values, the schema says one"),
        ({**good, "z": 1}, "record 1: there is no column 'z'"),
    ]
    for values, message in cases:
        write("a.tfrecord", [encode_example(good), encode_example(values)])
        with pytest.raises(ParseError, match=rf"^convert: a.tfrecord, {message}") as info:
            convert_records("a.tfrecord", "b.jsonl", sample=1)
        assert info.value.record_index == 1
    convert_records("a.tfrecord", "b.jsonl", sample=1, columns=["i"])
    write("a.tfrecord", [encode_example(good), b"junk"])
    with pytest.raises(ParseError, match=r"^convert: a.tfrecord, record 1: .*not a serialized Example"):
        convert_records("a.tfrecord", "c.jsonl", sample=1)
    message = SequenceExample()
    message.feature_lists.feature_list["x"].feature.add()
    write("a.tfrecord", [encode_example(good), message.SerializeToString()])
    with pytest.raises(ParseError, match="record 1: it is a SequenceExample; only Examples can be converted"):
        convert_records("a.tfrecord", "c.jsonl", sample=1)
    with pytest.raises(InvalidArgumentError, match="records must be Examples"):
        convert_records("a.tfrecord", "c.jsonl")
    write("a.tfrecord", [encode_example({"s": "a"}), encode_example({"s": b"\xff"})])
    with pytest.raises(ParseError, match="record 1: column 's' must be text .UTF-8.. Give its type: --type s=bytes"):
        convert_records("a.tfrecord", "c.parquet", sample=1)
    convert_records("a.tfrecord", "c.parquet", sample=1, types={"s": "bytes"})
    assert pq.read_table("c.parquet")["s"].to_pylist() == [b"a", b"\xff"]


def test_columns_types_and_label():
    Path("a.csv").write_text("y,x,name\n1,2,a\n,3,b\n")
    _, fields = convert_records("a.csv", "a.jsonl", columns=["name", "x"], types={"x": "float32"})
    assert [(field.name, str(field)) for field in fields] == [("name", "string"), ("x", "float32")]
    assert Path("a.jsonl").read_text().splitlines()[0] == '{"name": "a", "x": 2.0}'
    with pytest.raises(ParseError, match="^convert: a.csv, line 3: the label 'y' is missing"):
        convert_records("a.csv", "b.jsonl", label="y")
    _, fields = convert_records("a.csv", "b.csv", label="x")
    assert [field.name for field in fields] == ["y", "name", "x"]
    with pytest.raises(InvalidArgumentError, match="columns names 'nam', but the columns are y, x, name. Did you mean"):
        convert_records("a.csv", "c.jsonl", columns=["nam"])
    with pytest.raises(InvalidArgumentError, match="the type of 'x' must be one of int64, .* Received: 'int'"):
        convert_records("a.csv", "c.jsonl", types={"x": "int"})


def test_a_saved_schema():
    write("a.tfrecord", encode_examples({"id": [1, 2], "x": [[1.5], [2.5, 3.5]]}))
    infer_schema("a.tfrecord").save("schema.json")
    Path("b.jsonl").write_text('{"id": 3, "x": [1]}\n{"id": 4}\n')
    convert_records("b.jsonl", "b.tfrecord", schema=Schema.load("schema.json"))
    assert read("b.tfrecord")[0] == {"id": ("i", [shown(3)]), "x": ("f", [shown(1.0)])}
    Path("c.csv").write_text('x,id\n"[1, 2.5]",5\n')
    convert_records("c.csv", "c.tfrecord", schema=Schema.load("schema.json"))
    assert read("c.tfrecord") == [{"id": ("i", [shown(5)]), "x": ("f", [shown(1.0), shown(2.5)])}]


def test_several_files_tabs_and_no_header():
    Path("a-1.tsv").write_text("1\t2\n")
    Path("a-2.tsv").write_text("0.5\tx\n")
    count, fields = convert_records("a-*.tsv", "b.csv", columns=["p", "q"], header=False, types={"q": "string"})
    assert count == 2 and [str(field) for field in fields] == ["float64", "string"]
    assert Path("b.csv").read_text() == '1,"2"\n0.5,"x"\n'
    convert_records("b.csv", "c.jsonl", columns=["p", "q"], header=False)
    convert_records("c.jsonl", "d.csv", delimiter=";")
    assert Path("d.csv").read_text() == 'p;q\n1;"2"\n0.5;"x"\n'
    with pytest.raises(InvalidArgumentError, match="header=False needs columns"):
        convert_records("b.csv", "e.csv", header=False)


def test_shards_and_compression():
    Path("a.jsonl").write_text("".join(f'{{"i": {i}}}\n' for i in range(10)))
    convert_records("a.jsonl", "s-{shard}.tfrecord.gz", shards=3)
    manifest = read_manifest("s.manifest.json")
    assert (manifest.records, manifest.compression_type, manifest.schema) == (10, "GZIP", {"i": "int64"})
    convert_records("s-*.gz", "b.csv.gz")
    assert sorted(gzip.decompress(Path("b.csv.gz").read_bytes()).split()) == sorted(
        [b"i", *(b"%d" % i for i in range(10))]
    )
    convert_records("b.csv.gz", "c.parquet", compression="zstd")
    assert pq.ParquetFile("c.parquet").metadata.row_group(0).column(0).compression == "ZSTD"
    with pytest.raises(InvalidArgumentError, match="csv files are not compressed with zstd"):
        convert_records("a.jsonl", "c.csv", compression="zstd")
    with pytest.raises(InvalidArgumentError, match="shards go to files. Received: output=.*BytesIO"):
        convert_records("a.jsonl", io.BytesIO(), target_format="csv", shards=3)


@pytest.mark.parametrize("form", ["csv", "csv.gz", "jsonl", "jsonl.gz", "parquet", "tfrecord"])
def test_shards_of_every_format(form):
    rows = [{"i": i, "l": list(range(i % 3)), "s": "x" * (i % 30)} for i in range(500)]
    Path("a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    types = {"i": "int64", "l": "int64[]", "s": "string"}

    def back(name):
        convert_records(name, "b.jsonl", types=types)
        return [json.loads(line) for line in Path("b.jsonl").read_text().splitlines()]

    assert convert_records("a.jsonl", f"s-{{shard}}-of-{{shards}}.{form}", shards=3)[0] == 500
    manifest = read_manifest("s.manifest.json")
    assert [shard.name for shard in manifest.shards] == [f"s-{i}-of-3.{form}" for i in range(3)]
    assert [shard.records for shard in manifest.shards] == [167, 167, 166]
    assert manifest.compression_type == ("GZIP" if form.endswith("gz") else "")
    assert manifest.schema == types and manifest.problems(deep=True) == []
    assert [back(f"s-{i}-of-3.{form}") for i in range(3)] == [rows[i::3] for i in range(3)]
    convert_records("a.jsonl", f"t-{{shard:02d}}.{form}", target_bytes=4000)
    manifest = read_manifest("t.manifest.json")
    assert len(manifest.shards) > 2 and manifest.records == 500 and manifest.problems(deep=True) == []
    assert back(f"t-*.{form}") == rows
    assert not [name for name in os.listdir() if name.endswith(".tmp")]


def test_shards_hold_about_as_much_as_was_said():
    Path("a.jsonl").write_text("".join(f'{{"i": {i}, "x": 0.123456789}}\n' for i in range(20_000)))
    for form in ("csv", "jsonl", "parquet"):
        convert_records("a.jsonl", f"s-{{shard:02d}}.{form}", target_bytes=50_000)
        shards = read_manifest("s.manifest.json").shards
        sizes = [shard.records * 16 if form == "parquet" else shard.bytes for shard in shards]
        assert all(50_000 <= size < 50_100 for size in sizes[:-1]) and sizes[-1] < 50_100
        for shard in shards:
            Path(shard.name).unlink()


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "tfrecord"])
def test_shards_of_nothing(form):
    Path("a.jsonl").write_text("")
    chosen = {"columns": ["i"], "types": {"i": "int64"}}
    for arguments, count in (({"shards": 2}, 2), ({"target_bytes": 10}, 1)):
        convert_records("a.jsonl", f"s-{{shard}}.{form}", **arguments, **chosen)
        manifest = read_manifest("s.manifest.json")
        assert (len(manifest.shards), manifest.records, manifest.problems(deep=True)) == (count, 0, [])
        assert convert_records(manifest.paths, "b.jsonl", **chosen)[0] == 0


@pytest.mark.fault
@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "tfrecord"])
@pytest.mark.parametrize("arguments", [{"shards": 2}, {"target_bytes": 2000}])
@pytest.mark.filterwarnings("error")
def test_shards_appear_together_or_not_at_all(form, arguments, monkeypatch):
    Path("a.jsonl").write_text('{"i": 1}\n' * 3000 + '{"i": "x"}\n')
    with pytest.raises(ParseError, match="a.jsonl, line 3001"):
        convert_records("a.jsonl", f"s-{{shard}}.{form}", **arguments)
    assert os.listdir() == ["a.jsonl"]

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    Path("a.jsonl").write_text('{"i": 1}\n' * 3000)
    monkeypatch.setattr("penstock.records.manifest.Manifest.save", full)
    with pytest.raises(OSError, match="No space left"):
        convert_records("a.jsonl", f"s-{{shard}}.{form}", **arguments)
    assert os.listdir() == ["a.jsonl"]
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        convert_records("a.jsonl", f"s-{{shard}}.{form}", **arguments)
    assert os.listdir() == ["a.jsonl"]
    gc.collect()


@pytest.mark.parametrize(
    ("pattern", "arguments", "message"),
    [
        ("s.csv", {"shards": 2}, r"convert: pattern must have \{shard\} and may have \{shards\}"),
        ("{shard.x}.csv", {"shards": 2}, "convert: pattern must have"),
        ("s-{shard}.csv", {"shards": 0}, "convert: shards must be an int >= 1. Received: shards=0"),
        (
            "s-{shard}.csv",
            {"target_bytes": "1"},
            "convert: target_bytes must be an int >= 1. Received: target_bytes='1'",
        ),
        ("s-{shard}.csv", {"shards": 1, "target_bytes": 1}, "convert: give either shards or target_bytes"),
    ],
)
def test_shards_that_are_none(pattern, arguments, message):
    Path("a.jsonl").write_text('{"i": 1}\n')
    with pytest.raises(InvalidArgumentError, match=message):
        convert_records("a.jsonl", pattern, **arguments)
    assert os.listdir() == ["a.jsonl"]


def test_streams():
    out = io.BytesIO()
    count, _ = convert_records(
        io.BytesIO(b"i,s\n1,a\n2,b\n"), out, source_format="csv", target_format="jsonl", sample=1
    )
    assert count == 2 and out.getvalue() == b'{"i": 1, "s": "a"}\n{"i": 2, "s": "b"}\n'
    packed = io.BytesIO()
    convert_records(
        io.BytesIO(gzip.compress(out.getvalue())),
        packed,
        source_format="jsonl",
        target_format="tfrecord",
        compression="gzip",
    )
    back = io.BytesIO()
    convert_records(io.BytesIO(packed.getvalue()), back, source_format="tfrecord", target_format="csv")
    assert back.getvalue() == b'i,s\n1,"a"\n2,"b"\n'
    parquet = io.BytesIO()
    convert_records(io.BytesIO(back.getvalue()), parquet, source_format="csv", target_format="parquet")
    assert pq.read_table(io.BytesIO(parquet.getvalue())).to_pydict() == {"i": [1, 2], "s": ["a", "b"]}
    with pytest.raises(
        InvalidArgumentError, match="the format of <stream> must be told, its name tells none. Give source_format"
    ):
        convert_records(io.BytesIO(), out, target_format="csv")


class Pipe:
    """A stream that cannot seek, and gives little at a time."""

    name = "<pipe>"

    def __init__(self, data):
        self._data = data

    def readinto(self, view):
        piece, self._data = self._data[: min(len(view), 1000)], self._data[min(len(view), 1000) :]
        view[: len(piece)] = piece
        return len(piece)


def test_columns_that_nobody_wants_may_hold_anything():
    table = pa.table({"t": pa.array([1], pa.timestamp("s")), "id": [1]})
    pq.write_table(table, "a.parquet")
    write("a.tfrecord", [encode_example({"id": 1, "m": 1}), encode_example({"id": 2, "m": "x"})])
    Path("a.jsonl").write_text('{"id": 1, "o": {"b": 1}, "n": [[1]]}\n')
    infer_schema("a.tfrecord").save("schema.json")
    for path in ("a.parquet", "a.tfrecord", "a.jsonl"):
        for label in (None, "id"):
            convert_records(path, "b.csv", columns=["id"], label=label)
            assert Path("b.csv").read_text().split()[:2] == ["id", "1"]
    convert_records("a.tfrecord", "b.csv", columns=["id"], schema=Schema.load("schema.json"))
    Path("c-0.csv").write_text("id,x\n1,2\n")
    Path("c-1.csv").write_text("id,x\n1,a\n")
    convert_records("c-*.csv", "b.csv", columns=["id"])
    for path, message in [
        ("a.tfrecord", "must have one type of 'm'.*leave the column out"),
        (
            "a.jsonl",
            r"line 1: column 'o' must be of numbers or strings, or lists of them. Received: \{\"b\": 1\}. Correct",
        ),
        ("c-*.csv", "all files must have one type of 'x'"),
    ]:
        with pytest.raises(ValueError, match=message):
            convert_records(path, "d.csv")
    Path("e.jsonl").write_text("[]\n")
    with pytest.raises(ParseError, match=r'it must hold one JSON object, as \{"x": 1\}\. Received'):
        convert_records("e.jsonl", "d.csv")


@pytest.mark.parametrize("sample", [1, 1000])
def test_short_rows_of_a_stream(sample):
    message = r"^convert: <pipe>, line 3.*(2 columns|must have 2)"
    with pytest.raises(ParseError, match=message):
        convert_records(Pipe(b"i,s\n1,a\n2"), io.BytesIO(), source_format="csv", target_format="jsonl", sample=sample)
    with pytest.raises(ParseError, match="^convert: <pipe>, line 3 has 3 fields, but there are 2 columns. Correct it"):
        convert_records(Pipe(b"i,s\n1,a\n2,b,c"), io.BytesIO(), source_format="csv", target_format="jsonl")


def test_parquet_from_streams():
    whole = io.BytesIO()
    pq.write_table(pa.table({"i": list(range(5000)), "s": [str(i) for i in range(5000)]}), whole, row_group_size=999)
    for stream in (io.BytesIO(whole.getvalue()), Pipe(whole.getvalue())):
        out = io.BytesIO()
        assert convert_records(stream, out, source_format="parquet", target_format="jsonl")[0] == 5000
        assert [json.loads(line)["i"] for line in out.getvalue().splitlines()] == list(range(5000))
    with pytest.raises(DataLossError, match="^<pipe>: is no Parquet file, or is damaged"):
        convert_records(Pipe(b"rubbish"), out, source_format="parquet", target_format="jsonl")
    convert_records(io.BytesIO(whole.getvalue()), "a.parquet", source_format="parquet")
    out = io.BytesIO()
    assert convert_records(Path("a.parquet").resolve().as_uri(), out, target_format="csv", columns=["i"])[0] == 5000
    assert out.getvalue().split()[-1] == b"4999"
    with pytest.raises(NotFoundError, match="none.parquet: no such file"):
        convert_records(Path("none.parquet").resolve().as_uri(), out, target_format="csv")


def test_parquet_types():
    table = pa.table(
        {
            "small": pa.array([1, None], pa.int8()),
            "flag": pa.array([True, False]),
            "half": pa.array([0.5, 1.5], pa.float16()),
            "dict": pa.array(["a", "b"]).dictionary_encode(),
            "fixed": pa.array([[1, 2], [3, 4]], pa.list_(pa.int32(), 2)),
            "large": pa.array(["x", None], pa.large_string()),
            "big": pa.array([1, 2], pa.uint64()),
        }
    )
    pq.write_table(table, "a.parquet")
    convert_records("a.parquet", "a.jsonl")
    assert [json.loads(line) for line in Path("a.jsonl").read_text().splitlines()] == [
        {"small": 1, "flag": 1, "half": 0.5, "dict": "a", "fixed": [1, 2], "large": "x", "big": 1},
        {"small": None, "flag": 0, "half": 1.5, "dict": "b", "fixed": [3, 4], "large": None, "big": 2},
    ]
    pq.write_table(pa.table({"big": pa.array([1, 2**64 - 1], pa.uint64())}), "b.parquet")
    with pytest.raises(
        ParseError, match="^convert: b.parquet, row 1: column 'big' must be int64. Received: 18446744073709551615"
    ):
        convert_records("b.parquet", "b.jsonl")
    pq.write_table(pa.table({"t": pa.array([1], pa.timestamp("s"))}), "c.parquet")
    with pytest.raises(DTypeError, match="c.parquet: column 't' must be of integers, floats or strings.*timestamp"):
        convert_records("c.parquet", "c.jsonl")


def test_what_cannot_be_read():
    Path("a.parquet").write_bytes(b"no parquet")
    with pytest.raises(DataLossError, match="a.parquet: is no Parquet file"):
        convert_records("a.parquet", "b.jsonl")
    with pytest.raises(NotFoundError, match="no such file"):
        convert_records("none.parquet", "b.jsonl")
    with pytest.raises(NotFoundError, match="no such file"):
        convert_records("none.csv", "b.jsonl")
    Path("a.csv").write_text("i\n1\n")
    for arguments, message in [
        (("a.csv", "b.xyz"), "the format of the output must be told. Received: output='b.xyz'"),
        (("a.xyz", "b.csv"), "the format of a.xyz must be told"),
    ]:
        with pytest.raises(InvalidArgumentError, match=message):
            convert_records(*arguments)
    with pytest.raises(InvalidArgumentError, match="target_format must be one of .* Did you mean 'jsonl'"):
        convert_records("a.csv", "b", target_format="json")
    with pytest.raises(InvalidArgumentError, match="all files must have one format. Received: a.csv and a.parquet"):
        convert_records(["a.csv", "a.parquet"], "b.jsonl")
    with pytest.raises(NotFoundError, match="none is no folder, cannot write none/b.jsonl"):
        convert_records("a.csv", "none/b.jsonl")
    with pytest.raises(InvalidArgumentError, match="is a folder"):
        Path("d.jsonl").mkdir()
        convert_records("a.csv", "d.jsonl")
    with pytest.raises(InvalidArgumentError, match="sample must be an int >= 1 or None. Received: sample=0"):
        convert_records("a.csv", "b.jsonl", sample=0)


@pytest.mark.fault
def test_damaged_parquet_files_give_a_typed_error():
    table = pa.table({"i": list(range(1000)), "s": [f"word {i}" for i in range(1000)]})
    pq.write_table(table, "a.parquet", use_dictionary=False, write_page_checksum=True)
    whole = Path("a.parquet").read_bytes()
    assert convert_records("a.parquet", "a.csv")[0] == 1000
    for place in range(4, len(whole), 997):
        damaged = bytearray(whole)
        damaged[place : place + 40] = bytes(byte ^ 0xFF for byte in damaged[place : place + 40])
        Path("b.parquet").write_bytes(damaged)
        with contextlib.suppress(PenstockError):
            convert_records("b.parquet", "b.csv")
        Path("b.parquet").write_bytes(whole[:place])
        with pytest.raises(DataLossError, match="b.parquet: is no Parquet file"):
            convert_records("b.parquet", "c.csv")


@given(data=st.binary(max_size=60), form=st.sampled_from(["csv", "jsonl"]), target=st.sampled_from(FORMATS))
def test_rubbish_gives_records_or_a_typed_error(data, form, target):
    try:
        convert_records(io.BytesIO(data), io.BytesIO(), source_format=form, target_format=target)
    except PenstockError:
        pass
