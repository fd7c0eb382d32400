"""Optimizers by name."""

from __future__ import annotations

from typing import Any, Final

from ...core.errors import InvalidArgumentError, describe
from ..lookup import Table
from .adam import Adam, AdamW
from .base import Optimizer
from .rmsprop import RMSprop
from .sgd import SGD

_table: Final = Table("optimizer", (SGD, RMSprop, Adam, AdamW))


def get(identifier: Any) -> Optimizer:
    """Return the optimizer for a name (`"adam"`), a config, a class or an optimizer.

    Raises:
        InvalidArgumentError: No optimizer has that name.
    """
    found = identifier if isinstance(identifier, Optimizer) else _table.get(identifier)
    if not isinstance(found, Optimizer):
        raise InvalidArgumentError(f"optimizer: must be a name or an Optimizer. Received: {describe(identifier)}.")
    return found


def serialize(optimizer: Optimizer) -> Any:
    """Return an optimizer as JSON values, for `get`."""
    return _table.serialize(optimizer)
