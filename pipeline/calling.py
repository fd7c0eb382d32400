"""Names and small checks shared by the `Dataset` methods."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from ..core.dtypes import DType
from ..core.errors import InvalidArgumentError, describe
from ..core.leaves import as_leaf
from ..core.random.seeds import as_seed

AUTOTUNE: Final = -1

# tf.data derives its default from the number of processors, which makes the order of elements depend on the machine.
DEFAULT_CYCLE_LENGTH: Final = 4


def check_count(where: str, name: str, value: Any, minimum: int) -> int:
    """Return an int argument of at least `minimum`.

    Raises:
        InvalidArgumentError: It is no int, or too small.
    """
    number = _as_int(value)
    if number is None or number < minimum:
        raise InvalidArgumentError(f"{where}: {name} must be an int >= {minimum}. Received: {name}={describe(value)}.")
    return number


def check_int(where: str, name: str, value: Any) -> int:
    """Return an int argument.

    Raises:
        InvalidArgumentError: It is no int.
    """
    number = _as_int(value)
    if number is None:
        raise InvalidArgumentError(f"{where}: {name} must be an int. Received: {name}={describe(value)}.")
    return number


def check_number(where: str, name: str, value: Any, dtype: DType) -> int | float:
    """Return a number that a dtype can hold, as a Python number.

    Raises:
        InvalidArgumentError: It is no number, the dtype is none of integers or floats, or holds no such number.
    """
    kind = dtype.numpy.kind
    try:
        number = operator.index(value) if kind in "iu" else float(value)
        if kind not in "iuf" or isinstance(value, bool):
            raise TypeError
        np.array([number], dtype=dtype.numpy)
    except (TypeError, ValueError, OverflowError):
        raise InvalidArgumentError(
            f"{where}: {name} must be a number that {dtype} holds. Received: {name}={describe(value)}."
        ) from None
    return number


def check_weights(where: str, weights: Any, count: int) -> tuple[tuple[float, ...], bool]:
    """Return weights as floats, and whether they are float64 (Python's floats count as float32, as in TensorFlow).

    Raises:
        InvalidArgumentError: There are not `count` of them, or one is negative or no number.
    """
    if weights is None:
        return (1.0,) * count, False
    array = np.asarray(as_leaf(weights))
    if array.shape != (count,) or array.dtype.kind not in "iuf":
        raise InvalidArgumentError(
            f"{where}: weights must be one number for each of the {count} datasets. Received: "
            f"weights={describe(weights)}."
        )
    if not (np.isfinite(array) & (array >= 0)).all():
        raise InvalidArgumentError(f"{where}: weights must be numbers >= 0. Received: weights={array.tolist()}.")
    items = weights if isinstance(weights, list | tuple) else [array[0]]
    is_double = all(isinstance(item, np.float64) for item in items)
    return tuple(array.astype(float).tolist()), is_double


def check_parallel_calls(where: str, value: Any, name: str = "num_parallel_calls") -> int | None:
    """Return `num_parallel_calls`, or an argument of another name: None, AUTOTUNE (-1) or an int >= 1."""
    if value is None:
        return None
    number = _as_int(value)
    if number is None or (number < 1 and number != AUTOTUNE):
        raise InvalidArgumentError(
            f"{where}: {name} must be None, AUTOTUNE or an int >= 1. Received: {name}={describe(value)}."
        )
    return number


def check_seed(where: str, seed: Any) -> int | None:
    """Return a seed: None or any integer.

    Raises:
        InvalidArgumentError: It is no integer.
    """
    return None if seed is None else as_seed(seed, where)


def _as_int(value: Any) -> int | None:
    """Return anything that is an integer as an int, and None for the rest, bools among it."""
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def check_function(where: str, name: str, value: Any) -> Callable[..., Any]:
    """Return a callable argument.

    Raises:
        InvalidArgumentError: It cannot be called.
    """
    if not callable(value):
        raise InvalidArgumentError(f"{where}: {name} must be callable. Received: {name}={describe(value)}.")
    function: Callable[..., Any] = value
    return function


def paths_of(where: str, files: Any) -> tuple[str, ...]:
    """Return one path or many as strings.

    Args:
        where: Caller, for messages.
        files: `str`, `bytes`, `os.PathLike`, or a sequence or array of these.

    Raises:
        InvalidArgumentError: Something is no path.
    """
    leaf = as_leaf(files) if not isinstance(files, os.PathLike) else files
    if isinstance(leaf, str | bytes | os.PathLike):
        return (os.fsdecode(leaf),)
    items: Sequence[Any] = list(leaf) if hasattr(leaf, "__iter__") else ()
    if not items or not all(isinstance(i, str | bytes | os.PathLike) for i in items):
        raise InvalidArgumentError(
            f"{where}: filenames must be a path or a list of paths. Received: {describe(files)}."
        )
    return tuple(os.fsdecode(i) for i in items)
