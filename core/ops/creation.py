"""Ops that make or mark values: zeros_like, ones_like, full_like, identity, stop_gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import as_dtype
from ..specs import Spec, TensorSpec
from . import batching
from .batching import Array
from .inference import shape_of, tensor_spec
from .registry import Attrs, Op, Value, call, register


def _infer_like(name: str) -> Any:
    def infer(args: tuple[Any, ...], attrs: Attrs) -> TensorSpec:
        dtype = attrs.get("dtype")
        return TensorSpec(shape_of(args[0]), tensor_spec(args[0], name).dtype if dtype is None else as_dtype(dtype))

    return infer


def _filled(name: str, forward: Any) -> Op:
    return register(name, forward, batch=batching.elementwise_rule(forward), infer=_infer_like(name))


def _zeros_like(x: Any, *, dtype: Any) -> Array:
    return np.zeros_like(x, dtype=dtype)


def _ones_like(x: Any, *, dtype: Any) -> Array:
    return np.ones_like(x, dtype=dtype)


ZEROS_LIKE = _filled("zeros_like", _zeros_like)
ONES_LIKE = _filled("ones_like", _ones_like)


def zeros_like(x: Value, dtype: Any = None) -> Value:
    """Return zeros of the shape of `x`, and of its dtype unless one is given."""
    return call(ZEROS_LIKE, x, dtype=None if dtype is None else as_dtype(dtype).numpy)


def ones_like(x: Value, dtype: Any = None) -> Value:
    """Return ones of the shape of `x`, and of its dtype unless one is given."""
    return call(ONES_LIKE, x, dtype=None if dtype is None else as_dtype(dtype).numpy)


def _same(x: Any) -> Any:
    return x if isinstance(x, np.ndarray | np.generic | bytes) else np.asarray(x)


def _batch_same(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Any:
    return args[0]


def _infer_same(args: tuple[Any, ...], attrs: Attrs) -> Spec:
    return args[0] if isinstance(args[0], Spec) else tensor_spec(args[0], "identity")


IDENTITY = register(
    "identity",
    _same,
    gradient=lambda g, x, y, attrs: (g[0],),
    batch=_batch_same,
    infer=_infer_same,
    template="{0}",
    columns=True,
)
STOP_GRADIENT = register("stop_gradient", _same, batch=_batch_same, infer=_infer_same, template="{0}", columns=True)


def identity(x: Value) -> Value:
    """Return the same values, as a new Tensor or Symbol where `x` is one."""
    return call(IDENTITY, x)


def stop_gradient(x: Value) -> Value:
    """Return the same values, through which no gradient flows."""
    return call(STOP_GRADIENT, x)
