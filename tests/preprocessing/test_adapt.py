"""adapt: every kind of data, batch_size, steps and progress, empty data."""

from __future__ import annotations

import gc
import tracemalloc

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import penstock as ps
from penstock.core.columns import BytesColumn
from penstock.core.values import Ragged
from penstock.errors import DTypeError, InvalidArgumentError
from penstock.preprocessing import Discretization, IntegerLookup, Normalization, StringLookup, TextVectorization

pytestmark = pytest.mark.unit

WORDS = ["b", "a", "b", "c", "b", "a"]
LEARNED = ["[UNK]", "b", "a", "c"]


class Batches:
    """Batches that can be read again and have no length."""

    def __iter__(self):
        return (np.array(WORDS[i : i + 2], dtype=object) for i in range(0, 6, 2))


class Counted:
    """Data that counts how often it is read."""

    def __init__(self):
        self.passes = 0

    def __iter__(self):
        self.passes += 1
        return iter(Batches())


STRINGS = [
    pytest.param(WORDS, id="list"),
    pytest.param(tuple(WORDS), id="tuple"),
    pytest.param([[w] for w in WORDS], id="nested list"),
    pytest.param(np.array(WORDS, dtype=object), id="object"),
    pytest.param(np.array(WORDS), id="U"),
    pytest.param(np.array(WORDS, dtype="S"), id="S"),
    pytest.param(np.array(WORDS, dtype=np.dtypes.StringDType()), id="StringDType"),
    pytest.param(np.array(WORDS).reshape(3, 2), id="matrix"),
    pytest.param(BytesColumn.from_list([w.encode() for w in WORDS]), id="BytesColumn"),
    pytest.param(Ragged.from_list([[w.encode() for w in WORDS[:5]], [b"a"]]), id="ragged"),
    pytest.param(pa.array(WORDS), id="arrow"),
    pytest.param(pa.array(WORDS, pa.large_string()), id="arrow large"),
    pytest.param(pa.array(WORDS, pa.string_view()), id="arrow view"),
    pytest.param(pa.array(WORDS).dictionary_encode(), id="arrow dictionary"),
    pytest.param(pa.chunked_array([WORDS[:2], WORDS[2:]]), id="arrow chunks"),
    pytest.param(pa.chunked_array([pa.array(WORDS).dictionary_encode()]), id="arrow dictionary chunks"),
    pytest.param(pa.table({"w": WORDS}), id="arrow table"),
    pytest.param(pa.record_batch({"w": WORDS}), id="arrow batch"),
    pytest.param(pd.Series(WORDS), id="pandas"),
    pytest.param(pd.Series(WORDS, dtype="string"), id="pandas string"),
    pytest.param(pd.Series(WORDS, dtype="category"), id="pandas category"),
    pytest.param(pd.Series(WORDS, dtype=pd.ArrowDtype(pa.string())), id="pandas arrow"),
    pytest.param(pd.Index(WORDS), id="pandas index"),
    pytest.param(pd.DataFrame({"w": WORDS}), id="frame"),
    pytest.param(pd.Categorical(WORDS), id="categorical"),
    pytest.param(ps.Tensor(np.array(WORDS, dtype=object)), id="tensor"),
    pytest.param(ps.Dataset.from_tensor_slices(WORDS), id="dataset"),
    pytest.param(ps.Dataset.from_tensor_slices(WORDS).batch(4), id="dataset of batches"),
    pytest.param(ps.Dataset.from_tensor_slices((WORDS, range(6))).batch(4), id="dataset with labels"),
    pytest.param(Batches(), id="iterable"),
    pytest.param([np.array(WORDS[:4]), np.array(WORDS[4:])], id="list of batches"),
]


@pytest.mark.parametrize("data", STRINGS)
def test_strings_of_every_kind(data):
    layer = StringLookup()
    layer.adapt(data)
    assert layer.get_vocabulary() == LEARNED
    text = TextVectorization()
    text.adapt(WORDS if isinstance(data, Ragged) or getattr(data, "shape", ()) == (3, 2) else data)
    assert text.get_vocabulary() == ["", *LEARNED]


