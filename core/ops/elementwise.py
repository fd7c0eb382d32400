"""Elementwise arithmetic and functions.

Every function broadcasts its arguments as NumPy does and works on ndarrays, Tensors and Symbols alike. Dtypes follow
NumPy 2 (NEP 50): Python scalars are weakly typed. Tensors are not cast silently: two of them must have one dtype.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import as_dtype
from ..specs import TensorSpec
from . import batching
from .comparison import greater, greater_equal, less, less_equal
from .families import elementwise
from .inference import check_numeric, shape_of
from .registry import Attrs, Value, call, register

# --- casting and selection ------------------------------------------------------------------------------------------


def _cast(x: Any, *, dtype: Any) -> Any:
    return np.asarray(x).astype(as_dtype(dtype).numpy)


def _infer_cast(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    check_numeric(args, "cast")
    return TensorSpec(shape_of(args[0]), attrs["dtype"])


def _cast_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Any]:
    return (lambda: cast(grads[0], inputs[0].dtype),)


CAST = register(
    "cast",
    _cast,
    gradient=_cast_gradient,
    batch=batching.elementwise_rule(_cast),
    infer=_infer_cast,
)


def cast(x: Value, dtype: Any) -> Value:
    """Convert to another dtype, as `ndarray.astype`: floats to integers truncate, numbers to bool test for non-zero.

    Args:
        x: Numbers or bools of any shape.
        dtype: Name, NumPy dtype or `DType`; not `string`.
    """
    return call(CAST, x, dtype=as_dtype(dtype))


def _select(g: Value, mask: Value) -> Value:
    return where(mask, g, 0)


WHERE = elementwise(
    "where",
    np.where,
    None,
    lambda g, y, c, a, b: where(c, g, 0),
    lambda g, y, c, a, b: where(c, 0, g),
    template="({1} if {0} else {2})",
)


def where(condition: Value, x: Value, y: Value) -> Value:
    """Take `x` where the condition holds and `y` elsewhere; all three broadcast together.

    Args:
        condition: `bool[...]`; numbers count as `!= 0`.
        x: Values; the result has the dtype that NumPy promotes `x` and `y` to.
        y: Values.
    """
    return call(WHERE, condition, x, y)


# --- arithmetic -----------------------------------------------------------------------------------------------------


def _power_base_gradient(g: Value, y: Value, a: Value, b: Value) -> Value:
    return multiply(g, multiply(b, power(a, subtract(b, 1))))


def _power_exponent_gradient(g: Value, y: Value, a: Value, b: Value) -> Value:
    # log only where the base is positive; elsewhere the real derivative does not exist and 0 is used.
    positive = greater(a, 0)
    return multiply(g, multiply(y, where(positive, log(where(positive, a, 1)), 0)))


ADD = elementwise("add", np.add, lambda g, y, a, b: g, lambda g, y, a, b: g, template="{0} + {1}", same_dtype=True)
SUBTRACT = elementwise(
    "subtract",
    np.subtract,
    lambda g, y, a, b: g,
    lambda g, y, a, b: negative(g),
    template="{0} - {1}",
    same_dtype=True,
)
MULTIPLY = elementwise(
    "multiply",
    np.multiply,
    lambda g, y, a, b: multiply(g, b),
    lambda g, y, a, b: multiply(g, a),
    template="{0} * {1}",
    same_dtype=True,
)
DIVIDE = elementwise(
    "divide",
    np.true_divide,
    lambda g, y, a, b: divide(g, b),
    lambda g, y, a, b: negative(divide(multiply(g, y), b)),
    template="{0} / {1}",
    same_dtype=True,
)
FLOOR_DIVIDE = elementwise("floor_divide", np.floor_divide, template="{0} // {1}", same_dtype=True)
MOD = elementwise(
    "mod",
    np.mod,
    lambda g, y, a, b: g,
    lambda g, y, a, b: negative(multiply(g, floor(divide(a, b)))),
    template="{0} % {1}",
    same_dtype=True,
)
POWER = elementwise(
    "power",
    np.power,
    _power_base_gradient,
    _power_exponent_gradient,
    template="{0} ** {1}",
    same_dtype=True,
)
MAXIMUM = elementwise(
    "maximum",
    np.maximum,
    lambda g, y, a, b: _select(g, greater_equal(a, b)),
    lambda g, y, a, b: _select(g, less(a, b)),
    template="np.maximum({0}, {1})",
    same_dtype=True,
)
MINIMUM = elementwise(
    "minimum",
    np.minimum,
    lambda g, y, a, b: _select(g, less_equal(a, b)),
    lambda g, y, a, b: _select(g, greater(a, b)),
    template="np.minimum({0}, {1})",
    same_dtype=True,
)
CLIP = elementwise(
    "clip",
    np.clip,
    lambda g, y, x, lo, hi: _select(g, multiply(greater_equal(x, lo), less_equal(x, hi))),
    lambda g, y, x, lo, hi: _select(g, multiply(less(x, lo), less_equal(lo, hi))),
    lambda g, y, x, lo, hi: _select(g, greater(maximum(x, lo), hi)),
    template="np.minimum(np.maximum({0}, {1}), {2})",
    same_dtype=True,
)


def add(x: Value, y: Value) -> Value:
    """Return `x + y`."""
    return call(ADD, x, y)


def subtract(x: Value, y: Value) -> Value:
    """Return `x - y`; not defined for bools."""
    return call(SUBTRACT, x, y)


def multiply(x: Value, y: Value) -> Value:
    """Return `x * y`."""
    return call(MULTIPLY, x, y)


def divide(x: Value, y: Value) -> Value:
    """Return `x / y`, a float; integers give float64 as in NumPy. Division by zero gives inf or NaN."""
    return call(DIVIDE, x, y)


def floor_divide(x: Value, y: Value) -> Value:
    """Return `floor(x / y)` in the dtype of the arguments. It has no gradient."""
    return call(FLOOR_DIVIDE, x, y)


def mod(x: Value, y: Value) -> Value:
    """Return the remainder of `floor_divide`; it has the sign of `y`, as Python's `%`."""
    return call(MOD, x, y)


