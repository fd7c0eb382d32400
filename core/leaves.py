"""What a user function's result becomes: one form for each kind of leaf."""

from __future__ import annotations

from typing import Any

from . import nest
from .values import as_leaf

__all__ = ["as_element", "as_leaf"]


def as_element(result: Any) -> Any:
    """Return a nest whose leaves all are as `as_leaf` makes them."""
    if not isinstance(result, tuple | dict) and not hasattr(result, "__dataclass_fields__"):
        return as_leaf(result)
    if type(result) is tuple and not any(isinstance(v, tuple | dict) for v in result):
        return tuple([as_leaf(v) for v in result])
    return nest.map_structure(as_leaf, result)
