"""Functions that bring their own gradient."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .. import nest
from ..errors import InvalidArgumentError, describe
from ..ops import batching
from ..ops.registry import Attrs, Op, call, operand_kind
from ..tapes import paused, stack
from ..tensor import Tensor, convert_to_tensor


def custom_gradient(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a function that returns `(result, grad_function)`, as `tf.custom_gradient`.

    Tapes do not look inside of the function; backwards they call `grad_function(*output_gradients)`, which returns a
    gradient for each positional argument (a lone one, or a tuple or list).

    Args:
        function: Takes arrays, Tensors or Symbols; Variables are passed as they are.

    Returns:
        The function, returning `result` only.
    """
    # One op for all calls without options, so that two traces of one function are equal graphs.
    plain = _op_of(function, {})

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not any(operand_kind(a) is not None for a in args):
            return function(*args, **kwargs)[0]
        return call(_op_of(function, kwargs) if kwargs else plain, *args)

    return wrapper


def _op_of(function: Callable[..., Any], kwargs: dict[str, Any]) -> Op:
    name = getattr(function, "__name__", "custom_gradient")

    def forward(*args: Any) -> Any:
        if not any(operand_kind(a) is not None for a in args):
            return function(*args, **kwargs)[0]
        with paused():
            result, grad_function = _checked(function(*args, **kwargs), name)
        leaves, structure = nest.flatten(result)
        # New Tensors: a function that returns an argument must not tie it to this op's gradient.
        outputs = tuple([Tensor(convert_to_tensor(leaf)._data) for leaf in leaves])
        recorded = Op(name, forward, _rule(grad_function), batching.loop_rule(forward), infer, composite=True)
        for tape in stack.tapes:
            tape.record(recorded, args, {}, outputs)
        return structure.pack(outputs)

    def infer(args: tuple[Any, ...], attrs: Attrs) -> Any:
        from ..specs import Spec
        from ..trace.symbol import placeholder

        stand_ins = [placeholder(a) if isinstance(a, Spec) else a for a in args]
        result = _checked(function(*stand_ins, **kwargs), name)[0]
        return tuple(s.spec for s in result) if isinstance(result, tuple) else result.spec

    return Op(name, forward, None, batching.loop_rule(forward), infer, composite=True)


def _checked(returned: Any, name: str) -> tuple[Any, Callable[..., Any]]:
    if isinstance(returned, tuple) and len(returned) == 2 and callable(returned[1]):
        return returned
    raise InvalidArgumentError(
        f"custom_gradient: {name!r} must return (result, grad_function). Received: {describe(returned)}."
    )


def _rule(grad_function: Callable[..., Any]) -> Callable[..., Any]:
    def gradient(grads: tuple[Any, ...], inputs: tuple[Any, ...], outputs: tuple[Any, ...], attrs: Attrs) -> list[Any]:
        result = grad_function(*grads)
        parts = list(result) if isinstance(result, list | tuple) else [result]
        if len(parts) != len(inputs):
            raise InvalidArgumentError(
                f"custom_gradient: grad_function must return one gradient per argument. "
                f"Received: {len(parts)} for {len(inputs)}."
            )
        return [None if p is None else convert_to_tensor(p) for p in parts]

    return gradient
