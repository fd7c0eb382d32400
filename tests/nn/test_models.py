"""Sequential, functional and subclassed models: building, calling, configs, summaries."""

import json

import numpy as np
import pytest

from penstock import Tensor, errors, ops
from penstock.core import saving
from penstock.nn import Input, Model, Sequential, layers


def mlp():
    return Sequential([layers.Dense(5, activation="relu"), layers.Dense(2)])


def two_towers():
    a, b = Input((3,), name="a"), Input((4,), name="b")
    joined = layers.Dense(6, activation="tanh")(a) + layers.Dense(6)(b) * 0.5
    return Model(inputs=[a, b], outputs=[layers.Dense(2, name="left")(joined), ops.mean(joined[:, 1:], axis=-1)])


X = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)


def test_sequential_is_built_by_data_by_input_and_by_build():
    by_data, by_build = mlp(), mlp()
    assert not by_data.built
    by_data(X)
    by_build.build((None, 3))
    by_input = Sequential([Input((3,)), layers.Dense(5), layers.Dense(2)])
    by_hint = Sequential([layers.Dense(5, input_shape=(3,)), layers.Dense(2)])
    for model in (by_data, by_build, by_input, by_hint):
        assert model.built
        assert model.count_params() == 3 * 5 + 5 + 5 * 2 + 2
        assert [layer.built for layer in model.layers] == [True, True]
        assert (model.input_shape, model.output_shape) == ((None, 3), (None, 2))


def test_sequential_and_functional_of_the_same_layers_agree():
    chain = mlp()
    chain(X)
    x = Input((3,))
    functional = Model(inputs=x, outputs=chain.layers[1](chain.layers[0](x)))
    np.testing.assert_array_equal(functional(X), chain(X))
    part = Model(inputs=chain.inputs, outputs=chain.outputs)
    np.testing.assert_array_equal(part(X), chain(X))
    assert functional.trainable_weights[0] is chain.trainable_weights[0]


