"""Colours and tones of images, one pass over the pixels, each step rounded to float32 as TensorFlow's operations do.

Images are rows of numbers: number `(y * width + x) * pixel + c * plane` of an image is channel `c` of pixel (x, y).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Floats = npt.NDArray[np.float32]

_ZERO = np.float32(0)
_ONE = np.float32(1)
_TWO = np.float32(2)
_THREE = np.float32(3)
_FOUR = np.float32(4)
_SIX = np.float32(6)
_SIXTH = np.float32(1.0 / 6.0)
_THIRD = np.float32(2.0 / 6.0)
_TWO_THIRDS = np.float32(4.0 / 6.0)
_WHOLE = np.float32(255)


@kernel(inline=True)
def hue_of(red: np.float32, green: np.float32, blue: np.float32, high: np.float32, width: np.float32) -> np.float32:
    """Return the hue, in [0, 1), of a colour whose largest part is `high` and exceeds the smallest by `width`."""
    if not width > _ZERO:
        return _ZERO
    norm = (_ONE / width) * _SIXTH
    if red == high:
        hue = norm * (green - blue)
    elif green == high:
        hue = norm * (blue - red) + _THIRD
    else:
        hue = norm * (red - green) + _TWO_THIRDS
    return hue + _ONE if hue < _ZERO else hue


@kernel(inline=True)
def part_of(hue: np.float32, saturation: np.float32, value: np.float32, which: int) -> np.float32:
    """Return red (0), green (1) or blue (2) of a colour."""
    turn = hue * _SIX
    if which == 0:
        part = abs(turn - _THREE) - _ONE
    elif which == 1:
        part = _TWO - abs(turn - _TWO)
    else:
        part = _TWO - abs(turn - _FOUR)
    part = min(max(part, _ZERO), _ONE)
    return ((_ONE - saturation) + saturation * part) * value


@kernel
def turn_hues_kernel(
    images: npt.NDArray[Any],
    size: tuple[int, int],
    pixel: int,
    plane: int,
    turns: Floats,
    low: np.float32,
    scale: np.float32,
    start: int,
    stop: int,
    out: Floats,
) -> None:
    """Fill rows `start` to `stop` of `out` with colours whose hue is turned by their image's part of a circle.

    Args:
        images: uint8 or float32 `[n, height * width * 3]`.
        size: Height and width.
        pixel: Steps from a pixel to its right neighbour.
        plane: Steps from red to green to blue.
        turns: `[n]`, from -1 to 1.
        low: Least value of a pixel.
        scale: Greatest value less the least.
        start: First row, of n * height.
        stop: Row after the last.
        out: float32, of the shape of `images`.
    """
    height, width = size
    for row in range(start, stop):
        n = row // height
        source, target, turn = images[n], out[n], turns[n]
        first = (row - n * height) * width * pixel
        for i in range(first, first + width * pixel, pixel):
            red = (np.float32(source[i]) - low) / scale
            green = (np.float32(source[i + plane]) - low) / scale
            blue = (np.float32(source[i + 2 * plane]) - low) / scale
            high = max(red, green, blue)
            spread = high - min(red, green, blue)
            saturation = spread / high if high > _ZERO else _ZERO
            hue = hue_of(red, green, blue, high, spread) + turn
            hue = hue - _ONE if hue > _ONE else hue
            hue = hue + _ONE if hue < _ZERO else hue
            for c in range(3):
                part = part_of(hue, saturation, high, c)
                target[i + c * plane] = min(max(part, _ZERO), _ONE) * scale + low


@kernel
def saturate_kernel(
    images: npt.NDArray[Any],
    size: tuple[int, int],
    pixel: int,
    plane: int,
    factors: Floats,
    low: np.float32,
    high: np.float32,
    start: int,
    stop: int,
    out: Floats,
) -> None:
    """Fill rows `start` to `stop` of `out` with colours whose saturation is multiplied and held within [low, high].

    Args are those of `turn_hues_kernel`, with `factors` float32[n] for turns.
    """
    height, width = size
    for row in range(start, stop):
        n = row // height
        source, target, factor = images[n], out[n], factors[n]
        first = (row - n * height) * width * pixel
        for i in range(first, first + width * pixel, pixel):
            red, green, blue = np.float32(source[i]), np.float32(source[i + plane]), np.float32(source[i + 2 * plane])
            most = max(red, green, blue)
            spread = most - min(red, green, blue)
            saturation = (spread / most if most > _ZERO else _ZERO) * factor
            saturation = max(min(saturation, high), low)
            hue = hue_of(red, green, blue, most, spread)
            for c in range(3):
                target[i + c * plane] = part_of(hue, saturation, most, c)


@kernel
def grey_kernel(
    images: npt.NDArray[Any],
    size: tuple[int, int],
    pixel: int,
    plane: int,
    chosen: npt.NDArray[np.bool_],
    weights: Floats,
    start: int,
    stop: int,
    out: Floats,
) -> None:
    """Fill rows `start` to `stop` of `out` with the colours, of chosen images with their weighted sums three times.

    Args are those of `turn_hues_kernel`, with `chosen` bool[n] and `weights` float32[3].
    """
    height, width = size
    for row in range(start, stop):
        n = row // height
        source, target, grey = images[n], out[n], chosen[n]
        first = (row - n * height) * width * pixel
        for i in range(first, first + width * pixel, pixel):
            red, green, blue = np.float32(source[i]), np.float32(source[i + plane]), np.float32(source[i + 2 * plane])
            if grey:
                red = (red * weights[0] + green * weights[1]) + blue * weights[2]
                green = blue = red
            target[i], target[i + plane], target[i + 2 * plane] = red, green, blue


@kernel
def invert_kernel(
    images: npt.NDArray[Any],
    chosen: npt.NDArray[np.bool_],
    high: np.float32,
    start: int,
    stop: int,
    out: Floats,
) -> None:
    """Fill rows `start` to `stop` of `out` with the numbers, of chosen images with `high` less them.

    Args:
        images: uint8 or float32 `[n, rows, numbers]`.
        chosen: bool[n].
        high: What black becomes.
        start: First row, of n * rows.
        stop: Row after the last.
        out: float32, of the shape of `images`.
    """
    rows, numbers = images.shape[1], images.shape[2]
    for row in range(start, stop):
        n = row // rows
        source, target = images[n, row - n * rows], out[n, row - n * rows]
        if chosen[n]:
            for i in range(numbers):
                target[i] = high - np.float32(source[i])
        else:
            for i in range(numbers):
                target[i] = np.float32(source[i])


@kernel(inline=True)
def as_byte(number: Any, low: np.float32, scale: np.float32) -> np.float32:
    """Return a number as one from 0 to 255; a width of the range of 0 stands for bytes, which are taken as they are."""
    value = np.float32(number)
    return ((value - low) / scale) * _WHOLE if scale != _ZERO else value


@kernel(inline=True)
def of_byte(value: np.float32, low: np.float32, scale: np.float32) -> np.float32:
    """Return a number from 0 to 255 as one of its range: what `as_byte` takes."""
    return (value / _WHOLE) * scale + low if scale != _ZERO else value


@kernel
def posterize_kernel(
    images: npt.NDArray[Any],
    shifts: npt.NDArray[np.uint8],
    low: np.float32,
    scale: np.float32,
    start: int,
    stop: int,
    out: Floats,
) -> None:
    """Fill rows `start` to `stop` of `out` with the numbers less their lowest bits, as bytes.

    Args are those of `invert_kernel`, with `shifts` uint8[n], how many bits are lost, and the least number and the
    width of the range; a width of 0 stands for bytes, which are taken as they are.
    """
    rows, numbers = images.shape[1], images.shape[2]
    for row in range(start, stop):
        n = row // rows
        source, target = images[n, row - n * rows], out[n, row - n * rows]
        mask = np.int64(0xFF) << np.int64(shifts[n]) & np.int64(0xFF)
        for i in range(numbers):
            value = np.int64(as_byte(source[i], low, scale)) & mask
            target[i] = of_byte(np.float32(value), low, scale)


@kernel
def solarize_kernel(
    images: npt.NDArray[Any],
    additions: Floats,
    thresholds: Floats,
    low: np.float32,
    scale: np.float32,
    start: int,
    stop: int,
    out: Floats,
) -> None:
    """Fill rows `start` to `stop` of `out` with the numbers plus an addition, turned over from a threshold on.

    Args are those of `posterize_kernel`, with `additions` and `thresholds` float32[n] in parts of bytes.
    """
    rows, numbers = images.shape[1], images.shape[2]
    for row in range(start, stop):
        n = row // rows
        source, target = images[n, row - n * rows], out[n, row - n * rows]
        addition, threshold = additions[n], thresholds[n]
        for i in range(numbers):
            value = as_byte(source[i], low, scale)
            value = max(min(value + addition, _WHOLE), _ZERO)
            value = value if value < threshold else _WHOLE - value
            target[i] = of_byte(value, low, scale)
