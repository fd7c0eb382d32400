"""Write `nn.json`: Keras 3 layers, activations, losses, optimizers and initializers on small fixed inputs.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_nn.py

All values are float32. Sections: `dense` (kernel, bias, inputs, outputs), `activations` (inputs, outputs, gradients),
`losses` (targets, predictions, sample weights, value), `optimizers` (weights after each of the given gradients),
`training` (losses and weights after each epoch of a small model, whole batches in order), `initializers`.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from writer import plain, versions, write

POINTS = [-100.0, -20.0, -3.5, -1.0, -0.25, -0.0, 0.0, 0.25, 1.0, 3.5, 20.0, 100.0]
ACTIVATIONS = ["linear", "relu", "sigmoid", "tanh", "softplus", "softsign", "elu", "selu", "exponential", "leaky_relu"]
ACTIVATIONS += ["relu6", "silu", "gelu", "hard_sigmoid", "mish", "log_sigmoid", "softmax", "log_softmax"]


def array(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Fixed values that look irregular and are exact in few digits: multiples of 1/16 in [-1, 1] times `scale`."""
    n = int(np.prod(shape))
    return (((np.arange(n) * 37 + 11) % 33 - 16) / 16 * scale).astype(np.float32).reshape(shape)


def dense() -> list[dict[str, Any]]:
    rows = []
    for shape, units, activation, use_bias in [
        ((2, 3), 4, None, True),
        ((2, 3), 2, "relu", True),
        ((3, 2), 3, "softmax", True),
        ((2, 2, 3), 2, "tanh", False),
    ]:
        layer = keras.layers.Dense(units, activation=activation, use_bias=use_bias)
        inputs, kernel, bias = array(*shape), array(shape[-1], units, scale=0.5), array(units, scale=0.25)
        layer.build(shape)
        layer.set_weights([kernel, bias] if use_bias else [kernel])
        row = {"units": units, "activation": activation, "use_bias": use_bias, "kernel": plain(kernel)}
        rows.append({**row, "bias": plain(bias), "inputs": plain(inputs), "outputs": plain(layer(inputs))})
    return rows


def activations() -> list[dict[str, Any]]:
    rows = []
    for name in ACTIVATIONS:
        inputs = tf.constant([POINTS] if "softmax" in name else POINTS)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = keras.activations.get(name)(inputs)
            total = tf.reduce_sum(outputs * tf.range(1.0, len(POINTS) + 1))
        row = {"name": name, "inputs": plain(inputs), "outputs": plain(outputs)}
        rows.append({**row, "gradient_of_weighted_sum": plain(tape.gradient(total, inputs))})
    return rows


def losses() -> list[dict[str, Any]]:
    rows = []

    def add(name: str, arguments: dict[str, Any], targets: Any, predictions: np.ndarray, weights: Any = None) -> None:
        given = tf.constant(predictions)
        with tf.GradientTape() as tape:
            tape.watch(given)
            value = getattr(keras.losses, name)(**arguments)(np.array(targets), given, sample_weight=weights)
        rows.append(
            {
                "name": name,
                "arguments": arguments,
                "targets": plain(targets),
                "predictions": plain(predictions),
                "sample_weight": plain(weights),
                "value": plain(value),
                "gradient": plain(tape.gradient(value, given)),
            }
        )

    reductions = ("sum_over_batch_size", "sum", "none", "mean")
    for reduction in reductions:
        add("MeanSquaredError", {"reduction": reduction}, array(3, 2, scale=2.0).tolist(), array(3, 2))
    add("MeanSquaredError", {}, array(3, 2, scale=2.0).tolist(), array(3, 2), np.array([1.0, 0.0, 2.5], np.float32))
    add("MeanSquaredError", {"reduction": "mean"}, [[1.0], [2.0]], array(2, 1), np.array([1.0, 3.0], np.float32))
    add("MeanSquaredError", {}, [1.0, 2.0], array(2))
    logits = array(4, 3, scale=3.0)
    probabilities = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    for reduction in reductions:
        add("SparseCategoricalCrossentropy", {"from_logits": True, "reduction": reduction}, [0, 2, 1, 1], logits)
    add("SparseCategoricalCrossentropy", {"from_logits": False}, [0, 2, 1, 1], probabilities)
    add("SparseCategoricalCrossentropy", {}, [0, 1], np.array([[0.0, 1.0], [0.25, 0.75]], np.float32))
    add("SparseCategoricalCrossentropy", {}, [0, 1], np.array([[2.0, 2.0], [1.0, 3.0]], np.float32))
    add("SparseCategoricalCrossentropy", {"from_logits": True}, [[0], [2], [1], [1]], logits)
    weights = np.array([1.0, 0.5, 0.0, 2.0], np.float32)
    add("SparseCategoricalCrossentropy", {"from_logits": True}, [0, 2, 1, 1], logits, weights)
    add("SparseCategoricalCrossentropy", {"from_logits": True, "ignore_class": 1}, [0, 2, 1, 1], logits)
    big = np.array([[1000.0, 0.0], [-1000.0, 0.0]], np.float32)
    add("SparseCategoricalCrossentropy", {"from_logits": True}, [1, 1], big)
    return rows


