"""Indexing: `x[key]` in all of NumPy's forms, gather along an axis, and one_hot.

A key is kept in two parts: a static `Key` (slices, ints, Ellipsis, None, and places for arrays) and the index arrays,
which are inputs of the op and may differ from row to row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..dtypes import as_dtype
from ..errors import OutOfRangeError, ShapeError, describe
from ..specs import Shape, Spec, TensorSpec
from . import batching
from .axes import normalize_one_axis
from .batching import Array
from .inference import broadcast_shapes, shape_of, tensor_spec
from .registry import Attrs, Value, call, operand_kind, register


@dataclass(frozen=True, slots=True)
class Place:
    """Stands in a key for index array number `number`."""

    number: int


Key = tuple[Any, ...]


def parse_key(key: Any) -> tuple[Key, list[Any]]:
    """Split what stands between brackets into its static part and its index arrays."""
    items = key if isinstance(key, tuple) else (key,)
    static: list[Any] = []
    arrays: list[Any] = []
    for item in items:
        part = _parse_item(item)
        if isinstance(part, _Index):
            static.append(Place(len(arrays)))
            arrays.append(part.array)
        else:
            static.append(part)
    return tuple(static), arrays


class _Index:
    def __init__(self, array: Any) -> None:
        self.array = array


def _parse_item(item: Any) -> Any:
    if item is None or item is Ellipsis:
        return item
    if isinstance(item, slice):
        return slice(*(None if v is None else _as_int(v) for v in (item.start, item.stop, item.step)))
    if operand_kind(item) is not None:
        return _Index(item)
    if isinstance(item, int | np.integer) and not isinstance(item, bool | np.bool):
        return int(item)
    array = np.asarray(item)
    if array.size == 0 and array.dtype.kind == "f":  # an empty list
        array = array.astype(np.intp)
    if array.dtype.kind not in "iu" and not (array.dtype.kind == "b" and array.ndim):
        raise OutOfRangeError(
            f"getitem: an index must be an integer, a slice, None, ... or an array of them. Received: {item!r}."
        )
    return _Index(array)


def _as_int(value: Any) -> int:
    return int(value.__index__())


def full_key(key: Key, arrays: Sequence[Any]) -> Key:
    """Return the key with its index arrays in place, as NumPy takes it."""
    return tuple(arrays[item.number] if isinstance(item, Place) else item for item in key)


def expand_key(key: Key, ndim: int, consumed: Sequence[int]) -> Key:
    """Return a key whose Ellipsis (or missing end) is written out as slices, for a value of rank `ndim`.

    Args:
        key: The static key.
        ndim: Rank of the value.
        consumed: Axes that each index array takes: 1, or its rank for a bool mask.

    Raises:
        OutOfRangeError: The key has more indices than the value has axes.
    """
    used = sum(consumed[i.number] if isinstance(i, Place) else i is not None and i is not Ellipsis for i in key)
    if used > ndim:
        raise OutOfRangeError(f"getitem: at most {ndim} indices fit a value of rank {ndim}. Received: {used}.")
    fill = (slice(None),) * (ndim - used)
    at = next((i for i, item in enumerate(key) if item is Ellipsis), len(key))
    return (*key[:at], *fill, *key[at + 1 :])


# --- getitem --------------------------------------------------------------------------------------------------------


def _getitem(x: Any, *arrays: Any, key: Key) -> Any:
    return np.asarray(x)[full_key(key, arrays)]


def _advanced_place(key: Key) -> tuple[bool, int]:
    """Return whether array indices stand together, and before how many result axes the first stands.

    NumPy counts plain ints as array indices as soon as there is an array. Apart, their axes go to the front.
    """
    places = [i for i, item in enumerate(key) if isinstance(item, Place | int)]
    together = places == list(range(places[0], places[-1] + 1))
    return together, places[0]


def _batch_getitem(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Any:
    x, arrays, key = np.asarray(args[0]), args[1:], attrs["key"]
    if not arrays:
        return x[(slice(None), *key)]
    if any(_is_mask(a) and b for a, b in zip(arrays, batched[1:], strict=True)):
        # Rows pick different numbers of values.
        return batching.loop_rows(_getitem, n, args, batched, attrs)
    if any(_is_mask(a) for a in arrays):
        key, arrays, batched = _without_masks(x.shape[batched[0] :], key, arrays, batched)
    key = expand_key(key, np.ndim(x) - batched[0], [1] * len(arrays))
    together, before = _advanced_place(key)
    front = before if together else 0
    if any(batched[1:]):
        rank = max(batching.element_ndim(a, b) for a, b in zip(arrays, batched[1:], strict=True))
        rows = [batching.pad_rank(a, rank) if b else a for a, b in zip(arrays, batched[1:], strict=True)]
        if not batched[0]:
            return np.moveaxis(x[full_key(key, rows)], front, 0)
        each = np.arange(n).reshape((n,) + (1,) * rank)
        result = x[(each, *full_key(key, rows))]
        # The row numbers are an index array too: only a key that starts with arrays keeps their axes in place.
        inner = [1 + i for i in range(rank)]
        return np.moveaxis(result, inner, [a + front for a in inner]) if together and front else result
    result = x[(slice(None), *full_key(key, arrays))]
    rank = np.broadcast(*(np.asarray(a) for a in arrays)).ndim
    return result if together else np.moveaxis(result, rank, 0)


def _is_mask(array: Any) -> bool:
    return not isinstance(array, Spec) and np.asarray(array).dtype.kind == "b"


def _without_masks(
    shape: Sequence[int], key: Key, arrays: Sequence[Any], batched: Sequence[bool]
) -> tuple[Key, tuple[Any, ...], tuple[bool, ...]]:
    """Replace constant bool masks by the positions where they hold.

    Raises:
        OutOfRangeError: A mask has another shape than the axes that it stands for.
    """
    full = expand_key(key, len(shape), [np.ndim(a) if _is_mask(a) else 1 for a in arrays])
    items: list[Any] = []
    found: list[Any] = []
    rows = [batched[0]]
    axis = 0
    for item in full:
        if not isinstance(item, Place):
            items.append(item)
            axis += item is not None
            continue
        array, is_rows = arrays[item.number], batched[1 + item.number]
        parts = [array]
        if _is_mask(array):
            parts = list(np.nonzero(array))
            if np.shape(array) != tuple(shape[axis : axis + len(parts)]):
                raise OutOfRangeError(
                    f"getitem: a mask must have the shape of the axes from {axis} on. Received: {describe(array)} "
                    f"for a value of shape {tuple(shape)}."
                )
        axis += len(parts)
        items += [Place(len(found) + i) for i in range(len(parts))]
        found += parts
        rows += [is_rows] * len(parts)
    return tuple(items), tuple(found), tuple(rows)


def _infer_getitem(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    spec, arrays = tensor_spec(args[0], "getitem"), args[1:]
    if spec.shape is None:
        return TensorSpec(None, spec.dtype)
    kinds = [tensor_spec(a, "getitem") for a in arrays]
    if any(k.shape is None for k in kinds):
        return TensorSpec(None, spec.dtype)
    masks = [k.dtype.is_bool for k in kinds]
    wrong = next((k for k in kinds if not (k.dtype.is_integer or k.dtype.is_bool)), None)
    if wrong is not None:
        raise OutOfRangeError(f"getitem: index arrays must hold integers or bools. Received: {wrong!r}.")
    consumed = [len(k.shape or ()) if mask else 1 for k, mask in zip(kinds, masks, strict=True)]
    key = expand_key(attrs["key"], len(spec.shape), consumed)
    shapes = [_picked_shape(a, k) for a, k in zip(arrays, kinds, strict=True)]
    advanced = broadcast_shapes(shapes, "getitem")
    return TensorSpec(_indexed_shape(spec.shape, key, consumed, advanced or ()), spec.dtype)


def _picked_shape(array: Any, spec: TensorSpec) -> Shape:
    """Return the shape of an index array; that of a mask is the number of places where it holds."""
    if not spec.dtype.is_bool:
        return spec.shape
    return (int(np.count_nonzero(array)),) if _is_mask(array) else (None,)


def _indexed_shape(shape: tuple[int | None, ...], key: Key, consumed: Sequence[int], advanced: Shape) -> Shape:
    dims: list[int | None] = []
    axis = 0
    together, place, put = False, -1, 0
    if consumed:
        together, place = _advanced_place(key)
    for position, item in enumerate(key):
        if position == place:
            put = len(dims)
        if item is None:
            dims.append(1)
            continue
        length = shape[axis]
        if isinstance(item, slice):
            dims.append(_sliced_length(item, length))
        elif isinstance(item, int) and length is not None and not -length <= item < length:
            raise OutOfRangeError(f"getitem: index {item} is out of range for axis {axis} of length {length}.")
        axis += consumed[item.number] if isinstance(item, Place) else 1
    if not consumed:
        return tuple(dims)
    front = put if together else 0
    return (*dims[:front], *(advanced or ()), *dims[front:])


def _sliced_length(item: slice, length: int | None) -> int | None:
    if length is not None:
        return len(range(*item.indices(length)))
    return None if item != slice(0, 0) else 0


def _getitem_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> list[Any]:
    x, *arrays = inputs
    return [lambda: call(SCATTER_LIKE, grads[0], x, *arrays, key=attrs["key"]), *(None for _ in arrays)]


GETITEM = register("getitem", _getitem, gradient=_getitem_gradient, batch=_batch_getitem, infer=_infer_getitem)


def getitem(x: Value, key: Any) -> Value:
    """Return `x[key]`: ints, slices, Ellipsis, None, integer arrays and bool masks, as NumPy does.

    Args:
        x: Any shape and dtype.
        key: One index or a tuple of them. Index arrays may be Tensors or Symbols; bounds of
            slices may not be Symbols.

    Raises:
        OutOfRangeError: Too many indices, or an index out of range of a known axis.
    """
    static, arrays = parse_key(key)
    return call(GETITEM, x, *arrays, key=static)


def _scatter_like(g: Any, like: Any, *arrays: Any, key: Key) -> Array:
    result = np.zeros(np.shape(like), dtype=np.asarray(g).dtype)
    if arrays:
        np.add.at(result, full_key(key, arrays), g)
    else:
        result[key] = g
    return result


def _scatter_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> list[Any]:
    arrays = inputs[2:]
    return [lambda: call(GETITEM, grads[0], *arrays, key=attrs["key"]), None, *(None for _ in arrays)]


SCATTER_LIKE = register(
    "scatter_like",
    _scatter_like,
    gradient=_scatter_gradient,
    infer=lambda args, attrs: TensorSpec(shape_of(args[1]), tensor_spec(args[0], "scatter_like").dtype),
)


# --- gather ---------------------------------------------------------------------------------------------------------


def _gather(x: Any, indices: Any, *, axis: int) -> Any:
    return np.take(x, indices, axis=axis)


def _batch_gather(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Any:
    x, indices = args
    axis = normalize_one_axis(attrs["axis"], np.ndim(x) - batched[0], "gather")
    if not batched[1]:
        return np.take(x, indices, axis=axis + 1)
    if not batched[0]:
        return np.moveaxis(np.take(x, indices, axis=axis), axis, 0)
    key = (slice(None),) * axis + (Place(0),)
    return _batch_getitem(n, args, batched, {"key": key})


def _infer_gather(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    spec, indices = tensor_spec(args[0], "gather"), tensor_spec(args[1], "gather")
    if spec.shape is None or indices.shape is None:
        return TensorSpec(None, spec.dtype)
    if not indices.dtype.is_integer:
        raise ShapeError(f"gather: indices must be integers. Received: {indices!r}.")
    axis = normalize_one_axis(attrs["axis"], len(spec.shape), "gather")
    return TensorSpec((*spec.shape[:axis], *indices.shape, *spec.shape[axis + 1 :]), spec.dtype)


def _gather_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Any, None]:
    x, indices = inputs
    axis = normalize_one_axis(attrs["axis"], np.ndim(x), "gather")
    key = (slice(None),) * axis + (Place(0),)
    return (lambda: call(SCATTER_LIKE, grads[0], x, indices, key=key), None)


GATHER = register("gather", _gather, gradient=_gather_gradient, batch=_batch_gather, infer=_infer_gather)


def gather(x: Value, indices: Value, axis: int = 0) -> Value:
    """Pick entries along an axis, as `np.take(x, indices, axis)`.

    Args:
        x: `T[*before, length, *after]`.
        indices: Integers of any shape, each at least `-length` and less than `length`.
        axis: The axis to pick along.

    Returns:
        `T[*before, *indices.shape, *after]`.
    """
    return call(GATHER, x, indices, axis=int(axis))


# --- one_hot --------------------------------------------------------------------------------------------------------


def _one_hot(indices: Any, *, depth: int, on_value: Any, off_value: Any, axis: int, dtype: Any) -> Array:
    positions = np.asarray(indices)
    axis = normalize_one_axis(axis, positions.ndim + 1, "one_hot")
    classes = np.arange(depth).reshape((depth,) + (1,) * (positions.ndim - axis))
    hit = np.expand_dims(positions, axis) == classes
    return np.where(hit, np.asarray(on_value, dtype), np.asarray(off_value, dtype))


def _batch_one_hot(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    axis = batching.shift_axis(attrs["axis"], args[0].ndim)
    return _one_hot(args[0], **{**attrs, "axis": axis})


def _infer_one_hot(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    indices = tensor_spec(args[0], "one_hot")
    if indices.shape is None:
        return TensorSpec(None, attrs["dtype"])
    axis = normalize_one_axis(attrs["axis"], len(indices.shape) + 1, "one_hot")
    return TensorSpec((*indices.shape[:axis], attrs["depth"], *indices.shape[axis:]), attrs["dtype"])


ONE_HOT = register("one_hot", _one_hot, batch=_batch_one_hot, infer=_infer_one_hot)


def one_hot(
    indices: Value, depth: int, *, on_value: Any = 1, off_value: Any = 0, axis: int = -1, dtype: Any = "float32"
) -> Value:
    """Mark positions along a new axis: `on_value` at the index, `off_value` elsewhere, as `tf.one_hot`.

    Args:
        indices: Integers of any shape; one outside of `[0, depth)` gives `off_value` everywhere.
        depth: Length of the new axis.
        on_value: Value at the index.
        off_value: Value elsewhere.
        axis: Where the new axis goes; -1 for last.
        dtype: Dtype of the result; float32 as in TensorFlow.
    """
    return call(
        ONE_HOT, indices, depth=int(depth), on_value=on_value, off_value=off_value, axis=int(axis),
        dtype=as_dtype(dtype).numpy,
    )  # fmt: skip
