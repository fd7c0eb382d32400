"""Broadcasting as ops: repeat a value to a shape, and its transpose, summing back to one.

`sum_to_like` and `broadcast_like` take the shape from another value, so that gradient rules also work on symbols with
unknown dimensions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..specs import TensorSpec
from .batching import Array, as_rows, pad_rank
from .inference import broadcast_shapes, shape_of, tensor_spec
from .registry import Attrs, Value, call, register


def static_shape(value: Any) -> tuple[int, ...] | None:
    """Return the shape of an array, Tensor or Symbol when it is fully known, else None."""
    shape = value.shape if hasattr(value, "shape") else np.shape(value)
    return None if shape is None or None in shape else tuple(shape)


def as_target_shape(shape: Any) -> tuple[int, ...]:
    """Return a shape argument (an int or a sequence of ints) as a tuple."""
    if isinstance(shape, int | np.integer):
        return (int(shape),)
    return tuple(int(d) for d in shape)


def _sum_to(x: Any, target: tuple[int, ...]) -> Any:
    shape = np.shape(x)
    if shape == target:
        return x
    extra = len(shape) - len(target)
    axes = tuple(range(extra)) + tuple(i + extra for i, d in enumerate(target) if d == 1 and shape[i + extra] != 1)
    # dtype: a sum of small integers or bools must not widen here, gradients keep their dtype.
    return np.sum(x, axis=axes, dtype=np.asarray(x).dtype, keepdims=True).reshape(target)


def _sum_to_like(x: Any, like: Any) -> Any:
    return _sum_to(x, np.shape(like))


def _batch_sum_to_like(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    x, target = as_rows(n, args[0], batched[0]), np.shape(args[1])[batched[1] :]
    padded = pad_rank(x, max(x.ndim - 1, len(target)))
    inner = (1,) * (padded.ndim - 1 - len(target)) + target
    return np.asarray(_sum_to(padded, (n, *inner))).reshape((n, *target))


def _infer_like(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    return TensorSpec(shape_of(args[1]), tensor_spec(args[0], "broadcast").dtype)


def _broadcast_like(x: Any, like: Any) -> Array:
    return np.broadcast_to(x, np.shape(like))


def _batch_broadcast_like(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    target = np.shape(args[1])[batched[1] :]
    return _broadcast_rows(n, args[0], batched[0], target)


def _broadcast_rows(n: int, x: Any, batched: bool, target: tuple[int, ...]) -> Array:  # noqa: FBT001
    rows = pad_rank(x, len(target)) if batched else x
    return np.broadcast_to(rows, (n, *target))


SUM_TO_LIKE = register(
    "sum_to_like",
    _sum_to_like,
    gradient=lambda g, x, y, attrs: (lambda: broadcast_like(g[0], x[0]), None),
    batch=_batch_sum_to_like,
    infer=_infer_like,
)
BROADCAST_LIKE = register(
    "broadcast_like",
    _broadcast_like,
    gradient=lambda g, x, y, attrs: (lambda: sum_to_like(g[0], x[0]), None),
    batch=_batch_broadcast_like,
    infer=_infer_like,
)


def sum_to_like(x: Value, like: Value) -> Value:
    """Sum over the axes along which `like` was broadcast to the shape of `x`.

    Args:
        x: `T[*shape]`.
        like: Any dtype; its shape broadcasts to `shape`.

    Returns:
        `T` of the shape of `like`.
    """
    shape = static_shape(x)
    if shape is not None and shape == static_shape(like):
        return x
    return call(SUM_TO_LIKE, x, like)


def broadcast_like(x: Value, like: Value) -> Value:
    """Repeat `x` along new or length-1 axes to the shape of `like`; keeps the dtype of `x`."""
    shape = static_shape(x)
    if shape is not None and shape == static_shape(like):
        return x
    return call(BROADCAST_LIKE, x, like)


def _broadcast_to(x: Any, *, shape: tuple[int, ...]) -> Array:
    return np.broadcast_to(x, shape)


def _batch_broadcast_to(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    return _broadcast_rows(n, args[0], batched[0], attrs["shape"])


def _infer_broadcast_to(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    shape = attrs["shape"]
    given = shape_of(args[0])
    merged = broadcast_shapes([given, shape], "broadcast_to")
    fits = merged is None or (
        len(merged) == len(shape) and all(m in (d, None) for m, d in zip(merged, shape, strict=True))
    )
    if not fits:
        raise ShapeError(f"broadcast_to: shape must be one that the value broadcasts to. Received: {given} to {shape}.")
    return TensorSpec(shape, tensor_spec(args[0], "broadcast_to").dtype)


BROADCAST_TO = register(
    "broadcast_to",
    _broadcast_to,
    gradient=lambda g, x, y, attrs: (sum_to_like(g[0], x[0]),),
    batch=_batch_broadcast_to,
    infer=_infer_broadcast_to,
)


def broadcast_to(x: Value, shape: Sequence[int]) -> Value:
    """Repeat `x` along new leading and length-1 axes to `shape`, as `np.broadcast_to`.

    Args:
        x: `T[...]`, any dtype.
        shape: The target; every axis of `x`, from the last, equals it or is 1.

    Returns:
        `T[*shape]`; NumPy results are read-only views.
    """
    return call(BROADCAST_TO, x, shape=as_target_shape(shape))
