"""`x @ kernel + bias` as one op.

Made of `matmul` and `add`, a step through three such layers takes a sixth longer: the two ops must allow for any
ranks and for broadcasting both ways. Rows of inputs with more than two axes are multiplied as one matrix.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core import ops
from ...core.dtypes import as_dtype
from ...core.ops.batching import loop_rows
from ...core.ops.registry import Attrs, Value, call, register
from ...core.specs import TensorSpec

Array = npt.NDArray[Any]


def _forward(x: Any, kernel: Any, bias: Any) -> Array:
    rows = x if x.ndim == 2 else x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
    product: Array = np.matmul(rows, kernel)
    product += bias
    return product if x.ndim == 2 else product.reshape(*x.shape[:-1], kernel.shape[1])


def _gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Any, Any, Any]:
    x, kernel, _ = inputs
    g = grads[0]

    def rows(value: Value) -> Value:
        return value if len(value.shape) == 2 else ops.reshape(value, (-1, value.shape[-1]))

    def of_inputs() -> Value:
        return ops.matmul(g, ops.transpose(kernel))

    def of_kernel() -> Value:
        return ops.matmul(ops.transpose(rows(x)), rows(g))

    def of_bias() -> Value:
        return ops.sum(rows(g), axis=0)

    return of_inputs, of_kernel, of_bias


def _infer(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    x, kernel, _ = args
    return TensorSpec((*x.shape[:-1], kernel.shape[1]), as_dtype(x.dtype))


def _batch(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
    """Multiply row by row inside one `np.matmul`, which rounds as single products do."""
    x, kernel, bias = args
    if batched[1] or batched[2]:
        return np.asarray(loop_rows(_forward, n, args, batched, attrs))
    rows = x.reshape(n, math.prod(x.shape[1:-1]), x.shape[-1])
    return np.asarray((np.matmul(rows, kernel) + bias).reshape(*x.shape[:-1], kernel.shape[1]))


AFFINE = register("affine", _forward, gradient=_gradient, batch=_batch, infer=_infer, same_dtype=True)


def affine(x: Value, kernel: Value, bias: Value) -> Value:
    """Return `x @ kernel + bias`.

    Args:
        x: `T[…, features]`, at least one axis before the features; `T` is a floating point type.
        kernel: `T[features, units]`.
        bias: `T[units]`.
    """
    return call(AFFINE, x, kernel, bias)
