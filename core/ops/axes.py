"""Arguments named `axis`: one int, several, or None for all; negative ones count from the last."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import OutOfRangeError
from ..specs import Shape

Axis = int | Sequence[int] | None


def normalize_one_axis(axis: int, ndim: int, where: str) -> int:
    """Return an axis as a non-negative int.

    Raises:
        OutOfRangeError: There is no such axis.
    """
    if not -ndim <= axis < ndim:
        raise OutOfRangeError(f"{where}: axis must be at least {-ndim} and less than {ndim}. Received: axis={axis}.")
    return axis % ndim


def normalize_axis(axis: Axis, ndim: int, where: str) -> tuple[int, ...]:
    """Return axes as sorted non-negative ints; all of them for None.

    Raises:
        OutOfRangeError: There is no such axis.
    """
    if axis is None:
        return tuple(range(ndim))
    axes = tuple(axis) if isinstance(axis, Sequence) else (axis,)
    if any(not -ndim <= a < ndim for a in axes):
        raise OutOfRangeError(
            f"{where}: axis must be at least {-ndim} and less than {ndim}, the rank. Received: axis={axis}."
        )
    return tuple(sorted({a % ndim for a in axes}))


def reduced_shape(shape: Shape, axis: Axis, where: str, *, keepdims: bool) -> Shape:
    """Return the shape after a reduction."""
    if shape is None:
        return () if axis is None and not keepdims else None
    axes = normalize_axis(axis, len(shape), where)
    if keepdims:
        return tuple(1 if i in axes else d for i, d in enumerate(shape))
    return tuple(d for i, d in enumerate(shape) if i not in axes)
