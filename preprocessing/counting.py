"""bincount: how often each integer stands in an array, or in each of its rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.dtypes import as_dtype
from ..core.errors import InvalidArgumentError, ShapeError, describe
from .numeric import as_flat_numbers
from .strings import DenseForm, RaggedForm, SparseForm

Array = npt.NDArray[Any]


def bincount(
    values: Any,
    weights: Any = None,
    *,
    minlength: int | None = None,
    maxlength: int | None = None,
    dtype: Any = "int64",
    axis: int | None = None,
    binary_output: bool = False,
) -> Array:
    """Return how often each integer from 0 on stands in an array, or the sum of its weights.

    Args:
        values: Integers, at least 0, in any form (dense, ragged, sparse); fractions are cut.
        weights: A number for each; counts are sums of them then, and have their dtype.
        minlength: Least length of the result.
        maxlength: Largest length of the result; greater integers are not counted.
        dtype: Of the result without weights.
        axis: None or 0 counts all; -1 counts each row of two axes.
        binary_output: Return 1 for what is there and 0 for the rest.

    Returns:
        `[length]`, or `[rows, length]` for axis -1 of two axes; the length is one more than the greatest integer.

    Raises:
        InvalidArgumentError: An integer is negative, or options do not go together.
        ShapeError: Weights do not have the shape of the values, or rows are asked for where there are none.
    """
    where = "bincount"
    flat, form = as_flat_numbers(values, where=where)
    if weights is not None and binary_output:
        raise InvalidArgumentError(f"{where}: binary_output and weights must not both be given.")
    if axis not in (None, 0, -1):
        raise InvalidArgumentError(f"{where}: axis must be 0, -1 or None. Received: axis={axis!r}.")
    integers = flat.astype(np.int64, copy=False)
    if integers.size and integers.min() < 0:
        raise InvalidArgumentError(f"{where}: values must be at least 0. Received: {int(integers.min())}.")
    amounts = None
    if weights is not None:
        amounts, _ = as_flat_numbers(weights, where=f"{where}, weights")
        if len(amounts) != len(integers):
            raise ShapeError(f"{where}: there must be a weight for each value. Received: {describe(weights)}.")
    length = max(int(integers.max()) + 1 if integers.size else 0, minlength or 0)
    length = length if maxlength is None else min(length, maxlength)
    rows, n = _rows(form) if axis == -1 else (np.zeros(len(integers), dtype=np.int64), 1)
    kept = integers < length
    place = rows[kept] * length + integers[kept]
    if amounts is None:
        counts = np.bincount(place, minlength=n * length)
        result = (np.minimum(counts, 1) if binary_output else counts).astype(as_dtype(dtype).numpy)
    else:
        result = np.zeros(n * length, dtype=amounts.dtype)
        np.add.at(result, place, amounts[kept])
    by_row = axis == -1 and not (isinstance(form, DenseForm) and len(form.shape) < 2)
    return result.reshape(n, length) if by_row else result


def _rows(form: Any) -> tuple[Array, int]:
    """Return the row of each value, and the number of rows."""
    if isinstance(form, DenseForm) and len(form.shape) <= 2:
        n, each = (1, *form.shape)[-2:] if form.shape else (1, 1)
        return np.repeat(np.arange(n), each), n
    if isinstance(form, RaggedForm) and len(form.splits) == 1 and not form.inner:
        counts = np.diff(form.splits[0])
        return np.repeat(np.arange(len(counts)), counts), len(counts)
    if isinstance(form, SparseForm) and len(form.shape) == 2:
        return form.indices[:, 0], form.shape[0]
    raise ShapeError("bincount: with axis=-1 values must have at most two axes.")
