"""Matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from ..specs import Shape, TensorSpec
from . import batching
from .broadcasting import sum_to_like
from .elementwise import multiply
from .inference import broadcast_shapes, check_numeric, result_dtype, shape_of
from .registry import Attrs, Value, call, register
from .shaping import expand_dims, matrix_transpose, squeeze


def _batch_matmul(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Any:
    """Multiply row by row inside one `np.matmul`.

    Vectors become matrices of one row or column, which is what `np.matmul` does with a single pair: the sums run in the
    same order and the results are equal to the bit. Folding the rows into one large product would be faster and round
    differently.
    """
    a, b = args
    ranks = [batching.element_ndim(v, is_rows) for v, is_rows in zip(args, batched, strict=True)]
    a = np.expand_dims(a, -2) if ranks[0] == 1 else a
    b = np.expand_dims(b, -1) if ranks[1] == 1 else b
    rank = max(*ranks, 2)
    a = batching.pad_rank(a, rank) if batched[0] else a
    b = batching.pad_rank(b, rank) if batched[1] else b
    result = np.matmul(a, b)
    result = result.squeeze(-2) if ranks[0] == 1 else result
    return result.squeeze(-1) if ranks[1] == 1 else result


def _infer_matmul(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
    check_numeric(args, "matmul")
    dtype = result_dtype(np.multiply, args, {})
    a, b = (shape_of(v) for v in args)
    if a is None or b is None:
        return TensorSpec(None, dtype)
    return TensorSpec(matmul_shape(a, b), dtype)


def matmul_shape(a: tuple[int | None, ...], b: tuple[int | None, ...]) -> Shape:
    """Return the shape of a product of known ranks.

    Raises:
        ShapeError: The inner dimensions differ, or an argument is a scalar.
    """
    if not a or not b:
        raise ShapeError(f"matmul: both arguments must have at least one axis. Received: {a} and {b}.")
    inner_a, inner_b = a[-1], b[-2] if len(b) > 1 else b[0]
    if inner_a is not None and inner_b is not None and inner_a != inner_b:
        raise ShapeError(f"matmul: the inner dimensions must be equal. Received: {a} and {b}.")
    lead = broadcast_shapes([a[:-2], b[:-2]], "matmul") or ()
    return (*lead, *a[-2:-1], *(b[-1:] if len(b) > 1 else ()))


def _matmul_gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Any, Any]:
    a, b = inputs
    g = grads[0]
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return (lambda: multiply(g, b), lambda: multiply(g, a))
    left = expand_dims(a, -2) if np.ndim(a) == 1 else a
    right = expand_dims(b, -1) if np.ndim(b) == 1 else b
    g = expand_dims(g, -2) if np.ndim(a) == 1 else g
    g = expand_dims(g, -1) if np.ndim(b) == 1 else g

    def left_gradient() -> Value:
        full = sum_to_like(matmul(g, matrix_transpose(right)), left)
        return squeeze(full, -2) if np.ndim(a) == 1 else full

    def right_gradient() -> Value:
        full = sum_to_like(matmul(matrix_transpose(left), g), right)
        return squeeze(full, -1) if np.ndim(b) == 1 else full

    return left_gradient, right_gradient


MATMUL = register(
    "matmul", np.matmul, gradient=_matmul_gradient, batch=_batch_matmul, infer=_infer_matmul, same_dtype=True
)


def matmul(x: Value, y: Value) -> Value:
    """Return the matrix product, as `np.matmul` and `@`.

    Args:
        x: `T[..., a, k]`, or a vector `T[k]`.
        y: `T[..., k, b]`, or a vector `T[k]`.

    Returns:
        `T[..., a, b]`; the axes before the last two broadcast, and the axis of a vector is gone.

    Raises:
        ShapeError: (Symbols) the inner dimensions are known and differ.
    """
    return call(MATMUL, x, y)


def dot(x: Value, y: Value) -> Value:
    """Return `matmul`, or the product when either is a scalar, as `np.dot` does for rank <= 2.

    Raises:
        ShapeError: `y` has rank above 2, where NumPy's `dot` is not a matrix product.
    """
    if np.ndim(x) == 0 or np.ndim(y) == 0:
        return multiply(x, y)
    if np.ndim(y) > 2:
        raise ShapeError(f"dot: the second argument must have rank <= 2. Received: rank {np.ndim(y)}. Use matmul.")
    return matmul(x, y)
