"""Arrays of images resampled by kernels; the work of every function and layer that resizes."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core.columns.kernels import frozen
from ...core.parallel import run_ranges
from ..kernels.resize import resize_area_kernel, resize_bilinear_kernel, resize_filter_kernel, resize_nearest_kernel
from .sampling import area_factor, axis_matrix, bilinear_pairs, nearest_indices, windows

Array = npt.NDArray[Any]

METHODS: Final = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")
"""Methods of resizing, by TensorFlow's names."""

_WORDS: Final = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}
# About 200 µs of work for a thread, in products of a weight and a number.
_LEAST_WORK: Final = 150_000
_MANY: Final = 16


def resample(images: Array, size: tuple[int, int], method: str, *, antialias: bool, rounded: bool = False) -> Array:
    """Return images in another size, computed in float32.

    Args:
        images: T[n, height, width, channels], no dimension but `n` of 0; any real dtype.
        size: Height and width of the result, above 0.
        method: One of `METHODS`.
        antialias: Whether filters widen when an axis shrinks; `"nearest"` and `"area"` take no notice.
        rounded: Round the results of uint8 images to uint8, halves to even.

    Returns:
        T of `[n, *size, channels]` for `"nearest"`, else float32, or uint8 if rounded.
    """
    n, height, width, channels = images.shape
    if method == "nearest":
        return _nearest(images, size)
    rounded = rounded and images.dtype == np.uint8
    kind = np.uint8 if rounded else np.float32
    if method == "bilinear" and not antialias and size == (height, width):
        return images.astype(kind)
    out = np.empty((n, *size, channels), kind)
    rows = out.reshape(n, size[0], size[1] * channels)
    kernel, plan, taps = _plan((height, width), size, method, antialias=antialias)
    top = 255.0 if rounded else 0.0
    # Few images are brought into the kernels' form once, many in parts, which bounds memory.
    source = _as_source(images) if n < _MANY else None

    def compute(start: int, stop: int) -> None:
        first, last = start // size[0], -(-stop // size[0])
        begin = first * size[0]
        part = _as_source(images[first:last]) if source is None else source[first:last]
        kernel(part, *plan, channels, rows[first:last], top, start - begin, stop - begin)

    run_ranges(compute, n * size[0], least=_least(size[1] * channels * taps))
    return out


def resample_back(grads: Array, sides: tuple[int, int], method: str, *, antialias: bool) -> Array:
    """Return the gradient of `resample`: each pixel gets what was taken of it, times the gradient of who took it.

    Args:
        grads: Floats `[n, height, width, channels]`, of the result.
        sides: Height and width of the images.
        method: As in `resample`.
        antialias: As in `resample`.

    Returns:
        Floats `[n, *sides, channels]`.
    """
    n, rows, columns, channels = grads.shape
    y, x = (axis_matrix(*axis, method, antialias) for axis in zip(sides, (rows, columns), strict=True))
    across = x.T @ grads.reshape(-1, columns, channels)
    found: Array = y.T @ across.reshape(n, rows, sides[1] * channels)
    return found.reshape(n, *sides, channels)


def _plan(
    sides: tuple[int, int], size: tuple[int, int], method: str, *, antialias: bool
) -> tuple[Any, tuple[Any, ...], int]:
    """Return the kernel of a method, its tables for both axes, and how many products a number takes."""
    if method == "bilinear" and not antialias:
        return resize_bilinear_kernel, (*bilinear_pairs(sides[0], size[0]), *bilinear_pairs(sides[1], size[1])), 4
    y, x = (windows(*axis, method, antialias=antialias) for axis in zip(sides, size, strict=True))
    plan: tuple[Any, ...] = (*y, *x)
    taps = y.weights.shape[1] * max(1, sides[1] // size[1]) + x.weights.shape[1]
    if method == "area":
        return resize_area_kernel, (*plan, area_factor(sides, size)), taps
    return resize_filter_kernel, plan, taps


def _least(row_work: int) -> int:
    return max(1, _LEAST_WORK // max(1, row_work))


def _as_source(images: Array) -> Array:
    """Return images as the kernels take them: `[n, height, width * channels]` of uint8 or float32."""
    if images.dtype != np.uint8:
        images = images.astype(np.float32, copy=False)
    n, height, width, channels = images.shape
    return frozen(images).reshape(n, height, width * channels)


def _nearest(images: Array, size: tuple[int, int]) -> Array:
    n, height, width, channels = images.shape
    out = np.empty((n, *size, channels), images.dtype)
    word = _WORDS[images.dtype.itemsize]
    source = frozen(images).view(word).reshape(n, height, width * channels)
    target = out.view(word).reshape(n, size[0], size[1] * channels)
    ys, xs = nearest_indices(height, size[0]), nearest_indices(width, size[1])
    task = partial(resize_nearest_kernel, source, ys, xs, channels, target)
    run_ranges(task, n * size[0], least=_least(size[1] * channels))
    return out
