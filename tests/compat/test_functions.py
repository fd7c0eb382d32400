"""Functions by TensorFlow's names: arguments, dtypes, Symbols, errors. What they compute is in the scripts."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import penstock.compat.tensorflow as tf
from penstock import ops
from penstock.compat.tensorflow.renamed import alike, ints, operand, renamed
from penstock.core.specs import TensorSpec
from penstock.core.trace.symbol import Symbol, placeholder


def values(tensor):
    assert isinstance(tensor, tf.Tensor)
    return tensor.dtype.name, tensor.numpy().tolist()


# --- arguments --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "signature"),
    [
        (tf.add, "(x, y, name=None)"),
        (tf.reduce_sum, "(input_tensor, axis=None, keepdims=False, name=None)"),
        (tf.argmax, "(input, axis=None, output_type='int64', name=None)"),
        (tf.transpose, "(a, perm=None, name=None)"),
        (tf.nn.relu, "(features, name=None)"),
        (tf.nn.leaky_relu, "(features, alpha=0.2, name=None)"),
        (tf.math.is_nan, "(x, name=None)"),
    ],
)
def test_signatures_are_tensorflows(function, signature):
    assert str(inspect.signature(function)) == signature


def test_arguments_by_position_by_keyword_and_with_a_name():
    t = [[1.0, 2.0], [3.0, 4.0]]
    assert values(tf.reduce_sum(t, 0, True)) == ("float32", [[4.0, 6.0]])
    assert values(tf.reduce_sum(input_tensor=t, keepdims=False, axis=1, name="total")) == ("float32", [3.0, 7.0])
    assert values(tf.subtract(y=1, x=3)) == ("int32", 2)


def test_wrong_arguments_are_answered_with_the_signature():
    with pytest.raises(TypeError, match=r"add\(x, y, name=None\): missing a required argument: 'y'"):
        tf.add(1)
    with pytest.raises(TypeError, match=r"exp\(x, name=None\): got an unexpected keyword argument 'axis'"):
        tf.exp(1.0, axis=0)


def test_functions_know_their_names():
    assert tf.math.floordiv.__name__ == "floordiv"
    assert tf.math.floordiv.__doc__ == (
        "`floordiv(x, y, name=None)`, as in TensorFlow; see `penstock.core.ops.elementwise.floor_divide`."
    )


# --- dtypes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "dtype"),
    [
        (1, 2, "int32"),
        (1.0, 2, "float32"),
        (2, np.float64(1), "float64"),
        (np.int64(3), 2, "int64"),
        (np.ones(2), [1, 2], "float64"),
        ([1.0, 2.0], 1, "float32"),
        (2**40, 1, "int64"),
    ],
)
def test_the_first_value_with_a_dtype_decides(left, right, dtype):
    assert tf.add(left, right).dtype == dtype


def test_arrays_and_lists_beside_a_tensor_take_its_dtype():
    t = tf.constant([1.0, 2.0])
    assert values(tf.add(t, [1, 2])) == ("float32", [2.0, 4.0])
    assert values(tf.add(np.array([1.0, 1.0]), t)) == ("float32", [2.0, 3.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match="values must be of int32"):
        tf.add(tf.constant([1]), [1.5])


def test_variables_are_operands():
    v = tf.Variable([1.0, 2.0])
    assert values(tf.multiply(v, 2)) == ("float32", [2.0, 4.0])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(v))
    assert tape.gradient(loss, v).numpy().tolist() == [2.0, 4.0]


def test_fractions_of_integers_are_refused():
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"sqrt: values must be floats. Received: int32\[\]"):
        tf.sqrt(4)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "int64", "float16", "float64"])
def test_reductions_keep_the_dtype(dtype):
    x = np.array([[1, 2], [3, 5]], dtype)
    for reduce in (tf.reduce_sum, tf.reduce_mean, tf.reduce_prod, tf.reduce_max, tf.reduce_min):
        assert reduce(x, axis=0).dtype == dtype
    if np.dtype(dtype).kind != "f":
        assert values(tf.reduce_mean(x)) == (dtype, 2)


@pytest.mark.parametrize(("bounds", "dtype"), [((3,), "int32"), ((1.0, 2), "float32"), ((np.int64(3),), "int64")])
def test_range_takes_the_dtype_of_its_bounds(bounds, dtype):
    assert tf.range(*bounds).dtype == dtype


def test_shapes_may_be_tensors():
    t = tf.range(6)
    assert tuple(tf.reshape(t, [tf.constant(2), -1]).shape) == (2, 3)
    assert tuple(tf.zeros(tf.shape(tf.ones((2, 3)))).shape) == (2, 3)
    assert ints(tf.constant([2, 3])) == [2, 3]
    assert ints(4) == 4


def test_what_has_no_meaning_here_is_said():
    with pytest.raises(tf.errors.UnimplementedError, match="where: x and y must be given. Use numpy.argwhere"):
        tf.where([True, False])
    with pytest.raises(tf.errors.UnimplementedError, match="gather: batch_dims must be 0. Received: batch_dims=1"):
        tf.gather([[1]], [[0]], batch_dims=1)


def test_convert_to_tensor_takes_hints():
    assert tf.convert_to_tensor([1, 2], dtype_hint=tf.float32).dtype == "float32"
    assert tf.convert_to_tensor([1.5], dtype_hint=tf.int32).dtype == "float32"
    assert tf.convert_to_tensor([1, 2], dtype=tf.int64).dtype == "int64"


def test_strings():
    assert values(tf.equal(["a", "b"], "b")) == ("bool", [False, True])
    assert values(tf.concat([["a"], tf.constant(["b"])], axis=0)) == ("string", [b"a", b"b"])
    assert values(tf.zeros([2], tf.string)) == ("string", [b"", b""])


def test_random_functions_give_tensors_and_follow_the_seed():
    def draw():
        tf.random.set_seed(3)
        return [
            tf.random.uniform([2]),
            tf.random.normal(shape=(2,), mean=1.0, stddev=2.0, dtype=tf.float64),
            tf.random.truncated_normal([2]),
            tf.random.shuffle([1, 2, 3]),
        ]

    first, second = draw(), draw()
    tf.random.set_seed(None)
    assert [values(t) for t in first] == [values(t) for t in second]
    assert [t.dtype.name for t in first] == ["float32", "float64", "float32", "int32"]


def test_custom_gradients_see_tensors():
    seen = []

    @tf.custom_gradient
    def halved(x):
        seen.append(type(x))
        return x * 2.0, lambda upstream: upstream / 2.0

    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = halved(v)
    assert tape.gradient(y, v).numpy() == 0.5
    assert values(halved(3.0)) == ("float32", 6.0)
    assert seen == [tf.Tensor, tf.Tensor]


def test_softmax_without_an_axis_is_over_the_last():
    assert values(tf.round(10 * tf.nn.softmax([[1.0, 1.0]], axis=None))) == ("float32", [[5.0, 5.0]])
    assert values(tf.nn.softmax([[1.0, 2.0]], axis=0)) == ("float32", [[1.0, 1.0]])


def test_backend():
    backend = tf.keras.backend
    v = tf.Variable([1.0, 3.0])
    backend.set_value(v, [2.0, 6.0])
    assert backend.get_value(v).tolist() == [2.0, 6.0]
    assert values(backend.std(v)) == ("float32", 2.0)
    assert backend.epsilon() == 1e-7
    backend.clear_session()
    assert tf.keras.layers.Dense(1).name == "dense"


# --- symbols ----------------------------------------------------------------------------------------------------------


def symbol(shape=(2, 3), dtype="float32"):
    return placeholder(TensorSpec(shape, dtype))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: tf.add(x, 1),
        lambda x: tf.add([1, 2, 3], x),
        lambda x: tf.maximum(np.zeros(3), x),
        lambda x: tf.reduce_mean(x, axis=0),
        lambda x: tf.concat([x, [[1, 2, 3]]], axis=0),
        lambda x: tf.stack([x[0], x[1], [1.0, 2.0, 3.0]]),
        lambda x: tf.convert_to_tensor([x[0], x[1]]),
        lambda x: tf.where(x > 0, x, 0.0),
        lambda x: tf.gather(x, [0, 0]),
        lambda x: tf.nn.softmax(x),
        lambda x: tf.clip_by_value(x, 0, 1),
        lambda x: tf.unstack(x)[0],
    ],
)
def test_symbols_stay_symbols_of_the_same_dtype(function):
    result = function(symbol())
    assert isinstance(result, Symbol)
    assert result.dtype == "float32"


def test_symbols_of_integers_keep_their_dtype_in_reductions():
    assert tf.reduce_sum(symbol(dtype="uint8")).dtype == "uint8"
    assert tf.argmax(symbol(), output_type=tf.int32).dtype == "int32"


# --- the adapter itself -----------------------------------------------------------------------------------------------


def test_renamed_passes_tensors_by_position_and_options_by_keyword():
    seen = []

    def op(x, y, *, scale):
        seen.append((x, y, scale))
        return x

    function = renamed("op", op, "first second", scale=2)
    function(1, second=np.float32(3))
    function(1, 2, 5)
    assert [(type(x), y, scale) for x, y, scale in seen] == [(int, 3.0, 2), (tf.Tensor, 2, 5)]


def test_operands():
    t = tf.constant(1.0)
    assert operand(t) is t
    assert values(operand([t, 2.0])) == ("float32", [1.0, 2.0])
    assert values(operand([[1, t], [3.0, np.float64(4)]])) == ("float32", [[1.0, 1.0], [3.0, 4.0]])
    assert [v.dtype.name for v in alike([1, t], joined=True)] == ["float32", "float32"]
    assert ops.add(*alike([np.int8(1), 2])).dtype == "int8"
