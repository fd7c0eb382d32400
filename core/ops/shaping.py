"""Ops that move values without changing them: other shapes, orders of axes, joining and splitting."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..dtypes import as_dtype
from ..errors import InvalidArgumentError, ShapeError
from ..specs import Shape, TensorSpec
from . import batching
from .axes import normalize_one_axis
from .batching import Array, as_rows
from .broadcasting import as_target_shape, static_shape
from .inference import shape_of, tensor_spec
from .registry import Attrs, Value, call, register

# --- reshape --------------------------------------------------------------------------------------------------------


def resolve_shape(shape: Sequence[int], size: int) -> tuple[int, ...]:
    """Return a shape with its one -1 replaced by what `size` values need.

    Raises:
        ShapeError: The values do not fit, or more than one dimension is -1.
    """
    rest = int(np.prod([d for d in shape if d != -1]))
    fits = size == rest if -1 not in shape else (rest > 0 and size % rest == 0)
    if list(shape).count(-1) > 1 or any(d < -1 for d in shape) or not fits:
        raise ShapeError(f"reshape: shape must hold all {size} values, with at most one -1. Received: shape={shape}.")
    return tuple(size // rest if d == -1 else d for d in shape)


def _reshape(x: Any, *, shape: tuple[int, ...]) -> Array:
    array = np.asarray(x)
    return array.reshape(resolve_shape(shape, array.size))


def _batch_reshape(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    rows = args[0]
    return np.asarray(rows.reshape((n, *resolve_shape(attrs["shape"], int(np.prod(rows.shape[1:]))))))


def _infer_reshape(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    given, shape = shape_of(args[0]), attrs["shape"]
    dims = [d for d in given or () if d is not None]
    if given is None or len(dims) < len(given):
        target: Shape = tuple(None if d == -1 else d for d in shape)
    else:
        target = resolve_shape(shape, math.prod(dims))
    return TensorSpec(target, tensor_spec(args[0], "reshape").dtype)


RESHAPE = register(
    "reshape",
    _reshape,
    gradient=lambda g, x, y, attrs: (reshape_like(g[0], x[0]),),
    batch=_batch_reshape,
    infer=_infer_reshape,
)


def reshape(x: Value, shape: Sequence[int] | int) -> Value:
    """Return the same values, in C order, in another shape.

    Args:
        x: Any shape and dtype.
        shape: The new shape; one dimension may be -1, it becomes what is left.

    Raises:
        ShapeError: The number of values differs.
    """
    return call(RESHAPE, x, shape=as_target_shape(shape))


def _reshape_like(x: Any, like: Any) -> Array:
    return np.asarray(x).reshape(np.shape(like))


def _batch_reshape_like(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    return as_rows(n, args[0], batched[0]).reshape((n, *np.shape(args[1])[batched[1] :]))


RESHAPE_LIKE = register(
    "reshape_like",
    _reshape_like,
    gradient=lambda g, x, y, attrs: (lambda: reshape_like(g[0], x[0]), None),
    batch=_batch_reshape_like,
    infer=lambda args, attrs: TensorSpec(shape_of(args[1]), tensor_spec(args[0], "reshape_like").dtype),
)


def reshape_like(x: Value, like: Value) -> Value:
    """Return the values of `x` in the shape of `like`, which has as many."""
    shape = static_shape(x)
    if shape is not None and shape == static_shape(like):
        return x
    return call(RESHAPE_LIKE, x, like)


# --- axes -----------------------------------------------------------------------------------------------------------


def _permutation(axes: tuple[int, ...] | None, ndim: int) -> tuple[int, ...]:
    if axes is None:
        return tuple(reversed(range(ndim)))
    order = tuple(a % ndim if -ndim <= a < ndim else a for a in axes)
    if sorted(order) != list(range(ndim)):
        raise InvalidArgumentError(f"transpose: axes must name each of the {ndim} axes once. Received: axes={axes}.")
    return order


def _transpose(x: Any, *, axes: tuple[int, ...] | None) -> Array:
    array = np.asarray(x)
    return array.transpose(_permutation(axes, array.ndim))


def _batch_transpose(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    order = _permutation(attrs["axes"], args[0].ndim - 1)
    return np.asarray(args[0].transpose((0, *(a + 1 for a in order))))


def _infer_transpose(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    spec, axes = tensor_spec(args[0], "transpose"), attrs["axes"]
    if spec.shape is None:
        return TensorSpec(None if axes is None else (None,) * len(axes), spec.dtype)
    return TensorSpec(tuple(spec.shape[a] for a in _permutation(axes, len(spec.shape))), spec.dtype)


def _transpose_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Value]:
    axes = attrs["axes"]
    inverse = None if axes is None else tuple(int(a) for a in np.argsort(_permutation(axes, len(axes))))
    return (transpose(grads[0], inverse),)


TRANSPOSE = register(
    "transpose", _transpose, gradient=_transpose_gradient, batch=_batch_transpose, infer=_infer_transpose
)


def transpose(x: Value, axes: Sequence[int] | None = None) -> Value:
    """Permute the axes: axis `i` of the result is axis `axes[i]` of `x`; None reverses them."""
    return call(TRANSPOSE, x, axes=None if axes is None else as_target_shape(axes))


def _swap_last(x: Any) -> Array:
    return np.swapaxes(x, -1, -2)


def _infer_swap_last(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    spec = tensor_spec(args[0], "matrix_transpose")
    if spec.shape is None:
        return spec
    if len(spec.shape) < 2:
        raise ShapeError(f"matrix_transpose: the rank must be at least 2. Received: {spec!r}.")
    return TensorSpec((*spec.shape[:-2], spec.shape[-1], spec.shape[-2]), spec.dtype)


MATRIX_TRANSPOSE = register(
    "matrix_transpose",
    _swap_last,
    gradient=lambda g, x, y, attrs: (matrix_transpose(g[0]),),
    batch=lambda n, args, batched, attrs: _swap_last(args[0]),
    infer=_infer_swap_last,
)


def matrix_transpose(x: Value) -> Value:
    """Exchange the last two axes: `T[..., a, b]` to `T[..., b, a]`."""
    return call(MATRIX_TRANSPOSE, x)


def swapaxes(x: Value, axis1: int, axis2: int) -> Value:
    """Exchange two axes; the rank must be known."""
    order = list(range(np.ndim(x)))
    a, b = (normalize_one_axis(axis, len(order), "swapaxes") for axis in (axis1, axis2))
    order[a], order[b] = b, a
    return transpose(x, order)


def _expand_dims(x: Any, *, axis: int) -> Array:
    return np.expand_dims(x, axis)


def _infer_expand_dims(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    spec = tensor_spec(args[0], "expand_dims")
    if spec.shape is None:
        return spec
    axis = normalize_one_axis(attrs["axis"], len(spec.shape) + 1, "expand_dims")
    return TensorSpec((*spec.shape[:axis], 1, *spec.shape[axis:]), spec.dtype)


EXPAND_DIMS = register(
    "expand_dims",
    _expand_dims,
    gradient=lambda g, x, y, attrs: (reshape_like(g[0], x[0]),),
    batch=lambda n, args, batched, attrs: np.expand_dims(args[0], batching.shift_axis(attrs["axis"], args[0].ndim)),
    infer=_infer_expand_dims,
)


def expand_dims(x: Value, axis: int) -> Value:
    """Insert an axis of length 1 before `axis`; -1 appends one."""
    return call(EXPAND_DIMS, x, axis=int(axis))


def _squeeze(x: Any, *, axis: tuple[int, ...] | None) -> Array:
    return np.squeeze(np.asarray(x), axis)


def _batch_squeeze(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    rows, axis = args[0], attrs["axis"]
    if axis is None:
        return np.asarray(rows.reshape((n, *(d for d in rows.shape[1:] if d != 1))))
    return np.asarray(np.squeeze(rows, batching.shift_axes(axis, rows.ndim - 1)))


def _infer_squeeze(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    spec, axis = tensor_spec(args[0], "squeeze"), attrs["axis"]
    if spec.shape is None or (axis is None and None in spec.shape):
        return TensorSpec(None, spec.dtype)
    if axis is None:
        return TensorSpec(tuple(d for d in spec.shape if d != 1), spec.dtype)
    axes = {normalize_one_axis(a, len(spec.shape), "squeeze") for a in axis}
    if any(spec.shape[a] not in (1, None) for a in axes):
        raise ShapeError(f"squeeze: axes must have length 1. Received: axis={axis}, shape={spec.shape}.")
    return TensorSpec(tuple(d for i, d in enumerate(spec.shape) if i not in axes), spec.dtype)


SQUEEZE = register(
    "squeeze",
    _squeeze,
    gradient=lambda g, x, y, attrs: (reshape_like(g[0], x[0]),),
    batch=_batch_squeeze,
    infer=_infer_squeeze,
)


def squeeze(x: Value, axis: int | Sequence[int] | None = None) -> Value:
    """Remove axes of length 1: those named, or all of them for None."""
    return call(SQUEEZE, x, axis=None if axis is None else as_target_shape(axis))


# --- size -----------------------------------------------------------------------------------------------------------


def _shape(x: Any, *, dtype: Any) -> Array:
    return np.asarray(np.shape(x), dtype=dtype)


def _size(x: Any, *, dtype: Any) -> Any:
    return np.asarray(np.size(x), dtype=dtype)[()]


def _batch_shape(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    shape = np.asarray(args[0].shape[1:], dtype=attrs["dtype"])
    return np.broadcast_to(shape, (n, *shape.shape))


def _batch_size(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    return np.full(n, int(np.prod(args[0].shape[1:])), dtype=attrs["dtype"])


def _infer_shape(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    shape = shape_of(args[0])
    return TensorSpec((None if shape is None else len(shape),), attrs["dtype"])


SHAPE = register("shape", _shape, batch=_batch_shape, infer=_infer_shape)
SIZE = register("size", _size, batch=_batch_size, infer=lambda args, attrs: TensorSpec((), attrs["dtype"]))


def shape(x: Value, dtype: Any = "int32") -> Value:
    """Return the shape as a value `dtype[rank]`, known when the op runs; int32 as in TensorFlow."""
    return call(SHAPE, x, dtype=as_dtype(dtype).numpy)


def size(x: Value, dtype: Any = "int32") -> Value:
    """Return the number of values as a scalar; int32 as in TensorFlow."""
    return call(SIZE, x, dtype=as_dtype(dtype).numpy)
