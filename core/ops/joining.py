"""Ops that join several values into one, or one into several: stack, concat, split, tile."""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError, ShapeError
from ..specs import TensorSpec
from . import batching, indexing
from .axes import normalize_one_axis
from .batching import Array, as_rows
from .broadcasting import as_target_shape, static_shape
from .inference import common_shape, result_dtype, shape_of, tensor_spec
from .reduction import sum
from .registry import Attrs, Value, call, operand_kind, register
from .shaping import reshape


def _slice_along(x: Value, axis: int, key: Any) -> Value:
    """Return `x[..., key, ...]` with the key at a (non-negative) axis."""
    return indexing.getitem(x, (slice(None),) * axis + (key,))


# --- stack ----------------------------------------------------------------------------------------------------------


def _stack(*xs: Any, axis: int) -> Array:
    return np.stack(xs, axis=axis)


def _batch_stack(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    rows = [as_rows(n, a, b) for a, b in zip(args, batched, strict=True)]
    return np.stack(rows, axis=batching.shift_axis(attrs["axis"], rows[0].ndim))


def _stack_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> list[Any]:
    axis = normalize_one_axis(attrs["axis"], np.ndim(outputs[0]), "stack")
    return [lambda i=i: _slice_along(grads[0], axis, i) for i in range(len(inputs))]


def _infer_stack(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    shape = common_shape([shape_of(a) for a in args], "stack")
    dtype = result_dtype(_joined, args, {})
    if shape is None:
        return TensorSpec(None, dtype)
    axis = normalize_one_axis(attrs["axis"], len(shape) + 1, "stack")
    return TensorSpec((*shape[:axis], len(args), *shape[axis:]), dtype)


def _joined(*xs: Any) -> Array:
    """Join empty stand-ins and scalars into one array of their common dtype."""
    return np.concatenate([np.atleast_1d(x)[:0] for x in xs])


STACK = register("stack", _stack, gradient=_stack_gradient, batch=_batch_stack, infer=_infer_stack)


def stack(values: Sequence[Value], axis: int = 0) -> Value:
    """Join values of one shape along a new axis.

    Args:
        values: At least one value `T[*shape]`.
        axis: Where the new axis of length `len(values)` goes.

    Raises:
        InvalidArgumentError: There are no values.
    """
    return call(STACK, *_non_empty(values, "stack"), axis=int(axis))


def _non_empty(values: Sequence[Value], where: str) -> tuple[Value, ...]:
    parts = tuple(values)
    if not parts:
        raise InvalidArgumentError(f"{where}: at least one value is needed. Received: none.")
    return parts


# --- concat ---------------------------------------------------------------------------------------------------------


def _concat(*xs: Any, axis: int) -> Array:
    return np.concatenate(xs, axis=axis)


def _batch_concat(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    rows = [as_rows(n, a, b) for a, b in zip(args, batched, strict=True)]
    return np.concatenate(rows, axis=batching.shift_axis(attrs["axis"], rows[0].ndim - 1))


def _concat_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> list[Any]:
    axis = normalize_one_axis(attrs["axis"], np.ndim(outputs[0]), "concat")
    ends = np.cumsum([_length(x, axis) for x in inputs])
    starts = [0, *ends[:-1]]
    spans = [slice(int(a), int(b)) for a, b in zip(starts, ends, strict=True)]
    return [lambda span=span: _slice_along(grads[0], axis, span) for span in spans]


def _length(x: Value, axis: int) -> int:
    length = x.shape[axis]
    if length is None:
        raise ShapeError(f"concat: the gradient needs the lengths along axis {axis}. Received: shape={x.shape}.")
    return int(length)


def _infer_concat(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    shapes, dtype = [shape_of(a) for a in args], result_dtype(_joined, args, {})
    known = [s for s in shapes if s is not None]
    if not known:
        return TensorSpec(None, dtype)
    axis = normalize_one_axis(attrs["axis"], len(known[0]), "concat")
    rest = common_shape([(*s[:axis], None, *s[axis + 1 :]) for s in known], "concat") or ()
    lengths = [None if s is None else s[axis] for s in shapes]
    joined = None if None in lengths else builtins.sum(d for d in lengths if d is not None)
    return TensorSpec((*rest[:axis], joined, *rest[axis + 1 :]), dtype)


CONCAT = register("concat", _concat, gradient=_concat_gradient, batch=_batch_concat, infer=_infer_concat)


def concat(values: Sequence[Value], axis: int = 0) -> Value:
    """Join values along an axis they have; all other axes are equal.

    Raises:
        InvalidArgumentError: There are no values.
    """
    return call(CONCAT, *_non_empty(values, "concat"), axis=int(axis))


# --- split ----------------------------------------------------------------------------------------------------------


def _split(x: Any, *, sections: int | tuple[int, ...], axis: int) -> tuple[Array, ...]:
    array = np.asarray(x)
    return tuple(np.split(array, _cuts(sections, array.shape[axis]), axis=axis))


def _cuts(sections: int | tuple[int, ...], length: int) -> list[int]:
    """Return where to cut, from a number of equal parts or from the lengths of the parts."""
    if isinstance(sections, int):
        if sections < 1 or length % sections:
            raise ShapeError(f"split: the axis must divide into equal parts. Received: {sections} parts of {length}.")
        return [length // sections * i for i in range(1, sections)]
    sizes = list(sections)
    if sizes.count(-1) == 1:
        sizes[sizes.index(-1)] = length - (int(np.sum(sizes)) + 1)
    if min(sizes) < 0 or int(np.sum(sizes)) != length:
        raise ShapeError(f"split: sizes must sum to the axis. Received: sizes={sections} of {length}.")
    return [int(c) for c in np.cumsum(sizes)[:-1]]


def _batch_split(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> tuple[Array, ...]:
    axis = batching.shift_axis(attrs["axis"], args[0].ndim - 1)
    return _split(args[0], sections=attrs["sections"], axis=axis)


def _infer_split(args: tuple[Any, ...], attrs: Attrs) -> tuple[TensorSpec, ...]:
    spec, sections = tensor_spec(args[0], "split"), attrs["sections"]
    if spec.shape is None:
        raise ShapeError(f"split: the rank must be known. Received: {spec!r}.")
    axis = normalize_one_axis(attrs["axis"], len(spec.shape), "split")
    length = spec.shape[axis]
    if length is None:
        sizes: list[int | None] = (
            [None] * sections if isinstance(sections, int) else [None if s == -1 else s for s in sections]
        )
    else:
        cuts = [0, *_cuts(sections, length), length]
        sizes = [b - a for a, b in itertools.pairwise(cuts)]
    return tuple(TensorSpec((*spec.shape[:axis], s, *spec.shape[axis + 1 :]), spec.dtype) for s in sizes)


SPLIT = register(
    "split",
    _split,
    gradient=lambda g, x, y, attrs: (concat(g, axis=attrs["axis"]),),
    batch=_batch_split,
    infer=_infer_split,
)


def split(x: Value, num_or_size_splits: int | Sequence[int], axis: int = 0) -> tuple[Value, ...]:
    """Cut along an axis, as `tf.split`.

    Args:
        x: Any shape and dtype.
        num_or_size_splits: A number of equal parts, or the lengths of the parts (one may be -1, the rest). Note that
            `np.split` takes positions there instead of lengths.
        axis: The axis to cut.

    Raises:
        ShapeError: The axis does not divide so.
    """
    sections = num_or_size_splits
    sections = int(sections) if isinstance(sections, int | np.integer) else as_target_shape(sections)
    result: tuple[Value, ...] = call(SPLIT, x, sections=sections, axis=int(axis))
    return result


# --- tile -----------------------------------------------------------------------------------------------------------


def _tile(x: Any, *, multiples: tuple[int, ...]) -> Array:
    return np.tile(x, multiples)


def _batch_tile(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    multiples = attrs["multiples"]
    rows = batching.pad_rank(args[0], len(multiples))
    missing = rows.ndim - 1 - len(multiples)
    return np.tile(rows, (1,) * (1 + missing) + multiples)


def _tile_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Value]:
    shape = static_shape(inputs[0])
    if shape is None:
        raise ShapeError(f"tile: the gradient needs a known shape. Received: shape={inputs[0].shape}.")
    rank = np.ndim(outputs[0])
    dims = (1,) * (rank - len(shape)) + shape
    repeats = (1,) * (rank - len(attrs["multiples"])) + attrs["multiples"]
    pairs = reshape(grads[0], [d for pair in zip(repeats, dims, strict=True) for d in pair])
    return (reshape(sum(pairs, tuple(range(0, 2 * rank, 2))), shape),)


def _infer_tile(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    spec, multiples = tensor_spec(args[0], "tile"), attrs["multiples"]
    if spec.shape is None:
        return spec
    rank = max(len(spec.shape), len(multiples))
    dims = (1,) * (rank - len(spec.shape)) + spec.shape
    repeats = (1,) * (rank - len(multiples)) + multiples
    return TensorSpec(tuple(None if d is None else d * m for d, m in zip(dims, repeats, strict=True)), spec.dtype)


TILE = register("tile", _tile, gradient=_tile_gradient, batch=_batch_tile, infer=_infer_tile)


def tile(x: Value, multiples: Sequence[int] | int) -> Value:
    """Repeat the whole value along each axis, as `np.tile`; `multiples` aligns with the last axes."""
    return call(TILE, x, multiples=as_target_shape(multiples))


def stack_nested(value: Any) -> Any:
    """Return a list (or nested lists) that holds Tensors or Symbols stacked into one; anything else as it is."""
    if isinstance(value, list | tuple) and _holds_operand(value):
        return stack([stack_nested(item) for item in value])
    return value


def _holds_operand(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_holds_operand(item) for item in value)
    return operand_kind(value) is not None
