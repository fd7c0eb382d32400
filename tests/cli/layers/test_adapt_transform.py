"""`penstock adapt` and `penstock transform`: what they learn, write, print and refuse."""

from __future__ import annotations

import csv
import gzip
import json
import random

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from penstock import records
from penstock.cli.layers import adapt
from penstock.cli.layers.files import ROWS, Reading
from penstock.cli.main import main
from penstock.preprocessing import ColumnLayers, Discretization, Normalization, StringLookup

pytestmark = pytest.mark.unit

CITIES = ["Rome", "Oslo", "é", "New York, NY", 'a "b"']
N = 300


def rows(seed=0):
    chosen = random.Random(seed)
    return {
        "age": np.array([chosen.randint(1, 90) + 0.5 for _ in range(N)], np.float32),
        "city": np.array([chosen.choice(CITIES) for _ in range(N)], dtype=object),
        "text": np.array([chosen.choice(["to be", "or not", "to", ""]) for _ in range(N)], dtype=object),
        "label": np.arange(N) % 3,
    }


def write(path, columns):
    if path.suffix == ".parquet":
        pq.write_table(pa.table(columns), path)
    elif path.suffix == ".jsonl":
        table = {name: column.tolist() for name, column in columns.items()}
        rows_ = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows_), encoding="utf-8")
    elif path.suffix == ".tfrecord":
        with records.TFRecordWriter(path) as writer:
            writer.write_many(records.encode_examples(columns))
    else:
        delimiter = "\t" if path.suffix == ".tsv" else ","
        pa.csv.write_csv(pa.table(columns), path, pa.csv.WriteOptions(delimiter=delimiter))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with two files of each format; parts of one table."""
    monkeypatch.chdir(tmp_path)
    table = rows()
    for ending in ("csv", "tsv", "jsonl", "parquet", "tfrecord"):
        write(tmp_path / f"a.{ending}", {name: column[:200] for name, column in table.items()})
        write(tmp_path / f"b.{ending}", {name: column[200:] for name, column in table.items()})
    return tmp_path


LAYERS = [
    *("--layer", "age=Normalization"),
    *("--layer", "city=StringLookup:num_oov_indices=2,output_mode=one_hot"),
    *("--layer", "group=Discretization:column=age,num_bins=4"),
    *("--layer", "cross=HashedCrossing:columns=[city,label],num_bins=7"),
    *("--layer", "codes=TextVectorization:column=text"),
]


def reference():
    from penstock.preprocessing import HashedCrossing, TextVectorization

    layers = ColumnLayers(
        {
            "age": Normalization(),
            "city": StringLookup(num_oov_indices=2, output_mode="one_hot"),
            "group": Discretization(num_bins=4),
            "cross": HashedCrossing(7),
            "codes": TextVectorization(ragged=True),
        },
        {"group": "age", "cross": ["city", "label"], "codes": "text"},
    )
    layers.adapt(rows())
    return layers


def run(capsys, *words):
    code = main(list(words))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet", "tfrecord"])
def test_adapt_learns_what_python_learns(folder, capsys, ending):
    code, out, err = run(capsys, "adapt", f"*.{ending}", *LAYERS, "-o", "layers.penstock")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "layers.penstock: 5 layers, adapted to 300 rows of 2 files"
    assert "cross  HashedCrossing: nothing to learn" in out
    found, wanted = ColumnLayers.load("layers.penstock"), reference()
    for name in ("city", "group", "codes"):
        assert found.layers[name].learned_config() == wanted.layers[name].learned_config(), name
    np.testing.assert_allclose(found.layers["age"].mean, wanted.layers["age"].mean, rtol=1e-6)
    np.testing.assert_allclose(found.layers["age"].variance, wanted.layers["age"].variance, rtol=1e-6)


def test_json_of_adapt(folder, capsys):
    code, out, _ = run(capsys, "adapt", "a.csv", *LAYERS, "-o", "layers.penstock", "--json")
    assert code == 0
    told = json.loads(out)
    assert (told["file"], told["rows"], told["files"]) == ("layers.penstock", 200, 1)
    assert told["layers"]["group"]["columns"] == ["age"]
    assert len(told["layers"]["group"]["bin_boundaries"]) == 3
    assert told["layers"]["city"]["vocabulary_size"] == 7


def test_jobs_change_nothing(folder, capsys):
    paths = ["a.csv", "b.parquet", "a.tfrecord"]
    for jobs in ("1", "3"):
        code, _, err = run(capsys, "adapt", *paths, *LAYERS[:6], "-o", f"{jobs}.penstock", "--jobs", jobs)
        assert code == 0, err
    one, three = ColumnLayers.load("1.penstock"), ColumnLayers.load("3.penstock")
    assert one.get_config() == three.get_config()


def test_layers_in_files(folder, capsys):
    (folder / "l.toml").write_text(
        '[group]\nlayer = "Discretization"\ncolumn = "age"\nnum_bins = 4\n', encoding="utf-8"
    )
    (folder / "l.json").write_text(json.dumps({"group": {"layer": "Discretization", "column": "age", "num_bins": 4}}))
    for name in ("l.toml", "l.json"):
        code, _, err = run(capsys, "adapt", "a.csv", "--layers", name, *LAYERS[:2], "-o", "x.penstock", "--force")
        assert code == 0, err
        layers = ColumnLayers.load("x.penstock")
        assert list(layers.layers) == ["group", "age"]
        assert layers.columns["group"] == ("age",)


def read(path):
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pydict()
    if path.suffix == ".tfrecord":
        with records.TFRecordReader(path) as reader:
            rows_ = reader.read(10_000)
        return {
            name: [v.decode() if isinstance(v, bytes) else v for v in column.tolist()] if hasattr(column, "tolist")
            else [list(row) for row in column.to_list()]
            for name, column in records.decode_examples(rows_).items()
        }  # fmt: skip
    return pa.csv.read_csv(path).to_pydict()


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "tfrecord"])
@pytest.mark.parametrize("result", ["parquet", "tfrecord"])
def test_transform_gives_what_python_gives(folder, capsys, ending, result):
    layers = reference()
    layers.save("layers.penstock")
    code, out, err = run(capsys, "transform", "layers.penstock", f"*.{ending}", "-o", f"out.{result}")
    assert (code, out, err) == (0, f"out.{result}: 300 rows\n", "")
    found, wanted = read(folder / f"out.{result}"), layers(rows())
    for name in ("city", "group", "cross", "label"):
        assert found[name] == np.asarray(wanted[name]).tolist(), name
    np.testing.assert_allclose(found["age"], wanted["age"], rtol=1e-6)
    assert found["codes"] == [list(row) for row in wanted["codes"].to_list()]
    assert found["text"] == wanted["text"].tolist()
    assert not list(folder.glob(".*"))


def test_transform_to_csv_spreads_rows(folder, capsys):
    reference().save("layers.penstock")
    code, _, err = run(
        capsys, "transform", "layers.penstock", "a.csv", "-o", "o.csv", "--columns", "city,text,label,group"
    )
    assert code == 0, err
    lines = (folder / "o.csv").read_text().splitlines()
    assert lines[0] == ",".join([*(f"city_{i}" for i in range(7)), "text", "label", "group"])
    found = read(folder / "o.csv")
    wanted = reference()({name: column[:200] for name, column in rows().items()})
    assert [list(row) for row in zip(*(found[f"city_{i}"] for i in range(7)), strict=True)] == wanted["city"].tolist()
    assert found["group"] == wanted["group"].tolist()


def test_text_passes_csv_as_it_is(folder, capsys):
    (folder / "t.csv").write_text('id,word\n007,"a, ""b"""\n1e3,é\n', encoding="utf-8")
    ColumnLayers({"code": StringLookup(vocabulary=["é"])}, {"code": "word"}).save("l.penstock")
    assert run(capsys, "transform", "l.penstock", "t.csv", "-o", "o.csv")[0] == 0
    with (folder / "o.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["id", "word", "code"], ["007", 'a, "b"', "0"], ["1e3", "é", "1"]]


def test_a_folder_gets_a_result_for_each_file(folder, capsys):
    reference().save("layers.penstock")
    code, out, _ = run(capsys, "transform", "layers.penstock", "*.csv", "-o", "done/", "--to", "tfrecord", "--json")
    assert code == 0
    results = [{"file": "done/a.tfrecord", "rows": 200}, {"file": "done/b.tfrecord", "rows": 100}]
    assert json.loads(out) == {"rows": 300, "results": results}
    assert len(read(folder / "done/b.tfrecord")["label"]) == 100
    code, _, err = run(capsys, "transform", "layers.penstock", "*.csv", "-o", "done/", "--to", "tfrecord")
    assert code == 1
    assert "done/a.tfrecord exists already. Remove it, or overwrite it with --force." in err


def test_all_results_appear_or_none(folder, capsys):
    ColumnLayers({"city": StringLookup(vocabulary=CITIES, num_oov_indices=0)}).save("layers.penstock")
    with (folder / "b.csv").open("a") as file:
        file.write('1.5,"Atlantis","",0\n')
    code, _, err = run(capsys, "transform", "layers.penstock", "a.csv", "b.csv", "-o", "done/")
    assert code == 1
    assert "InvalidArgumentError: b.csv, line 102: StringLookup" in err
    assert "Received: 'Atlantis'" in err
    assert list((folder / "done").iterdir()) == []


def test_missing_values(folder, capsys):
    (folder / "m.csv").write_text("age,city\n1,Rome\n,Oslo\n3,\n")
    pq.write_table(pa.table({"age": [1.0, None, 3.0], "city": ["Rome", "Oslo", ""]}), folder / "m.parquet")
    with records.TFRecordWriter(folder / "m.tfrecord") as writer:
        writer.write_many(
            [records.encode_example({"age": 1.0}), records.encode_example({}), records.encode_example({"age": 3.0})]
        )
    layer = ["--layer", "age=Normalization", "-o", "x.penstock", "--force"]
    for name, place in (("m.csv", "m.csv, line 3"), ("m.parquet", "m.parquet, row 2: column 'age' must not be null")):
        code, _, err = run(capsys, "adapt", name, *layer)
        assert code == 1
        assert place in err, err
        assert "Give what takes its place: --fill age=VALUE." in err, err
    for name in ("m.csv", "m.parquet", "m.tfrecord"):
        code, _, err = run(capsys, "adapt", name, *layer, "--fill", "age=2")
        assert code == 0, err
        assert ColumnLayers.load("x.penstock").layers["age"].mean.tolist() == [[2.0]]


def test_types_of_csv_columns(folder, capsys):
    (folder / "t.csv").write_text("zip,n\n01234,1\n99,2\n")
    code, _, _ = run(capsys, "adapt", "t.csv", "--layer", "zip=StringLookup", "-o", "x.penstock")
    assert code == 0
    assert ColumnLayers.load("x.penstock").layers["zip"].get_vocabulary() == ["[UNK]", "99", "01234"]
    code, _, _ = run(capsys, "adapt", "t.csv", "--layer", "zip=IntegerLookup", "-o", "y.penstock")
    assert ColumnLayers.load("y.penstock").layers["zip"].get_vocabulary() == [-1, 1234, 99]


BAD = [
    (
        ["--layer", "age=Normalisation"],
        "--layer age=Normalisation: the layer must be one of CategoryEncoding, ",
        "Did you m",
    ),
    (["--layer", "age"], "--layer age: a layer is written NAME=LAYER or NAME=LAYER:OPTION=VALUE,OPTION=VALUE.", ""),
    (["--layer", "age=Hashing"], "--layer age=Hashing: missing 1 required positional argument: 'num_bins'", ""),
    (
        ["--layer", "age=Hashing:num_bins=3,num_bin=4"],
        "num_bin=4: Hashing: keyword arguments must be known",
        "'num_bins",
    ),
    (["--layer", "age=Hashing:3"], "options are written OPTION=VALUE. Received: '3'.", ""),
    (["--layer", "age=Discretization:num_bins=0"], "num_bins must be an int >= 1. Received: num_bins=0", ""),
    (
        ["--layer", "age=Normalization", "--layer", "age=Hashing:num_bins=3"],
        "names must differ. Received: 'age' twice.",
        "",
    ),
    (
        ["--layer", "agee=Normalization"],
        "a.csv: the file must have the column 'agee'. Received: age, city",
        "mean 'age'?",
    ),
    (["--layer", "city=Normalization"], "column 'city' of a.csv, line 2 is not a valid float32", "Correct the line"),
    (["--layer", "age=Normalization", "--type", "age=float"], "--type age=float: the type must be one of float32", ""),
    (["--layer", "age=Normalization", "--fill", "age"], "--fill age: the option is written COLUMN=VALUE.", ""),
    (
        ["--layer", "age=Normalization", "--fill", "age=x"],
        "--fill age: the value must be of type float32. Received: 'x'",
        "",
    ),
    (
        ["--layer", "age=Normalization", "--layer", "s=StringLookup:column=age"],
        "of one type for all layers. Received: fl",
        "",
    ),
    ([], "at least one layer must be given. Use --layer NAME=LAYER, or --layers FILE.", ""),
    (["--layers", "none.toml"], "NotFoundError: --layers: no such file. Received: 'none.toml'.", ""),
    (["--layers", "a.csv"], "ParseError: --layers: a.csv must be a TOML file.", ""),
]


@pytest.mark.parametrize(("words", "message", "hint"), BAD, ids=range(len(BAD)))
def test_what_adapt_refuses(folder, capsys, words, message, hint):
    code, out, err = run(capsys, "adapt", "a.csv", *words, "-o", "x.penstock")
    assert (code, out) == (1, "")
    assert message in err
    assert hint in err
    assert "Traceback" not in err
    assert not (folder / "x.penstock").exists()


def test_files_that_cannot_be_read(folder, capsys):
    layer = ["--layer", "age=Normalization", "-o", "x.penstock"]
    (folder / "short.csv").write_text("age,city\n1,a\n2\n")
    (folder / "open.csv").write_text('age,city\n1,a\n2,"b\n3,c\n')
    (folder / "empty.csv").write_text("age,city\n")
    (folder / "odd.xyz").write_text("age\n1\n")
    (folder / "bad.parquet").write_text("PAR1 no")
    (folder / "bad.jsonl").write_text('{"age": 1}\n\n{"age": "x"\n')
    (folder / "null.jsonl").write_text('{"age": 1.5}\n{"age": null}\n')
    data = bytearray((folder / "a.tfrecord").read_bytes())
    data[-5] ^= 1
    (folder / "bad.tfrecord").write_bytes(data)
    for name, message in (
        ("short.csv", "short.csv, line 3 has 1 field"),
        ("open.csv", "open.csv, line 3 is not well formed: a quoted field does not end"),
        ("empty.csv", "adapt: the files must hold at least one row. Received: empty.csv."),
        ("odd.xyz", "odd.xyz: the format must be known: csv, jsonl, parquet, tfrecord."),
        ("bad.jsonl", "ParseError: bad.jsonl, line 3"),
        (
            "null.jsonl",
            "null.jsonl, line 2: column 'age' must not be null. Give what takes its place: --fill age=",
        ),
        ("bad.parquet", "DataLossError: bad.parquet: is no Parquet file, or is damaged"),
        ("bad.tfrecord", "DataLossError: bad.tfrecord: record 199 at byte"),
        ("none.csv", "NotFoundError: penstock: no file matches 'none.csv'. The folder '.' holds"),
        ("n*.csv", "NotFoundError: penstock: no file matches 'n*.csv'."),
    ):
        code, _, err = run(capsys, "adapt", name, *layer)
        assert code == 1, name
        assert message in err, (name, err)
    assert run(capsys, "adapt", "odd.xyz", *layer, "--format", "csv")[0] == 0
    assert run(capsys, "adapt", "a.csv")[0] == 2


def test_what_transform_refuses(folder, capsys):
    reference().save("layers.penstock")
    for words, message in (
        (
            ["layers.penstock", "a.csv", "-o", "o.csv"],
            "CSV holds one value in a field. Received: column 'codes' with rows",
        ),
        (
            ["layers.penstock", "a.csv", "-o", "o.parquet", "--columns", "agee"],
            "--columns must name columns of the result: age",
        ),
        (["a.csv", "a.csv", "-o", "o.csv"], "DataLossError: a.csv: the saved object cannot be read"),
        (["layers.penstock", "a.csv", "-o", "o.what"], "o.what: the format must be known"),
        (["layers.penstock", "a.csv", "-o", "o.jsonl"], "o.jsonl: results are csv, parquet, tfrecord. Say --to."),
        (
            ["layers.penstock", "a.csv", "-o", "none/o.parquet"],
            "the folder of the result must exist. Received: 'none/o.parq",
        ),
        (["layers.penstock", "a.csv", "./a.csv", "-o", "f/"], "must differ in name. Received: a.csv more than once"),
    ):
        code, _, err = run(capsys, "transform", *words)
        assert code == 1
        assert message in err, err
    assert not [path for path in folder.iterdir() if path.name.startswith((".", "o."))]


def test_names_and_lines_as_other_programs_write_them(folder, capsys):
    """Compression is seen in the data, endings in capitals count, empty lines and byte order marks do not."""
    text = b"\xef\xbb\xbfage,city\n1,Rome\n\n3,Oslo\n\n"
    (folder / "B.CSV").write_bytes(text)
    (folder / "z.csv").write_bytes(gzip.compress(text))
    (folder / "Z.csv.GZ").write_bytes(gzip.compress(text))
    for name in ("B.CSV", "z.csv", "Z.csv.GZ"):
        code, _, err = run(capsys, "adapt", name, "--layer", "age=Normalization", "-o", "x.penstock", "--force")
        assert code == 0, err
        assert ColumnLayers.load("x.penstock").layers["age"].mean.tolist() == [[2.0]], name
        (piece,) = Reading(None, {}, {}).pieces(name)
        assert piece.places.tolist() == [2, 4]
    (folder / "lines.csv").write_bytes(text + b"\n" * 2 * ROWS)
    assert [piece.rows for piece in Reading(("age",), {"age": None}, {}).pieces("lines.csv")] == [2]
    code, _, err = run(capsys, "transform", "x.penstock", "B.CSV", "-o", "o.csv.gz")
    assert code == 0, err
    assert gzip.decompress((folder / "o.csv.gz").read_bytes()) == b'age,city\n-1,"Rome"\n1,"Oslo"\n'


def test_memory_is_that_of_a_few_thousand_rows(folder, monkeypatch):
    """Files are read in pieces, and a piece holds only the columns that are needed."""
    write(folder / "long.parquet", {name: np.tile(column, 40) for name, column in rows().items()})
    write(folder / "long.csv", {name: np.tile(column, 40) for name, column in rows().items()})
    for name in ("long.parquet", "long.csv"):
        reading = Reading(("age",), {"age": "float32"}, {})
        pieces = list(reading.pieces(name))
        assert sum(piece.rows for piece in pieces) == 12_000
        assert max(piece.rows for piece in pieces) <= ROWS
        assert all(list(piece.table) == ["age"] for piece in pieces)
        done = [piece.done_bytes for piece in pieces]
        assert done == sorted(done)
        assert done[-1] == (folder / name).stat().st_size


def test_shown_numbers_are_short():
    assert adapt._text({"bin_boundaries": [1.0, 2.5, 1 / 3, 4.0, 5.0, 6.0]}) == "boundaries 1, 2.5, 0.333333, 4, 5, …"
