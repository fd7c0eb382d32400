"""NumPy's functions on Tensors and Symbols: the tables behind `__array_ufunc__` and `__array_function__`.

Each entry takes the arguments of NumPy's function, as far as the op has them; others (`out=`, `where=`) are a
TypeError.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from . import broadcasting, comparison, creation, elementwise, indexing, joining, linalg, reduction, shaping
from .registry import Value

Function = Callable[..., Any]


def find_ufunc(ufunc: np.ufunc, method: str) -> Function | None:
    """Return the function for a ufunc's call, or for its `reduce`; None when there is no op."""
    if method == "__call__":
        return UFUNCS.get(ufunc)
    return REDUCERS.get(ufunc) if method == "reduce" else None


def find_function(function: Any) -> Function | None:
    """Return the function for one of NumPy's, or None when there is no op."""
    return FUNCTIONS.get(function)


UFUNCS: Final[Mapping[np.ufunc, Function]] = MappingProxyType({
    np.abs: elementwise.abs,
    np.add: elementwise.add,
    np.bitwise_and: comparison.bitwise_and,
    np.bitwise_or: comparison.bitwise_or,
    np.bitwise_xor: comparison.bitwise_xor,
    np.ceil: elementwise.ceil,
    np.cos: elementwise.cos,
    np.divide: elementwise.divide,
    np.equal: comparison.equal,
    np.exp: elementwise.exp,
    np.expm1: elementwise.expm1,
    np.floor: elementwise.floor,
    np.floor_divide: elementwise.floor_divide,
    np.greater: comparison.greater,
    np.greater_equal: comparison.greater_equal,
    np.invert: comparison.bitwise_not,
    np.isfinite: comparison.isfinite,
    np.isinf: comparison.isinf,
    np.isnan: comparison.isnan,
    np.left_shift: comparison.left_shift,
    np.less: comparison.less,
    np.less_equal: comparison.less_equal,
    np.log: elementwise.log,
    np.log1p: elementwise.log1p,
    np.logical_and: comparison.logical_and,
    np.logical_not: comparison.logical_not,
    np.logical_or: comparison.logical_or,
    np.logical_xor: comparison.logical_xor,
    np.matmul: linalg.matmul,
    np.maximum: elementwise.maximum,
    np.minimum: elementwise.minimum,
    np.multiply: elementwise.multiply,
    np.negative: elementwise.negative,
    np.not_equal: comparison.not_equal,
    np.positive: creation.identity,
    np.power: elementwise.power,
    np.reciprocal: elementwise.reciprocal,
    np.remainder: elementwise.mod,
    np.right_shift: comparison.right_shift,
    np.rint: elementwise.round,
    np.sign: elementwise.sign,
    np.sin: elementwise.sin,
    np.sqrt: elementwise.sqrt,
    np.square: elementwise.square,
    np.subtract: elementwise.subtract,
    np.tanh: elementwise.tanh,
})  # fmt: skip


def _first_axis(function: Function) -> Function:
    """A ufunc's `reduce` works along axis 0 where the function of the same name takes all axes."""

    def reduce(x: Value, axis: Any = 0, *, keepdims: bool = False) -> Value:
        return function(x, axis, keepdims=keepdims)

    return reduce


REDUCERS: Final[Mapping[np.ufunc, Function]] = MappingProxyType({
    np.add: _first_axis(reduction.sum),
    np.logical_and: _first_axis(reduction.all),
    np.logical_or: _first_axis(reduction.any),
    np.maximum: _first_axis(reduction.max),
    np.minimum: _first_axis(reduction.min),
    np.multiply: _first_axis(reduction.prod),
})  # fmt: skip


# --- functions whose arguments differ from the op's -----------------------------------------------------------------