@pytest.mark.parametrize(
    "data", [p for p in STRINGS if p.id not in ("ragged", "matrix", "nested list") and hasattr(p.values[0], "__len__")]
)
@pytest.mark.parametrize("size", [1, 4, 6, 100])
def test_batch_size_changes_nothing(data, size):
    layer = StringLookup()
    layer.adapt(data, batch_size=size)
    assert layer.get_vocabulary() == LEARNED


NUMBERS = [
    pytest.param(lambda x: x.tolist(), id="list"),
    pytest.param(lambda x: x, id="array"),
    pytest.param(lambda x: x[:, ::-1][:, ::-1], id="strided"),
    pytest.param(pd.DataFrame, id="frame"),
    pytest.param(lambda x: pd.DataFrame(x).astype("Float64"), id="frame of nullable numbers"),
    pytest.param(lambda x: pa.table({"a": x[:, 0], "b": x[:, 1]}), id="arrow table"),
    pytest.param(lambda x: pa.record_batch({"a": x[:, 0], "b": x[:, 1]}), id="arrow batch"),
    pytest.param(ps.Tensor, id="tensor"),
    pytest.param(ps.Dataset.from_tensor_slices, id="dataset"),
    pytest.param(lambda x: ps.Dataset.from_tensor_slices(x).batch(3), id="dataset of batches"),
    pytest.param(lambda x: (row for row in (x[:2], x[2:])), id="generator"),
]


@pytest.mark.parametrize("form", NUMBERS)
def test_numbers_of_every_kind(form):
    values = np.array([[0.0, 10.0], [2.0, 10.0], [4.0, 40.0]])
    layer = Normalization()
    layer.adapt(form(values))
    assert layer.mean.tolist() == [[2.0, 20.0]]
    assert layer.variance.ravel().tolist() == pytest.approx([8 / 3, 200.0])


@pytest.mark.parametrize(
    "data",
    [
        [3, 1, 3],
        np.array([3, 1, 3], np.uint8),
        pa.array([3, 1, 3]),
        pa.array([3, 1, 3]).dictionary_encode(),
        pa.chunked_array([[3], [1, 3]]),
        pd.Series([3, 1, 3], dtype="Int64"),
        pd.Series([3, 1, 3], dtype="category"),
        pd.Categorical([3, 1, 3]),
        ps.Dataset.from_tensor_slices([3, 1, 3]),
    ],
    ids=lambda data: f"{type(data).__module__.split('.')[0]} {type(data).__name__} {getattr(data, 'dtype', '')}",
)
def test_integers_of_every_kind(data):
    layer = IntegerLookup()
    layer.adapt(data)
    assert layer.get_vocabulary() == [-1, 3, 1]
    bins = Discretization(num_bins=2)
    bins.adapt(data)
    assert len(bins.bin_boundaries) == 1


# --- steps --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [3, 4, 1000])
def test_more_steps_than_there_is_data(steps):
    for data, size in ((WORDS, 2), (Batches(), None), (ps.Dataset.from_tensor_slices(WORDS).batch(2), None)):
        layer = StringLookup()
        layer.adapt(data, batch_size=size, steps=steps)
        assert layer.get_vocabulary() == LEARNED


def test_steps_stop():
    endless = ps.Dataset.from_tensor_slices(WORDS).repeat()
    for data, size in ((WORDS, 2), (Batches(), None), (endless.batch(2), None)):
        layer = StringLookup()
        layer.adapt(data, batch_size=size, steps=1)
        assert layer.get_vocabulary() == ["[UNK]", "b", "a"]


def test_steps_of_a_generator_leave_the_rest():
    batches = iter(Batches())
    StringLookup().adapt(batches, steps=1)
    assert list(next(batches)) == ["b", "c"]


@pytest.mark.parametrize("name", ["batch_size", "steps"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "2"])
def test_bad_options(name, value):
    with pytest.raises(InvalidArgumentError, match=rf"'s': {name} must be an int >= 1 or None\. Received: {name}="):
        StringLookup(name="s").adapt(WORDS, **{name: value})


def test_batches_keep_their_size():
    sizes = []
    StringLookup().adapt(Batches(), batch_size=5, progress=lambda p: sizes.append(p.done))
    assert sizes == [1, 2, 3]


