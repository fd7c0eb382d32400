"""Values written into a template."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.errors import InvalidArgumentError
from ...core.tensor import TensorLike
from .base import Array


def format(template: str, inputs: Any, placeholder: str = "{}", summarize: int = 3) -> bytes:
    """Return a template with values in place of its placeholders.

    Args:
        template: Text.
        inputs: One array (a list is several), or a tuple or list of arrays: one for each placeholder.
        placeholder: What stands for a value.
        summarize: Entries shown at both ends of each axis; -1 for all.

    Raises:
        InvalidArgumentError: There are more or fewer placeholders than values.
    """
    values = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    parts = template.split(placeholder)
    if len(parts) != len(values) + 1:
        raise InvalidArgumentError(
            f"format: template must have one placeholder for each input. "
            f"Received: {len(parts) - 1} placeholders, {len(values)} inputs."
        )
    text = parts[0].encode()
    for value, part in zip(values, parts[1:], strict=True):
        array = np.asarray(value) if isinstance(value, TensorLike | np.ndarray | np.generic) else _as_array(value)
        text += _shown(array, summarize if summarize >= 0 else array.size, 0) + part.encode()
    return text


def _as_array(value: Any) -> Array:
    from ...core.tensor import to_array

    return to_array(value)


def _shown(array: Array, most: int, depth: int) -> bytes:
    if not array.ndim:
        return _item(array[()])
    n = len(array)
    entries = list(array) if n <= 2 * most else [*array[:most], None, *array[n - most :]]
    between = b" " if array.ndim == 1 else b"\n" * (array.ndim - 1) + b" " * (depth + 1)
    shown = [b"..." if e is None else _shown(np.asarray(e), most, depth + 1) for e in entries]
    return b"[" + between.join(shown) + b"]"


def _item(value: Any) -> bytes:
    if isinstance(value, bytes | str):
        return b'"' + (value.encode() if isinstance(value, str) else value) + b'"'
    if isinstance(value, np.floating):
        digits = 17 if value.dtype == np.float64 else 9
        return _shortest(value, digits).encode()
    return str(int(value)).encode()


def _shortest(value: Any, digits: int) -> str:
    """Return the shorter of two usual precisions that reads back as the same number."""
    usual: str = f"%.{digits - 2 if digits == 17 else 6}g" % value
    exact: str = f"%.{digits}g" % value
    return usual if not np.isfinite(value) or type(value)(usual) == value else exact
