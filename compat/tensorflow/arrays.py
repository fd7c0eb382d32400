"""Functions of `tf` itself that make, cut and join Tensors."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from ...core import autodiff, ops
from ...core import tensor as tensors
from ...core.dtypes import as_dtype
from ...core.errors import UnimplementedError
from ...core.tensor import Tensor, TensorLike, to_array, wrap
from .renamed import alike, ints, operand, renamed

newaxis: Final = None

# --- making Tensors -------------------------------------------------------------------------------------------------


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Tensor:
    """Return a Tensor of a copy of the values; see `penstock.core.tensor.constant`."""
    return tensors.constant(value, dtype, None if shape is None else np.atleast_1d(ints(shape)).tolist())


def convert_to_tensor(value: Any, dtype: Any = None, dtype_hint: Any = None, name: str | None = None) -> Any:
    """Return a value as a Tensor; a Symbol as it is.

    Args:
        value: Numbers, strings, nested lists, arrays, Tensors.
        dtype: Dtype of the Tensor; values that would lose information are an error.
        dtype_hint: Dtype for values that have none of their own, where it loses nothing.
        name: Accepted for scripts written for TensorFlow; has no effect.
    """
    if dtype is None and dtype_hint is not None and isinstance(value, bool | int | float | list | tuple):
        try:
            return operand(value, dtype_hint)
        except TypeError:  # a hint is no demand
            pass
    return operand(value, dtype)


def zeros(shape: Any, dtype: Any = "float32", name: str | None = None) -> Tensor:
    """Return a Tensor of zeros, or of empty strings."""
    return fill(shape, "" if as_dtype(dtype).is_string else np.zeros((), as_dtype(dtype).numpy))


def ones(shape: Any, dtype: Any = "float32", name: str | None = None) -> Tensor:
    """Return a Tensor of ones."""
    return fill(shape, np.ones((), as_dtype(dtype).numpy))


def fill(dims: Any, value: Any, name: str | None = None) -> Tensor:
    """Return a Tensor of one value over and over."""
    return wrap(np.full(ints(dims), np.asarray(operand(value))))


def eye(num_rows: int, num_columns: int | None = None, dtype: Any = "float32", name: str | None = None) -> Tensor:
    """Return ones on the diagonal of a matrix of zeros."""
    return wrap(np.eye(int(num_rows), num_columns, dtype=as_dtype(dtype).numpy))


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str | None = None) -> Tensor:
    """Return the numbers from `start` (0 when there is one argument) to `limit`, not included, `delta` apart.

    Python's ints give int32 and its floats float32.
    """
    bounds = (0, start, delta) if limit is None else (start, limit, delta)
    arrays = [np.asarray(b) if isinstance(b, TensorLike) else to_array(b) for b in bounds]
    typed = [a for a, b in zip(arrays, bounds, strict=True) if type(b) not in (bool, int)] or arrays
    kind = as_dtype(np.result_type(*typed) if dtype is None else dtype).numpy
    return wrap(np.arange(*(a.item() for a in arrays)).astype(kind))


zeros_like = renamed("zeros_like", ops.zeros_like, "input", dtype=None)
ones_like = renamed("ones_like", ops.ones_like, "input", dtype=None)
identity = renamed("identity", ops.identity, "input")


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a function that returns `(result, grad_function)`; it is called with Tensors."""
    differentiable = autodiff.custom_gradient(f)

    @functools.wraps(f)
    def with_tensors(*args: Any, **kwargs: Any) -> Any:
        return differentiable(*map(operand, args), **kwargs)

    return with_tensors


stop_gradient = renamed("stop_gradient", ops.stop_gradient, "input")


# --- what they are --------------------------------------------------------------------------------------------------