# --- empty data, wrong data ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        [],
        np.array([], dtype=object),
        np.array([], dtype="U"),
        pa.array([], pa.string()),
        pd.Series([], dtype=object),
        iter(()),
        ps.Dataset.from_tensor_slices(WORDS).take(0),
        Ragged.from_row_lengths(np.array([], dtype=object), [0, 0]),
    ],
    ids=lambda data: type(data).__name__,
)
def test_empty_data(data):
    layer = StringLookup(name="s")
    with pytest.raises(InvalidArgumentError, match=r"^StringLookup 's': adapt needs at least one .* Received: empty"):
        layer.adapt(data)
    assert not layer.is_adapted


@pytest.mark.parametrize("make", [Normalization, lambda: Discretization(num_bins=2), IntegerLookup])
@pytest.mark.parametrize("data", [[], np.zeros((0, 2)), np.zeros((0,)), iter(())], ids=["list", "0x2", "0", "iterator"])
def test_empty_numbers(make, data):
    with pytest.raises(InvalidArgumentError, match=r"adapt needs at least one .* Received: empty"):
        make().adapt(data)


def test_dicts_are_refused_with_what_to_do():
    for data in ({"w": WORDS}, iter([{"w": w} for w in WORDS]), ps.Dataset.from_tensor_slices({"w": WORDS})):
        with pytest.raises(
            InvalidArgumentError, match=r"(data|elements) must be arrays, not dicts\. Received: keys 'w'\. Choose"
        ):
            StringLookup().adapt(data)


@pytest.mark.parametrize("data", [None, 3 + 4j, object()])
def test_no_data(data):
    with pytest.raises(DTypeError, match=r"'s': data must be|'s': inputs must be strings"):
        StringLookup(name="s").adapt(data)


# --- one pass, out of core ----------------------------------------------------------------------------------------


def test_one_pass():
    data = Counted()
    StringLookup().adapt(data)
    assert data.passes == 1


def test_memory_does_not_grow_with_the_data():
    batch = np.arange(5_000, dtype=np.float64).reshape(-1, 10)

    def peak(batches):
        layer = Normalization()
        tracemalloc.start()
        layer.adapt(batch + i for i in range(batches))
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return high

    peak(2)  # compiles
    gc.collect()
    assert peak(40) < 1.5 * peak(4)


# --- progress -----------------------------------------------------------------------------------------------------


def seen_of(data, **options):
    seen = []
    StringLookup().adapt(data, **options, progress=seen.append)
    return [tuple(p) for p in seen]


def test_progress_of_arrays_counts_samples():
    assert seen_of(WORDS) == [(6, 6, "samples")]
    assert seen_of(WORDS, batch_size=4) == [(4, 6, "samples"), (6, 6, "samples")]
    assert seen_of(WORDS, batch_size=4, steps=1) == [(4, 4, "samples")]
    assert seen_of(pa.table({"w": WORDS}), batch_size=4)[-1] == (6, 6, "samples")
    assert seen_of("word") == [(1, 1, "samples")]


def test_progress_of_iterables_counts_batches():
    assert seen_of(Batches()) == [(i, None, "batches") for i in (1, 2, 3)]
    assert seen_of(Batches(), steps=2) == [(1, 2, "batches"), (2, 2, "batches")]


def test_progress_of_datasets_counts_elements():
    words = ps.Dataset.from_tensor_slices(WORDS)
    assert seen_of(words)[-1] == (6, 6, "elements")
    assert seen_of(words.batch(4))[-1] == (2, 2, "elements")
    assert seen_of(words.filter(lambda w: True))[-1] == (6, None, "elements")
    assert seen_of(words.repeat(), steps=9)[-1] == (9, 9, "elements")


def test_progress_as_a_line(capsys):
    StringLookup(name="s").adapt(WORDS, progress=True)
    assert "StringLookup 's': adapt: ━━━" in capsys.readouterr().err
    StringLookup(name="s").adapt(WORDS)
    assert capsys.readouterr() == ("", "")


def test_an_error_in_progress_reaches_the_caller():
    def stop(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        StringLookup().adapt(WORDS, progress=stop)
