"""IntegerLookup, Hashing, HashedCrossing, CategoryEncoding, Discretization, Rescaling: inputs, laws, errors, use."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset, Tensor, nn
from penstock.core.columns import BytesColumn
from penstock.core.errors import DTypeError, InvalidArgumentError, NotAdaptedError, ParseError, ShapeError
from penstock.core.saving import load, save
from penstock.core.specs import RaggedSpec
from penstock.core.values import Ragged, Sparse
from penstock.preprocessing import (
    CategoryEncoding,
    Discretization,
    HashedCrossing,
    Hashing,
    IntegerLookup,
    Rescaling,
)
from penstock.preprocessing.buckets import decimal_strings
from penstock.preprocessing.quantiles import CELLS, ValueCounts

pytestmark = pytest.mark.unit

int64s = st.integers(-(2**63), 2**63 - 1)
NUMBERS = [3, -1, 7, 3]


def pandas_series():
    import pandas

    return pandas.Series(NUMBERS)


KINDS = {
    "list": lambda: NUMBERS,
    "int32": lambda: np.array(NUMBERS, np.int32),
    "float": lambda: np.array(NUMBERS, np.float64),
    "arrow": lambda: pa.array(NUMBERS),
    "arrow-chunked": lambda: pa.chunked_array([NUMBERS[:1], NUMBERS[1:]]),
    "pandas": pandas_series,
    "strided": lambda: np.repeat(np.array(NUMBERS), 2)[::2],
}
LAYERS = {
    "lookup": lambda: IntegerLookup(vocabulary=[3, 7]),
    "hashing": lambda: Hashing(100),
    "categories": lambda: CategoryEncoding(8, "one_hot"),
    "bins": lambda: Discretization([0.0, 5.0]),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layer", LAYERS)
def test_every_kind_of_input(kind, layer):
    made = LAYERS[layer]()
    expected = made(np.array(NUMBERS))
    result = made(KINDS[kind]())
    assert type(result) is np.ndarray
    assert result.dtype == expected.dtype
    assert result.tolist() == expected.tolist()
    tensor = made(Tensor(np.array(NUMBERS)))
    assert isinstance(tensor, Tensor)
    assert tensor.numpy().tolist() == expected.tolist()


@pytest.mark.parametrize("layer", LAYERS)
def test_ragged_sparse_and_datasets(layer):
    made = LAYERS[layer]()
    flat = made(np.array([3, -1, 7]))
    ragged = made(Ragged.from_list([[3, -1], [], [7]]))
    assert ragged.flat_values.tolist() == flat.tolist()
    if layer != "categories":
        sparse = made(Sparse([[0, 1], [1, 0], [2, 1]], [3, -1, 7], [3, 2]))
        assert sparse.values.tolist() == flat.tolist()
    for rows in ([3, -1, 7, 3], [[3, -1], [7, 3]]):
        mapped = Dataset.from_tensor_slices(np.array(rows)).map(made)
        assert [np.asarray(e).tolist() for e in mapped] == [np.asarray(made(np.array(r))).tolist() for r in rows]
        assert "runs on whole blocks" in str(mapped.explain())


def test_inside_a_model():
    x = np.array([[1.0, 2.0], [30.0, 4.0]], np.float32)
    bins = Discretization(num_bins=3, output_mode="multi_hot")
    bins.adapt(x)
    model = nn.Sequential([nn.Input(shape=(2,)), Rescaling(2.0), bins])
    assert np.asarray(model(x)).tolist() == bins(x * 2).tolist()
    inputs = nn.Input(shape=(1,), dtype="int64")
    outputs = nn.layers.Dense(1)(CategoryEncoding(4, "one_hot")(IntegerLookup(vocabulary=[5, 6, 7])(inputs)))
    functional = nn.Model(inputs, outputs)
    assert functional.predict(np.array([[5], [9]]), verbose=0).shape == (2, 1)


# --- IntegerLookup ----------------------------------------------------------------------------------------------------


@pytest.mark.property
@given(st.lists(int64s | st.integers(-3, 3)), st.lists(int64s | st.integers(-3, 3)), st.integers(1, 4))
def test_integers_are_looked_up_by_value(data, asked, n_oov):
    layer = IntegerLookup(num_oov_indices=n_oov)
    if not data:
        with pytest.raises(InvalidArgumentError, match="adapt needs at least one of the integers"):
            layer.adapt(np.array(data, np.int64))
        return
    layer.adapt(np.array(data, np.int64))
    tokens = sorted(set(data) - {-1}, key=lambda t: (-data.count(t), -t))
    assert layer.get_vocabulary(include_special_tokens=False) == tokens
    expected = [n_oov + tokens.index(t) if t in tokens else t % n_oov for t in asked + data]
    assert layer(np.array(asked + data, np.int64)).tolist() == expected


@pytest.mark.property
@given(st.lists(st.lists(st.integers(-3, 5), max_size=5), max_size=5), st.randoms())
def test_integer_counts_merge(parts, random):
    whole, merged = IntegerLookup(output_mode="tf_idf"), IntegerLookup(output_mode="tf_idf")
    for part in parts:
        whole.update_state(np.array(part, np.int64))
    random.shuffle(parts)
    for part in parts:
        one = IntegerLookup()
        one.update_state(np.array(part, np.int64))
        merged.merge_state(one)
    if not any(parts):
        return
    merged.set_state(merged.get_state())
    for layer in (whole, merged):
        layer.finalize_state()
    assert whole.get_vocabulary() == merged.get_vocabulary()
    assert whole.idf_weights.tolist() == merged.idf_weights.tolist()


def test_integers_from_datasets_and_files(tmp_path):
    layer = IntegerLookup()
    layer.adapt(Dataset.from_tensor_slices(np.array([[4, 4], [2, 9]])))
    assert layer.get_vocabulary() == [-1, 4, 9, 2]
    layer.adapt(iter([np.array([4]), np.array([2, 9, 2])]))
    assert layer.get_vocabulary() == [-1, 2, 9, 4]
    path = tmp_path / "ids.txt"
    path.write_text("12\n-5\n40\n")
    assert IntegerLookup(vocabulary=str(path))([40, -5, 0]).tolist() == [3, 2, 0]
    for text, message in (("12\nx\n", r"line 2: the line must hold one 64-bit integer\. Received: 'x'"),
                          ("7\n8\n07\n", r"line 3: the line repeats the token 7 of line 1")):  # fmt: skip
        path.write_text(text)
        with pytest.raises(ParseError, match=message):
            IntegerLookup(vocabulary=str(path))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vocabulary": [1, 2, 1]}, r"tokens of a vocabulary must be unique\. Received: .* more than once"),
        ({"vocabulary": []}, "a vocabulary must hold at least one token. Received: none"),
        ({"vocabulary": [1, -1]}, r"Received: oov_token=-1 at index 1|special tokens must stand at the front"),
        ({"vocabulary": ["x"]}, "tokens must be integers. Received: 'x'"),
        ({"mask_token": "a"}, "mask_token must be an int or None. Received: 'a'"),
        ({"vocabulary_dtype": "int32"}, "vocabulary_dtype must be 'int64'"),
        ({"oov_method": "mod"}, "oov_method must be one of floormod, farmhash. Received: oov_method='mod'"),
        ({"salt": 3}, "salt needs oov_method='farmhash'"),
        ({"salt": [1, 2, 3], "oov_method": "farmhash"}, "salt must be an int, two ints, or None"),
    ],
)
def test_bad_options_of_lookups(options, message):
    invert = {"invert": True} if options.get("vocabulary") == [1, -1] else {}
    with pytest.raises((InvalidArgumentError, DTypeError), match=message):
        IntegerLookup(**options, **invert)


def test_bad_inputs_of_lookups():
    with pytest.raises(NotAdaptedError, match="IntegerLookup 'i' has no vocabulary yet"):
        IntegerLookup(name="i")([1])
    with pytest.raises(DTypeError, match="IntegerLookup 'i': inputs must be numbers"):
        IntegerLookup(name="i", vocabulary=[1])(["a"])
    with pytest.raises(InvalidArgumentError, match="every input must be in the vocabulary. Received: 8, 9"):
        IntegerLookup(vocabulary=[1], num_oov_indices=0)([8, 1, 9])


# --- Hashing ----------------------------------------------------------------------------------------------------------


@pytest.mark.golden
def test_known_answers_of_hashing():
    assert Hashing(num_bins=10)(["Paris", "Tokyo", "Auckland", "Montreal"]).tolist() == [0, 1, 9, 1]
    vector = bytes(range(15))
    key = int.from_bytes(bytes(range(8)), "little"), int.from_bytes(bytes(range(8, 16)), "little")
    # SipHash-2-4 of the paper's appendix A: 0xa129ca6149be45e5.
    assert Hashing(2**62, salt=key)([vector]).tolist() == [0xA129CA6149BE45E5 % 2**62]


@pytest.mark.property
@given(st.lists(int64s))
def test_integers_are_hashed_as_decimal_strings(values):
    strings = decimal_strings(np.array(values, np.int64)).to_list()
    assert strings == [str(v).encode() for v in values]


def test_kinds_of_strings_and_masks():
    layer = Hashing(50, mask_value="é")
    expected = layer(["a", "é", ""])
    assert expected[1] == 0
    for kind in (
        np.array(["a", "é", ""]),
        BytesColumn.from_list(["x", "a", "é", ""]).slice(1, 4),
        pa.array(["a", "é", ""]),
    ):
        assert layer(kind).tolist() == expected.tolist()
    assert Hashing(3)(np.array([2**63 + 5], np.uint64)).tolist() == Hashing(3)([str(2**63 + 5)]).tolist()
    with pytest.raises(DTypeError, match="mask_value must be of the kind of the inputs"):
        layer([1, 2])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_bins": 0}, "num_bins must be an int >= 1. Received: num_bins=0"),
        ({"num_bins": 3, "salt": "x"}, "salt must be an int, two ints, or None. Received: salt='x'"),
        ({"num_bins": 3, "output_mode": "tf_idf"}, "output_mode must be one of int, one_hot, multi_hot, count"),
        ({"num_bins": 3, "sparse": True}, "sparse=True needs another output_mode than 'int'"),
        ({"num_bins": 3, "dtype": "float32"}, "dtype must be int32 or int64. Received: dtype='float32'"),
        ({"num_bins": 3, "mask_value": [1]}, "mask_value must be a string, a number or None"),
    ],
)
def test_bad_options_of_hashing(options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        Hashing(**options)


# --- HashedCrossing ---------------------------------------------------------------------------------------------------


def test_crossings_everywhere(tmp_path):
    layer = HashedCrossing(1000, name="cross")
    letters, numbers = np.array(["A", "B", "C"], dtype=object), np.array([1, 2, 3])
    expected = layer((letters, numbers)).tolist()
    assert layer([pa.array(["A", "B", "C"]), [1, 2, 3]]).tolist() == expected
    assert layer((letters[:, None], numbers[:, None])).tolist() == [[b] for b in expected]
    assert [layer((a, b)) for a, b in zip(letters, numbers, strict=True)] == expected
    mapped = Dataset.from_tensor_slices((letters, numbers)).map(lambda a, b: layer((a, b)))
    assert [int(e) for e in mapped] == expected
    save(layer, tmp_path / "cross")
    assert load(tmp_path / "cross")((letters, numbers)).tolist() == expected
    assert json.loads(json.dumps(layer.get_config())) == layer.get_config()
    hot = HashedCrossing.from_config({**layer.get_config(), "num_bins": 5, "output_mode": "one_hot", "dtype": None})
    assert hot((letters, numbers)).argmax(1).tolist() == HashedCrossing(5)((letters, numbers)).tolist()
    a, b = nn.Input(shape=(1,), dtype="string"), nn.Input(shape=(1,), dtype="int64")
    model = nn.Model([a, b], hot([a, b]))
    assert np.asarray(model([letters[:, None], numbers[:, None]])).tolist() == hot((letters, numbers)).tolist()


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([np.array([1])], "inputs must be a list of two features or more"),
        ((np.array([1]), np.array([1, 2])), r"inputs must have the same shape\. Received: \(1,\), \(2,\)"),
        ((np.ones((2, 2), int), np.ones((2, 2), int)), r"inputs must have shape \[\], \[batch\] or \[batch, 1\]"),
        ((np.array([1.5]), np.array([1])), "inputs must be strings or integers. Received: float64"),
        ((Ragged.from_list([[1]]), np.array([1])), "inputs must be dense"),
    ],
)
def test_bad_inputs_of_crossings(inputs, message):
    with pytest.raises((InvalidArgumentError, DTypeError, ShapeError), match=message):
        HashedCrossing(5)(inputs)


# --- CategoryEncoding -------------------------------------------------------------------------------------------------


def test_weighted_counts_everywhere():
    layer = CategoryEncoding(4, "count")
    codes, weights = np.array([[0, 1, 1], [3, 9, 0]]), np.array([[1, 2, 4], [8, 16, 32]], np.float32)
    expected = [[1, 6, 0, 0], [32, 0, 0, 8]]
    assert layer(codes, count_weights=weights).tolist() == expected
    assert CategoryEncoding(4, "count", sparse=True)(codes, weights).to_dense().tolist() == expected
    mapped = Dataset.from_tensor_slices((codes, weights)).map(lambda c, w: layer(c, count_weights=w))
    assert [e.tolist() for e in mapped] == expected
    assert layer(Tensor(codes), Tensor(weights)).numpy().tolist() == expected
    assert layer(2, count_weights=0.5).tolist() == [0, 0, 0.5, 0]
    deep = layer(codes[None], count_weights=weights[None])
    np.testing.assert_array_equal(deep[0], [layer(c, count_weights=w) for c, w in zip(codes.T, weights.T, strict=True)])
    with pytest.raises(ShapeError, match="count_weights must have the shape of the inputs"):
        layer(codes, count_weights=weights[:1])
    with pytest.raises(InvalidArgumentError, match="count_weights needs output_mode='count'"):
        CategoryEncoding(4)(codes, count_weights=weights)


def test_categories_out_of_range():
    assert CategoryEncoding(3)([[0, 7]]).tolist() == [[1, 0, 0]]
    assert CategoryEncoding(3, "one_hot")([0, -1, 7]).tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 0]]
    with pytest.raises(InvalidArgumentError, match=r"categories must not be negative\. Received: -1"):
        CategoryEncoding(3)([0, -1])
    with pytest.raises(InvalidArgumentError, match="num_tokens must be an int >= 1. Received: num_tokens=None"):
        CategoryEncoding()
    with pytest.raises(DTypeError, match="inputs must be numbers"):
        CategoryEncoding(3)(["a"])


# --- Discretization ---------------------------------------------------------------------------------------------------

floats = st.floats(width=32)


@pytest.mark.property
@given(st.lists(st.lists(floats | st.sampled_from([0.0, -0.0, 1.0, 2.0]), max_size=6), max_size=5), st.randoms())
def test_summaries_are_a_monoid(parts, random):
    whole, merged = ValueCounts(), ValueCounts()
    whole.add(np.array([v for part in parts for v in part], np.float32))
    random.shuffle(parts)
    for part in parts:
        one = ValueCounts()
        one.add(np.array(part, np.float32))
        merged.merge(one)
    ours, theirs = whole.to_arrays(), merged.to_arrays()
    for name, array in ours.items():
        assert array.tobytes() == theirs[name].tobytes()
    values = np.sort(np.array([v for part in parts for v in part], np.float32))
    np.testing.assert_array_equal(whole.at_ranks(np.arange(len(values))), values)


@pytest.mark.parametrize("order", [1, -1])
def test_summaries_of_many_numbers(order):
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(0, 1, 200_000), rng.lognormal(0, 9, 100_000), [np.nan, np.inf, -np.inf]])
    values = values.astype(np.float32)
    whole, merged = ValueCounts(), ValueCounts()
    whole.add(values)
    for part in np.array_split(values, 7)[::order]:
        one = ValueCounts()
        one.add(part)
        merged.merge(one)
    again = ValueCounts.from_arrays(merged.to_arrays(), where="test")
    # Numbers that come when cells are wide are tallied, not sorted.
    tallied = ValueCounts()
    for part in np.array_split(values[::order], 50):
        tallied.add(part)
    assert tallied.level >= 10
    for name, array in whole.to_arrays().items():
        assert array.tobytes() == merged.to_arrays()[name].tobytes() == again.to_arrays()[name].tobytes()
        assert array.tobytes() == tallied.to_arrays()[name].tobytes()
    assert 0 < whole.level <= 16
    assert len(whole.to_arrays()["counts"]) <= CELLS
    exact = np.sort(values)
    found = whole.at_ranks(np.arange(len(values)))
    bound = 2.0 ** (whole.level - 23) * np.abs(exact) + np.finfo(np.float32).tiny
    finite = np.isfinite(exact)
    assert (found[finite] >= exact[finite]).all()
    assert (found[finite].astype(np.float64) - exact[finite] <= bound[finite]).all()
    assert np.array_equal(found[~finite], exact[~finite], equal_nan=True)


def test_bins_do_not_depend_on_batches():
    data = np.random.default_rng(1).normal(5, 3, (1000, 2)).astype(np.float32)
    layers = [Discretization(num_bins=7) for _ in range(4)]
    layers[0].adapt(data)
    layers[1].adapt(data, batch_size=13)
    layers[2].adapt(Dataset.from_tensor_slices(data).shuffle(1000, seed=1))
    layers[3].adapt(iter(np.array_split(data, 9)))
    assert len({tuple(layer.bin_boundaries) for layer in layers}) == 1
    layers[0].set_state(layers[1].get_state())
    layers[0].finalize_state()
    assert layers[0].bin_boundaries == layers[1].bin_boundaries


@pytest.mark.golden
def test_known_answers_of_discretization():
    layer = Discretization(num_bins=3)
    layer.adapt([10, 93, 57, 18, 37, 5])
    assert layer([10, 93, 57, 18, 37, 5]).tolist() == [1, 2, 2, 1, 2, 0]
    assert Discretization([0.0, 1.0, 2.0])([np.nan, np.inf, -np.inf]).tolist() == [3, 3, 0]
    nan = Discretization(num_bins=2)
    nan.adapt(np.array([1.0, np.nan, 2, 3]))
    assert nan.bin_boundaries == [2.0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "one of bin_boundaries and num_bins must be given"),
        ({"bin_boundaries": [1.0], "num_bins": 2}, "one of bin_boundaries and num_bins must be given"),
        ({"bin_boundaries": [2.0, 1.0]}, "bin_boundaries must be a list of rising numbers"),
        ({"num_bins": 0}, "num_bins must be an int >= 1. Received: num_bins=0"),
        ({"num_bins": 2, "epsilon": 0}, r"epsilon must be in \(0, 1\]. Received: epsilon=0"),
        ({"num_bins": 2, "sparse": True}, "sparse=True needs another output_mode"),
    ],
)
def test_bad_options_of_discretization(options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        Discretization(**options)


def test_bad_inputs_of_discretization():
    layer = Discretization(num_bins=2, name="d")
    with pytest.raises(NotAdaptedError, match="Discretization 'd' has no boundaries yet"):
        layer([1.0])
    with pytest.raises(InvalidArgumentError, match="adapt needs at least one"):
        layer.adapt(np.empty(0, np.float32))
    with pytest.raises(InvalidArgumentError, match="a layer with bin_boundaries= cannot be adapted"):
        Discretization([1.0]).adapt([1.0])
    with pytest.raises(DTypeError, match="data must be numbers"):
        layer.adapt(["a"])
    with pytest.raises(DTypeError, match="inputs must be numbers"):
        Discretization([1.0])(["a"])
    with pytest.raises(InvalidArgumentError, match="a saved state must have values and counts"):
        layer.set_state({})


# --- Rescaling --------------------------------------------------------------------------------------------------------


def test_rescaling():
    layer = Rescaling([0.5, 2.0], offset=1, name="r")
    assert layer([[2, 3]]).tolist() == [[2.0, 7.0]]
    assert layer(Tensor(np.array([[2, 3]]))).numpy().tolist() == [[2.0, 7.0]]
    mapped = Dataset.from_tensor_slices(np.array([[2, 3], [4, 5]], np.uint8)).map(layer)
    assert [e.tolist() for e in mapped] == [[2.0, 7.0], [3.0, 11.0]]
    with pytest.raises(InvalidArgumentError, match="scale must be numbers. Received: scale='x'"):
        Rescaling("x")
    with pytest.raises(DTypeError, match="Rescaling 'r': inputs must be numbers"):
        layer(["a"])
    with pytest.raises(ShapeError, match=r"inputs must broadcast with scale \[2\]"):
        layer([1.0, 2.0, 3.0])


def test_rescaling_of_ragged_rows():
    rows = Ragged.from_list([[1, 2], [], [3]])
    result = Rescaling(2.0, offset=1)(rows)
    assert (result.to_list(), result.flat_values.dtype) == ([[3.0, 5.0], [], [7.0]], np.float32)
    pairs = Ragged(np.array([[1, 2], [3, 4]]), np.array([0, 0, 2]))
    assert Rescaling([1.0, 10.0])(pairs).to_list() == [[], [[1.0, 20.0], [3.0, 40.0]]]
    assert Rescaling(2.0)(Ragged(rows, np.array([0, 1, 3]))).to_list() == [[[2.0, 4.0]], [[], [6.0]]]
    spec = Rescaling(2.0).compute_output_spec(RaggedSpec((None, None), "int32"))
    assert spec == RaggedSpec((None, None), "float32")
    words = Dataset.from_tensor_slices(np.arange(1, 4)).map(lambda n: np.arange(n)).ragged_batch(3)
    assert next(iter(words.map(Rescaling(2.0)))).to_list() == [[0.0], [0.0, 2.0], [0.0, 2.0, 4.0]]
    with pytest.raises(ShapeError, match=r"must not reach the ragged axes of inputs. Received: scale .* of rank 1"):
        Rescaling([1.0, 2.0])(rows)
