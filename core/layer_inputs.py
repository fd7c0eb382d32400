"""What a layer's arguments become before `call` sees them, and its results before the user does."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arguments import is_plain_list, map_leaves
from .dtypes import DType
from .errors import ShapeError, describe
from .layer_call import first_symbol, is_symbol
from .ops import registry
from .tensor import Tensor

_NUMBERS = (bool, int, float, complex)


def convert_arguments(
    args: tuple[Any, ...], kwargs: dict[str, Any], dtype: DType, *, where: str
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Make Tensors from array arguments, floating point ones of `dtype`; the first may be Python numbers or lists too.

    Args:
        args: Nests of arrays, Tensors, symbols; everything else in them stays.
        kwargs: The same.
        dtype: The layer's dtype.
        where: Start of messages.

    Raises:
        ShapeError: Rows of nested lists differ in length.
    """
    first = tuple(_convert_nest(a, dtype, scalars=True, where=where) for a in args[:1])
    rest = tuple(_convert_nest(a, dtype, scalars=False, where=where) for a in args[1:])
    return first + rest, {k: _convert_nest(v, dtype, scalars=False, where=where) for k, v in kwargs.items()}


def _convert_nest(value: Any, dtype: DType, *, scalars: bool, where: str) -> Any:
    if isinstance(value, list | tuple):
        if scalars and is_plain_list(value):
            return _convert(_as_array(value, where), dtype)
        items = [_convert_nest(item, dtype, scalars=scalars, where=where) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    if isinstance(value, dict):
        return {k: _convert_nest(item, dtype, scalars=scalars, where=where) for k, item in value.items()}
    if isinstance(value, _NUMBERS):
        return _convert(np.asarray(value), dtype) if scalars else value
    return _convert(value, dtype)


def _as_array(value: Any, where: str) -> Any:
    try:
        return np.asarray(value)
    except ValueError as err:
        raise ShapeError(f"{where}: rows of nested lists must have one length. Received: {describe(value)}.") from err


def _convert(value: Any, dtype: DType) -> Any:
    if isinstance(value, Tensor) or is_symbol(value):
        given = getattr(value.spec, "dtype", None) if is_symbol(value) else value.dtype
        if given is None or not given.is_floating or not dtype.is_floating or given == dtype:
            return value
        from .ops import cast

        return cast(value, dtype)
    if registry.operand_kind(value) is not None or not hasattr(value, "__array__"):
        return value
    array = np.asarray(value)
    if array.dtype.kind == "f" and dtype.is_floating:
        array = array.astype(dtype.numpy, copy=False)
    return Tensor(array)


def to_tensors(outputs: Any) -> Any:
    """Return a nest with its arrays wrapped."""
    return map_leaves(_to_tensor, outputs)


def _to_tensor(value: Any) -> Any:
    return Tensor(value) if isinstance(value, np.ndarray | np.generic) else value


def find_symbol(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the first symbol among the arguments, or None."""
    for value in args:
        found = first_symbol(value)
        if found is not None:
            return found
    return first_symbol(kwargs) if kwargs else None