def _sized(measure: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(measure)
    def sized(x: Any, *, out_type: Any) -> Any:
        return measure(x, dtype=out_type)

    return sized


def _rank(x: Any) -> Tensor:
    return tensors.constant(len(x.shape))


shape = renamed("shape", _sized(ops.shape), "input", out_type="int32")
size = renamed("size", _sized(ops.size), "input", out_type="int32")
rank = renamed("rank", _rank, "input")


# --- other dtypes, other shapes -------------------------------------------------------------------------------------


def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """Return values in another dtype; floats to integers truncate."""
    return ops.cast(operand(x), dtype)


def reshape(tensor: Any, shape: Any, name: str | None = None) -> Any:
    """Return the same values in another shape; one dimension may be -1."""
    return ops.reshape(operand(tensor), ints(shape))


def _transpose(x: Any, *, perm: Any) -> Any:
    return ops.transpose(x, perm if perm is None else ints(perm))


def tile(input: Any, multiples: Any, name: str | None = None) -> Any:
    """Repeat values along each axis."""
    return ops.tile(operand(input), ints(multiples))


def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Any:
    """Repeat values to fill a shape."""
    return ops.broadcast_to(operand(input), ints(shape))


def expand_dims(input: Any, axis: Any, name: str | None = None) -> Any:
    """Put in an axis of length 1."""
    return ops.expand_dims(operand(input), int(axis))


squeeze = renamed("squeeze", ops.squeeze, "input", axis=None)
transpose = renamed("transpose", _transpose, "a", perm=None)


# --- joining and cutting --------------------------------------------------------------------------------------------


def concat(values: Sequence[Any], axis: Any, name: str | None = None) -> Any:
    """Join values along an axis."""
    return ops.concat(alike(values, joined=True), int(axis))


def stack(values: Sequence[Any], axis: int = 0, name: str | None = None) -> Any:
    """Join values of one shape along a new axis."""
    return ops.stack(alike(values, joined=True), axis)


def split(value: Any, num_or_size_splits: Any, axis: Any = 0, num: int | None = None, name: str | None = None) -> Any:
    """Return a list of parts along an axis: a number of equal ones, or parts of the given lengths."""
    return list(ops.split(operand(value), ints(num_or_size_splits), int(axis)))


def unstack(value: Any, num: int | None = None, axis: int = 0, name: str | None = None) -> list[Any]:
    """Return the list of the entries along an axis."""
    whole = operand(value)
    return [ops.squeeze(part, axis) for part in ops.split(whole, whole.shape[axis], axis)]


def gather(
    params: Any, indices: Any, validate_indices: Any = None, axis: Any = None, batch_dims: int = 0,
    name: str | None = None,
) -> Any:  # fmt: skip
    """Pick entries along an axis, the first one by default."""
    if batch_dims:
        raise UnimplementedError(f"gather: batch_dims must be 0. Received: batch_dims={batch_dims}.")
    return ops.gather(operand(params), operand(indices), 0 if axis is None else int(axis))


def one_hot(
    indices: Any, depth: Any, on_value: Any = None, off_value: Any = None, axis: int | None = None, dtype: Any = None,
    name: str | None = None,
) -> Any:  # fmt: skip
    """Mark positions along a new axis: `on_value` (1) at the index, `off_value` (0) elsewhere."""
    if dtype is None:
        example = on_value if on_value is not None else off_value
        dtype = "float32" if example is None else to_array(example).dtype
    on, off = 1 if on_value is None else on_value, 0 if off_value is None else off_value
    place = -1 if axis is None else axis
    return ops.one_hot(operand(indices), int(depth), on_value=on, off_value=off, axis=place, dtype=dtype)


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """Take `x` where the condition holds and `y` elsewhere."""
    if x is None or y is None:
        raise UnimplementedError("where: x and y must be given. Use numpy.argwhere(condition) for the positions.")
    return ops.where(operand(condition), *alike([x, y]))


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """Limit values to a range."""
    return ops.clip(*alike([t, clip_value_min, clip_value_max]))


def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    name: str | None = None,
) -> Any:
    """Return the matrix product."""
    left, right = alike([a, b])
    left = ops.matrix_transpose(left) if transpose_a else left
    return ops.matmul(left, ops.matrix_transpose(right) if transpose_b else right)
