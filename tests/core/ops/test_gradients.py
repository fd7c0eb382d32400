"""Gradient rules against central differences in float64, along a random direction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock import GradientTape, Tensor, ops
from penstock.core.ops.registry import all_ops, call, get_op
from penstock.testing.strategies.op_calls import OP_CALLS, Operand

STEP = 1e-6
# Discrete inputs: positions and conditions.
NOT_DIFFERENTIATED = {"gather": {1}, "getitem": {1, 2, 3}, "where": {0}, "scatter_like": {1, 2, 3, 4}}
DIFFERENTIABLE = [n for n in OP_CALLS if get_op(n).gradient is not None and n != "cast"]
FLAT = sorted(n for n in OP_CALLS if get_op(n).gradient is None)


@pytest.fixture(autouse=True)
def quiet_numpy():
    with np.errstate(all="ignore"):
        yield


def test_ops_without_a_gradient_are_the_discrete_ones():
    discrete = (
        "all any argmax argmin bitwise_and bitwise_not bitwise_or bitwise_xor ceil equal floor floor_divide greater "
        "greater_equal isfinite isinf isnan left_shift less less_equal logical_and logical_not logical_or logical_xor "
        "not_equal one_hot ones_like right_shift round shape sign size stop_gradient zeros_like"
    )
    assert FLAT == discrete.split()
    assert all_ops()["cast"].gradient is not None


class Problem:
    """A scalar function of an op's float arguments: a random weighting of its outputs."""

    def __init__(self, name, call_, seed):
        self.op, self.attrs = get_op(name), call_.attrs
        rng = np.random.default_rng(seed)
        self.args, self.active = [], []
        for i, operand in enumerate(call_.operands):
            if not isinstance(operand, Operand):
                self.args.append(operand)
                continue
            if i in NOT_DIFFERENTIATED.get(name, set()) or np.dtype(operand.dtype).kind == "b":
                self.args.append(operand.values(rng))
                continue
            self.args.append(rng.uniform(operand.low, operand.high, operand.shape))
            self.active.append(i)
        result = self.op.forward(*self.args, **self.attrs)
        parts = result if isinstance(result, tuple) else (result,)
        self.weights = [rng.normal(size=np.shape(p)) for p in parts]
        self.point = [self.args[i] for i in self.active]
        self.direction = [rng.normal(size=np.shape(x)) for x in self.point]
        self.second = [rng.normal(size=np.shape(x)) for x in self.point]

    def __call__(self, point):
        args = list(self.args)
        for i, x in zip(self.active, point, strict=True):
            args[i] = x
        result = call(self.op, *args, **self.attrs)
        parts = result if isinstance(result, tuple) else (result,)
        return sum((ops.sum(p * w) for p, w in zip(parts, self.weights, strict=True)), 0.0)

    def slope(self, point):
        """The gradient by the tape, times the second random direction; differentiable itself."""
        with GradientTape() as tape:
            tape.watch(point)
            y = self(point)
        grads = tape.gradient(y, point)
        products = [ops.sum(g * d) for g, d in zip(grads, self.second, strict=True) if g is not None]
        return sum(products, Tensor(np.float64(0)))

    def moved(self, step):
        return [Tensor(np.asarray(x + step * d)) for x, d in zip(self.point, self.direction, strict=True)]


def directional(function, problem):
    return (float(function(problem.moved(STEP))) - float(function(problem.moved(-STEP)))) / (2 * STEP)


def by_tape(function, problem):
    point = problem.moved(0)
    with GradientTape() as tape:
        tape.watch(point)
        y = function(point)
    grads = tape.gradient(y, point) if isinstance(y, Tensor) else [None]
    pairs = [(g, x, d) for g, x, d in zip(grads, point, problem.direction, strict=False) if g is not None]
    assert all(g.shape == x.shape and g.dtype == x.dtype for g, x, _ in pairs)
    return float(sum(np.sum(g.numpy() * d) for g, _, d in pairs))


@pytest.mark.parametrize("name", DIFFERENTIABLE)
@settings(max_examples=settings.default.max_examples // 5)
@given(data=st.data())
def test_gradient_is_that_of_central_differences(name, data):
    problem = Problem(name, data.draw(OP_CALLS[name]), data.draw(st.integers(0, 9)))
    if problem.active:
        expected = directional(problem, problem)
        assert by_tape(problem, problem) == pytest.approx(expected, rel=2e-5, abs=2e-6)


@pytest.mark.parametrize("name", DIFFERENTIABLE)
@settings(max_examples=settings.default.max_examples // 10)
@given(data=st.data())
def test_gradient_of_the_gradient_is_that_of_central_differences(name, data):
    problem = Problem(name, data.draw(OP_CALLS[name]), data.draw(st.integers(0, 9)))
    if problem.active:
        expected = directional(problem.slope, problem)
        assert by_tape(problem.slope, problem) == pytest.approx(expected, rel=2e-4, abs=2e-5)


def gradient(function, *values):
    point = [Tensor(np.asarray(v, dtype=np.float64)) for v in values]
    with GradientTape() as tape:
        tape.watch(point)
        y = function(*point)
    return [None if g is None else g.numpy().tolist() for g in tape.gradient(y, point)]


def test_cast_passes_the_gradient_back_in_the_dtype_of_its_input():
    x = Tensor(np.array([1.5, 2.5], dtype=np.float32))
    with GradientTape() as tape:
        tape.watch(x)
        y = ops.cast(x, "float64") * 3.0
    g = tape.gradient(y, x)
    assert g.dtype == "float32"
    assert g.numpy().tolist() == [3, 3]


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (ops.relu, 0.0, 0.0),
        (ops.abs, 0.0, 0.0),
        (lambda x: ops.maximum(x, 2.0), 2.0, 1.0),
        (lambda x: ops.maximum(2.0, x), 2.0, 0.0),
        (lambda x: ops.clip(x, 0.0, 1.0), 1.0, 1.0),
        (lambda x: ops.power(x, 2), -3.0, -6.0),
        (lambda x: x**2, 0.0, 0.0),
    ],
)
def test_gradients_at_kinks(function, x, expected):
    assert gradient(function, x) == [expected]


def test_equal_extremes_share_the_gradient():
    assert gradient(ops.max, [1.0, 3.0, 3.0]) == [[0.0, 0.5, 0.5]]


@pytest.mark.parametrize(
    ("x", "expected"),
    [([2.0, 3.0], [3.0, 2.0]), ([0.0, 3.0, 2.0], [6.0, 0.0, 0.0]), ([0.0, 0.0, 2.0], [0.0, 0.0, 0.0])],
)
def test_gradient_of_a_product_with_zeros(x, expected):
    assert gradient(ops.prod, x) == [expected]


def test_power_with_a_base_that_is_not_positive_has_no_gradient_for_the_exponent():
    assert gradient(ops.power, [0.0, 2.0], [2.0, 1.0])[1] == [0.0, pytest.approx(2 * np.log(2))]
