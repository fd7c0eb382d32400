"""Where the pixels of a resized axis come from: indices and float32 weights, for each method.

Axes use half-pixel centres: output pixel `i` looks at position `(i + 0.5) * input / output - 0.5`. Sizes and methods
recur from batch to batch, so the tables are kept.

The formulas are those of TensorFlow's resize operations, evaluated in float32 in the same order, so that weights agree
to the bit: bilinear and nearest are computed from positions; bicubic is Keys' kernel (Robert G. Keys, "Cubic
convolution interpolation for digital image processing", 1981, a = -0.5) read from a table of 1024 steps, without what
lies outside; area weights by how much of a pixel is covered; the others are windows of a continuous kernel, stretched
when an antialiased image shrinks, and normalized. Mitchell's cubic is that of D. P. Mitchell and A. N. Netravali,
"Reconstruction filters in computer graphics", 1988, with B = C = 1/3.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

Float32s = npt.NDArray[np.float32]
Int32s = npt.NDArray[np.int32]

_HALF: Final = np.float32(0.5)
_STEPS: Final = 1024
# Sums below this are not divided by: the quotient would not be a number.
_TINY: Final = np.float32(1000 * np.finfo(np.float32).tiny)


class Pairs(NamedTuple):
    """Two neighbours of each output pixel: `x[low] + (x[high] - x[low]) * share`."""

    low: Int32s
    high: Int32s
    share: Float32s


class Windows(NamedTuple):
    """Neighbours of each output pixel: the sum of `x[starts + k] * weights[k]`."""

    starts: Int32s
    weights: Float32s


def _positions(size: int, target: int) -> Float32s:
    """Return where each output pixel lies on the input axis."""
    scale = np.float32(size) / np.float32(target)
    return (np.arange(target, dtype=np.float32) + _HALF) * scale - _HALF


@lru_cache(maxsize=128)
def nearest_indices(size: int, target: int) -> Int32s:
    """Return the input pixel int32[target] of each output pixel."""
    scale = np.float32(size) / np.float32(target)
    found: Float32s = np.floor((np.arange(target, dtype=np.float32) + _HALF) * scale)
    return np.minimum(found, size - 1).astype(np.int32)


@lru_cache(maxsize=128)
def bilinear_pairs(size: int, target: int) -> Pairs:
    """Return the neighbours of each output pixel."""
    position = _positions(size, target)
    floor = np.floor(position)
    low = np.maximum(floor, 0).astype(np.int32)
    high = np.minimum(np.ceil(position), size - 1).astype(np.int32)
    return Pairs(low, high, position - floor)


@lru_cache(maxsize=1)
def _cubic_table() -> Float32s:
    """Return float32[2 * (steps + 1)]: Keys' kernel at `i / steps` and `1 + i / steps`, one after the other."""
    a, x = -0.5, np.arange(_STEPS + 1) / _STEPS
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    x = x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.stack([near, far], -1).reshape(-1).astype(np.float32)


@lru_cache(maxsize=128)
def bicubic_windows(size: int, target: int) -> Windows:
    """Return four neighbours of each output pixel, fewer where the input has not four."""
    table, position = _cubic_table(), _positions(size, target)
    floor = np.floor(position)
    step = np.rint((position - floor) * np.float32(_STEPS)).astype(np.int64)
    weights = np.stack(
        [table[step * 2 + 1], table[step * 2], table[(_STEPS - step) * 2], table[(_STEPS - step) * 2 + 1]], -1
    )
    wanted = floor.astype(np.int64)[:, None] + np.arange(-1, 3)
    weights[(wanted < 0) | (wanted >= size)] = 0
    return _moved_inside(wanted[:, 0], _normalized(weights), size)


def _normalized(weights: Float32s) -> Float32s:
    """Return weights that add up to 1 in each row, adding from the left."""
    total = np.zeros(len(weights), np.float32)
    for k in range(weights.shape[1]):
        total = total + weights[:, k]
    usable = np.abs(total) >= _TINY
    factor = np.float32(1) / np.where(usable, total, np.float32(1))
    return np.where(usable[:, None], weights * factor[:, None], weights)


def _moved_inside(first: npt.NDArray[np.int64], weights: Float32s, size: int) -> Windows:
    """Return windows that lie inside the input; weights outside of it are 0 and fall away."""
    taps = min(weights.shape[1], size)
    starts = np.clip(first, 0, size - taps)
    source = starts[:, None] + np.arange(taps) - first[:, None]
    inside = (source >= 0) & (source < weights.shape[1])
    picked = np.take_along_axis(weights, np.clip(source, 0, weights.shape[1] - 1), 1)
    return Windows(starts.astype(np.int32), np.where(inside, picked, np.float32(0)).astype(np.float32))


@lru_cache(maxsize=128)
def area_windows(size: int, target: int) -> Windows:
    """Return how much of each input pixel an output pixel covers, not yet divided by what it covers together."""
    scale = np.float32(size) / np.float32(target)
    i = np.arange(target, dtype=np.float32)
    begin, end = i * scale, (i + np.float32(1)) * scale
    first = np.floor(begin).astype(np.int64)
    taps = int((np.ceil(end).astype(np.int64) - first).max())
    pixel = (first[:, None] + np.arange(taps)).astype(np.float32)
    right = np.minimum(pixel + np.float32(1), end[:, None])
    covered = np.maximum(right - np.maximum(pixel, begin[:, None]), np.float32(0))
    covered[(pixel < begin[:, None]) & (pixel + np.float32(1) > end[:, None])] = scale
    # What rounding puts behind the last pixel counts for the last pixel.
    inside = np.minimum(pixel, size - 1).astype(np.int64) - first[:, None]
    weights = np.zeros_like(covered)
    np.add.at(weights, (np.arange(target)[:, None], np.maximum(inside, 0)), covered)
    return _moved_inside(first, weights, size)


