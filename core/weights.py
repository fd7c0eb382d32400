"""What a layer may be told about its weights: initializers, regularizers and constraints, by object or by name.

The floor of the neural network defines them; core knows their call protocols and asks a resolver, which that floor
registers, for everything but `"zeros"` and `"ones"`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, Protocol, cast

import numpy as np

from .dtypes import DType
from .errors import InvalidArgumentError, describe, suggest

Kind = Literal["initializer", "regularizer", "constraint"]


class Initializer(Protocol):
    """Makes the first value of a weight."""

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        """Return an array (or Tensor) of that shape and dtype."""
        ...


class WeightFunction(Protocol):
    """A regularizer (weight to scalar penalty) or a constraint (weight to projected weight)."""

    def __call__(self, weight: Any, /) -> Any:
        """Return the penalty, or the weight to keep."""
        ...


Resolver = Callable[[Any], Any]

_resolvers: Final[dict[Kind, Resolver]] = {}


def register_resolver(kind: Kind, resolver: Resolver) -> None:
    """Set the function that turns names and configs of this kind into objects; a later one replaces it."""
    _resolvers[kind] = resolver


def zeros(shape: tuple[int, ...], dtype: Any = None) -> Any:
    """Return zeros; the initializer `"zeros"`."""
    return np.zeros(shape, dtype=dtype or np.float32)


def ones(shape: tuple[int, ...], dtype: Any = None) -> Any:
    """Return ones; the initializer `"ones"`."""
    return np.ones(shape, dtype=dtype or np.float32)


_BUILT_IN: Final[Mapping[str, Initializer]] = {"ones": ones, "zeros": zeros}


def resolve_initializer(value: Any, dtype: DType, *, where: str) -> Initializer:
    """Return the initializer for an object, a name, or None.

    None is Keras's choice: Glorot's uniform distribution for floating point weights, zeros for all others.

    Raises:
        InvalidArgumentError: The name is unknown; the message starts with `where`.
    """
    if value is None:
        value = "glorot_uniform" if dtype.is_floating else "zeros"
    if "initializer" not in _resolvers and isinstance(value, str) and value in _BUILT_IN:
        return _BUILT_IN[value]
    return cast("Initializer", _resolve("initializer", value, where))


def resolve_function(kind: Literal["regularizer", "constraint"], value: Any, *, where: str) -> WeightFunction | None:
    """Return the regularizer or constraint for an object, a name, or None.

    Raises:
        InvalidArgumentError: The name is unknown; the message starts with `where`.
    """
    return None if value is None else cast("WeightFunction", _resolve(kind, value, where))


def _resolve(kind: Kind, value: Any, where: str) -> Any:
    resolver = _resolvers.get(kind)
    if resolver is not None and (isinstance(value, str | Mapping) or not callable(value)):
        return resolver(value)
    if isinstance(value, type):
        return value()
    if callable(value):
        return value
    hint = suggest(value, _BUILT_IN) if isinstance(value, str) and kind == "initializer" else ""
    raise InvalidArgumentError(
        f"{where}: {kind} must be a callable or a known name. Received: {kind}={describe(value)}.{hint} "
        "Import penstock.nn for the named ones."
    )
