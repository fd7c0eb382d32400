"""Every optimizer: config and state round trips, limits on gradients, constraints; kernels against NumPy."""

import json

import numpy as np
import pytest

from penstock import Tensor, Variable, errors
from penstock.core import saving
from penstock.nn import optimizers
from penstock.nn.optimizers import kernels

CASES = [
    (optimizers.SGD, {"learning_rate": 0.1}),
    (optimizers.SGD, {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    (optimizers.RMSprop, {"learning_rate": 0.05, "clipnorm": 1.0}),
    (optimizers.RMSprop, {"learning_rate": 0.05, "momentum": 0.5, "centered": True}),
    (optimizers.Adam, {"learning_rate": 0.1, "global_clipnorm": 2.0}),
    (optimizers.Adam, {"learning_rate": 0.1, "amsgrad": True, "clipvalue": 0.5}),
    (optimizers.AdamW, {"learning_rate": 0.1}),
]


def start():
    rng = np.random.default_rng(5)
    return [Variable(rng.normal(size=(3, 2)).astype(np.float32)), Variable(rng.normal(size=4), dtype="float64")]


def gradients(step):
    rng = np.random.default_rng(step)
    return [rng.normal(size=(3, 2)).astype(np.float32), rng.normal(size=4)]


def run(optimizer, variables, steps):
    for step in steps:
        optimizer.apply_gradients(zip(gradients(step), variables, strict=True))


@pytest.mark.parametrize(("cls", "arguments"), CASES)
def test_optimizer_conformance(cls, arguments):
    optimizer, variables = cls(**arguments), start()
    run(optimizer, variables, range(3))
    config = json.loads(json.dumps(saving.serialize(optimizer)))
    again = saving.deserialize(config)
    assert type(again) is cls
    assert again.get_config() == optimizer.get_config()
    assert again.get_config()["learning_rate"] == arguments["learning_rate"]

    copies = [Variable(np.asarray(v), dtype=v.dtype) for v in variables]
    again.build(copies)
    again.load_arrays(optimizer.save_arrays())
    run(optimizer, variables, range(3, 6))
    run(again, copies, range(3, 6))
    for a, b in zip(variables, copies, strict=True):
        np.testing.assert_array_equal(a, b)
    assert int(again.iterations) == 6
    assert optimizers.get(optimizers.serialize(optimizer)).get_config() == optimizer.get_config()


@pytest.mark.parametrize(("cls", "arguments"), CASES)
def test_optimizer_finds_a_minimum(cls, arguments):
    target = np.array([1.0, -2.0, 0.5], np.float32)
    variable = Variable(np.zeros(3, np.float32))
    optimizer = cls(**arguments)
    for _ in range(300):
        optimizer.apply_gradients([(Tensor(2 * (np.asarray(variable) - target)), variable)])
    np.testing.assert_allclose(variable, target, atol=0.1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [0, 1, 7])
def test_kernels_are_their_formulas(dtype, n):
    rng = np.random.default_rng(2)
    p, g, m = (rng.normal(size=n).astype(dtype) for _ in range(3))
    v, u = rng.uniform(size=n).astype(dtype), rng.uniform(size=n).astype(dtype)
    rate, a, b, eps = (dtype(x) for x in (0.1, 0.3, 0.2, 1e-3))
    tolerance = {"rtol": 1e-5, "atol": 1e-6}

    own = p.copy()
    kernels.sgd_kernel(own, g, rate)
    np.testing.assert_allclose(own, p - rate * g, **tolerance)
    own, own_m = p.copy(), m.copy()
    kernels.momentum_kernel(own, g, own_m, rate, a)
    np.testing.assert_allclose(own_m, a * m - rate * g, **tolerance)
    np.testing.assert_allclose(own, p + own_m, **tolerance)
    own, own_m = p.copy(), m.copy()
    kernels.nesterov_kernel(own, g, own_m, rate, a)
    np.testing.assert_allclose(own, p + a * own_m - rate * g, **tolerance)
    own, own_m, own_v = p.copy(), m.copy(), v.copy()
    kernels.adam_kernel(own, g, own_m, own_v, rate, a, b, eps)
    np.testing.assert_allclose(own_m, (1 - a) * m + a * g, **tolerance)
    np.testing.assert_allclose(own_v, (1 - b) * v + b * g * g, **tolerance)
    np.testing.assert_allclose(own, p - rate * own_m / (np.sqrt(own_v) + eps), **tolerance)
    own, own_m, own_v, own_u = p.copy(), m.copy(), v.copy(), u.copy()
    kernels.amsgrad_kernel(own, g, own_m, own_v, own_u, rate, a, b, eps)
    np.testing.assert_allclose(own_u, np.maximum(u, own_v), **tolerance)
    np.testing.assert_allclose(own, p - rate * own_m / (np.sqrt(own_u) + eps), **tolerance)
    own, own_v = p.copy(), v.copy()
    kernels.rmsprop_kernel(own, g, own_v, rate, a, eps)
    np.testing.assert_allclose(own, p - rate * g / np.sqrt(a * v + (1 - a) * g * g + eps), **tolerance)


def test_reading_a_variable_before_a_step_keeps_its_value():
    variable = Variable([1.0, 2.0])
    before = variable.value
    optimizers.SGD(1.0).apply_gradients([(Tensor(np.ones(2, np.float32)), variable)])
    assert (before.tolist(), variable.tolist()) == ([1.0, 2.0], [0.0, 1.0])


def test_gradients_that_are_views_are_taken_as_they_are():
    variable = Variable(np.zeros((2, 3), np.float32))
    base = np.arange(6, dtype=np.float32).reshape(3, 2)
    optimizers.SGD(1.0).apply_gradients([(base.T, variable)])
    np.testing.assert_array_equal(variable, -base.T)
    optimizers.SGD(1.0).apply_gradients([(np.broadcast_to(np.float32(1), (2, 3)), variable)])
    np.testing.assert_array_equal(variable, -base.T - 1)


def test_global_clipnorm_of_a_broken_gradient_shows():
    variables = [Variable([1.0]), Variable([1.0])]
    optimizer = optimizers.SGD(global_clipnorm=1.0)
    optimizer.apply_gradients(zip([np.array([np.inf]), np.array([1.0])], variables, strict=True))
    assert all(np.isnan(v).all() for v in variables)


def test_constraint_holds_after_the_step():
    variable = Variable([0.5, 0.5], constraint=lambda w: np.maximum(w, 0))
    optimizers.SGD(1.0).apply_gradients([(Tensor(np.array([1.0, 0.25], np.float32)), variable)])
    assert variable.tolist() == [0.0, 0.25]


def test_learning_rate_can_be_set():
    optimizer = optimizers.SGD()
    assert repr(optimizer) == "SGD(learning_rate=0.01)"
    optimizer.learning_rate = 0.5
    assert float(optimizer.learning_rate) == 0.5
    optimizer.learning_rate.assign(0.25)
    variable = Variable([1.0])
    optimizer.apply([np.ones(1)], [variable])
    assert variable.tolist() == [0.75]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: optimizers.SGD(momentum=2.0), r"SGD: momentum must be in \[0, 1\]. Received: momentum=2.0"),
        (lambda: optimizers.SGD(-1.0), "SGD: learning_rate must be a number >= 0. Received: learning_rate=-1.0"),
        (lambda: optimizers.SGD("fast"), "learning_rate must be a number"),
        (lambda: optimizers.Adam(beta_1=1.0), r"Adam: beta_1 must be in \[0, 1\)"),
        (lambda: optimizers.Adam(clipnorm=0.0), "Adam: clipnorm must be > 0 or None. Received: clipnorm=0.0."),
        (
            lambda: optimizers.Adam(clipnorm=1.0, clipvalue=1.0),
            "at most one of clipnorm, clipvalue and global_clipnorm",
        ),
        (lambda: optimizers.get("adan"), "optimizer: .*Did you mean 'adam'"),
        (lambda: optimizers.get(3), "optimizer: must be a name"),
        (
            lambda: optimizers.SGD().apply_gradients([(None, Variable(1.0))]),
            "at least one variable must have a gradient",
        ),
        (lambda: optimizers.SGD().apply([np.ones(2)], [Variable([1.0])]), "must have the shape of its variable"),
        (lambda: optimizers.SGD().apply([np.ones(2)], []), "one gradient per variable is needed"),
    ],
)
def test_messages(call, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        call()


def test_a_variable_of_another_model_is_refused():
    optimizer = optimizers.Adam()
    optimizer.apply([np.ones(1)], [Variable([1.0])])
    with pytest.raises(errors.InvalidArgumentError, match="among those of the first step.*Received: 'other'"):
        optimizer.apply([np.ones(1)], [Variable([1.0], name="other")])
    with pytest.raises(errors.FailedPreconditionError, match="before build"):
        optimizers.SGD().apply([np.ones(1)])
