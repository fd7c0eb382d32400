"""Parts of batching rules: how an op acts on many rows at once, with the results of a loop over them.

A batched argument is an ndarray with a leading row axis; its element shape is the rest. An argument that is not
batched is one value for all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from .registry import Attrs, BatchRule

Array = npt.NDArray[Any]


def element_ndim(arg: Any, batched: bool) -> int:  # noqa: FBT001
    """Return the rank of one row's value."""
    return np.ndim(arg) - batched


def align_rows(args: Sequence[Any], batched: Sequence[bool]) -> list[Any]:
    """Insert 1-axes after the row axis so that arguments of different element rank broadcast as single rows do."""
    rank = max(element_ndim(a, b) for a, b in zip(args, batched, strict=True))
    return [pad_rank(a, rank) if b else a for a, b in zip(args, batched, strict=True)]


def pad_rank(rows: Array, rank: int) -> Array:
    """Return `[n, *shape]` as `[n, 1, …, *shape]` with element rank `rank`."""
    missing = rank + 1 - rows.ndim
    return rows if missing <= 0 else rows.reshape(rows.shape[:1] + (1,) * missing + rows.shape[1:])


def as_rows(n: int, arg: Any, batched: bool) -> Array:  # noqa: FBT001
    """Return an argument with a row axis; a constant is repeated without a copy."""
    if batched:
        return cast("Array", arg)
    value = np.asarray(arg)
    return np.broadcast_to(value, (n, *value.shape))


def elementwise_rule(forward: Callable[..., Any]) -> BatchRule:
    """Return the batching rule of an elementwise function: align the ranks and apply it once."""

    def batch(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Any:
        return forward(*align_rows(args, batched), **attrs)

    return batch


def shift_axis(axis: int, ndim: int) -> int:
    """Return an element's axis as an axis of the rows.

    Raises:
        AxisError: The element has no such axis.
    """
    return int(np.lib.array_utils.normalize_axis_index(axis, ndim)) + 1


def shift_axes(axis: int | Sequence[int] | None, ndim: int) -> tuple[int, ...]:
    """Return an element's axes (None for all) as axes of the rows."""
    if axis is None:
        return tuple(range(1, ndim + 1))
    return tuple(a + 1 for a in np.lib.array_utils.normalize_axis_tuple(axis, ndim))


def loop_rule(forward: Callable[..., Any]) -> BatchRule:
    """Return the batching rule that any function has: apply it row by row and stack the results."""

    def batch(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Any:
        return loop_rows(forward, n, args, batched, attrs)

    return batch


def loop_rows(forward: Callable[..., Any], n: int, args: Sequence[Any], batched: Sequence[bool], attrs: Attrs) -> Any:
    """Apply `forward` to each row and stack the results; rows that do not stack come back as a column.

    With no rows the result's shape comes from stand-ins; unknown dimensions are 0.
    """
    from ..columns import Column

    if n == 0:
        return _no_rows(forward, args, batched, attrs)
    rows = []
    for i in range(n):
        row = [
            (a.element(i) if isinstance(a, Column) else a[i]) if b else a for a, b in zip(args, batched, strict=True)
        ]
        rows.append(forward(*row, **attrs))
    if isinstance(rows[0], tuple):
        return tuple(stack_rows(list(output)) for output in zip(*rows, strict=True))
    return stack_rows(rows)


def stack_rows(rows: list[Any]) -> Any:
    """Return rows' values as `[n, *shape]`, or as a column when they are strings or differ in shape."""
    if not isinstance(rows[0], bytes | str):
        arrays = [np.asarray(row) for row in rows]
        alike = {(a.shape, a.dtype) for a in arrays}
        if len(alike) == 1 and arrays[0].dtype != object:
            return np.stack(arrays)
    return _column_of(rows)


def _column_of(rows: list[Any]) -> Any:
    from ..columns import from_elements
    from ..specs import most_specific, spec_of

    return from_elements(rows, most_specific(spec_of(row) for row in rows))


def _no_rows(forward: Callable[..., Any], args: Sequence[Any], batched: Sequence[bool], attrs: Attrs) -> Any:
    from ..columns import Column, from_elements
    from ..specs import Spec, TensorSpec
    from .inference import probe_rule

    def spec(arg: Any) -> Spec:
        if isinstance(arg, Column):
            return arg.spec
        return TensorSpec(arg.shape[1:], arg.dtype)

    specs = [spec(a) if b else a for a, b in zip(args, batched, strict=True)]
    inferred = probe_rule(forward)(tuple(specs), attrs)
    single = not isinstance(inferred, tuple)
    columns = tuple(from_elements([], s) for s in ((inferred,) if single else inferred))
    return columns[0] if single else columns


def object_rows(column: Any) -> Array:
    """Return a column of strings as an object array `[n, *shape]` of bytes."""
    values = column.to_list()
    rows = np.empty(len(values), dtype=object)
    rows[:] = values
    if column.spec.shape:
        stacked = np.empty(
            (len(values), *(np.shape(values[0]) if values else [d or 0 for d in column.spec.shape])), object
        )
        for i, value in enumerate(values):
            stacked[i] = value
        return stacked
    return rows
