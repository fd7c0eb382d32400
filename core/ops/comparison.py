"""Elementwise comparison, logic and bits. None of these has a gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import DTypeError
from . import batching, inference
from .families import elementwise
from .registry import Attrs, Op, Value, call, register


def _comparable(x: Any) -> Any:
    """Return strings as object arrays: NumPy's own string comparison ignores trailing zero bytes."""
    if isinstance(x, str):
        x = x.encode()
    if isinstance(x, bytes):
        held = np.empty((), dtype=object)
        held[()] = x
        return held
    if isinstance(x, np.ndarray) and x.dtype.kind in "SU":
        return np.char.encode(x, "utf-8").astype(object) if x.dtype.kind == "U" else x.astype(object)
    return x


def _column_values(x: Any) -> Any:
    from ..columns import Column, DenseColumn

    if isinstance(x, DenseColumn):
        return x.values
    if isinstance(x, Column):
        return batching.object_rows(x)
    return x


def _comparison(name: str, ufunc: np.ufunc, template: str) -> Op:
    """Register a comparison; strings compare as bytes."""

    def forward(x: Any, y: Any) -> Any:
        return ufunc(_comparable(x), _comparable(y), dtype=bool if _is_object(x) or _is_object(y) else None)

    def batch(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Any:
        return forward(*batching.align_rows([_comparable(_column_values(a)) for a in args], batched))

    infer_any = inference.elementwise_rule(forward, name)

    def infer(args: tuple[Any, ...], attrs: Attrs) -> Any:
        # Called directly, the function would compare bytes with str, which are never equal in Python.
        text = next((a for a in args if isinstance(a, str)), None)
        if text is not None:
            raise DTypeError(
                f"{name}: strings of elements are bytes. Received: {text!r} (str). Write {text.encode()!r}."
            )
        return infer_any(args, attrs)

    forward.__name__ = name
    return register(
        name,
        forward,
        batch=batch,
        infer=infer,
        template=template,
        columns=True,
        same_dtype=True,
    )


def _is_object(x: Any) -> bool:
    return isinstance(x, bytes | str) or (isinstance(x, np.ndarray) and x.dtype.kind in "SUO")


EQUAL = _comparison("equal", np.equal, "{0} == {1}")
NOT_EQUAL = _comparison("not_equal", np.not_equal, "{0} != {1}")
LESS = _comparison("less", np.less, "{0} < {1}")
LESS_EQUAL = _comparison("less_equal", np.less_equal, "{0} <= {1}")
GREATER = _comparison("greater", np.greater, "{0} > {1}")
GREATER_EQUAL = _comparison("greater_equal", np.greater_equal, "{0} >= {1}")


def equal(x: Value, y: Value) -> Value:
    """Return `bool[...]`: whether `x == y`; strings compare as bytes, NaN equals nothing."""
    return call(EQUAL, x, y)


def not_equal(x: Value, y: Value) -> Value:
    """Return `bool[...]`: whether `x != y`; strings compare as bytes."""
    return call(NOT_EQUAL, x, y)


def less(x: Value, y: Value) -> Value:
    """Return `bool[...]`: whether `x < y`."""
    return call(LESS, x, y)


def less_equal(x: Value, y: Value) -> Value:
    """Return `bool[...]`: whether `x <= y`."""
    return call(LESS_EQUAL, x, y)


def greater(x: Value, y: Value) -> Value:
    """Return `bool[...]`: whether `x > y`."""
    return call(GREATER, x, y)


def greater_equal(x: Value, y: Value) -> Value:
    """Return `bool[...]`: whether `x >= y`."""
    return call(GREATER_EQUAL, x, y)


LOGICAL_AND = elementwise("logical_and", np.logical_and, template="(bool({0}) and bool({1}))")
LOGICAL_OR = elementwise("logical_or", np.logical_or, template="(bool({0}) or bool({1}))")
LOGICAL_XOR = elementwise("logical_xor", np.logical_xor, template="(bool({0}) != bool({1}))")
LOGICAL_NOT = elementwise("logical_not", np.logical_not, template="(not {0})")
ISNAN = elementwise("isnan", np.isnan, template="np.isnan({0})")
ISFINITE = elementwise("isfinite", np.isfinite, template="np.isfinite({0})")
ISINF = elementwise("isinf", np.isinf, template="np.isinf({0})")


def logical_and(x: Value, y: Value) -> Value:
    """Return `bool[...]`: whether both hold; numbers count as `!= 0`."""
    return call(LOGICAL_AND, x, y)


def logical_or(x: Value, y: Value) -> Value:
    """Return `bool[...]`: whether either holds; numbers count as `!= 0`."""
    return call(LOGICAL_OR, x, y)


def logical_xor(x: Value, y: Value) -> Value:
    """Return `bool[...]`: whether exactly one holds; numbers count as `!= 0`."""
    return call(LOGICAL_XOR, x, y)


def logical_not(x: Value) -> Value:
    """Return `bool[...]`: whether `x` does not hold; numbers count as `!= 0`."""
    return call(LOGICAL_NOT, x)


def isnan(x: Value) -> Value:
    """Return `bool[...]`: whether the value is NaN."""
    return call(ISNAN, x)


def isfinite(x: Value) -> Value:
    """Return `bool[...]`: whether the value is neither infinite nor NaN."""
    return call(ISFINITE, x)


def isinf(x: Value) -> Value:
    """Return `bool[...]`: whether the value is positive or negative infinity."""
    return call(ISINF, x)


def _bits(name: str, forward: Callable[..., Any], template: str) -> Op:
    return elementwise(name, forward, template=template, same_dtype=True)


BITWISE_AND = _bits("bitwise_and", np.bitwise_and, "{0} & {1}")
BITWISE_OR = _bits("bitwise_or", np.bitwise_or, "{0} | {1}")
BITWISE_XOR = _bits("bitwise_xor", np.bitwise_xor, "{0} ^ {1}")
BITWISE_NOT = _bits("bitwise_not", np.bitwise_not, "~{0}")
LEFT_SHIFT = _bits("left_shift", np.left_shift, "{0} << {1}")
RIGHT_SHIFT = _bits("right_shift", np.right_shift, "{0} >> {1}")


def bitwise_and(x: Value, y: Value) -> Value:
    """Return `x & y` for integers or bools."""
    return call(BITWISE_AND, x, y)


def bitwise_or(x: Value, y: Value) -> Value:
    """Return `x | y` for integers or bools."""
    return call(BITWISE_OR, x, y)


def bitwise_xor(x: Value, y: Value) -> Value:
    """Return `x ^ y` for integers or bools."""
    return call(BITWISE_XOR, x, y)


def bitwise_not(x: Value) -> Value:
    """Return `~x` for integers or bools."""
    return call(BITWISE_NOT, x)


def left_shift(x: Value, y: Value) -> Value:
    """Return `x << y` for integers; bits shifted out are lost."""
    return call(LEFT_SHIFT, x, y)


def right_shift(x: Value, y: Value) -> Value:
    """Return `x >> y` for integers; the sign stays."""
    return call(RIGHT_SHIFT, x, y)
