"""Arguments and results of layers: nests in which lists are branches too, as Keras structures them.

`core/nest.py` takes a list for one array, as tf.data does. A layer is also called with lists of Tensors
(`concatenate([a, b])`), so here a list is a branch, unless it holds plain numbers or strings all the way down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .columns import Column

_SCALARS = (bool, int, float, complex, str, bytes, np.generic)


def iter_leaves(value: Any) -> Iterator[Any]:
    """Yield the leaves of lists, tuples and dicts in order."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from iter_leaves(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from iter_leaves(item)
    else:
        yield value


def map_leaves(function: Callable[[Any], Any], value: Any) -> Any:
    """Return the nest with `function` applied to each leaf, in order."""
    if isinstance(value, list):
        return [map_leaves(function, item) for item in value]
    if isinstance(value, tuple):
        items = [map_leaves(function, item) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, dict):
        return {key: map_leaves(function, item) for key, item in value.items()}
    return function(value)


def fill_leaves(nest: Any, leaves: Iterator[Any]) -> Any:
    """Return the nest with its leaves replaced by the next ones of `leaves`."""
    return map_leaves(lambda _: next(leaves), nest)


def is_plain_list(value: Any) -> bool:
    """Whether a value is a list (or tuple) of plain numbers or strings, at any depth: one array in Python's clothes."""
    if not isinstance(value, list | tuple) or not value:
        return isinstance(value, list)
    return all(isinstance(item, _SCALARS) or is_plain_list(item) for item in value)


def shapes_of(value: Any) -> Any:
    """Return the shape of an array, Tensor, Symbol or column, or the nest of shapes; None for what has none."""
    return map_leaves(_shape_of, value)


def _shape_of(value: Any) -> Any:
    if isinstance(value, Column):
        return (len(value), *getattr(value.spec, "shape", ()))
    spec = getattr(value, "spec", None)
    shape = getattr(value, "shape", None) if spec is None else spec.shape
    if shape is None:
        return np.shape(value) if isinstance(value, _SCALARS) else None
    return tuple(shape)
