"""Images resampled: separable filters over rows and columns of `[n, height, width * channels]`.

All kernels compute output rows `start` to `stop` of all images in a row (row `r` is row `r % height` of image
`r // height`), so that ranges of rows can run side by side.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Array = npt.NDArray[Any]
Float32s = npt.NDArray[np.float32]
Int32s = npt.NDArray[np.int32]

# Indices without a sign: no test whether they count from the end.
_1, _2, _3, _4 = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)


@kernel
def resize_nearest_kernel(
    images: Array, ys: Int32s, xs: Int32s, channels: int, out: Array, start: int, stop: int
) -> None:
    """Copy the pixel `[ys[y], xs[x]]` to `[y, x]`.

    Args:
        images: T[n, height, width * channels].
        ys: int32[out_height].
        xs: int32[out_width].
        channels: Values per pixel.
        out: T[n, out_height, out_width * channels].
        start: First output row.
        stop: End of the output rows.
    """
    height, width = len(ys), len(xs)
    for r in range(start, stop):
        i, y = r // height, r % height
        if r > start and y > 0 and ys[y] == ys[y - 1]:
            out[i, y] = out[i, y - 1]
            continue
        row = images[i, ys[y]]
        target = out[i, y]
        if channels == 3:
            for x in range(width):
                p = xs[x] * 3
                target[x * 3] = row[p]
                target[x * 3 + 1] = row[p + 1]
                target[x * 3 + 2] = row[p + 2]
        elif channels == 1:
            for x in range(width):
                target[x] = row[xs[x]]
        else:
            for x in range(width):
                p, q = xs[x] * channels, x * channels
                for c in range(channels):
                    target[q + c] = row[p + c]


@kernel(inline=True)
def _mix_four(row: Array, a: Any, b: Any, t: Any, out: Float32s, q: Any) -> None:
    """Fill `out[q]` to `out[q + 3]` with numbers between those from `row[a]` on and those from `row[b]` on.

    All are read before any is written: so they become one vector.
    """
    r, g, u, v = np.float32(row[a]), np.float32(row[a + _1]), np.float32(row[a + _2]), np.float32(row[a + _3])
    r += (np.float32(row[b]) - r) * t
    g += (np.float32(row[b + _1]) - g) * t
    u += (np.float32(row[b + _2]) - u) * t
    v += (np.float32(row[b + _3]) - v) * t
    out[q], out[q + _1], out[q + _2], out[q + _3] = r, g, u, v


@kernel(packed=True)
def _mix_columns(row: Array, low: Int32s, high: Int32s, share: Float32s, channels: int, out: Float32s) -> None:
    """Fill `out[x]` with `row[low[x]] + (row[high[x]] - row[low[x]]) * share[x]`, for every channel.

    Pixels of three numbers are computed as four: the fourth is that of the next pixel, which is written after it.
    """
    width, step, done = len(low), np.uint64(channels), 0
    if channels == 3:
        done = width - 1
        while done > 0 and high[done - 1] * 3 + 4 > len(row):
            done -= 1
        for i in range(done):
            x = np.uint64(i)
            _mix_four(row, np.uint64(low[x]) * _3, np.uint64(high[x]) * _3, share[x], out, x * _3)
    elif channels == 4:
        done = width
        for i in range(width):
            x = np.uint64(i)
            _mix_four(row, np.uint64(low[x]) * _4, np.uint64(high[x]) * _4, share[x], out, x * _4)
    if channels == 1:
        for i in range(width):
            x = np.uint64(i)
            r = np.float32(row[np.uint64(low[x])])
            out[x] = r + (np.float32(row[np.uint64(high[x])]) - r) * share[x]
    else:
        for i in range(done, width):
            x = np.uint64(i)
            a, b, t, q = np.uint64(low[x]) * step, np.uint64(high[x]) * step, share[x], x * step
            for k in range(channels):
                c = np.uint64(k)
                r = np.float32(row[a + c])
                out[q + c] = r + (np.float32(row[b + c]) - r) * t


@kernel
def _mix_row(
    row: Array, low: Int32s, high: Int32s, share: Float32s, channels: int, source: Float32s, out: Float32s
) -> None:
    """Do as `_mix_columns`, on a copy in float32 if `source` has room for one."""
    if len(source):
        source[:] = row
        _mix_columns(source, low, high, share, channels, out)
    else:
        _mix_columns(row, low, high, share, channels, out)


@kernel
def _mix_rows(upper: Float32s, lower: Float32s, share: float, out: Array, top: float) -> None:
    """Fill `out` with `upper + (lower - upper) * share`, rounded as `_store_row` does."""
    if top > 0:
        limit, zero = np.float32(top), np.float32(0)
        for j in range(len(out)):
            value = upper[j] + (lower[j] - upper[j]) * share
            out[j] = np.rint(min(max(value, zero), limit))
    else:
        for j in range(len(out)):
            out[j] = upper[j] + (lower[j] - upper[j]) * share


@kernel
def _mix_whole_rows(upper: Array, lower: Array, share: float, out: Array, top: float) -> None:
    """Do as `_mix_rows` with rows of images that keep their width.

    Each number is mixed with itself first, as along x: infinity becomes NaN.
    """
    limit, zero = np.float32(top), np.float32(0)
    if top > 0:
        for j in range(len(out)):
            a, b = np.float32(upper[j]), np.float32(lower[j])
            out[j] = np.rint(min(max(a + (b - a) * share, zero), limit))
    else:
        for j in range(len(out)):
            a, b = np.float32(upper[j]), np.float32(lower[j])
            a, b = a + (a - a) * zero, b + (b - b) * zero
            out[j] = a + (b - a) * share


@kernel
def _add_row(row: Array, weight: float, first: bool, total: Float32s) -> None:
    """Add a weighted row to a sum, or begin the sum with it."""
    if first:
        for j in range(len(total)):
            total[j] = np.float32(row[j]) * weight
    else:
        for j in range(len(total)):
            total[j] += np.float32(row[j]) * weight


@kernel
def _scale_row(row: Float32s, factor: float) -> None:
    for j in range(len(row)):
        row[j] *= factor


@kernel
def _store_row(row: Float32s, out: Array, top: float) -> None:
    """Write a row; clipped to 0 … `top` and rounded, halves to even, if that is above 0."""
    if top > 0:
        limit, zero = np.float32(top), np.float32(0)
        for j in range(len(row)):
            out[j] = np.rint(min(max(row[j], zero), limit))
    else:
        for j in range(len(row)):
            out[j] = row[j]


@kernel
def resize_bilinear_kernel(
    images: Array,
    low_y: Int32s,
    high_y: Int32s,
    share_y: Float32s,
    low_x: Int32s,
    high_x: Int32s,
    share_x: Float32s,
    channels: int,
    out: Array,
    top: float,
    start: int,
    stop: int,
) -> None:
    """Mix four neighbours: along x first, then along y, in float32; two along y if the width stays.

    Rows mixed along x are kept for the next output row, which often needs one of them again.

    Args:
        images: T[n, height, width * channels].
        low_y: int32[out_height], row above.
        high_y: int32[out_height], row below.
        share_y: float32[out_height], part of the row below.
        low_x: int32[out_width], column to the left.
        high_x: int32[out_width], column to the right.
        share_x: float32[out_width], part of the right column.
        channels: Values per pixel.
        out: U[n, out_height, out_width * channels].
        top: Above 0: results are rounded and clipped to 0 … `top`; else stored as they are.
        start: First output row.
        stop: End of the output rows.
    """
    height, size = out.shape[1], out.shape[2]
    if size == images.shape[2]:
        for r in range(start, stop):
            i, y = r // height, r % height
            _mix_whole_rows(images[i, low_y[y]], images[i, high_y[y]], share_y[y], out[i, y], top)
        return
    # Bytes become numbers once for each where most of them are used, else once for each use.
    uses_most = images.itemsize == 1 and 2 * size > images.shape[2]
    source = np.empty(images.shape[2] if uses_most else 0, dtype=np.float32)
    upper = np.empty(size, dtype=np.float32)
    lower = np.empty(size, dtype=np.float32)
    upper_row = lower_row = np.int64(-1)
    for r in range(start, stop):
        i, y = r // height, r % height
        if y == 0:
            upper_row = lower_row = np.int64(-1)
        a, b, t = np.int64(low_y[y]), np.int64(high_y[y]), share_y[y]
        if upper_row != a and lower_row == a:
            upper, lower = lower, upper
            upper_row, lower_row = lower_row, upper_row
        if upper_row != a:
            _mix_row(images[i, a], low_x, high_x, share_x, channels, source, upper)
            upper_row = a
        if b != a and lower_row != b:
            _mix_row(images[i, b], low_x, high_x, share_x, channels, source, lower)
            lower_row = b
        _mix_rows(upper, upper if b == a else lower, t, out[i, y], top)


@kernel
def _filter_columns(row: Array, starts: Int32s, weights: Float32s, channels: int, out: Float32s) -> None:
    """Fill `out[x]` with the sum of `row[starts[x] + k] * weights[x, k]` over k, for every channel."""
    taps = weights.shape[1]
    if channels == 3 and 2 <= taps <= 4:
        _filter_colours(row, starts, weights, out)
    elif channels == 3:
        for x in range(len(starts)):
            first = second = third = np.float32(0)
            p = starts[x] * 3
            for k in range(taps):
                w = weights[x, k]
                first += np.float32(row[p]) * w
                second += np.float32(row[p + 1]) * w
                third += np.float32(row[p + 2]) * w
                p += 3
            out[x * 3] = first
            out[x * 3 + 1] = second
            out[x * 3 + 2] = third
    else:
        for x in range(len(starts)):
            for c in range(channels):
                total, p = np.float32(0), starts[x] * channels + c
                for k in range(taps):
                    total += np.float32(row[p]) * weights[x, k]
                    p += channels
                out[x * channels + c] = total


@kernel
def _filter_colours(row: Array, starts: Int32s, weights: Float32s, out: Float32s) -> None:
    """Do as `_filter_columns`, for three channels and two to four products: without inner loops, in half the time."""
    taps = weights.shape[1]
    if taps == 2:
        for x in range(len(starts)):
            p, q, a, b = starts[x] * 3, x * 3, weights[x, 0], weights[x, 1]
            out[q] = row[p] * a + row[p + 3] * b
            out[q + 1] = row[p + 1] * a + row[p + 4] * b
            out[q + 2] = row[p + 2] * a + row[p + 5] * b
    elif taps == 3:
        for x in range(len(starts)):
            p, q, a, b, c = starts[x] * 3, x * 3, weights[x, 0], weights[x, 1], weights[x, 2]
            out[q] = row[p] * a + row[p + 3] * b + row[p + 6] * c
            out[q + 1] = row[p + 1] * a + row[p + 4] * b + row[p + 7] * c
            out[q + 2] = row[p + 2] * a + row[p + 5] * b + row[p + 8] * c
    else:
        for x in range(len(starts)):
            p, q = starts[x] * 3, x * 3
            a, b, c, d = weights[x, 0], weights[x, 1], weights[x, 2], weights[x, 3]
            out[q] = row[p] * a + row[p + 3] * b + row[p + 6] * c + row[p + 9] * d
            out[q + 1] = row[p + 1] * a + row[p + 4] * b + row[p + 7] * c + row[p + 10] * d
            out[q + 2] = row[p + 2] * a + row[p + 5] * b + row[p + 8] * c + row[p + 11] * d


@kernel
def _filter_row(row: Array, starts: Int32s, weights: Float32s, channels: int, source: Float32s, out: Float32s) -> None:
    """Do as `_filter_columns`, on a copy in float32 if `source` has room for one."""
    if len(source):
        source[:] = row
        _filter_columns(source, starts, weights, channels, out)
    else:
        _filter_columns(row, starts, weights, channels, out)


@kernel
def resize_filter_kernel(
    images: Array,
    start_y: Int32s,
    weights_y: Float32s,
    start_x: Int32s,
    weights_x: Float32s,
    channels: int,
    out: Array,
    top: float,
    start: int,
    stop: int,
) -> None:
    """Sum weighted neighbours: along y first, over whole rows, then along x, in float32.

    Args:
        images: T[n, height, width * channels].
        start_y: int32[out_height], the first row of each sum.
        weights_y: float32[out_height, rows summed].
        start_x: int32[out_width], the first column of each sum.
        weights_x: float32[out_width, columns summed].
        channels: Values per pixel.
        out: U[n, out_height, out_width * channels].
        top: As in `resize_bilinear_kernel`.
        start: First output row.
        stop: End of the output rows.
    """
    height, size = out.shape[1], out.shape[2]
    taps = weights_y.shape[1]
    source = np.empty(images.shape[2], dtype=np.float32)
    filtered = np.empty(size, dtype=np.float32)
    for r in range(start, stop):
        i, y = r // height, r % height
        a = np.int64(start_y[y])
        for k in range(taps):
            _add_row(images[i, a + k], weights_y[y, k], k == 0, source)
        _filter_columns(source, start_x, weights_x, channels, filtered)
        _store_row(filtered, out[i, y], top)


@kernel
def resize_area_kernel(
    images: Array,
    start_y: Int32s,
    weights_y: Float32s,
    start_x: Int32s,
    weights_x: Float32s,
    factor: float,
    channels: int,
    out: Array,
    top: float,
    start: int,
    stop: int,
) -> None:
    """Sum weighted neighbours: along x first, then along y, and multiply the sums by a factor.

    This order is TensorFlow's: in the other one, sums of bytes that lie half-way between two integers come out a little
    above or below. Rows summed along x are kept, because windows overlap.

    Args:
        images: T[n, height, width * channels].
        start_y: int32[out_height], the first row of each sum.
        weights_y: float32[out_height, rows summed].
        start_x: int32[out_width], the first column of each sum.
        weights_x: float32[out_width, columns summed].
        factor: For every sum.
        channels: Values per pixel.
        out: U[n, out_height, out_width * channels].
        top: As in `resize_bilinear_kernel`.
        start: First output row.
        stop: End of the output rows.
    """
    height, size = out.shape[1], out.shape[2]
    taps = weights_y.shape[1]
    source = np.empty(images.shape[2] if images.itemsize == 1 else 0, dtype=np.float32)
    kept = np.empty((taps, size), dtype=np.float32)
    kept_row = np.full(taps, -1, dtype=np.int64)
    total = np.empty(size, dtype=np.float32)
    for r in range(start, stop):
        i, y = r // height, r % height
        if y == 0:
            kept_row[:] = -1
        total[:] = 0
        for k in range(taps):
            if weights_y[y, k] != 0:
                a = np.int64(start_y[y]) + k
                place = a % taps
                if kept_row[place] != a:
                    _filter_row(images[i, a], start_x, weights_x, channels, source, kept[place])
                    kept_row[place] = a
                _add_row(kept[place], weights_y[y, k], False, total)
        _scale_row(total, factor)
        _store_row(total, out[i, y], top)
