"""Losses: gradients against central differences, reductions, weights, messages."""

import json

import numpy as np
import pytest

from penstock import GradientTape, Tensor, errors
from penstock.core import saving
from penstock.nn import losses

RNG = np.random.default_rng(3)
PROBABILITIES = RNG.dirichlet(np.ones(4), 5)
ONE_HOT = np.eye(4)[RNG.integers(0, 4, 5)]

CASES = [
    (losses.MeanSquaredError, {}, RNG.normal(size=(5, 3)), RNG.normal(size=(5, 3))),
    (losses.MeanAbsoluteError, {}, RNG.normal(size=(5, 3)), RNG.normal(size=(5, 3))),
    (losses.SparseCategoricalCrossentropy, {"from_logits": True}, RNG.integers(0, 4, 5), RNG.normal(size=(5, 4))),
    (losses.SparseCategoricalCrossentropy, {}, RNG.integers(0, 4, 5), PROBABILITIES),
    (losses.SparseCategoricalCrossentropy, {"ignore_class": 2}, np.array([0, 2, 1, 2, 3]), PROBABILITIES),
    (losses.CategoricalCrossentropy, {"from_logits": True, "label_smoothing": 0.1}, ONE_HOT, RNG.normal(size=(5, 4))),
    (losses.CategoricalCrossentropy, {}, ONE_HOT, PROBABILITIES),
    (losses.BinaryCrossentropy, {"from_logits": True}, ONE_HOT, RNG.normal(size=(5, 4))),
    (losses.BinaryCrossentropy, {"label_smoothing": 0.2}, ONE_HOT, PROBABILITIES),
]


@pytest.mark.parametrize(("cls", "arguments", "y_true", "y_pred"), CASES)
def test_gradient_is_that_of_central_differences(cls, arguments, y_true, y_pred):
    loss = cls(**arguments)
    weights = RNG.uniform(0.5, 1.5, len(y_true))
    x = Tensor(y_pred.astype(np.float64))
    with GradientTape() as tape:
        tape.watch(x)
        value = loss(y_true, x, sample_weight=weights)
    gradient = np.asarray(tape.gradient(value, x))
    direction = RNG.normal(size=y_pred.shape)
    h = 1e-6
    ahead, behind = (float(loss(y_true, Tensor(y_pred + s * h * direction), sample_weight=weights)) for s in (1, -1))
    assert (gradient * direction).sum() == pytest.approx((ahead - behind) / (2 * h), rel=1e-5)


@pytest.mark.parametrize(("cls", "arguments", "y_true", "y_pred"), CASES)
def test_config_round_trip(cls, arguments, y_true, y_pred):
    loss = cls(**arguments, reduction="sum", name="mine")
    again = saving.deserialize(json.loads(json.dumps(saving.serialize(loss))))
    assert type(again) is cls
    assert again.get_config() == loss.get_config()
    assert float(again(y_true, y_pred)) == float(loss(y_true, y_pred))


def test_reductions():
    y, p, w = np.array([[1.0], [2.0], [4.0]]), np.zeros((3, 1)), np.array([1.0, 0.0, 3.0])
    squares = np.array([1.0, 4.0, 16.0])

    def value(reduction, weights=None):
        return np.asarray(losses.MeanSquaredError(reduction=reduction)(y, p, weights))

    assert value("sum") == 21.0
    assert value("sum_over_batch_size") == value("mean") == 7.0
    assert value("sum_over_batch_size", w) == pytest.approx((squares * w).sum() / 3)
    assert value("mean_with_sample_weight", w) == pytest.approx((squares * w).sum() / w.sum())
    np.testing.assert_allclose(value(None), squares)
    np.testing.assert_allclose(value("none", w), squares * w)


def test_weights_may_be_per_value():
    y, p = np.ones((2, 3, 2), np.float32), np.zeros((2, 3, 2), np.float32)
    per_sample = losses.MeanSquaredError()(y, p, np.array([1.0, 3.0]))
    per_value = losses.MeanSquaredError()(y, p, np.array([[1.0] * 3, [3.0] * 3]))
    assert float(per_sample) == float(per_value) == 2.0


def test_targets_with_an_axis_of_one_fit_predictions_without():
    assert float(losses.MeanSquaredError()(np.array([1.0, 2.0]), np.array([[1.0], [4.0]]))) == 2.0
    assert losses.mean_squared_error([[1.0], [2.0]], [1.0, 2.0]).shape == ()


def test_functions_reduce_the_last_axis_only():
    assert losses.mean_absolute_error([[1.0, 3.0]], [[0.0, 0.0]]).tolist() == [2.0]
    assert losses.binary_crossentropy(np.eye(2), np.eye(2)).shape == (2,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: losses.MeanSquaredError()(np.zeros((4, 3)), np.zeros((4, 1))),
            r"mean_squared_error: y_true and y_pred must have the same shape. "
            r"Received: y_true=float64\[4, 3\], y_pred=float64\[4, 1\].",
        ),
        (
            lambda: losses.SparseCategoricalCrossentropy()(np.zeros(5, int), np.zeros((4, 3))),
            r"y_true must be class numbers of the shape of y_pred.*y_true=int64\[5\], y_pred=float64\[4, 3\]",
        ),
        (
            lambda: losses.SparseCategoricalCrossentropy()(np.eye(3), np.eye(3)),
            "Labels are one-hot: use categorical_crossentropy",
        ),
        (
            lambda: losses.SparseCategoricalCrossentropy()([0, 3], np.full((2, 3), 1 / 3)),
            r"labels must be in \[0, 3\).*Received: a label 3.",
        ),
        (
            lambda: losses.SparseCategoricalCrossentropy()([0, -1], np.full((2, 3), 1 / 3)),
            "Received: a label -1.",
        ),
        (lambda: losses.MeanSquaredError(reduction="avg"), "reduction must be one of 'sum_over_batch_size'"),
        (lambda: losses.get("msee"), "Did you mean 'mse'"),
        (lambda: losses.MeanSquaredError()(np.eye(2), np.eye(2), np.ones(3)), "one weight per sample or per value"),
    ],
)
def test_messages(call, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        call()


def test_empty_batch_gives_zero():
    assert float(losses.MeanSquaredError()(np.zeros((0, 2)), np.zeros((0, 2)))) == 0.0


def test_lookup_gives_functions_for_names_and_objects_for_class_names():
    assert losses.get("mse") is losses.mean_squared_error
    assert losses.get("bce") is losses.binary_crossentropy
    assert isinstance(losses.get("MeanSquaredError"), losses.MeanSquaredError)
    assert isinstance(losses.get(losses.CategoricalCrossentropy), losses.CategoricalCrossentropy)
    assert losses.get(None) is None


def test_logits_far_apart_stay_finite():
    loss = losses.BinaryCrossentropy(from_logits=True)
    x = Tensor(np.array([[1000.0, -1000.0]]))
    with GradientTape() as tape:
        tape.watch(x)
        value = loss(np.array([[0.0, 1.0]]), x)
    assert float(value) == 1000.0
    np.testing.assert_allclose(tape.gradient(value, x), [[0.5, -0.5]])
