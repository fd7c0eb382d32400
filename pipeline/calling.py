"""Names and small checks shared by the `Dataset` methods."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Sequence
from typing import Any, Final

from ..core.errors import InvalidArgumentError, describe
from ..core.leaves import as_leaf

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


def check_parallel_calls(where: str, value: Any) -> int | None:
    """Return `num_parallel_calls`: None, AUTOTUNE (-1) or an int >= 1."""
    if value is None:
        return None
    number = _as_int(value)
    if number is None or (number < 1 and number != AUTOTUNE):
        raise InvalidArgumentError(
            f"{where}: num_parallel_calls must be None, AUTOTUNE or an int >= 1. "
            f"Received: num_parallel_calls={describe(value)}."
        )
    return number


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
