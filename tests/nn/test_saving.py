"""Models as files: the same predictions to the bit, training that goes on, damage and strangers refused."""

import json
import zipfile

import numpy as np
import pytest

from penstock import errors, ops, preprocessing
from penstock.core.saving import register_serializable
from penstock.nn import Input, Model, Sequential, layers, losses, metrics, models, optimizers


def make_classifier(optimizer="adam"):
    model = Sequential([layers.Dense(16, activation="relu"), layers.Dense(3)])
    model.compile(optimizer, losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


@pytest.mark.parametrize("optimizer", [optimizers.SGD(0.1, momentum=0.9), optimizers.Adam(amsgrad=True), "rmsprop"])
def test_a_loaded_model_predicts_and_trains_on_as_if_never_saved(tmp_path, blobs, optimizer):
    x, y = blobs
    model = make_classifier(optimizer)
    model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    path = tmp_path / "model"
    model.save(path)
    again = models.load_model(path)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert again.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)
    for each in (model, again):
        each.fit(x, y, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert int(again.optimizer.iterations) == int(model.optimizer.iterations)


def test_functional_model_with_ops_several_outputs_and_options(tmp_path):
    a, b = Input((3,), name="a"), Input((4,), name="b")
    joined = ops.concat([layers.Dense(4, kernel_regularizer="l2")(a), b * 2.0], axis=1)
    model = Model(inputs={"a": a, "b": b}, outputs=[layers.Dense(2, name="p")(joined), joined[:, 1:3]])
    model.compile(
        optimizers.SGD(0.1),
        {"p": losses.MeanSquaredError(reduction="sum"), "getitem": None},
        loss_weights={"p": 0.5},
        metrics={"p": [metrics.MeanAbsoluteError(name="distance")]},
    )
    data = {"a": np.ones((5, 3), np.float32), "b": np.ones((5, 4), np.float32)}
    targets = {"p": np.zeros((5, 2))}
    model.fit(data, targets, verbose=0)
    path = tmp_path / "model.penstock"
    model.save(path)
    again = models.load_model(path)
    for p, q in zip(again.predict(data, verbose=0), model.predict(data, verbose=0), strict=True):
        np.testing.assert_array_equal(p, q)
    assert again.evaluate(data, targets, verbose=0, return_dict=True) == model.evaluate(
        data, targets, verbose=0, return_dict=True
    )


def test_model_that_was_not_compiled_or_not_built(tmp_path, blobs):
    plain = Sequential([layers.Dense(2, input_shape=(8,))])
    plain.save(tmp_path / "plain")
    again = models.load_model(tmp_path / "plain")
    assert not again.compiled
    np.testing.assert_array_equal(again(blobs[0]), plain(blobs[0]))
    Sequential([layers.Dense(2)]).save(tmp_path / "empty")
    assert not models.load_model(tmp_path / "empty").built
    make_classifier().save(tmp_path / "compiled")
    assert models.load_model(tmp_path / "compiled").compiled
    assert not models.load_model(tmp_path / "compiled", compile=False).compiled


@register_serializable("tests.nn")
class Scaled(Model):
    """A subclassed model with a weight of its own."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.inner = Sequential([layers.Dense(4), layers.Dense(2)])
        self.offset = self.add_weight((2,), "ones", name="offset")

    def call(self, inputs):
        return self.inner(inputs) * self.factor + self.offset

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


@register_serializable("tests.nn")
def distance(y_true, y_pred):
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


def test_registered_subclass_and_functions(tmp_path, blobs):
    x, _ = blobs
    model = Scaled(3.0)
    model.compile("sgd", distance, metrics=[distance])
    model.fit(x, np.zeros((300, 2)), verbose=0)
    model.save(tmp_path / "model")
    again = models.load_model(tmp_path / "model")
    assert (type(again), again.factor) == (Scaled, 3.0)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert again.evaluate(x, np.zeros((300, 2)), verbose=0, return_dict=True).keys() == {"loss", "distance"}


@register_serializable("tests.nn")
class Untraceable(Model):
    """A model whose `call` looks at values, and one that makes weights in `build`."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = layers.Dense(2)

    def call(self, inputs):
        return self.inner(inputs) if float(np.asarray(inputs).sum()) < 1e9 else inputs


@register_serializable("tests.nn")
class OwnBuild(Model):
    """A model that makes weights in `build`."""

    def build(self, input_shape):
        self.factor = self.add_weight((input_shape[-1],), "ones")

    def call(self, inputs):
        return inputs * self.factor


@pytest.mark.parametrize("cls", [Untraceable, OwnBuild])
def test_loading_needs_no_tracing_and_keeps_own_builds(tmp_path, blobs, cls):
    model = cls()
    model.compile("sgd", "mse")
    model(blobs[0])
    model.set_weights([np.arange(w.size, dtype=np.float32).reshape(w.shape) for w in model.weights])
    model.save(tmp_path / "model")
    again = models.load_model(tmp_path / "model")
    np.testing.assert_array_equal(again(blobs[0]), model(blobs[0]))


def test_strings_through_a_lookup(tmp_path):
    words = np.array(["a", "b", "c", "a", "b"] * 4)
    lookup = preprocessing.StringLookup(output_mode="one_hot")
    lookup.adapt(words)
    chain = Sequential([lookup, layers.Dense(1)])
    chain.compile("adam", "mse")
    chain.fit(words, np.arange(20.0), verbose=0)
    x = Input((), dtype="string")
    functional = Model(inputs=x, outputs=layers.Dense(1)(lookup(x)))
    for model in (chain, functional):
        model.save(tmp_path / "model")
        again = models.load_model(tmp_path / "model")
        np.testing.assert_array_equal(again.predict(words, verbose=0), model.predict(words, verbose=0))
        assert again.predict(words.tolist(), verbose=0).shape == (20, 1)


def test_weights_alone(tmp_path, blobs):
    x, _ = blobs
    model, other = make_classifier(), make_classifier()
    model(x)
    model.save_weights(tmp_path / "w")
    with pytest.raises(errors.InvalidArgumentError, match="the model must have weights"):
        other.load_weights(tmp_path / "w")
    other(x)
    other.load_weights(tmp_path / "w")
    np.testing.assert_array_equal(other(x), model(x))
    small = Sequential([layers.Dense(3)])
    small(x)
    with pytest.raises(
        errors.InvalidArgumentError, match="saved arrays must be those of its 0 weights and 1 sub-layers"
    ):
        small.load_weights(tmp_path / "w")


def test_files_hold_data_only(tmp_path, blobs, classifier):
    classifier.fit(*blobs, verbose=0)
    classifier.save(tmp_path / "model")
    with zipfile.ZipFile(tmp_path / "model") as archive:
        names = archive.namelist()
        config = json.loads(archive.read("config.json"))
    assert all(name.endswith((".json", ".npy")) for name in names)
    assert config["object"]["class_name"] == "Sequential"
    assert config["compile"]["optimizer"]["config"]["learning_rate"] == 0.001


def test_overwrite_and_damage(tmp_path, classifier):
    path = tmp_path / "model"
    classifier.save(path)
    with pytest.raises(errors.InvalidArgumentError, match="must not exist when overwrite=False"):
        classifier.save(path, overwrite=False)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(errors.DataLossError, match="model: "):
        models.load_model(path)
    with pytest.raises(errors.NotFoundError, match="no such file"):
        models.load_model(tmp_path / "none")
