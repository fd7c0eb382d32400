"""Every layer: config round trip, shapes, arrays and symbols alike; then what each one does."""

import json

import numpy as np
import pytest

from penstock import Tensor, errors
from penstock.core import saving
from penstock.nn import Input, Model, activations, layers

CASES = [
    (layers.Dense, {"units": 4}, (2, 3)),
    (layers.Dense, {"units": 4, "activation": "relu", "use_bias": False}, (2, 5, 3)),
    (
        layers.Dense,
        {"units": 2, "kernel_initializer": "he_normal", "kernel_regularizer": "l2", "bias_initializer": "ones"},
        (2, 3),
    ),
    (layers.Dense, {"units": 2, "kernel_constraint": "non_neg", "bias_constraint": "unit_norm"}, (2, 3)),
    (layers.Activation, {"activation": "tanh"}, (2, 3)),
    (layers.ReLU, {"max_value": 2.0, "negative_slope": 0.5, "threshold": 0.25}, (2, 3, 4)),
    (layers.Softmax, {"axis": 1}, (2, 3, 4)),
    (layers.Flatten, {}, (2, 3, 4)),
    (layers.Flatten, {"data_format": "channels_first"}, (2, 3, 4, 5)),
    (layers.Dropout, {"rate": 0.5, "noise_shape": [None, 1], "seed": 3}, (4, 3)),
]


@pytest.mark.parametrize(("cls", "arguments", "shape"), CASES)
def test_layer_conformance(cls, arguments, shape):
    layer = cls(**arguments)
    x = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    y = layer(x)
    assert isinstance(y, Tensor)
    assert layer.built
    assert y.dtype == "float32"

    config = json.loads(json.dumps(saving.serialize(layer)))
    again = saving.deserialize(config)
    assert type(again) is cls
    assert again.get_config() == layer.get_config()
    again.build(shape)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(x), y)

    assert tuple(layer.compute_output_shape((None, *shape[1:]))) == (None, *y.shape[1:])
    symbol = Input(shape[1:])
    model = Model(inputs=symbol, outputs=layer(symbol))
    assert model.outputs.shape == (None, *y.shape[1:])
    np.testing.assert_array_equal(model(x), y)


def test_dense_names_both_shapes():
    layer = layers.Dense(10)
    layer(np.zeros((2, 64), np.float32))
    with pytest.raises(errors.ShapeError) as caught:
        layer(np.zeros((32, 63), np.float32))
    assert str(caught.value) == (
        "Dense: the last axis of inputs must be 64, the kernel is float32[64, 10]. Received: inputs float32[32, 63]."
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"units": 0}, r"Dense: units must be an int >= 1. Received: units=0 \(int\)."),
        ({"units": 2.5}, "units must be an int"),
        ({"units": 2, "activation": "reluu"}, "activation: no activation has this name.*Did you mean 'relu'"),
        ({"units": 2, "kernel_initializer": "he_norml"}, "initializer: .*Did you mean 'he_normal'"),
        ({"units": 2, "unit": 3}, "Did you mean 'units'"),
    ],
)
def test_dense_checks_its_arguments(arguments, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        layers.Dense(**arguments)


def test_dense_casts_integers_and_wide_floats():
    layer = layers.Dense(2, kernel_initializer="ones")
    assert layer(np.array([[1, 2]], np.uint8)).tolist() == [[3.0, 3.0]]
    assert layer(np.array([[1.0, 2.0]])).dtype == "float32"


def test_dense_of_dict_is_an_error_that_says_so():
    with pytest.raises(errors.ShapeError, match="Dense: the last axis of inputs must be known"):
        layers.Dense(2)({"a": np.zeros((2, 3), np.float32)})


def test_dropout_drops_in_training_only():
    x = np.ones((100, 50), np.float32)
    layer = layers.Dropout(0.25, seed=1)
    np.testing.assert_array_equal(layer(x), x)
    dropped = np.asarray(layer(x, training=True))
    kept = dropped != 0
    assert 0.7 < kept.mean() < 0.8
    np.testing.assert_allclose(dropped[kept], 1 / 0.75, rtol=1e-6)
    assert not np.array_equal(layer(x, training=True), dropped)
    np.testing.assert_array_equal(layers.Dropout(0.25, seed=1)(x, training=True), dropped)
    assert not np.asarray(layers.Dropout(1.0)(x, training=True)).any()


def test_dropout_shares_its_mask_along_axes_of_one():
    y = np.asarray(layers.Dropout(0.5, noise_shape=(None, 1), seed=2)(np.ones((40, 6), np.float32), training=True))
    assert set(y.mean(axis=1).tolist()) == {0.0, 2.0}


def test_flatten_moves_channels_last():
    x = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
    first = layers.Flatten(data_format="channels_first")(x)
    np.testing.assert_array_equal(first, layers.Flatten()(x.transpose(0, 2, 3, 1)))
    assert layers.Flatten()(np.zeros(5, np.float32)).shape == (5, 1)


def test_softmax_masks():
    y = layers.Softmax()(np.zeros((1, 4), np.float32), mask=np.array([[True, True, False, True]]))
    np.testing.assert_allclose(y, [[1 / 3, 1 / 3, 0, 1 / 3]], rtol=1e-6)


def test_input_layer_needs_one_shape():
    with pytest.raises(errors.InvalidArgumentError, match="either shape or batch_shape must be given"):
        layers.InputLayer()
    assert layers.Input((None, 10), batch_size=4).shape == (4, None, 10)
    assert layers.Input([], dtype="string").dtype == "string"


def test_activations_by_name_function_and_config():
    assert activations.get("swish") is activations.silu
    assert activations.get(None) is activations.linear
    assert activations.get(activations.serialize(activations.gelu)) is activations.gelu
    own = activations.get(np.tanh)
    assert own is np.tanh
    with pytest.raises(errors.InvalidArgumentError, match="at least two axes"):
        activations.softmax(np.zeros(3))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_gelu_keeps_dtypes_and_both_forms_agree(dtype):
    x = np.linspace(-4, 4, 33).astype(dtype)
    exact, approximate = activations.gelu(x), activations.gelu(x, approximate=True)
    assert exact.dtype == approximate.dtype == dtype
    np.testing.assert_allclose(exact, approximate, atol=3e-3)


def test_own_layer_with_named_parts():
    class Scale(layers.Layer):
        def build(self, input_shape):
            self.w = self.add_weight(
                (input_shape[-1],), initializer="random_normal", regularizer="l2", constraint="non_neg"
            )

        def call(self, inputs):
            return inputs * self.w

    layer = Scale()
    layer(np.ones((2, 3), np.float32))
    assert float(layer.losses[0]) == pytest.approx(0.01 * float((np.asarray(layer.w) ** 2).sum()), rel=1e-5)
    assert layer.w.constraint(Tensor(np.float32([-1.0, 1.0]))).tolist() == [0.0, 1.0]
