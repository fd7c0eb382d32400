"""Normalization: Keras's outputs, its errors, and statistics that do not depend on how the data was cut."""

import json
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset, GradientTape, Tensor
from penstock.core.columns import DenseColumn
from penstock.core.errors import DTypeError, InvalidArgumentError, NotAdaptedError, ShapeError
from penstock.core.specs import TensorSpec
from penstock.core.trace.symbol import Scope, placeholder
from penstock.core.values import Ragged
from penstock.preprocessing import Normalization

DATA = np.array([[0, 7, 4], [2, 9, 6], [0, 7, 4], [2, 9, 6]], np.float32)


def array(values, dtype):
    special = {"nan": np.nan, "inf": np.inf, "-inf": -np.inf}

    def number(value):
        return [number(v) for v in value] if isinstance(value, list) else special.get(value, value)

    return np.array(number(values), dtype)


@pytest.mark.golden
def test_outputs_are_those_of_keras(golden):
    for case in golden("normalization")["cases"]:
        arguments = dict(case["arguments"])
        if isinstance(arguments.get("axis"), list):
            arguments["axis"] = tuple(arguments["axis"])
        if "error" in case:
            with pytest.raises(ValueError):
                run(case, arguments)
            continue
        if "adapt" not in case and "adapt_batches" not in case and "mean" not in arguments:
            # By design: Keras lets inputs through as they are, here a layer without statistics is an error.
            with pytest.raises(NotAdaptedError):
                run(case, arguments)
            continue
        output = run(case, arguments)
        # Keras accumulates in float32: its variance of numbers around 1e6 is off in the fourth digit.
        coarse = 5e-2 if np.abs(array(case["input"], np.float64)).max() > 1e5 else 2e-6
        assert output.dtype == case["output_dtype"]
        np.testing.assert_allclose(
            output, array(case["output"], np.float32), rtol=coarse, atol=max(coarse, 1e-6), err_msg=str(case)
        )


def run(case, arguments):
    layer = Normalization(**arguments)
    if case.get("adapt") is not None:
        layer.adapt(array(case["adapt"], case["adapt_dtype"]))
    if case.get("adapt_batches") is not None:
        layer.adapt(iter([array(b, case["adapt_dtype"]) for b in case["adapt_batches"]]))
    return layer(array(case["input"], case["input_dtype"]))


# --- laws -------------------------------------------------------------------------------------------------------------

floats = st.floats(-1e6, 1e6, width=32)
tables = st.integers(1, 3).flatmap(
    lambda d: st.lists(st.lists(floats, min_size=d, max_size=d), min_size=1, max_size=40)
)
ULP = {"rtol": 3e-7, "atol": 1e-10}


def adapted(data, **options):
    layer = Normalization(**options)
    layer.adapt(data)
    return layer


@pytest.mark.property
@given(tables, st.data())
def test_statistics_do_not_depend_on_the_cuts(rows, data):
    values = np.array(rows, np.float32)
    whole = adapted(values)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=4)))
    parts = [p for p in np.split(values, cuts) if len(p)]
    order = data.draw(st.permutations(parts))
    for other in (adapted(order), adapted(values, axis=1), adapted(values.tolist())):
        np.testing.assert_allclose(other.mean, whole.mean, **ULP)
        np.testing.assert_allclose(
            other.variance, whole.variance, rtol=3e-7, atol=1e-37 + 1e-9 * float(np.abs(values).max()) ** 2
        )
    cut = Normalization()
    cut.adapt(values, batch_size=data.draw(st.integers(1, 7)))
    np.testing.assert_allclose(cut.mean, whole.mean, **ULP)


def state_of(values):
    layer = Normalization()
    layer.build((None, values.shape[1]))
    if len(values):
        layer.update_state(values)
    return layer


def merged(*layers):
    total = Normalization()
    total.build((None, 2))
    for layer in layers:
        total.merge_state(layer)
    return total


@pytest.mark.property
@given(*[st.lists(st.tuples(floats, floats), max_size=9).map(lambda r: np.array(r, np.float32).reshape(-1, 2))] * 3)
def test_states_are_a_commutative_monoid(a, b, c):
    x, y, z = state_of(a), state_of(b), state_of(c)
    forth, back = merged(x, y).get_state(), merged(y, x).get_state()
    assert forth.keys() == back.keys()
    for key in forth:
        np.testing.assert_array_equal(forth[key], back[key])
    left, right = merged(merged(x, y), z).get_state(), merged(x, merged(y, z)).get_state()
    scale = max((float(np.abs(v).max(initial=0)) for v in (a, b, c)), default=0) or 1.0
    for key in left:
        np.testing.assert_allclose(left[key], right[key], rtol=1e-12, atol=1e-37 + 1e-13 * scale**2)


