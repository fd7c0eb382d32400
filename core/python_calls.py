"""Calls of Python functions whose results have dtypes that are said beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .composites import RaggedTensor, SparseTensor
from .dtypes import as_dtype
from .errors import InvalidArgumentError, PenstockError, TraceError, describe
from .ops.registry import operand_kind
from .tensor import TensorLike, convert_to_tensor

__all__ = ["call_python"]


def call_python(where: str, func: Callable[..., Any], inputs: Sequence[Any], dtypes: Any, *, with_arrays: bool) -> Any:
    """Call a function with Tensors, or with arrays, and return its results as Tensors of the given dtypes.

    Args:
        where: Name of the caller, for errors.
        func: Called with one argument for each input.
        inputs: Tensors, and what becomes Tensors.
        dtypes: A dtype for a function with one result; a list of them for one that returns a list, which may be empty.
        with_arrays: Whether the function gets ndarrays, NumPy scalars and `bytes` in place of Tensors.

    Raises:
        TraceError: An input is a symbol: a function that is traced has no values to call Python with.
        InvalidArgumentError: The function returns more or fewer results than there are dtypes, or one of another dtype.
    """
    if any(operand_kind(value) == "symbol" for value in inputs):
        raise TraceError(f"{where} calls Python with values, which tracing does not have")
    operands = [_operand(where, value, with_arrays=with_arrays) for value in inputs]
    returned = func(*operands)
    many = isinstance(dtypes, list | tuple)
    wanted = list(dtypes) if many else [dtypes]
    if isinstance(returned, list | tuple):
        results = list(returned)
    else:
        results = [] if returned is None else [returned]
    if len(results) != len(wanted):
        raise InvalidArgumentError(
            f"{where}: the function must return one result for each dtype of Tout. "
            f"Received: {len(results)} results for {len(wanted)} dtypes. A list of numbers that is one result must be "
            "an array."
        )
    typed = [_typed(where, r, d, with_arrays=with_arrays) for r, d in zip(results, wanted, strict=True)]
    return typed if many else typed[0]


def _operand(where: str, value: Any, *, with_arrays: bool) -> Any:
    if isinstance(value, RaggedTensor | SparseTensor):
        if with_arrays:
            raise InvalidArgumentError(
                f"{where}: inputs must be dense. Received: {describe(value)}. Pass its values, or use py_function."
            )
        return value
    tensor = convert_to_tensor(value)
    return tensor.numpy() if with_arrays else tensor


def _typed(where: str, value: Any, dtype: Any, *, with_arrays: bool) -> Any:
    wanted = as_dtype(dtype)
    if with_arrays and isinstance(value, TensorLike):
        value = np.asarray(value)
    try:
        return convert_to_tensor(value, wanted)
    except (PenstockError, TypeError, ValueError) as err:
        raise InvalidArgumentError(
            f"{where}: the function must return what Tout says, {wanted}. Received: {describe(value)}. "
            "Cast it in the function, or change Tout."
        ) from err
