"""ColumnLayers: tables of every kind in one pass, batches and rows, states that merge, errors."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import penstock as ps
from penstock.core.saving import save
from penstock.core.values import Ragged
from penstock.errors import DTypeError, InvalidArgumentError, NotAdaptedError
from penstock.preprocessing import (
    ColumnLayers,
    Discretization,
    HashedCrossing,
    Hashing,
    Normalization,
    StringLookup,
    TextVectorization,
)

pytestmark = pytest.mark.unit

TABLE = {
    "city": ["Rome", "Oslo", "Rome", "é", ""],
    "age": [20, 30, 70, 44, 30],
    "text": ["a b", "b", "c b a", "", "B!"],
    "label": [1, 0, 1, 0, 0],
}


def make():
    return ColumnLayers(
        {
            "city": StringLookup(),
            "group": Discretization(num_bins=2),
            "z": Normalization(),
            "row": StringLookup(output_mode="one_hot"),
            "tf": StringLookup(output_mode="tf_idf"),
            "cross": HashedCrossing(5),
            "codes": TextVectorization(),
            "counts": TextVectorization(output_mode="count"),
            "bin": Hashing(4, output_mode="one_hot"),
        },
        {
            "group": "age",
            "z": "age",
            "row": "city",
            "tf": "city",
            "cross": ["city", "age"],
            "codes": "text",
            "counts": "text",
            "bin": "city",
        },
    )


def state_of(data, **options):
    layers = make()
    layers.adapt(data, **options)
    return {key: value.tobytes() for key, value in layers.get_state().items() if "input_shape" not in key}


class OnePass:
    """A table in pieces that can be read once."""

    def __init__(self, pieces):
        self.pieces, self.read = pieces, 0

    def __iter__(self):
        self.read += 1
        assert self.read == 1
        return iter(self.pieces)


ROWS = [dict(zip(TABLE, row, strict=True)) for row in zip(*TABLE.values(), strict=True)]
KINDS = {
    "lists": lambda: TABLE,
    "arrays": lambda: {key: np.array(value) for key, value in TABLE.items()},
    "columns [n, 1]": lambda: {key: np.array(value)[:, None] for key, value in TABLE.items()},
    "frame": lambda: pd.DataFrame(TABLE),
    "frame of categories": lambda: pd.DataFrame(TABLE).astype({"city": "category", "age": "Int64"}),
    "arrow": lambda: pa.table(TABLE),
    "arrow batch": lambda: pa.RecordBatch.from_pydict(TABLE),
    "dictionary": lambda: pa.table({**TABLE, "city": pa.array(TABLE["city"]).dictionary_encode()}),
    "dataset": lambda: ps.Dataset.from_tensor_slices(TABLE),
    "dataset of batches": lambda: ps.Dataset.from_tensor_slices(TABLE).batch(2),
    "dataset with labels": lambda: ps.Dataset.from_tensor_slices((TABLE, TABLE["label"])),
    "rows": lambda: OnePass(ROWS),
    "list of rows": lambda: ROWS,
    "frames": lambda: OnePass([pd.DataFrame(TABLE)[:2], pd.DataFrame(TABLE)[2:]]),
    "arrow batches": lambda: OnePass(pa.table(TABLE).to_batches(2)),
    "batches": lambda: OnePass(list(ps.Dataset.from_tensor_slices(TABLE).batch(2))),
}


@pytest.mark.parametrize("kind", KINDS)
def test_tables_of_every_kind_give_one_state(kind):
    assert state_of(KINDS[kind]()) == state_of(TABLE)


def test_one_pass_over_a_generator_for_all_layers():
    assert state_of(row for row in ROWS) == state_of(TABLE)


@pytest.mark.parametrize("size", [1, 2, 5, 9])
def test_batch_size_and_steps(size):
    assert state_of(TABLE, batch_size=size) == state_of(TABLE)
    assert state_of(TABLE, batch_size=size, steps=1) == state_of({key: v[:size] for key, v in TABLE.items()})
    assert state_of(ps.Dataset.from_tensor_slices(TABLE).repeat(), steps=5) == state_of(TABLE)


def test_the_layers_are_those_adapted_alone():
    layers = make()
    layers.adapt(TABLE)
    for name, layer in layers.layers.items():
        if hasattr(layer, "adapt"):
            alone = type(layer).from_config({k: v for k, v in layer.get_config().items() if k != "adapted"})
            column = TABLE[layers.columns[name][0]]
            alone.adapt(np.array(column)[:, None] if name == "z" else column)
            assert alone.get_config() == layer.get_config()


def test_batches_and_rows_give_the_same():
    layers = make()
    layers.adapt(TABLE)
    batch = layers(TABLE)
    assert list(batch) == ["city", "age", "text", "label", *[n for n in layers.layers if n != "city"]]
    assert batch["z"].shape == batch["group"].shape == batch["cross"].shape == (5,)
    assert batch["row"].shape == (5, 5)
    for name in layers.layers:
        for table in (pd.DataFrame(TABLE), pa.table(TABLE)):
            np.testing.assert_array_equal(layers(table)[name], batch[name])
    rows = ps.Dataset.from_tensor_slices(TABLE)
    mapped = rows.map(layers)
    found = list(mapped)
    assert "runs on whole blocks" in str(mapped.explain())
    for i, row in enumerate(found):
        direct = layers(ROWS[i])
        for name in layers.layers:
            np.testing.assert_array_equal(direct[name], row[name])
            width = len(row[name]) if name == "codes" else None
            np.testing.assert_array_equal(row[name], batch[name][i][:width] if width is not None else batch[name][i])
    together = next(iter(rows.batch(5).map(layers)))
    for name in layers.layers:
        np.testing.assert_array_equal(together[name], batch[name])


def test_vectors_and_ragged_rows():
    table = {"x": np.array([[0.0, 10.0], [2.0, 30.0]]), "tags": Ragged.from_list([[b"a"], [b"b", b"a"]])}
    layers = ColumnLayers({"x": Normalization(), "tags": StringLookup(output_mode="count")})
    layers.adapt(table)
    assert layers(table)["x"].tolist() == [[-1, -1], [1, 1]]
    assert layers(table)["tags"].tolist() == [[0, 1, 0], [0, 1, 1]]
    rows = ps.Dataset.from_tensor_slices(table)
    twin = ColumnLayers({"x": Normalization(), "tags": StringLookup(output_mode="count")})
    twin.adapt(rows.map(lambda row: {**row, "i": 1.0}))
    assert [row["x"].tolist() for row in rows.map(lambda row: {**row, "i": 1.0}).map(twin)] == [[-1, -1], [1, 1]]


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 5), min_size=1, max_size=3), order=st.randoms(use_true_random=False))
def test_states_of_parts_merge(cuts, order):
    bounds = [0, *sorted(cuts), 5]
    parts = []
    for low, high in itertools.pairwise(bounds):
        part = make()
        if high > low:
            part.update_state({key: value[low:high] for key, value in TABLE.items()})
        parts.append(part)
    order.shuffle(parts)
    whole = make()
    for part in parts:
        whole.merge_state(part)
    twin = make()
    twin.set_state(whole.get_state())
    for merged in (whole, twin):
        merged.finalize_state()
        expected = make()
        expected.adapt(TABLE)
        for name in ("city", "group", "row", "tf", "counts"):
            assert merged.layers[name].learned_config() == expected.layers[name].learned_config()
        np.testing.assert_allclose(merged(TABLE)["z"], expected(TABLE)["z"], rtol=1e-6)


def test_progress():
    seen = []
    make().adapt(TABLE, batch_size=2, progress=seen.append)
    assert [tuple(p) for p in seen] == [(2, 5, "samples"), (4, 5, "samples"), (5, 5, "samples")]
    seen = []
    make().adapt(ps.Dataset.from_tensor_slices(TABLE), progress=seen.append)
    assert tuple(seen[-1]) == (5, 5, "elements")


def test_layers_with_nothing_to_learn_need_no_data():
    layers = ColumnLayers({"city": StringLookup(vocabulary=["Rome"])}, keep=False)
    layers.adapt(None)
    assert layers.is_adapted
    assert {k: v.tolist() for k, v in layers(TABLE).items()} == {"city": [1, 0, 1, 0, 0]}


BAD = [
    (lambda: ColumnLayers({}), r"layers must be a dict of layers by column\. Received: \{\}"),
    (lambda: ColumnLayers({"a": 3}), r"layers must be layers by column name\. Received: 'a': 3"),
    (lambda: ColumnLayers({"a": Hashing(2)}, {"b": "a"}), r"for the names of layers \(a\)\. Received: 'b': 'a'"),
    (lambda: ColumnLayers({"a": Normalization()}, {"a": ["x", "y"]}).adapt(TABLE), r"'a' takes 'x', 'y'"),
    (lambda: make().adapt({"citty": ["a"]}), r"must have the column 'city'\. Received: columns 'citty'\. Did you mean"),
    (lambda: make().adapt({**TABLE, "age": [1]}), r"as many rows as each other\. Received: 'city': 5, 'age': 1"),
    (lambda: make().adapt({key: [] for key in TABLE}), r"adapt needs at least one row\. Received: empty data"),
    (lambda: make().adapt(iter(())), r"adapt needs at least one row\. Received: empty data"),
    (lambda: make().adapt({**TABLE, "city": "Rome"}), r"column 'city': a column must have rows\. Received: 'Rome'"),
    (lambda: make().adapt({**TABLE, "age": 3}), r"column 'age': a column must have rows\. Received: 3"),
    (lambda: make().adapt({**TABLE, "age": [[1], [2, 3]]}), r"column 'age': rows of a column must have one length"),
    (lambda: make().adapt(TABLE, steps=0), r"steps must be an int >= 1 or None\. Received: steps=0"),
    (lambda: make().merge_state(ColumnLayers({"q": Normalization()})), r"merge_state needs the same layers\. Rec"),
    (lambda: make().set_state({"other/counts": np.zeros(1)}), r"a state must be that of its layers .*: 'other/counts'"),
    (lambda: ColumnLayers.from_config({"layers": 3}), r"must have a list of names and layers\. Received: layers=3"),
]


@pytest.mark.parametrize(("run", "message"), BAD, ids=range(len(BAD)))
def test_errors(run, message):
    with pytest.raises(InvalidArgumentError, match=message):
        run()


@pytest.mark.parametrize("data", [3, "text", np.arange(3), ps.Dataset.range(3), [1, 2], {"city": [None], "age": [1]}])
def test_no_table(data):
    with pytest.raises(DTypeError, match=r"must be a table|elements must be dicts|must be strings|must hold"):
        ColumnLayers({"city": StringLookup(), "age": Normalization()}).adapt(data)


def test_call_before_adapt_names_what_is_missing():
    layers = ColumnLayers({"city": StringLookup(), "age": Normalization(), "h": Hashing(2)}, {"h": "city"}, name="c")
    with pytest.raises(NotAdaptedError, match=r"^ColumnLayers 'c' has nothing learned yet for 'city', 'age'\. Call ad"):
        layers(TABLE)
    with pytest.raises(DTypeError, match=r"inputs must be a dict of columns or a table\. Received: 3"):
        layers(3)


def test_save_and_load(tmp_path):
    layers = make()
    layers.adapt(TABLE)
    layers.save(tmp_path / "layers.zip")
    loaded = ColumnLayers.load(tmp_path / "layers.zip")
    assert loaded.columns == layers.columns
    for name, value in layers(TABLE).items():
        np.testing.assert_array_equal(loaded(TABLE)[name], value)
    other = tmp_path / "other.zip"
    save(StringLookup(vocabulary=["a"]), other)
    with pytest.raises(InvalidArgumentError, match=r"the file must hold a ColumnLayers\. Received: .* a StringLookup"):
        ColumnLayers.load(other)
