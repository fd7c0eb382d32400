"""Affine transforms of images: each pixel of the result looks up where it comes from.

A transform holds a0, a1, a2, b0, b1, b2: pixel (x, y) of the result shows position (a0 x + a1 y + a2, b0 x + b1 y + b2)
of the image. Positions outside are mapped inside first, by the fill mode. All is computed in float32, each step
rounded, in the order of TensorFlow's ImageProjectiveTransformV3, so that results agree to the bit.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

CONSTANT: Final = 0
NEAREST: Final = 1
REFLECT: Final = 2
WRAP: Final = 3

_ZERO = np.float32(0)
_HALF = np.float32(0.5)
_ONE = np.float32(1)
# Results are made tile by tile, so that what a tile shows, turned in whatever way, stays in the first-level cache:
# 9 ns per pixel instead of 15 for rotations.
# Both kernels walk over the tiles themselves: one walk, with an inlined function for the pixel, took 1.1 to 1.9 times
# as long.
_TILE_ROWS = 16
_TILE_COLUMNS = 32


@kernel(inline=True)
def place(position: np.float32, size: int, mode: int) -> np.float32:
    """Return where a position of an axis is looked up: inside [0, size - 1], or as it is for constant filling."""
    if mode == 0:
        return position
    last = np.float32(size - 1)
    if mode >= 2 and (position < _ZERO or position > last):
        if size <= 1:
            position = _ZERO
        elif mode == 2:
            period = np.float32(2 * size)
            if position < _ZERO:
                position = np.float32(2 * size * np.int64(-position / period)) + position
                position = position + period if position < np.float32(-size) else -position - _ONE
            else:
                position = position - np.float32(2 * size * np.int64(position / period))
                if position >= np.float32(size):
                    position = period - position - _ONE
        elif position < _ZERO:
            position = position + np.float32(size * (np.int64(-position / last) + 1))
        else:
            position = position - np.float32(size * np.int64(position / last))
    return min(max(position, _ZERO), last)


@kernel(inline=True)
def blend(
    image: npt.NDArray[Any],
    first: int,
    pixel: int,
    line: int,
    left_part: np.float32,
    right_part: np.float32,
    upper_part: np.float32,
    lower_part: np.float32,
) -> np.float32:
    """Return the weighted mean of number `first` of an image and its three neighbours to the right and below."""
    v00, v01 = np.float32(image[np.uint64(first)]), np.float32(image[np.uint64(first + pixel)])
    first += line
    v10, v11 = np.float32(image[np.uint64(first)]), np.float32(image[np.uint64(first + pixel)])
    upper = left_part * v00 + right_part * v01
    lower = left_part * v10 + right_part * v11
    return upper_part * upper + lower_part * lower


@kernel
def affine_bilinear_kernel(
    images: npt.NDArray[Any],
    height: int,
    width: int,
    channels: int,
    pixel: int,
    plane: int,
    transforms: npt.NDArray[np.float32],
    mode: int,
    fill: np.float32,
    start: int,
    stop: int,
    out: npt.NDArray[np.float32],
) -> None:
    """Fill rows `start` to `stop` of `out`, counted through all images, with weighted means of four pixels.

    Number `(y * width + x) * pixel + c * plane` of an image is channel `c` of pixel (x, y).

    Args:
        images: uint8 or float32 `[n, height * width * channels]`.
        height: Rows of an image.
        width: Pixels of a row.
        channels: Numbers of a pixel.
        pixel: Steps from a pixel to its right neighbour.
        plane: Steps from a channel to the next.
        transforms: `[n, 6]`, of finite numbers below 2**31.
        mode: One of the constants of this module.
        fill: What stands outside.
        start: First row, of n * height.
        stop: Row after the last.
        out: float32, of the shape of `images`.
    """
    # Numbers are looked up by unsigned indices: signed ones are checked for being negative, at each look-up.
    right_last, lower_last = np.float32(width - 1), np.float32(height - 1)
    line = width * pixel
    row = start
    while row < stop:
        n = row // height
        image, target = images[n], out[n]
        a0, a1, a2 = transforms[n, 0], transforms[n, 1], transforms[n, 2]
        b0, b1, b2 = transforms[n, 3], transforms[n, 4], transforms[n, 5]
        first_y = row - n * height
        last_y = min(first_y + _TILE_ROWS, height, first_y + stop - row)
        row += last_y - first_y
        for first_x in range(0, width, _TILE_COLUMNS):
            last_x = min(first_x + _TILE_COLUMNS, width)
            for y_whole in range(first_y, last_y):
                y_out = np.float32(y_whole)
                a1y, b1y = a1 * y_out, b1 * y_out
                to = y_whole * line + (first_x - 1) * pixel
                for column in range(first_x, last_x):
                    to += pixel
                    x_out = np.float32(column)
                    x = a0 * x_out + a1y + a2
                    y = b0 * x_out + b1y + b2
                    if not (_ZERO <= x < right_last and _ZERO <= y < lower_last):
                        x, y = place(x, width, mode), place(y, height, mode)
                    left, top = np.int64(x), np.int64(y)
                    if x < np.float32(left):
                        left -= 1
                    if y < np.float32(top):
                        top -= 1
                    x_floor, y_floor = np.float32(left), np.float32(top)
                    right_part, lower_part = x - x_floor, y - y_floor
                    left_part, upper_part = (x_floor + _ONE) - x, (y_floor + _ONE) - y
                    first = top * line + left * pixel
                    if 0 <= left < width - 1 and 0 <= top < height - 1:
                        parts = left_part, right_part, upper_part, lower_part
                        if channels == 3:  # Written out: a loop of three turns costs half as much again.
                            second, third = first + plane, first + 2 * plane
                            target[np.uint64(to)] = blend(image, first, pixel, line, *parts)
                            target[np.uint64(to + plane)] = blend(image, second, pixel, line, *parts)
                            target[np.uint64(to + 2 * plane)] = blend(image, third, pixel, line, *parts)
                        else:
                            for c in range(channels):
                                value = blend(image, first + c * plane, pixel, line, *parts)
                                target[np.uint64(to + c * plane)] = value
                        continue
                    has_left, has_right = 0 <= left < width, 0 <= left + 1 < width
                    has_top, has_bottom = 0 <= top < height, 0 <= top + 1 < height
                    for c in range(channels):
                        i = first + c * plane
                        v00 = np.float32(image[np.uint64(i)]) if has_top and has_left else fill
                        v01 = np.float32(image[np.uint64(i + pixel)]) if has_top and has_right else fill
                        v10 = np.float32(image[np.uint64(i + line)]) if has_bottom and has_left else fill
                        v11 = np.float32(image[np.uint64(i + line + pixel)]) if has_bottom and has_right else fill
                        upper = left_part * v00 + right_part * v01
                        lower = left_part * v10 + right_part * v11
                        target[np.uint64(to + c * plane)] = upper_part * upper + lower_part * lower


@kernel
def affine_nearest_kernel(
    images: npt.NDArray[Any],
    height: int,
    width: int,
    channels: int,
    pixel: int,
    plane: int,
    transforms: npt.NDArray[np.float32],
    mode: int,
    fill: Any,
    start: int,
    stop: int,
    out: npt.NDArray[Any],
) -> None:
    """As `affine_bilinear_kernel` with the nearest pixel, halves away from zero; numbers are moved as they are.

    Args:
        images: T `[n, height * width * channels]`.
        height: Rows of an image.
        width: Pixels of a row.
        channels: Numbers of a pixel.
        pixel: Steps from a pixel to its right neighbour.
        plane: Steps from a channel to the next.
        transforms: `[n, 6]`, of finite numbers below 2**31.
        mode: One of the constants of this module.
        fill: T.
        start: First row, of n * height.
        stop: Row after the last.
        out: T, of the shape of `images`.
    """
    right_last, lower_last = np.float32(width - 1), np.float32(height - 1)
    line = width * pixel
    row = start
    while row < stop:
        n = row // height
        image, target = images[n], out[n]
        a0, a1, a2 = transforms[n, 0], transforms[n, 1], transforms[n, 2]
        b0, b1, b2 = transforms[n, 3], transforms[n, 4], transforms[n, 5]
        first_y = row - n * height
        last_y = min(first_y + _TILE_ROWS, height, first_y + stop - row)
        row += last_y - first_y
        for first_x in range(0, width, _TILE_COLUMNS):
            last_x = min(first_x + _TILE_COLUMNS, width)
            for y_whole in range(first_y, last_y):
                y_out = np.float32(y_whole)
                a1y, b1y = a1 * y_out, b1 * y_out
                to = y_whole * line + (first_x - 1) * pixel
                for column in range(first_x, last_x):
                    to += pixel
                    x_out = np.float32(column)
                    x = a0 * x_out + a1y + a2
                    y = b0 * x_out + b1y + b2
                    if not (_ZERO <= x <= right_last and _ZERO <= y <= lower_last):
                        x, y = place(x, width, mode), place(y, height, mode)
                    j, i = np.int64(x), np.int64(y)
                    beside, below = x - np.float32(j), y - np.float32(i)
                    j += np.int64(beside >= _HALF) - np.int64(beside <= -_HALF)
                    i += np.int64(below >= _HALF) - np.int64(below <= -_HALF)
                    if 0 <= j < width and 0 <= i < height:
                        first = i * line + j * pixel
                        if channels == 3:
                            target[np.uint64(to)] = image[np.uint64(first)]
                            target[np.uint64(to + plane)] = image[np.uint64(first + plane)]
                            target[np.uint64(to + 2 * plane)] = image[np.uint64(first + 2 * plane)]
                        else:
                            for c in range(channels):
                                target[np.uint64(to + c * plane)] = image[np.uint64(first + c * plane)]
                    else:
                        for c in range(channels):
                            target[np.uint64(to + c * plane)] = fill
