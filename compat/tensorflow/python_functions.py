"""`tf.py_function` and `tf.numpy_function`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...core.python_calls import call_python

__all__ = ["numpy_function", "py_function"]


def py_function(func: Callable[..., Any], inp: Sequence[Any], Tout: Any, name: str | None = None) -> Any:
    """Call a Python function with Tensors; inside `Dataset.map` the map then runs element by element."""
    return call_python("py_function", func, inp, Tout, with_arrays=False)


def numpy_function(
    func: Callable[..., Any],
    inp: Sequence[Any],
    Tout: Any,
    stateful: bool = True,
    name: str | None = None,
) -> Any:
    """Call a Python function with arrays and bytes; inside `Dataset.map` the map then runs element by element."""
    return call_python("numpy_function", func, inp, Tout, with_arrays=True)
