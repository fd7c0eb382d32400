"""Codes to one-hot, multi-hot and counted rows, dense or sparse, in the shapes that Keras gives them.

A code outside of `[0, depth)` (a masked token) counts for nothing. With codes of shape `[...]`:

    one_hot     [..., depth]; a last axis of length 1 is dropped first, when there is another one
    multi_hot   the samples are the rows along axis 1 (the only axis of a vector): `[b, t]` gives `[b, depth]`,
    count       `[t]` gives `[depth]`, `[b, t, u]` gives `[b, u, depth]`
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..core.specs import Shape
from ..core.values import Sparse

Array = npt.NDArray[Any]
Int64s = npt.NDArray[np.int64]
Mode = Literal["one_hot", "multi_hot", "count"]

DROPPED = -1
"""A code that counts for nothing."""


def encoded_shape(shape: Shape, depth: int, mode: Mode) -> Shape:
    """Return the shape of encoded codes, for known and unknown dimensions."""
    if shape is None:
        return None
    if not shape:
        return (1, depth) if mode == "one_hot" else (depth,)
    if mode == "one_hot":
        return (*(shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape), depth)
    return (*shape[:1], *shape[2:], depth) if len(shape) > 1 else (depth,)


def encode(
    codes: Int64s,
    depth: int,
    mode: Mode,
    *,
    sparse: bool = False,
    weights: Array | None = None,
    dtype: npt.DTypeLike = np.int64,
) -> Any:
    """Return codes encoded.

    Args:
        codes: int64 of any shape.
        depth: Length of the new axis.
        mode: See the module.
        sparse: Return a `Sparse` of the same contents.
        weights: float32[depth] to multiply with, or None.
        dtype: Of the result; with weights it is that of the weights.
    """
    shape = encoded_shape(codes.shape, depth, mode)
    assert shape is not None
    grouped = codes.reshape(-1, 1) if mode == "one_hot" else _samples(codes)
    return _scatter(grouped, depth, shape, binary=mode != "count", sparse=sparse, weights=weights, dtype=dtype)


def encode_rows(
    codes: Int64s, depth: int, mode: Mode, *, weights: Array | None = None, dtype: npt.DTypeLike = np.int64
) -> Array:
    """Return each row of int64[n, ...] encoded on its own, stacked."""
    n = len(codes)
    shape = encoded_shape(codes.shape[1:], depth, mode)
    if mode == "one_hot":
        grouped = codes.reshape(-1, 1)
    elif codes.ndim <= 2:
        grouped = codes.reshape(n, math.prod(codes.shape[1:]))
    else:
        moved = np.moveaxis(codes, 2, -1)
        grouped = moved.reshape(math.prod(moved.shape[:-1]), moved.shape[-1])
    full, binary = (n, *(shape or ())), mode != "count"
    dense: Array = _scatter(grouped, depth, full, binary=binary, sparse=False, weights=weights, dtype=dtype)
    return dense


def encode_groups(
    codes: Int64s,
    groups: Int64s,
    n: int,
    depth: int,
    mode: Mode,
    *,
    sparse: bool = False,
    weights: Array | None = None,
    dtype: npt.DTypeLike = np.int64,
) -> Any:
    """Return `[n, depth]`: the codes of each group together, where code `k` is in group `groups[k]`."""
    held = (codes >= 0) & (codes < depth)
    flat = groups[held] * depth + codes[held]
    return _count(flat, (n, depth), binary=mode != "count", sparse=sparse, weights=weights, dtype=dtype)


def _samples(codes: Int64s) -> Int64s:
    if codes.ndim <= 1:
        return codes.reshape(1, -1)
    if codes.ndim == 2:
        return codes
    moved = np.moveaxis(codes, 1, -1)
    return moved.reshape(math.prod(moved.shape[:-1]), moved.shape[-1])


def _scatter(
    grouped: Int64s,
    depth: int,
    shape: Any,
    *,
    binary: bool,
    sparse: bool,
    weights: Array | None,
    dtype: npt.DTypeLike,
) -> Any:
    held = (grouped >= 0) & (grouped < depth)
    flat = grouped if len(grouped) == 1 else grouped + np.arange(0, len(grouped) * depth, depth)[:, None]
    flat = flat[held]
    return _count(flat, shape, binary=binary, sparse=sparse, weights=weights, dtype=dtype)


def _count(
    flat: Int64s,
    shape: tuple[int, ...],
    *,
    binary: bool,
    sparse: bool,
    weights: Array | None,
    dtype: npt.DTypeLike,
) -> Any:
    """Count positions of the flattened result."""
    if sparse:
        positions, counts = np.unique(flat, return_counts=True)
        values: Array = np.ones(len(positions), dtype) if binary else counts.astype(dtype)
        if weights is not None:
            values = values.astype(weights.dtype) * weights[positions % shape[-1]]
        return Sparse(np.stack(np.unravel_index(positions, shape), axis=1), values, shape)
    size = math.prod(shape)
    if binary:
        dense: Array = np.zeros(size, dtype=dtype)
        dense[flat] = 1
    else:
        dense = np.bincount(flat, minlength=size).astype(dtype, copy=False)
    dense = dense.reshape(shape)
    return dense if weights is None else dense.astype(weights.dtype) * weights
