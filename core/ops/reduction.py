"""Reductions over axes: sums, means, extremes, truth, positions.

`axis` is an int, several ints, or None for all axes; negative axes count from the last. Result dtypes are NumPy's: sums
of small integers widen to 64 bits, means of integers are float64. Of an empty axis the sum is 0, the product 1, the
mean NaN, and the largest or smallest an error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..dtypes import as_dtype
from ..specs import TensorSpec
from . import batching
from .axes import Axis, normalize_axis, reduced_shape
from .batching import Array
from .broadcasting import broadcast_like, static_shape
from .comparison import equal
from .elementwise import cast, divide, exp, multiply, sqrt, square, subtract, where
from .inference import PYTHON_SCALARS, check_numeric, shape_of, tensor_spec
from .registry import Attrs, GradientRule, Op, Value, call, register
from .shaping import reshape, reshape_like, size


def keep_axes(reduced: Value, x: Value, attrs: Attrs) -> Value:
    """Return a reduction's result, or its gradient, with the reduced axes kept as 1-axes so that it broadcasts to x."""
    axis = attrs["axis"]
    if attrs["keepdims"] or axis is None:
        return reduced
    shape = static_shape(x)
    if shape is not None:
        axes = normalize_axis(axis, len(shape), "reduce")
        return reshape(reduced, [1 if i in axes else d for i, d in enumerate(shape)])
    return reshape_like(reduced, sum(x, axis, keepdims=True))


def _infer(name: str, forward: Callable[..., Any]) -> Callable[[tuple[Any, ...], Attrs], TensorSpec]:
    def infer(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
        check_numeric(args, name)
        shape = reduced_shape(shape_of(args[0]), attrs["axis"], name, keepdims=attrs["keepdims"])
        one = args[0] if type(args[0]) in PYTHON_SCALARS else np.ones((1,), tensor_spec(args[0], name).dtype.numpy)
        result = forward(one, **{**attrs, "axis": None})
        return TensorSpec(shape, as_dtype(np.asarray(result).dtype))

    return infer


def _batch(forward: Callable[..., Any]) -> Callable[..., Array]:
    def batch(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
        axes = batching.shift_axes(attrs["axis"], np.ndim(args[0]) - 1)
        return np.asarray(forward(args[0], **{**attrs, "axis": axes}))

    return batch


def _batch_position(forward: Callable[..., Any]) -> Callable[..., Array]:
    def batch(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
        rows, axis = args[0], attrs["axis"]
        if axis is None:
            flat = rows.reshape((n, int(np.prod(rows.shape[1:]))))
            found = np.asarray(forward(flat, axis=1, keepdims=False))
            return found.reshape((n,) + (1,) * (rows.ndim - 1)) if attrs["keepdims"] else found
        return np.asarray(forward(rows, axis=batching.shift_axis(axis, rows.ndim - 1), keepdims=attrs["keepdims"]))

    return batch


def _reduction(name: str, forward: Callable[..., Any], gradient: GradientRule | None = None) -> Op:
    forward.__name__ = name
    return register(name, forward, gradient=gradient, batch=_batch(forward), infer=_infer(name, forward))


# --- forwards -------------------------------------------------------------------------------------------------------


# The reduction of a ufunc is NumPy's own function without its Python wrapper; typed as Any because NumPy's overloads do
# not know a `keepdims` that is not a literal.
_add: Any = np.add.reduce
_multiply: Any = np.multiply.reduce
_maximum: Any = np.maximum.reduce
_minimum: Any = np.minimum.reduce
_logical_or: Any = np.logical_or.reduce
_logical_and: Any = np.logical_and.reduce


def _sum(x: Any, *, axis: Any, keepdims: bool, dtype: Any = None) -> Any:
    return _add(x, axis=axis, dtype=dtype, keepdims=keepdims)


def _prod(x: Any, *, axis: Any, keepdims: bool, dtype: Any = None) -> Any:
    return _multiply(x, axis=axis, dtype=dtype, keepdims=keepdims)


def _mean(x: Any, *, axis: Any, keepdims: bool, dtype: Any = None) -> Any:
    return np.mean(x, axis=axis, dtype=dtype, keepdims=keepdims)


def _max(x: Any, *, axis: Any, keepdims: bool) -> Any:
    return _maximum(x, axis=axis, keepdims=keepdims)


def _min(x: Any, *, axis: Any, keepdims: bool) -> Any:
    return _minimum(x, axis=axis, keepdims=keepdims)


def _any(x: Any, *, axis: Any, keepdims: bool) -> Any:
    return _logical_or(x, axis=axis, keepdims=keepdims)


def _all(x: Any, *, axis: Any, keepdims: bool) -> Any:
    return _logical_and(x, axis=axis, keepdims=keepdims)


def _argmax(x: Any, *, axis: Any, keepdims: bool) -> Any:
    return np.argmax(x, axis=axis, keepdims=keepdims)


def _argmin(x: Any, *, axis: Any, keepdims: bool) -> Any:
    return np.argmin(x, axis=axis, keepdims=keepdims)


def _logsumexp(x: Any, *, axis: Any, keepdims: bool) -> Any:
    x = np.asarray(x)
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    # Rows of -inf (or an empty axis) have no finite top; 0 keeps them -inf instead of NaN.
    top = np.where(np.isfinite(top), top, np.zeros((), x.dtype))
    with np.errstate(divide="ignore"):
        result = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return result if keepdims else np.squeeze(result, axis=axis)


# --- gradients ------------------------------------------------------------------------------------------------------


def _count(x: Value, y: Value) -> Value:
    """Return how many values of `x` went into one of `y`: a Python int when shapes are known."""
    shape, reduced = static_shape(x), static_shape(y)
    if shape is not None and reduced is not None:
        return int(np.prod(shape)) // (int(np.prod(reduced)) or 1)
    return cast(divide(size(x), size(y)), x.dtype)


def _sum_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Value]:
    return (broadcast_like(keep_axes(grads[0], inputs[0], attrs), inputs[0]),)


def _mean_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Value]:
    share = divide(grads[0], _count(inputs[0], outputs[0]))
    return (broadcast_like(keep_axes(share, inputs[0], attrs), inputs[0]),)


def _extreme_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Value]:
    """Split the gradient evenly between equal extremes, as TensorFlow does."""
    x = inputs[0]
    best = cast(equal(x, keep_axes(outputs[0], x, attrs)), x.dtype)
    share = divide(keep_axes(grads[0], x, attrs), sum(best, attrs["axis"], keepdims=True))
    return (multiply(best, share),)