def test_sequential_add_and_pop():
    model = Sequential()
    model.add(layers.Dense(4, input_shape=(3,)))
    model.add(layers.Dense(2))
    assert model(X).shape == (7, 2)
    last = model.pop()
    assert (last.units, model(X).shape, len(model)) == (2, (7, 4), 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Sequential([3]), r"Sequential: every item must be a layer. Received: 3 \(int\)."),
        (lambda: Sequential(layers.Dense(2)), "layers must be a list"),
        (lambda: Sequential([layers.Dense(2, name="a"), layers.Dense(2, name="a")]), "second layer named 'a'"),
        (lambda: Sequential([layers.Dense(2), Input((3,))]), "an Input must come first"),
        (lambda: Model(inputs=Input((3,))), "inputs and outputs must be given together"),
        (lambda: Model(inputs=X, outputs=X), "inputs must be symbols"),
        (lambda: Model(inputs=layers.Dense(2)(Input((3,))), outputs=Input((3,))), "made by Input"),
        (lambda: two_towers()([X]), r"one array for each of the 2 inputs \(a, b\) is needed. Received: 1."),
        (lambda: two_towers()({"a": X, "c": X}), "the input 'b' must be given. Received: 'a', 'c'."),
        (lambda: two_towers()([X, X]), r"the input 'b' must have the shape \(None, 4\). Received: float32\[7, 3\]."),
        (lambda: mlp().get_layer(), "either name or index"),
    ],
)
def test_messages(call, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        call()


def test_functional_inputs_by_list_and_by_name():
    model = two_towers()
    b = np.ones((7, 4), np.float32)
    first, second = model([X, b])
    named = model({"b": b, "a": X})
    np.testing.assert_array_equal(first, named[0])
    np.testing.assert_array_equal(second, named[1])
    assert (first.shape, second.shape) == ((7, 2), (7,))
    np.testing.assert_array_equal(first, model(inputs=[X, b])[0])
    assert model.input_shape == [(None, 3), (None, 4)]
    assert model.output_names == ["left", "mean"]


def test_functional_input_takes_the_rank_and_dtype_it_declares():
    x = Input((1,))
    model = Model(inputs=x, outputs=layers.Dense(1, kernel_initializer="ones")(x))
    assert model(np.array([1, 2], np.uint8)).tolist() == [[1.0], [2.0]]
    rows = Input(())
    assert Model(inputs=rows, outputs=rows * 2.0)(np.array([[1.0], [2.0]])).tolist() == [2.0, 4.0]


def test_dicts_in_and_out():
    a, b = Input((3,)), Input((3,))
    model = Model(inputs={"p": a, "q": b}, outputs={"sum": a + b, "difference": a - b})
    out = model({"q": X, "p": 2 * X})
    np.testing.assert_allclose(out["sum"], 3 * X, rtol=1e-6)
    np.testing.assert_allclose(out["difference"], X, rtol=1e-6)


def test_shared_layer_has_one_set_of_weights():
    shared = layers.Dense(4)
    a, b = Input((3,)), Input((3,))
    model = Model(inputs=[a, b], outputs=layers.Dense(1)(shared(a) - shared(b)))
    assert model.count_params() == 3 * 4 + 4 + 4 + 1
    np.testing.assert_allclose(model([X, X]), np.zeros((7, 1)), atol=1e-7)


def test_model_inside_of_models():
    inner = mlp()
    outer = Sequential([inner, layers.Dense(1)])
    outer(X)
    assert len(outer.weights) == 6
    x = Input((3,))
    around = Model(inputs=x, outputs=inner(x) * 2.0)
    np.testing.assert_allclose(around(X), 2 * np.asarray(inner(X)), rtol=1e-6)


@pytest.mark.parametrize("make", [mlp, two_towers])
def test_config_round_trip_gives_the_same_function(make):
    model = make()
    data = X if make is mlp else [X, np.ones((7, 4), np.float32)]
    expected = model(data)
    config = json.loads(json.dumps({"object": saving.serialize(model), "build": model.get_build_config()}))
    again = saving.deserialize(config["object"])
    again.build_from_config(config["build"])
    again.set_weights(model.get_weights())
    for a, b in zip(again(data), expected, strict=True):
        np.testing.assert_array_equal(a, b)


class Residual(Model):
    """A model with a `call` of its own."""

    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.hidden = [layers.Dense(units, activation="relu"), layers.Dense(3)]
        self.drop = layers.Dropout(0.5, seed=1)

    def call(self, inputs, training=False):
        x = inputs
        for layer in self.hidden:
            x = layer(x)
        return inputs + self.drop(x, training=training)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def test_subclass_tracks_layers_in_lists_and_passes_training():
    model = Residual()
    y = model(X)
    assert isinstance(y, Tensor)
    assert [type(layer) for layer in model.layers] == [layers.Dense, layers.Dense, layers.Dropout]
    assert len(model.trainable_weights) == 4
    assert not np.array_equal(model(X, training=True), y)
    built = Residual()
    built.build((None, 3))
    assert built.count_params() == model.count_params()


def test_model_without_call_says_so():
    with pytest.raises(errors.UnimplementedError, match="call must be implemented"):
        Model()(X)


def test_functional_model_of_a_subclass_keeps_the_class():
    class Own(Model):
        def train_step(self, data):
            return {"loss": 1.0}

    x = Input((3,))
    model = Own(inputs=x, outputs=layers.Dense(2)(x))
    model.compile("sgd", "mse")
    assert model.fit(X, np.zeros((7, 2)), verbose=0).history == {"loss": [1.0]}


def test_get_layer():
    model = mlp()
    assert model.get_layer(index=1) is model.layers[1]
    assert model.get_layer(model.layers[0].name) is model.layers[0]
    with pytest.raises(errors.NotFoundError, match="no layer is named 'dens'.*The layers are"):
        model.get_layer("dens")
    with pytest.raises(errors.NotFoundError, match=r"index must be in \[0, 2\)"):
        model.get_layer(index=2)


def test_trainable_is_passed_down():
    model = mlp()
    model(X)
    model.layers[0].trainable = False
    assert len(model.trainable_weights) == 2
    model.trainable = False
    assert (model.trainable_weights, len(model.non_trainable_weights)) == ([], 4)


def test_summary_shows_shapes_and_totals():
    lines = []
    model = Sequential([Input((64,)), layers.Dense(128, name="hidden"), layers.Dense(10, name="out")], name="mlp")
    model.layers[0].trainable = False
    model.summary(80, lines.append, show_trainable=True)
    text = lines[0]
    assert 'Model: "mlp"' in text
    for row in ("hidden (Dense)   (batch, 128)    8,320   no", "out (Dense)      (batch, 10)     1,290   yes"):
        assert row in text
    for total in ("Total params: 9,610", "Trainable params: 1,290", "Non-trainable params: 8,320"):
        assert total in text


def test_summary_of_what_is_not_built_and_of_what_is_nested():
    lines = []
    mlp().summary(80, lines.append)
    assert lines[0].count("? (not built)") == 2
    outer = Sequential([mlp(), layers.Dense(1)])
    outer.build((None, 3))
    outer.summary(80, lines.append, expand_nested=True)
    assert lines[1].count("└") == 2
    two_towers().summary(80, lines.append)
    assert "a (Input)" in lines[2]
    assert "(batch, 6)" in lines[2]