def _numeric_reduction(function: Function) -> Function:
    def reduce(a: Value, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Value:
        return function(a, axis, dtype=dtype, keepdims=keepdims)

    return reduce


def _plain_reduction(function: Function) -> Function:
    def reduce(a: Value, axis: Any = None, *, keepdims: bool = False) -> Value:
        return function(a, axis, keepdims=keepdims)

    return reduce


def _clip(a: Value, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Value:
    return elementwise.clip(a, min if a_min is None else a_min, max if a_max is None else a_max)


def _where(condition: Value, x: Value, y: Value) -> Value:
    return elementwise.where(condition, x, y)


def _reshape(a: Value, shape: Any) -> Value:
    return shaping.reshape(a, shape)


def _ravel(a: Value) -> Value:
    return shaping.reshape(a, (-1,))


def _transpose(a: Value, axes: Any = None) -> Value:
    return shaping.transpose(a, axes)


def _moveaxis(a: Value, source: int | Sequence[int], destination: int | Sequence[int]) -> Value:
    ndim = np.ndim(a)
    from_axes = np.lib.array_utils.normalize_axis_tuple(source, ndim)
    to_axes = np.lib.array_utils.normalize_axis_tuple(destination, ndim)
    order = [i for i in range(ndim) if i not in from_axes]
    for to_axis, from_axis in sorted(zip(to_axes, from_axes, strict=True)):
        order.insert(to_axis, from_axis)
    return shaping.transpose(a, order)


def _expand_dims(a: Value, axis: Any) -> Value:
    axes = [axis] if isinstance(axis, int) else list(axis)
    rank = np.ndim(a) + len(axes)
    for i in sorted(x % rank for x in axes):
        a = shaping.expand_dims(a, i)
    return a


def _stack(arrays: Sequence[Value], axis: int = 0) -> Value:
    return joining.stack(arrays, axis)


def _concatenate(arrays: Sequence[Value], axis: int | None = 0) -> Value:
    if axis is None:
        return joining.concat([shaping.reshape(a, (-1,)) for a in arrays], 0)
    return joining.concat(arrays, axis)


def _vstack(tup: Sequence[Value]) -> Value:
    return joining.concat([_at_least_2d(a) for a in tup], 0)


def _at_least_2d(a: Value) -> Value:
    while np.ndim(a) < 2:
        a = shaping.expand_dims(a, 0)
    return a


def _hstack(tup: Sequence[Value]) -> Value:
    parts = [shaping.reshape(a, (1,)) if np.ndim(a) == 0 else a for a in tup]
    return joining.concat(parts, 0 if np.ndim(parts[0]) == 1 else 1)


def _split(ary: Value, indices_or_sections: Any, axis: int = 0) -> list[Value]:
    if isinstance(indices_or_sections, int):
        return list(joining.split(ary, indices_or_sections, axis))
    length = ary.shape[axis]
    cuts = [0, *indices_or_sections, length]
    return list(joining.split(ary, [b - a for a, b in itertools.pairwise(cuts)], axis))


def _take(a: Value, indices: Value, axis: int | None = None) -> Value:
    if axis is None:
        return indexing.gather(shaping.reshape(a, (-1,)), indices)
    return indexing.gather(a, indices, axis)


def _round(a: Value, decimals: int = 0) -> Value:
    if decimals:
        raise TypeError(f"decimals must be 0, not {decimals}")
    return elementwise.round(a)


def _shape(a: Value) -> tuple[int | None, ...]:
    return tuple(a.shape)


def _ndim(a: Value) -> int:
    return len(a.shape)


def _size(a: Value, axis: int | None = None) -> Any:
    return a.size if axis is None else a.shape[axis]


def _argument_reduction(function: Function) -> Function:
    def reduce(a: Value, axis: int | None = None, *, keepdims: bool = False) -> Value:
        return function(a, axis, keepdims=keepdims)

    return reduce


def _zeros_like(a: Value, dtype: Any = None) -> Value:
    return creation.zeros_like(a, dtype)


def _ones_like(a: Value, dtype: Any = None) -> Value:
    return creation.ones_like(a, dtype)


def _astype(x: Value, dtype: Any) -> Value:
    return elementwise.cast(x, dtype)


FUNCTIONS: Final[Mapping[Any, Function]] = MappingProxyType({
    np.all: _plain_reduction(reduction.all),
    np.amax: _plain_reduction(reduction.max),
    np.amin: _plain_reduction(reduction.min),
    np.any: _plain_reduction(reduction.any),
    np.argmax: _argument_reduction(reduction.argmax),
    np.argmin: _argument_reduction(reduction.argmin),
    np.around: _round,
    np.astype: _astype,
    np.broadcast_to: broadcasting.broadcast_to,
    np.clip: _clip,
    np.concatenate: _concatenate,
    np.dot: linalg.dot,
    np.expand_dims: _expand_dims,
    np.hstack: _hstack,
    np.max: _plain_reduction(reduction.max),
    np.mean: _numeric_reduction(reduction.mean),
    np.min: _plain_reduction(reduction.min),
    np.moveaxis: _moveaxis,
    np.ndim: _ndim,
    np.ones_like: _ones_like,
    np.prod: _numeric_reduction(reduction.prod),
    np.ravel: _ravel,
    np.reshape: _reshape,
    np.round: _round,
    np.shape: _shape,
    np.size: _size,
    np.split: _split,
    np.squeeze: shaping.squeeze,
    np.stack: _stack,
    np.std: _plain_reduction(reduction.std),
    np.sum: _numeric_reduction(reduction.sum),
    np.swapaxes: shaping.swapaxes,
    np.take: _take,
    np.tile: joining.tile,
    np.transpose: _transpose,
    np.var: _plain_reduction(reduction.var),
    np.vstack: _vstack,
    np.where: _where,
    np.zeros_like: _zeros_like,
})  # fmt: skip
