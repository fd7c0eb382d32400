"""Activations: relu, sigmoid, softplus, softmax, log_softmax."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import as_dtype
from ..specs import TensorSpec
from . import batching
from .axes import normalize_one_axis
from .batching import Array
from .comparison import greater
from .elementwise import exp, multiply, subtract, where
from .families import elementwise
from .inference import check_numeric, empty_stand_in, shape_of
from .reduction import sum
from .registry import Attrs, Op, Value, call, register


def _floating(x: Any) -> Array:
    array = np.asarray(x)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _relu(x: Any) -> Any:
    return np.maximum(x, 0)


def _sigmoid(x: Any) -> Any:
    # exp of a value that is never positive cannot overflow; both branches are exact in their half.
    array = _floating(x)
    small = np.exp(-np.abs(array))
    return np.where(array >= 0, 1, small) / (1 + small)


def _softplus(x: Any) -> Any:
    # np.logaddexp does the same value by value, and warns about NaN.
    array = _floating(x)
    return np.maximum(array, 0) + np.log1p(np.exp(-np.abs(array)))


RELU = elementwise("relu", _relu, lambda g, y, x: where(greater(x, 0), g, 0), template="np.maximum({0}, 0)")
SIGMOID = elementwise(
    "sigmoid",
    _sigmoid,
    lambda g, y, x: multiply(g, multiply(y, subtract(1, y))),
    template="1 / (1 + np.exp(-{0}))",
)
SOFTPLUS = elementwise(
    "softplus",
    _softplus,
    lambda g, y, x: multiply(g, sigmoid(x)),
    template="np.maximum({0}, 0) + np.log1p(np.exp(-abs({0})))",
)


def relu(x: Value) -> Value:
    """Return `max(x, 0)`; keeps the dtype. The gradient at 0 is 0."""
    return call(RELU, x)


def sigmoid(x: Value) -> Value:
    """Return `1 / (1 + exp(-x))`, without overflow; float64 for integers."""
    return call(SIGMOID, x)


def softplus(x: Value) -> Value:
    """Return `log(1 + exp(x))`, without overflow; float64 for integers."""
    return call(SOFTPLUS, x)


def _softmax(x: Any, *, axis: int) -> Array:
    array = _floating(x)
    weights = np.exp(array - np.max(array, axis=axis, keepdims=True))
    return np.asarray(weights / np.sum(weights, axis=axis, keepdims=True))


def _log_softmax(x: Any, *, axis: int) -> Array:
    array = _floating(x)
    shifted = array - np.max(array, axis=axis, keepdims=True)
    return np.asarray(shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True)))


def _softmax_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Value]:
    weighted = multiply(grads[0], outputs[0])
    return (subtract(weighted, multiply(outputs[0], sum(weighted, attrs["axis"], keepdims=True))),)


def _log_softmax_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Value]:
    return (subtract(grads[0], multiply(exp(outputs[0]), sum(grads[0], attrs["axis"], keepdims=True))),)


def _over_axis(name: str, forward: Any, gradient: Any) -> Op:
    def batch(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Any:
        return forward(args[0], axis=batching.shift_axis(attrs["axis"], args[0].ndim - 1))

    def infer(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
        check_numeric(args, name)
        shape = shape_of(args[0])
        if shape is not None:
            normalize_one_axis(attrs["axis"], len(shape), name)
        return TensorSpec(shape, as_dtype(_floating(empty_stand_in(args[0])).dtype))

    return register(name, forward, gradient=gradient, batch=batch, infer=infer)


SOFTMAX = _over_axis("softmax", _softmax, _softmax_gradient)
LOG_SOFTMAX = _over_axis("log_softmax", _log_softmax, _log_softmax_gradient)


def softmax(x: Value, axis: int = -1) -> Value:
    """Return `exp(x)` scaled to sum to 1 along an axis, without overflow.

    Args:
        x: Logits of any shape with at least one axis; integers give float64. A NaN or +inf makes its whole row NaN.
        axis: The axis of the classes; it must not be empty.
    """
    return call(SOFTMAX, x, axis=int(axis))


def log_softmax(x: Value, axis: int = -1) -> Value:
    """Return the logarithm of `softmax`, exact where that underflows."""
    return call(LOG_SOFTMAX, x, axis=int(axis))
