"""Losses by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ..lookup import Table
from . import classes, functions

_table: Final = Table(
    "loss",
    (
        functions.mean_squared_error,
        functions.mean_absolute_error,
        functions.sparse_categorical_crossentropy,
        functions.categorical_crossentropy,
        functions.binary_crossentropy,
    ),
    aliases={
        "mse": functions.mean_squared_error,
        "mae": functions.mean_absolute_error,
        "bce": functions.binary_crossentropy,
        # A class's own name gives the class, which reduces.
        "MeanSquaredError": classes.MeanSquaredError,
        "MeanAbsoluteError": classes.MeanAbsoluteError,
        "SparseCategoricalCrossentropy": classes.SparseCategoricalCrossentropy,
        "CategoricalCrossentropy": classes.CategoricalCrossentropy,
        "BinaryCrossentropy": classes.BinaryCrossentropy,
    },
)


def get(identifier: Any) -> Callable[..., Any] | None:
    """Return the loss for a name (`"mse"`, `"sparse_categorical_crossentropy"`), a config, a class or a callable.

    A name gives the function, which does not reduce; `compile` wraps it so that it does. None stays None.

    Raises:
        InvalidArgumentError: No loss has that name.
    """
    found: Callable[..., Any] | None = _table.get(identifier)
    return found


def serialize(loss: Any) -> Any:
    """Return a loss as JSON values, for `get`."""
    return _table.serialize(loss)


def is_known(name: str) -> bool:
    """Whether a loss has this name."""
    return _table.has(name)
