"""Functions of images as operations: they run on arrays and Tensors, are traced, and take whole blocks in `map`.

Forward functions are written for `[…, height, width, channels]` with any number of axes in front, so that many rows
are computed as one is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.dtypes import DType
from ...core.errors import DTypeError, ShapeError, describe
from ...core.ops.inference import tensor_spec
from ...core.ops.registry import Attrs, GradientRule, Op, register
from ...core.specs import Shape, Spec, TensorSpec
from .checks import as_images, check_images

Array = npt.NDArray[Any]
Check = Callable[[Any, Any, str], TensorSpec]


def image_op(
    name: str,
    forward: Callable[..., Array],
    shape: Callable[[tuple[int | None, ...], Attrs], tuple[int | None, ...]],
    *,
    gradient: GradientRule | None = None,
) -> Op:
    """Register an operation of one image or a batch that keeps the dtype.

    Args:
        name: Of the function, for messages.
        forward: `forward(images, **attrs)`, for any number of axes in front.
        shape: `shape(shape, attrs)` returns the shape of the result; dimensions of None are unknown.
        gradient: See `Op`.
    """

    def run(images: Any, **attrs: Any) -> Array:
        return forward(as_images(images, name), **attrs)

    def infer(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
        spec = check_images(tensor_spec(args[0], name), args[0], name)
        return TensorSpec(None if spec.shape is None else shape(spec.shape, attrs), spec.dtype)

    return _registered(name, run, forward, check_images, infer, gradient)


def pixel_op(
    name: str,
    forward: Callable[..., Array],
    *,
    shape: Callable[[tuple[int | None, ...]], Shape] = lambda shape: shape,
    dtype: Callable[[DType, Attrs], Any] = lambda dtype, attrs: dtype,
    least_rank: int = 0,
) -> Op:
    """Register an operation of numbers of any rank, as those of colours are.

    Args:
        name: Of the function, for messages.
        forward: `forward(values, **attrs)`, for any number of axes in front.
        shape: Of the result; raises where colours do not fit.
        dtype: Of the result.
        least_rank: Least rank of the values.
    """

    def check(spec: Any, value: Any, where: str) -> TensorSpec:
        if not isinstance(spec, TensorSpec) or not (spec.dtype.is_integer or spec.dtype.is_floating):
            raise DTypeError(
                f"{where}: images must be integers or floating-point numbers. Received: {describe(value)}."
            )
        if spec.shape is not None:
            if len(spec.shape) < least_rank:
                raise ShapeError(f"{where}: the rank must be at least {least_rank}. Received: {describe(value)}.")
            shape(spec.shape)
        return spec

    def run(values: Any, **attrs: Any) -> Array:
        array = np.asarray(values)
        check(_spec_of(array), array, name)
        return forward(array, **attrs)

    def infer(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
        spec = check(tensor_spec(args[0], name), args[0], name)
        return TensorSpec(None if spec.shape is None else shape(spec.shape), dtype(spec.dtype, attrs))

    return _registered(name, run, forward, check, infer, None)


def _spec_of(array: Array) -> Spec | None:
    return TensorSpec(array.shape, array.dtype) if array.dtype.kind in "biufc" else None


def _registered(name: str, run: Any, forward: Any, check: Check, infer: Any, gradient: GradientRule | None) -> Op:
    def batch(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Array:
        spec = TensorSpec(args[0].shape[1:], args[0].dtype)
        check(spec, spec, name)
        return np.asarray(forward(args[0], **attrs))

    return register(f"image.{name}", run, gradient=gradient, batch=batch, infer=infer)