def power(x: Value, y: Value) -> Value:
    """Return `x ** y`. The gradient with respect to `y` counts as 0 where `x <= 0`, as in TensorFlow."""
    return call(POWER, x, y)


def maximum(x: Value, y: Value) -> Value:
    """Return the larger of the two; NaN wins. Where they are equal, the gradient goes to `x`."""
    return call(MAXIMUM, x, y)


def minimum(x: Value, y: Value) -> Value:
    """Return the smaller of the two; NaN wins. Where they are equal, the gradient goes to `x`."""
    return call(MINIMUM, x, y)


def clip(x: Value, minimum_value: Value | None = None, maximum_value: Value | None = None) -> Value:
    """Limit values to a range, as `np.clip`; a bound of None is no bound.

    The maximum wins where it is below the minimum. The gradient passes where `minimum_value <= x <= maximum_value`.
    """
    if minimum_value is None or maximum_value is None:
        x = x if minimum_value is None else maximum(x, minimum_value)
        return x if maximum_value is None else minimum(x, maximum_value)
    return call(CLIP, x, minimum_value, maximum_value)


# --- functions of one argument --------------------------------------------------------------------------------------


def _rsqrt(x: Any) -> Any:
    return 1 / np.sqrt(x)


NEGATIVE = elementwise("negative", np.negative, lambda g, y, x: negative(g), template="-{0}")
ABS = elementwise("abs", np.abs, lambda g, y, x: multiply(g, sign(x)), template="abs({0})")
SIGN = elementwise("sign", np.sign, template="np.sign({0})")
SQUARE = elementwise("square", np.square, lambda g, y, x: multiply(g, multiply(x, 2)), template="{0} * {0}")
SQRT = elementwise("sqrt", np.sqrt, lambda g, y, x: divide(multiply(g, 0.5), y), template="np.sqrt({0})")
RSQRT = elementwise(
    "rsqrt",
    _rsqrt,
    lambda g, y, x: multiply(multiply(g, -0.5), multiply(y, multiply(y, y))),
    template="1 / np.sqrt({0})",
)
RECIPROCAL = elementwise(
    "reciprocal", np.reciprocal, lambda g, y, x: negative(multiply(g, multiply(y, y))), template="1 / {0}"
)
EXP = elementwise("exp", np.exp, lambda g, y, x: multiply(g, y), template="np.exp({0})")
EXPM1 = elementwise("expm1", np.expm1, lambda g, y, x: multiply(g, add(y, 1)), template="np.expm1({0})")
LOG = elementwise("log", np.log, lambda g, y, x: divide(g, x), template="np.log({0})")
LOG1P = elementwise("log1p", np.log1p, lambda g, y, x: divide(g, add(x, 1)), template="np.log1p({0})")
SIN = elementwise("sin", np.sin, lambda g, y, x: multiply(g, cos(x)), template="np.sin({0})")
COS = elementwise("cos", np.cos, lambda g, y, x: negative(multiply(g, sin(x))), template="np.cos({0})")
TANH = elementwise("tanh", np.tanh, lambda g, y, x: multiply(g, subtract(1, square(y))), template="np.tanh({0})")
FLOOR = elementwise("floor", np.floor, template="np.floor({0})")
CEIL = elementwise("ceil", np.ceil, template="np.ceil({0})")
ROUND = elementwise("round", np.round, template="np.rint({0})")


