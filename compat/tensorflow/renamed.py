"""Functions by TensorFlow's names and argument names, each declared in one line over an op of penstock.

At this border Python numbers, lists and arrays become Tensors, with TensorFlow's dtypes; Symbols inside `Dataset.map`
and functional models stay Symbols, so that what is written with these functions is traced as with the ops themselves.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from ...core.errors import DTypeError, describe
from ...core.ops.joining import stack
from ...core.ops.registry import operand_kind
from ...core.tensor import TensorLike, convert_to_tensor, to_array, wrap

_PYTHON_NUMBERS: Final = (bool, int, float)


def renamed(
    name: str, op: Callable[..., Any], tensors: str, /, *, floats: bool = False, **options: Any
) -> Callable[..., Any]:
    """Return `op` as a function `name(*tensors, **options, name=None)`.

    Args:
        name: Name of the function.
        op: Called with the tensors by position and the options by keyword.
        tensors: TensorFlow's names of the arguments that hold values, separated by spaces; they share one dtype.
        floats: Whether integers are refused, as TensorFlow does where the result is a fraction.
        options: TensorFlow's names of the other arguments, with their defaults.
    """
    names = tensors.split()
    signature = _signature(names, options)

    def function(*args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) != len(names):
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError as err:
                raise TypeError(f"{name}{signature}: {err}") from None
            bound.apply_defaults()
            given = bound.arguments
            values, chosen = [given[n] for n in names], {key: given[key] for key in options}
        else:
            values, chosen = list(args), options
        operands = alike(values)
        if floats:
            _check_floats(name, operands)
        return op(*operands, **chosen)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{name}{signature}`, as in TensorFlow; see `{op.__module__}.{op.__name__}`."
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function


def _signature(tensors: Sequence[str], options: dict[str, Any]) -> inspect.Signature:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    required = [inspect.Parameter(n, kind) for n in tensors]
    optional = [inspect.Parameter(n, kind, default=d) for n, d in {**options, "name": None}.items()]
    return inspect.Signature([*required, *optional])


def operand(value: Any, dtype: Any = None) -> Any:
    """Return a value as a Tensor with TensorFlow's dtype; a Symbol, or a list that holds Symbols, as a Symbol."""
    value = _whole(value)
    return value if operand_kind(value) == "symbol" else convert_to_tensor(value, dtype)


def alike(values: Sequence[Any], *, joined: bool = False) -> list[Any]:
    """Return values as the operands of an op that wants one dtype.

    The first Tensor or Symbol, else the first array, else the first value decides the dtype.

    Args:
        values: What the user passed.
        joined: Whether Python numbers get the dtype here; otherwise they are left to the op, where they are weak.

    Raises:
        DTypeError: A value cannot have the dtype without losing information.
    """
    found = [_whole(v) for v in values]
    lead = next((v for v in found if operand_kind(v) is not None), None)
    if lead is None:
        first = next((i for i, v in enumerate(found) if isinstance(v, np.ndarray | np.generic)), 0)
        lead = found[first] = convert_to_tensor(found[first])
    return [_beside(lead, v, joined=joined) for v in found]


def _whole(value: Any) -> Any:
    """Return a list that holds Tensors or Symbols, at any depth, stacked into one; anything else as it is."""
    return stack(alike(value, joined=True)) if _holds_operand(value) else value


def _holds_operand(value: Any) -> bool:
    if not isinstance(value, list | tuple):
        return False
    return any(operand_kind(item) is not None or _holds_operand(item) for item in value)


def _beside(lead: Any, value: Any, *, joined: bool) -> Any:
    if operand_kind(value) is not None or (type(value) in _PYTHON_NUMBERS and not joined):
        return value
    array = to_array(value, lead.dtype)
    return wrap(array) if isinstance(lead, TensorLike) else array


def _check_floats(name: str, operands: Sequence[Any]) -> None:
    for value in operands:
        if operand_kind(value) is not None and not (value.dtype.is_floating or value.dtype.is_complex):
            raise DTypeError(f"{name}: values must be floats. Received: {describe(value)}. Use cast() first.")


def ints(value: Any) -> Any:
    """Return a shape, given as an int, a Tensor or a sequence of these, as an int or a list of ints."""
    value = value.tolist() if isinstance(value, TensorLike | np.ndarray) else value
    return [int(v) for v in value] if isinstance(value, list | tuple) else int(value)