def area_factor(size: tuple[int, int], target: tuple[int, int]) -> np.float32:
    """Return by what sums of areas are multiplied: one by the number of input pixels for an output pixel."""
    height, width = (np.float32(s) / np.float32(t) for s, t in zip(size, target, strict=True))
    return np.float32(1 / float(np.float32(height * width)))


# --- continuous kernels ---------------------------------------------------------------------------------------------


def _sine(x: Float32s) -> Float32s:
    """Return sines rounded correctly, as those of the C library nearly always are; NumPy's float32 ones are not."""
    return np.sin(x.astype(np.float64)).astype(np.float32)


def _exp(x: Float32s) -> Float32s:
    return np.exp(x.astype(np.float64)).astype(np.float32)


def _triangle(x: Float32s) -> Float32s:
    found: Float32s = np.maximum(np.float32(1) - x, np.float32(0))
    return found


def _keys_cubic(x: Float32s) -> Float32s:
    near = ((np.float32(1.5) * x - np.float32(2.5)) * x) * x + np.float32(1)
    far = ((np.float32(-0.5) * x + np.float32(2.5)) * x - np.float32(4)) * x + np.float32(2)
    return _in_two(x, near, far)


def _mitchell_cubic(x: Float32s) -> Float32s:
    near = ((np.float32(7 / 6) * x - np.float32(2)) * x) * x + np.float32(8 / 9)
    far = ((np.float32(-7 / 18) * x + np.float32(2)) * x - np.float32(10 / 3)) * x + np.float32(16 / 9)
    return _in_two(x, near, far)


def _in_two(x: Float32s, near: Float32s, far: Float32s) -> Float32s:
    return np.where(x < 1, near, np.where(x < 2, far, np.float32(0))).astype(np.float32)


def _gaussian(x: Float32s) -> Float32s:
    sigma = np.float32(1.5) / np.float32(3)
    return np.where(x < 1.5, _exp(-x * x / (2 * sigma * sigma)), np.float32(0)).astype(np.float32)


def _lanczos(radius: float) -> Callable[[Float32s], Float32s]:
    def weight(x: Float32s) -> Float32s:
        pi, r = np.float32(math.pi), np.float32(radius)
        safe = np.maximum(x, np.float32(1e-3))
        inner = r * _sine(pi * safe) * _sine(pi * safe / r) / (pi * pi * safe * safe)
        return np.where(x <= 1e-3, np.float32(1), np.where(x > r, np.float32(0), inner)).astype(np.float32)

    return weight


_KERNELS: Final[dict[str, tuple[float, Callable[[Float32s], Float32s]]]] = {
    "bilinear": (1.0, _triangle),
    "bicubic": (2.0, _keys_cubic),
    "lanczos3": (3.0, _lanczos(3.0)),
    "lanczos5": (5.0, _lanczos(5.0)),
    "gaussian": (1.5, _gaussian),
    "mitchellcubic": (2.0, _mitchell_cubic),
}


@lru_cache(maxsize=128)
def kernel_windows(size: int, target: int, method: str, antialias: Any) -> Windows:
    """Return the windows of a continuous kernel, stretched by the scale if an antialiased axis shrinks."""
    radius, weigh = _KERNELS[method]
    inverse = np.float32(1) / (np.float32(target) / np.float32(size))
    stretch = np.maximum(inverse, np.float32(1)) if antialias else np.float32(1)
    reach = np.float32(radius) * stretch
    centre = (np.arange(target, dtype=np.float32) + _HALF) * inverse
    first = np.clip(np.ceil(centre - reach - _HALF), 0, size - 1).astype(np.int64)
    last = np.clip(np.floor(centre + reach - _HALF), 0, size - 1).astype(np.int64)
    taps = int((last - first).max()) + 1
    source = first[:, None] + np.arange(taps)
    distance = np.abs(source.astype(np.float32) + _HALF - centre[:, None]) * (np.float32(1) / stretch)
    weights = np.where(source <= last[:, None], weigh(distance.astype(np.float32)), np.float32(0))
    return _moved_inside(first, _normalized(weights.astype(np.float32)), size)


# --- as matrices ----------------------------------------------------------------------------------------------------


def windows(size: int, target: int, method: str, *, antialias: bool) -> Windows:
    """Return the windows of any method that sums."""
    if method == "area":
        return area_windows(size, target)
    if method == "bicubic" and not antialias:
        return bicubic_windows(size, target)
    return kernel_windows(size, target, method, antialias)


@lru_cache(maxsize=32)
def axis_matrix(size: int, target: int, method: str, antialias: Any) -> Float32s:
    """Return float32[target, size]: what each output pixel takes of each input pixel."""
    found, rows = np.zeros((target, size), np.float32), np.arange(target)
    if method == "nearest":
        found[rows, nearest_indices(size, target)] = 1
    elif method == "bilinear" and not antialias:
        low, high, share = bilinear_pairs(size, target)
        np.add.at(found, (rows, low), 1 - share)
        np.add.at(found, (rows, high), share)
    else:
        starts, weights = windows(size, target, method, antialias=antialias)
        for k in range(weights.shape[1]):
            found[rows, starts + k] = weights[:, k]
        if method == "area":
            found *= area_factor((size, 1), (target, 1))
    return found