def negative(x: Value) -> Value:
    """Return `-x`."""
    return call(NEGATIVE, x)


def abs(x: Value) -> Value:
    """Return the absolute value. The gradient at 0 is 0."""
    return call(ABS, x)


def sign(x: Value) -> Value:
    """Return -1, 0 or 1 by the sign; NaN stays NaN. It has no gradient."""
    return call(SIGN, x)


def square(x: Value) -> Value:
    """Return `x * x`."""
    return call(SQUARE, x)


def sqrt(x: Value) -> Value:
    """Return the square root; NaN below 0, and an infinite gradient at 0."""
    return call(SQRT, x)


def rsqrt(x: Value) -> Value:
    """Return `1 / sqrt(x)`."""
    return call(RSQRT, x)


def reciprocal(x: Value) -> Value:
    """Return `1 / x` in the dtype of `x`; integers truncate."""
    return call(RECIPROCAL, x)


def exp(x: Value) -> Value:
    """Return e to the power `x`."""
    return call(EXP, x)


def expm1(x: Value) -> Value:
    """Return `exp(x) - 1`, exact for small `x`."""
    return call(EXPM1, x)


def log(x: Value) -> Value:
    """Return the natural logarithm; -inf at 0 and NaN below."""
    return call(LOG, x)


def log1p(x: Value) -> Value:
    """Return `log(1 + x)`, exact for small `x`."""
    return call(LOG1P, x)


def sin(x: Value) -> Value:
    """Return the sine of an angle in radians."""
    return call(SIN, x)


def cos(x: Value) -> Value:
    """Return the cosine of an angle in radians."""
    return call(COS, x)


def tanh(x: Value) -> Value:
    """Return the hyperbolic tangent."""
    return call(TANH, x)


def floor(x: Value) -> Value:
    """Round down to whole numbers; keeps the dtype. It has no gradient."""
    return call(FLOOR, x)


def ceil(x: Value) -> Value:
    """Round up to whole numbers; keeps the dtype. It has no gradient."""
    return call(CEIL, x)


def round(x: Value) -> Value:
    """Round to the nearest whole number, halves to even; keeps the dtype. It has no gradient."""
    return call(ROUND, x)