OPTIMIZERS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"learning_rate": 0.1}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.01}),
    ("SGD", {"learning_rate": 0.1, "clipnorm": 0.5}),
    ("SGD", {"learning_rate": 0.1, "clipvalue": 0.25}),
    ("SGD", {"learning_rate": 0.1, "global_clipnorm": 0.5}),
    ("SGD", {}),
    ("Adam", {"learning_rate": 0.1}),
    ("Adam", {"learning_rate": 0.01, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}),
    ("Adam", {"learning_rate": 0.1, "amsgrad": True}),
    ("Adam", {"learning_rate": 0.1, "weight_decay": 0.01}),
    ("Adam", {}),
]


def optimizers() -> list[dict[str, Any]]:
    start = [array(2, 2), array(3, scale=2.0)]
    steps = [[array(2, 2) * k, array(3)[::-1] / k] for k in (1.0, -0.5, 4.0, 0.0625)]
    rows = []
    for name, arguments in OPTIMIZERS:
        variables = [keras.Variable(value) for value in start]
        optimizer = getattr(keras.optimizers, name)(**arguments)
        after = []
        for gradients in steps:
            optimizer.apply([tf.constant(g.copy()) for g in gradients], variables)
            after.append(plain([v.numpy() for v in variables]))
        rows.append({"name": name, "arguments": arguments, "weights_after": after})
    return [{"start": plain(start), "gradients": plain(steps)}, *rows]


def training() -> list[dict[str, Any]]:
    inputs, classes = array(8, 3, scale=2.0), np.array([0, 1, 2, 1, 0, 2, 2, 1])
    weights = [array(3, 4), array(4, scale=0.5), array(4, 3, scale=0.5), array(3, scale=0.25)]
    rows: list[dict[str, Any]] = [
        {
            "inputs": plain(inputs),
            "targets": plain(classes),
            "start": plain(weights),
            "layers": "Dense(4, tanh), Dense(3); loss SparseCategoricalCrossentropy(from_logits=True)",
            "batch_size": 3,
        }
    ]
    for name, arguments in [OPTIMIZERS[0], OPTIMIZERS[1], OPTIMIZERS[2], OPTIMIZERS[8]]:
        model = keras.Sequential([keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(3)])
        model.build((None, 3))
        model.set_weights(weights)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(getattr(keras.optimizers, name)(**arguments), loss, metrics=["accuracy"])
        history = model.fit(inputs, classes, batch_size=3, epochs=3, shuffle=False, verbose=0).history
        evaluated = model.evaluate(inputs, classes, batch_size=3, verbose=0)
        rows.append(
            {
                "name": name,
                "arguments": arguments,
                "history": plain(history),
                "evaluated": plain(list(evaluated)),
                "weights": plain(model.get_weights()),
                "predicted": plain(model.predict(inputs, verbose=0)),
            }
        )
    return rows


def initializers() -> list[dict[str, Any]]:
    rows = []
    for name in ("GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal"):
        for shape in ([4], [3, 5], [5, 3], [2, 2, 3, 4]):
            drawn = np.concatenate(
                [getattr(keras.initializers, name)(seed=k)(shape).numpy().ravel() for k in range(300)]
            )
            exact = getattr(keras.initializers, name)(seed=7)(shape).numpy().ravel()[:4]
            row = {"name": name, "shape": shape, "largest": float(np.abs(drawn).max()), "std": float(drawn.std())}
            rows.append({**row, "numbers_drawn": drawn.size, "first_with_seed_7": plain(exact)})
    return rows


if __name__ == "__main__":
    write(
        "nn",
        {
            "made_by": "make_nn.py",
            "versions": versions(),
            "dense": dense(),
            "activations": activations(),
            "losses": losses(),
            "optimizers": optimizers(),
            "training": training(),
            "initializers": initializers(),
        },
    )