def _prod_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Value]:
    """Product of the others: y / x without zeros; with one zero it has all the gradient, with more there is none.

    At a zero the gradient of this gradient is not that of the product.
    """
    x, axis = inputs[0], attrs["axis"]
    is_zero = equal(x, 0)
    safe = where(is_zero, 1, x)
    others = prod(safe, axis, keepdims=True)
    zeros = sum(cast(is_zero, x.dtype), axis, keepdims=True)
    without, alone = equal(zeros, 0), multiply(equal(zeros, 1), is_zero)
    return (multiply(keep_axes(grads[0], x, attrs), where(without, divide(others, safe), where(alone, others, 0))),)


def _logsumexp_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Value]:
    x = inputs[0]
    weights = exp(subtract(x, keep_axes(outputs[0], x, attrs)))
    return (multiply(keep_axes(grads[0], x, attrs), weights),)


SUM = _reduction("sum", _sum, _sum_gradient)
PROD = _reduction("prod", _prod, _prod_gradient)
MEAN = _reduction("mean", _mean, _mean_gradient)
MAX = _reduction("max", _max, _extreme_gradient)
MIN = _reduction("min", _min, _extreme_gradient)
ANY = _reduction("any", _any)
ALL = _reduction("all", _all)
LOGSUMEXP = _reduction("logsumexp", _logsumexp, _logsumexp_gradient)
ARGMAX = register("argmax", _argmax, batch=_batch_position(_argmax), infer=_infer("argmax", _argmax))
ARGMIN = register("argmin", _argmin, batch=_batch_position(_argmin), infer=_infer("argmin", _argmin))


