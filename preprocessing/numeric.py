"""Numbers in every form users have them, as one flat array and the way back to their form."""

from __future__ import annotations

import contextlib
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.columns import Column, DenseColumn, RaggedColumn
from ..core.composites import plain
from ..core.errors import DTypeError, describe
from ..core.values import Ragged, Sparse
from .strings import DenseForm, Form, RaggedForm, SparseForm, holds_lists, ragged_of_arrow, uneven

Array = npt.NDArray[Any]


class Numbers(NamedTuple):
    """Numbers and their form.

    Attributes:
        values: One number per item.
        form: How they stand in the user's value.
    """

    values: Array
    form: Form


def as_flat_numbers(value: Any, *, where: str) -> Numbers:
    """Return the numbers of a value, whatever holds them: what NumPy understands, `Ragged`, `Sparse`, and columns.

    Args:
        value: Array, list, number, Tensor, pyarrow or pandas column, `Ragged`, `Sparse` or column.
        where: Start of messages.

    Raises:
        DTypeError: There is something else than numbers in it.
        InvalidArgumentError: Rows of nested lists differ in length.
    """
    value = plain(value)
    if isinstance(value, Ragged):
        splits: list[Any] = [value.row_splits]
        inner: Any = value.values
        while isinstance(inner, Ragged):
            splits.append(inner.row_splits)
            inner = inner.values
        return Numbers(_checked(inner, where).reshape(-1), RaggedForm(tuple(splits), inner.shape[1:]))
    if isinstance(value, Sparse):
        return Numbers(_checked(value.values, where), SparseForm(value.indices, value.shape))
    if holds_lists(value):
        value = ragged_of_arrow(value, where)
    if isinstance(value, RaggedColumn):
        return as_flat_numbers(value.as_value(), where=where)
    if isinstance(value, DenseColumn):
        value = value.values
    elif isinstance(value, Column):
        raise _not_numbers(value, where)
    array = number_array(value, where)
    return Numbers(_checked(array, where).reshape(-1), DenseForm(array.shape))


def as_floats(value: Any, what: str) -> Array:
    """Return an option that holds numbers as float64.

    Raises:
        DTypeError: It holds something else.
    """
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as err:
        raise DTypeError(f"{what} must be numbers. Received: {describe(value)}.") from err


def number_array(value: Any, where: str, *, rows_of: str = "nested lists") -> Array:
    """Return a value as an array; missing numbers of pandas columns become NaN.

    Args:
        value: Array, list, number, or column of another library.
        where: Start of messages.
        rows_of: What the rows of the value are called.

    Raises:
        InvalidArgumentError: Rows differ in length.
    """
    if hasattr(value, "as_py"):  # a scalar of pyarrow
        value = value.as_py()
    try:
        array = np.asarray(value)
    except ValueError as err:
        raise uneven(value, where, rows_of) from err
    if array.dtype.kind == "O" and hasattr(value, "to_numpy"):
        with contextlib.suppress(TypeError, ValueError):
            return np.asarray(value.to_numpy(dtype=np.float64, na_value=np.nan))
    return array


def _checked(array: Array, where: str) -> Array:
    if array.dtype.kind in "biuf":
        return array
    if array.dtype.kind == "O" and not array.size:
        return array.astype(np.float32)
    raise _not_numbers(array, where)


def _not_numbers(value: Any, where: str) -> DTypeError:
    return DTypeError(f"{where}: inputs must be numbers. Received: {describe(value)}.")
