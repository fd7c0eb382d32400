"""`tf.math`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ...core import ops
from ...core.composites import plain
from ...core.dtypes import as_dtype
from ...core.lazy import attach
from ...core.ops.registry import operand_kind
from ...core.tensor import to_array, wrap
from ...preprocessing import counting
from .renamed import alike, renamed

# --- elementwise ----------------------------------------------------------------------------------------------------

abs = renamed("abs", ops.abs, "x")
add = renamed("add", ops.add, "x y")
ceil = renamed("ceil", ops.ceil, "x", floats=True)
cos = renamed("cos", ops.cos, "x", floats=True)
divide = renamed("divide", ops.divide, "x y")
equal = renamed("equal", ops.equal, "x y")
exp = renamed("exp", ops.exp, "x", floats=True)
expm1 = renamed("expm1", ops.expm1, "x", floats=True)
floor = renamed("floor", ops.floor, "x", floats=True)
floordiv = renamed("floordiv", ops.floor_divide, "x y")
floormod = renamed("floormod", ops.mod, "x y")
greater = renamed("greater", ops.greater, "x y")
greater_equal = renamed("greater_equal", ops.greater_equal, "x y")
is_finite = renamed("is_finite", ops.isfinite, "x", floats=True)
is_inf = renamed("is_inf", ops.isinf, "x", floats=True)
is_nan = renamed("is_nan", ops.isnan, "x", floats=True)
less = renamed("less", ops.less, "x y")
less_equal = renamed("less_equal", ops.less_equal, "x y")
log = renamed("log", ops.log, "x", floats=True)
log1p = renamed("log1p", ops.log1p, "x", floats=True)
logical_and = renamed("logical_and", ops.logical_and, "x y")
logical_not = renamed("logical_not", ops.logical_not, "x")
logical_or = renamed("logical_or", ops.logical_or, "x y")
logical_xor = renamed("logical_xor", ops.logical_xor, "x y")
maximum = renamed("maximum", ops.maximum, "x y")
minimum = renamed("minimum", ops.minimum, "x y")
mod = renamed("mod", ops.mod, "x y")
multiply = renamed("multiply", ops.multiply, "x y")
negative = renamed("negative", ops.negative, "x")
not_equal = renamed("not_equal", ops.not_equal, "x y")
pow = renamed("pow", ops.power, "x y")
reciprocal = renamed("reciprocal", ops.reciprocal, "x")
rint = renamed("rint", ops.round, "x", floats=True)
round = renamed("round", ops.round, "x")
rsqrt = renamed("rsqrt", ops.rsqrt, "x", floats=True)
sigmoid = renamed("sigmoid", ops.sigmoid, "x", floats=True)
sign = renamed("sign", ops.sign, "x")
sin = renamed("sin", ops.sin, "x", floats=True)
softplus = renamed("softplus", ops.softplus, "features", floats=True)
sqrt = renamed("sqrt", ops.sqrt, "x", floats=True)
square = renamed("square", ops.square, "x")
subtract = renamed("subtract", ops.subtract, "x y")
tanh = renamed("tanh", ops.tanh, "x", floats=True)
truediv = renamed("truediv", ops.divide, "x y")


def add_n(inputs: Sequence[Any], name: str | None = None) -> Any:
    """Return the sum of values of one shape and dtype."""
    return functools.reduce(ops.add, alike(inputs, joined=True))


# --- reductions -----------------------------------------------------------------------------------------------------


def _in_own_dtype(reduction: Callable[..., Any]) -> Callable[..., Any]:
    """TensorFlow reduces integers to the same integers, where NumPy widens a sum and makes a mean float."""

    @functools.wraps(reduction)
    def reduce(x: Any, *, axis: Any, keepdims: bool) -> Any:
        result = reduction(x, axis, keepdims=keepdims)
        return result if result.dtype == x.dtype else ops.cast(result, x.dtype)

    return reduce


def _position(reduction: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(reduction)
    def find(x: Any, *, axis: int | None, output_type: Any) -> Any:
        found = reduction(x, 0 if axis is None else axis)
        return found if as_dtype(output_type) == found.dtype else ops.cast(found, output_type)

    return find


argmax = renamed("argmax", _position(ops.argmax), "input", axis=None, output_type="int64")
argmin = renamed("argmin", _position(ops.argmin), "input", axis=None, output_type="int64")
reduce_all = renamed("reduce_all", ops.all, "input_tensor", axis=None, keepdims=False)
reduce_any = renamed("reduce_any", ops.any, "input_tensor", axis=None, keepdims=False)
reduce_logsumexp = renamed("reduce_logsumexp", ops.logsumexp, "input_tensor", floats=True, axis=None, keepdims=False)
reduce_max = renamed("reduce_max", ops.max, "input_tensor", axis=None, keepdims=False)
reduce_mean = renamed("reduce_mean", _in_own_dtype(ops.mean), "input_tensor", axis=None, keepdims=False)
reduce_min = renamed("reduce_min", ops.min, "input_tensor", axis=None, keepdims=False)
reduce_prod = renamed("reduce_prod", _in_own_dtype(ops.prod), "input_tensor", axis=None, keepdims=False)
reduce_std = renamed("reduce_std", ops.std, "input_tensor", floats=True, axis=None, keepdims=False)
reduce_sum = renamed("reduce_sum", _in_own_dtype(ops.sum), "input_tensor", axis=None, keepdims=False)
reduce_variance = renamed("reduce_variance", ops.var, "input_tensor", floats=True, axis=None, keepdims=False)


def bincount(
    arr: Any, weights: Any = None, minlength: Any = None, maxlength: Any = None, dtype: Any = "int32",
    name: str | None = None, axis: int | None = None, binary_output: bool = False,
) -> Any:  # fmt: skip
    """Return how often each integer from 0 on stands in an array (or in each row, for axis -1), or its weights' sum."""
    least, most = (None if n is None else int(n) for n in (minlength, maxlength))
    given = [v if v is None or operand_kind(v) is not None else plain(v) for v in (arr, weights)]
    values, amounts = (to_array(v) if isinstance(v, list | tuple) else v for v in given)
    return wrap(
        counting.bincount(
            values, amounts, minlength=least, maxlength=most, dtype=dtype, axis=axis, binary_output=binary_output
        )
    )


# --- over the classes -----------------------------------------------------------------------------------------------


def _over_classes(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def over_classes(x: Any, *, axis: int | None) -> Any:
        return function(x, -1 if axis is None else axis)

    return over_classes


log_softmax = renamed("log_softmax", _over_classes(ops.log_softmax), "logits", floats=True, axis=None)
softmax = renamed("softmax", _over_classes(ops.softmax), "logits", floats=True, axis=None)

if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