# --- public functions -----------------------------------------------------------------------------------------------


def _axis(axis: Any) -> int | tuple[int, ...] | None:
    if axis is None or isinstance(axis, int):
        return axis
    if isinstance(axis, Sequence):
        return tuple(int(a) for a in axis)
    return int(axis)


def _numpy_dtype(dtype: Any) -> np.dtype[Any] | None:
    return None if dtype is None else as_dtype(dtype).numpy


def sum(x: Value, axis: Axis = None, *, dtype: Any = None, keepdims: bool = False) -> Value:
    """Return the sum over axes.

    Args:
        x: Numbers or bools.
        axis: Axes to sum over; None for all.
        dtype: Dtype to sum in. None: that of `x`, integers and bools below 64 bits widen to 64.
        keepdims: Keep summed axes with length 1.
    """
    return call(SUM, x, axis=_axis(axis), keepdims=keepdims, dtype=_numpy_dtype(dtype))


def prod(x: Value, axis: Axis = None, *, dtype: Any = None, keepdims: bool = False) -> Value:
    """Return the product over axes; arguments as `sum`."""
    return call(PROD, x, axis=_axis(axis), keepdims=keepdims, dtype=_numpy_dtype(dtype))


def mean(x: Value, axis: Axis = None, *, dtype: Any = None, keepdims: bool = False) -> Value:
    """Return the arithmetic mean over axes; float64 for integers; arguments as `sum`."""
    return call(MEAN, x, axis=_axis(axis), keepdims=keepdims, dtype=_numpy_dtype(dtype))


def max(x: Value, axis: Axis = None, *, keepdims: bool = False) -> Value:
    """Return the largest value over axes; NaN wins. Equal largest values share the gradient."""
    return call(MAX, x, axis=_axis(axis), keepdims=keepdims)


def min(x: Value, axis: Axis = None, *, keepdims: bool = False) -> Value:
    """Return the smallest value over axes; NaN wins. Equal smallest values share the gradient."""
    return call(MIN, x, axis=_axis(axis), keepdims=keepdims)


def any(x: Value, axis: Axis = None, *, keepdims: bool = False) -> Value:
    """Return `bool[...]`: whether any value over axes is not 0."""
    return call(ANY, x, axis=_axis(axis), keepdims=keepdims)


def all(x: Value, axis: Axis = None, *, keepdims: bool = False) -> Value:
    """Return `bool[...]`: whether no value over axes is 0."""
    return call(ALL, x, axis=_axis(axis), keepdims=keepdims)


def argmax(x: Value, axis: int | None = None, *, keepdims: bool = False) -> Value:
    """Return `int64[...]`: where the first largest value is along an axis, or in the flattened values for None."""
    return call(ARGMAX, x, axis=_axis(axis), keepdims=keepdims)


def argmin(x: Value, axis: int | None = None, *, keepdims: bool = False) -> Value:
    """Return `int64[...]`: where the first smallest value is along an axis, or in the flattened values for None."""
    return call(ARGMIN, x, axis=_axis(axis), keepdims=keepdims)


def logsumexp(x: Value, axis: Axis = None, *, keepdims: bool = False) -> Value:
    """Return `log(sum(exp(x)))` over axes without overflow; -inf for an empty axis; float64 for integers."""
    return call(LOGSUMEXP, x, axis=_axis(axis), keepdims=keepdims)


def var(x: Value, axis: Axis = None, *, keepdims: bool = False) -> Value:
    """Return the variance over axes: the mean squared distance from the mean (no correction, as `np.var`)."""
    return mean(square(subtract(x, mean(x, axis, keepdims=True))), axis, keepdims=keepdims)


def std(x: Value, axis: Axis = None, *, keepdims: bool = False) -> Value:
    """Return the standard deviation over axes, the root of `var`."""
    return sqrt(var(x, axis, keepdims=keepdims))
