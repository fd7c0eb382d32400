import numpy as np
import pyarrow as pa
import pytest

from penstock.core import nest
from penstock.core.block import Block
from penstock.core.columns import BytesColumn, DenseColumn, RaggedColumn
from penstock.errors import DTypeError, InvalidArgumentError
from penstock.records import decode_example, encode_example, encode_examples

pytestmark = pytest.mark.unit


def check(columns, rows):
    got = encode_examples(columns)
    assert got.strings() == [encode_example(row) for row in rows]


ROWS = [
    {"id": 1, "x": 0.5, "name": "Ann", "ok": True, "tags": ["a", "b"], "v": [1.0, 2.0]},
    {"id": -2, "x": float("nan"), "name": "", "ok": False, "tags": ["c"], "v": [3.0, 4.0]},
    {"id": 3, "x": 1.5, "name": "Ö", "ok": True, "tags": ["", "d", "e"], "v": [5.0, 6.0]},
]
TYPES = {"v": pa.list_(pa.float32(), 2)}


def table():
    columns = {key: pa.array([row[key] for row in ROWS], TYPES.get(key)) for key in ROWS[0]}
    return pa.table(columns)


def test_arrow_tables():
    check(table(), ROWS)
    check(pa.concat_tables([table(), table().slice(1, 2)]), [*ROWS, *ROWS[1:]])
    check(table().to_batches()[0], ROWS)
    check(table().slice(2), ROWS[2:])
    check({"a": table()["id"], "b": table()["tags"].chunk(0)}, [{"a": r["id"], "b": r["tags"]} for r in ROWS])


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.dictionary(pa.int8(), pa.string())]
)
def test_strings_of_every_kind(kind):
    values = ["a", None, "bc", ""]
    check(pa.table({"s": pa.array(values, pa.string()).cast(kind)}), [{"s": v} for v in values])


@pytest.mark.parametrize(
    "kind", [pa.int8(), pa.uint16(), pa.int64(), pa.float16(), pa.float32(), pa.float64(), pa.bool_()]
)
def test_numbers_of_every_kind(kind):
    values = [True, None, False] if kind == pa.bool_() else [1, None, 3]
    as_row = float if pa.types.is_floating(kind) else int
    rows = [{"x": None if v is None else as_row(v)} for v in values]
    check(pa.table({"x": pa.array(values).cast(kind)}), rows)


def test_nulls_are_missing_values():
    lists = pa.array([[1, 2], None, [], [3]], pa.list_(pa.int64()))
    got = encode_examples({"l": lists, "n": pa.nulls(4)})
    assert [decode_example(m)["n"] for m in got.strings()] == [None] * 4
    held = [decode_example(m)["l"] for m in got.strings()]
    assert held[1] is None and held[2].tolist() == [] and held[3].tolist() == [3]
    fixed = pa.array([[1, 2], None, [3, 4]], pa.list_(pa.int64(), 2))
    check({"f": fixed}, [{"f": [1, 2]}, {"f": None}, {"f": [3, 4]}])
    nested = pa.array([[[1], [2, 3]], [[4]]], pa.list_(pa.list_(pa.int64())))
    check({"n": nested}, [{"n": [1, 2, 3]}, {"n": [4]}])
    with pytest.raises(InvalidArgumentError, match="'l' must hold no nulls inside lists. Received: one at value 1"):
        encode_examples({"l": pa.array([[1, None]])})


def test_no_rows():
    assert len(encode_examples(table().slice(0, 0))) == 0


def test_data_frames():
    import pandas

    frame = pandas.DataFrame({"id": [1, 2], "x": [0.5, np.nan], "s": ["a", None]}, index=[7, 9])
    check(frame, [{"id": 1, "x": 0.5, "s": "a"}, {"id": 2, "x": float("nan"), "s": None}])
    nullable = pandas.DataFrame({"i": pandas.array([1, None], "Int64"), "c": pandas.Categorical(["u", "v"])})
    check(nullable, [{"i": 1, "c": "u"}, {"i": None, "c": "v"}])


def test_blocks():
    ragged = RaggedColumn(DenseColumn(np.arange(3)), np.array([0, 1, 3]))
    leaves, structure = nest.flatten({"a": 0, "s": 0, "r": 0})
    assert len(leaves) == 3
    by_name = {"a": DenseColumn(np.array([1.0, 2.0])), "s": BytesColumn.from_list(["x", "y"]), "r": ragged}
    block = Block(structure, [by_name[path.strip("'[]")] for path in structure.paths()], 2)
    check(block, [{"a": 1.0, "s": "x", "r": [0]}, {"a": 2.0, "s": "y", "r": [1, 2]}])


def test_what_is_no_table():
    with pytest.raises(InvalidArgumentError, match="columns must be a dict of columns, an Arrow table, a DataFrame"):
        encode_examples(5)
    with pytest.raises(DTypeError, match=r"'t' must be .* Received: an Arrow array of timestamp\[s\]. Cast it first"):
        encode_examples({"t": pa.array([0], pa.timestamp("s"))})