@pytest.mark.property
@given(tables)
def test_statistics_are_exact(rows):
    values = np.array(rows, np.float32)
    layer = adapted(values)
    exact = values.astype(np.float64)
    np.testing.assert_allclose(layer.mean[0], exact.mean(0), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(
        layer.variance[0], exact.var(0), rtol=2e-7, atol=1e-37 + 1e-12 * float(np.abs(exact).max()) ** 2
    )


# --- data -------------------------------------------------------------------------------------------------------------


@pytest.mark.unit
@pytest.mark.parametrize(
    "data",
    [
        DATA,
        DATA.tolist(),
        DATA.astype(np.int16),
        DATA.astype(np.float64)[:, ::-1][:, ::-1],
        np.asfortranarray(DATA),
        Tensor(DATA),
        DenseColumn(DATA),
        [DATA[:1], DATA[1:]],
        (DATA[i : i + 2] for i in (0, 2)),
        Dataset.from_tensor_slices(DATA),
        Dataset.from_tensor_slices(DATA).batch(3),
        Dataset.from_tensor_slices((DATA, [1, 2, 3, 4])).batch(3),
    ],
    ids=lambda data: type(data).__name__,
)
def test_every_kind_of_data(data):
    layer = adapted(data)
    np.testing.assert_array_equal(layer.mean, [[1, 8, 5]])
    np.testing.assert_array_equal(layer.variance, [[1, 1, 1]])


@pytest.mark.unit
def test_datasets_of_scalars_and_ragged_values():
    layer = adapted(Dataset.from_tensor_slices(np.arange(4.0)), axis=None)
    assert layer.mean.shape == ()
    np.testing.assert_allclose(layer(np.arange(4.0)), [-1.3416407, -0.4472136, 0.4472136, 1.3416407], rtol=1e-6)
    assert adapted(Ragged.from_list([[1.0, 2.0], [3.0]]), axis=None).mean == 2


@pytest.mark.unit
def test_steps_and_batch_size_limit_what_is_read():
    endless = Dataset.from_tensor_slices(DATA).batch(2).repeat()
    layer = Normalization()
    layer.adapt(endless, steps=3)
    assert layer.get_state()["count"] == 6
    layer.adapt(DATA, batch_size=1, steps=2)
    assert layer.get_state()["count"] == 2
    for option in ("steps", "batch_size"):
        with pytest.raises(InvalidArgumentError, match=f"{option} must be an int >= 1 or None. Received: {option}=0"):
            layer.adapt(DATA, **{option: 0})


@pytest.mark.unit
@pytest.mark.parametrize("axis", [0, 1, (0, 2), None, (2, 1), ()])
def test_kept_axes(axis):
    values = np.random.default_rng(0).normal(size=(2, 3, 4))
    kept = () if axis is None else (axis,) if isinstance(axis, int) else axis
    reduced = tuple(a for a in range(3) if a not in kept)
    layer = adapted(values, axis=axis)
    np.testing.assert_allclose(layer.mean, values.mean(reduced, keepdims=True), rtol=1e-6)
    np.testing.assert_allclose(layer.variance, values.var(reduced, keepdims=True), rtol=1e-6)
    assert layer(values).shape == values.shape


@pytest.mark.unit
def test_nan_and_constant_columns():
    data = DATA.copy()
    data[1, 1] = np.nan
    layer = adapted(data)
    assert np.isnan(layer(data)[:, 1]).all()
    np.testing.assert_array_equal(layer(data)[:, 0], [-1, 1, -1, 1])
    np.testing.assert_array_equal(adapted(np.ones((4, 1)))(np.array([[1.0], [2.0]])), [[0], [1e7]])


@pytest.mark.unit
def test_inverse_undoes():
    layer, inverse = adapted(DATA), adapted(DATA, invert=True)
    np.testing.assert_allclose(inverse(layer(DATA)), DATA, rtol=1e-6)
    np.testing.assert_array_equal(inverse([[1, 2, 3]]), [[2, 10, 8]])


@pytest.mark.unit
def test_arrays_in_arrays_out_and_tensors_in_tensors_out():
    layer = adapted(DATA)
    assert type(layer(DATA)) is np.ndarray
    assert layer(DATA.astype(np.float64)).dtype == np.float32
    x = Tensor(DATA)
    with GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
    np.testing.assert_array_equal(y.numpy(), layer(DATA))
    np.testing.assert_array_equal(tape.gradient(y, x).numpy(), np.ones_like(DATA))


@pytest.mark.unit
def test_inside_map_it_runs_on_blocks_with_the_state_it_had():
    layer = adapted(DATA)
    dataset = Dataset.from_tensor_slices(DATA).batch(2).map(layer, vectorize=True)
    np.testing.assert_array_equal(np.concatenate(list(dataset)), layer(DATA))


@pytest.mark.unit
def test_weights_are_those_of_keras():
    layer = adapted(DATA)
    assert [(w.name, tuple(w.shape), w.trainable) for w in layer.weights] == [
        ("mean", (3,), False),
        ("variance", (3,), False),
        ("count", (), False),
    ]
    other = Normalization()
    other.build((None, 3))
    other.set_weights(layer.get_weights())
    np.testing.assert_array_equal(other(DATA), layer(DATA))


@pytest.mark.unit
def test_symbols_before_adapting():
    layer = Normalization()
    x = placeholder(TensorSpec((None, 3), "int64"), scope=Scope(keeps_layers=True))
    assert layer(x).spec == TensorSpec((None, 3), "float32")
    layer.adapt(DATA)
    np.testing.assert_array_equal(layer.mean, [[1, 8, 5]])


@pytest.mark.unit
def test_states_save_and_merge():
    first, second = state_of(DATA[:1]), state_of(DATA[1:])
    third = Normalization()
    third.set_state(second.get_state())
    first.merge_state(third)
    first.finalize_state()
    np.testing.assert_array_equal(first.variance, [[1, 1, 1]])
    third.set_state({})
    with pytest.raises(InvalidArgumentError, match="adapt needs at least one value per place"):
        third.finalize_state()
    with pytest.raises(InvalidArgumentError, match="must have 3 places"):
        third.set_state({**second.get_state(), "mean": np.zeros(9)})
    with pytest.raises(InvalidArgumentError, match="merge_state needs a layer with the same kept axes"):
        first.merge_state(state_of(np.ones((2, 5))))


@pytest.mark.unit
def test_a_config_holds_what_was_learned():
    layer = adapted(np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32), name="age")
    again = Normalization.from_config(json.loads(json.dumps(layer.get_config())))
    np.testing.assert_array_equal(again(DATA), layer(DATA))
    again.adapt(DATA)
    np.testing.assert_array_equal(again.mean, [[1, 8, 5]])


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.unit
def test_not_adapted_says_what_to_do():
    message = (
        r"^Normalization 'normalize_age' has no statistics yet\. Call adapt\(data\) first, or pass mean= and variance= "
        r"to the constructor\.$"
    )
    layer = Normalization(name="normalize_age")
    with pytest.raises(NotAdaptedError, match=message):
        layer(DATA)
    with pytest.raises(NotAdaptedError, match=message):
        layer.mean  # noqa: B018


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mean": 1.0}, r"mean and variance must be given together\. Received: mean=1\.0, variance=None"),
        ({"mean": [1.0, 2.0], "variance": 1.0}, r"must have the same shape.*\(2,\), variance of shape \(\)"),
        ({"mean": [[1.0]], "variance": [[1.0]]}, r"rank of mean must be at most the number of kept axes \(1\)"),
        ({"axis": (1, 1)}, r"axis must not name an axis twice\. Received: axis=\(1, 1\)"),
        ({"axis": "x"}, r"axis must be an int, a tuple of ints, or None\. Received: axis='x'"),
        ({"axes": 1}, r"Received: axes=1 \(int\)\. Did you mean 'axis'\?"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        Normalization(**options)


@pytest.mark.unit
def test_bad_shapes_and_data():
    with pytest.raises(ShapeError, match=r"axis must be in \[-2, 2\) for inputs of rank 2\. Received: axis=\(5,\)"):
        adapted(DATA, axis=5)
    with pytest.raises(ShapeError, match="axis must not name an axis twice"):
        adapted(DATA, axis=(1, -1))
    with pytest.raises(ShapeError, match="the length of kept axes must be known"):
        Normalization().build((None, None))
    with pytest.raises(ShapeError, match=r"axis 1 of every batch must have length 3\. Received: float32\[4, 2\]"):
        adapted(DATA).adapt(DATA[:, :2])
    with pytest.raises(
        ShapeError, match=r"must broadcast with statistics of shape \[1, 3\]\. Received: inputs float32\[2, 4\]"
    ):
        adapted(DATA)(np.ones((2, 4)))
    with pytest.raises(ShapeError, match=r"mean and variance must broadcast to the kept axes \(1,\)"):
        Normalization(mean=[1.0, 2.0], variance=[1.0, 2.0])(DATA)
    for bad in (np.array([["a"]]), ["a"], Dataset.from_tensor_slices(["a"]).batch(1)):
        with pytest.raises(DTypeError, match="data must be numbers"):
            adapted(bad, axis=None)
    with pytest.raises(DTypeError, match="inputs must be numbers"):
        adapted(DATA)(np.array([["a", "b", "c"]]))
    with pytest.raises(
        DTypeError, match=r"data must be an array, a Dataset or an iterable of batches\. Received: None"
    ):
        adapted(None)
    for empty in (iter([]), np.empty((0, 3)), Dataset.from_tensor_slices(DATA).take(0)):
        with pytest.raises(InvalidArgumentError, match="empty data"):
            adapted(empty)
    with pytest.raises(InvalidArgumentError, match="elements must be arrays, not dicts. Received: keys 'a'"):
        adapted(Dataset.from_tensor_slices({"a": DATA}))
    with pytest.raises(InvalidArgumentError, match=r"a layer with mean= and variance= cannot be adapted"):
        Normalization(mean=0.0, variance=1.0).adapt(DATA)


def test_ragged_inputs_are_those_of_keras():
    rows = Ragged.from_list([[1.0, 2.0], [], [3.0]])
    assert Normalization(mean=2.0, variance=4.0, axis=None)(rows).to_list() == [[-0.5, 0.0], [], [0.5]]
    assert Normalization(mean=2.0, variance=4.0, axis=None, invert=True)(rows).to_list() == [[4.0, 6.0], [], [8.0]]
    pairs = Ragged(np.array([[1, 2], [3, 4], [5, 6]], np.float32), np.array([0, 1, 3]))
    result = Normalization(mean=[1.0, 2.0], variance=[1.0, 4.0])(pairs)
    assert result.to_list() == [[[0.0, 0.0]], [[2.0, 1.0], [4.0, 2.0]]]
    assert result.flat_values.dtype == np.float32
    nested = Ragged(Ragged.from_list([[1.0], [2.0, 3.0]]), np.array([0, 2, 2]))
    assert Normalization(mean=1.0, variance=1.0, axis=None)(nested).to_list() == [[[0.0], [1.0, 2.0]], []]
    learned = Normalization(axis=None)
    learned.adapt(rows)
    assert learned(rows).to_list() == [pytest.approx([-1.2247448, 0.0]), [], pytest.approx([1.2247448])]


def test_axes_of_ragged_inputs_must_have_one_length():
    rows = Ragged.from_list([[1.0, 2.0], [3.0]])
    with pytest.raises(ShapeError, match="the length of kept axes must be known"):
        Normalization(mean=[1.0, 2.0], variance=[1.0, 4.0])(rows)
    layer = Normalization(mean=[1.0, 2.0], variance=[1.0, 4.0])
    layer(np.zeros((3, 2), np.float32))
    with pytest.raises(
        ShapeError, match=r"the kept axes of ragged inputs must have one length. Received: axis=\(-1,\)"
    ):
        layer(rows)


def test_infinite_numbers_give_nan_without_a_warning():
    layer = adapted(np.array([[1.0, 2.0], [np.inf, 4.0]]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = layer(np.array([[np.inf, 2.0], [1.0, 4.0]]))
        np.testing.assert_array_equal(result, [[np.nan, -1.0], [np.nan, 1.0]])
        assert np.isnan(layer(Tensor(np.array([[np.inf, 2.0]]))).numpy()[0, 0])


def test_single_numbers_have_no_axis_to_keep():
    with pytest.raises(ShapeError, match=r"single numbers have no axis to keep.*Use axis=None"):
        adapted(Dataset.from_tensor_slices([1.0, 2.0]))
