"""Layers, activations, losses, optimizers and training against the answers of Keras 3 (`tests/golden/make_nn.py`)."""

import numpy as np
import pytest

from penstock import GradientTape, Tensor, Variable, ops
from penstock.nn import Sequential, activations, initializers, layers, losses, optimizers

pytestmark = pytest.mark.golden


def f32(value):
    return np.asarray(value, np.float32)


def test_dense_gives_keras_outputs(golden):
    for case in golden("nn")["dense"]:
        layer = layers.Dense(case["units"], activation=case["activation"], use_bias=case["use_bias"])
        inputs = f32(case["inputs"])
        layer.build(inputs.shape)
        layer.set_weights([f32(case["kernel"]), f32(case["bias"])][: 1 + case["use_bias"]])
        np.testing.assert_allclose(layer(inputs), case["outputs"], rtol=1e-5, atol=1e-6)


def test_activations_and_their_gradients(golden):
    for case in golden("nn")["activations"]:
        x = Tensor(f32(case["inputs"]))
        with GradientTape() as tape, np.errstate(over="ignore"):
            tape.watch(x)
            y = activations.get(case["name"])(x)
            total = ops.sum(y * np.arange(1, x.shape[-1] + 1, dtype=np.float32))
        name = case["name"]
        np.testing.assert_allclose(y, f32(case["outputs"]), rtol=2e-5, atol=1e-6, err_msg=name)
        gradient = tape.gradient(total, x)
        np.testing.assert_allclose(gradient, f32(case["gradient_of_weighted_sum"]), rtol=1e-4, atol=1e-5, err_msg=name)


def test_losses_and_their_gradients(golden):
    for case in golden("nn")["losses"]:
        loss = getattr(losses, case["name"])(**case["arguments"])
        y_pred = Tensor(f32(case["predictions"]))
        weights = None if case["sample_weight"] is None else f32(case["sample_weight"])
        with GradientTape() as tape:
            tape.watch(y_pred)
            value = loss(np.array(case["targets"]), y_pred, sample_weight=weights)
        gradient = tape.gradient(value, y_pred)
        label = f"{case['name']} {case['arguments']}"
        np.testing.assert_allclose(value, case["value"], rtol=1e-5, atol=1e-6, err_msg=label)
        np.testing.assert_allclose(gradient, case["gradient"], rtol=1e-4, atol=1e-6, err_msg=label)


def test_optimizers_follow_keras_step_by_step(golden):
    first, *cases = golden("nn")["optimizers"]
    for case in cases:
        # Keras computes Adam's corrections in float32; ours are in double precision (see optimizers/adam.py).
        tolerance = 1e-5 if case["name"] == "Adam" else 1e-6
        variables = [Variable(f32(value)) for value in first["start"]]
        optimizer = getattr(optimizers, case["name"])(**case["arguments"])
        for gradients, expected in zip(first["gradients"], case["weights_after"], strict=True):
            optimizer.apply_gradients(zip([f32(g) for g in gradients], variables, strict=True))
            for variable, value in zip(variables, expected, strict=True):
                np.testing.assert_allclose(variable, value, rtol=1e-5, atol=tolerance, err_msg=str(case["arguments"]))
        assert int(optimizer.iterations) == len(first["gradients"])


def test_training_follows_keras(golden):
    first, *cases = golden("nn")["training"]
    x, y = f32(first["inputs"]), np.array(first["targets"])
    for case in cases:
        model = Sequential([layers.Dense(4, activation="tanh"), layers.Dense(3)])
        model.build((None, 3))
        model.set_weights([f32(w) for w in first["start"]])
        optimizer = getattr(optimizers, case["name"])(**case["arguments"])
        model.compile(optimizer, losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
        history = model.fit(x, y, batch_size=first["batch_size"], epochs=3, shuffle=False, verbose=0).history
        assert history.keys() == case["history"].keys()
        for name, values in case["history"].items():
            np.testing.assert_allclose(history[name], values, rtol=1e-4, atol=1e-5)
        for weight, expected in zip(model.get_weights(), case["weights"], strict=True):
            np.testing.assert_allclose(weight, f32(expected), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(model.predict(x, verbose=0), case["predicted"], rtol=1e-4, atol=1e-5)
        evaluated = model.evaluate(x, y, batch_size=first["batch_size"], verbose=0)
        np.testing.assert_allclose(evaluated, case["evaluated"], rtol=1e-4, atol=1e-5)


def test_initializers_have_keras_spread(golden):
    for case in golden("nn")["initializers"]:
        make = getattr(initializers, case["name"])
        n_draws = case["numbers_drawn"] // int(np.prod(case["shape"]))
        drawn = np.concatenate([make(seed=k)(case["shape"]).ravel() for k in range(n_draws)])
        assert drawn.dtype == np.float32
        assert drawn.std() == pytest.approx(case["std"], rel=0.05)
        assert np.abs(drawn).max() == pytest.approx(case["largest"], rel=0.02)
