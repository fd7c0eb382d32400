"""Colours by hue, saturation and value: pixels `[n, 3]` in float32."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Float32s = npt.NDArray[np.float32]


@kernel(inline=True)
def _hue(red: float, green: float, blue: float, high: float, low: float) -> float:
    """Return the hue from 0 to 6: red 0, green 2, blue 4; 0 for grey."""
    width = high - low
    if width <= 0:
        return np.float32(0)
    if red == high:
        hue = (green - blue) / width
        return hue + np.float32(6) if hue < 0 else hue
    if green == high:
        return (blue - red) / width + np.float32(2)
    return (red - green) / width + np.float32(4)


@kernel(inline=True)
def _part(distance: float) -> float:
    """Return how much of a colour is in a hue at a distance from it, which is at most 6: 1 up to 1, 0 from 2 on."""
    if distance > 3:
        distance = np.float32(6) - distance
    return min(max(np.float32(2) - distance, np.float32(0)), np.float32(1))


@kernel
def turn_hue_kernel(pixels: Float32s, turn: float, saturation: float, start: int, stop: int, out: Float32s) -> None:
    """Fill `out` with colours whose hue is turned and whose saturation is multiplied; value stays.

    Args:
        pixels: float32[n, 3], red, green, blue.
        turn: Sixths of the circle, from -6 to 6.
        saturation: Factor; the product is held within 0 … 1. Below 0 leaves saturation as it is.
        start: First pixel.
        stop: End of the pixels.
        out: float32[n, 3].
    """
    six = np.float32(6)
    for i in range(start, stop):
        red, green, blue = pixels[i, 0], pixels[i, 1], pixels[i, 2]
        high, low = max(red, green, blue), min(red, green, blue)
        hue = _hue(red, green, blue, high, low) + turn
        if hue < 0:
            hue += six
        if hue >= six:
            hue -= six
        if saturation >= 0:
            share = (high - low) / high if high > 0 else np.float32(0)
            low = high - min(max(share * saturation, np.float32(0)), np.float32(1)) * high
        width = high - low
        out[i, 0] = low + width * _part(hue)
        out[i, 1] = low + width * _part(abs(hue - np.float32(2)))
        out[i, 2] = low + width * _part(abs(hue - np.float32(4)))


@kernel
def rgb_to_hsv_kernel(pixels: Float32s, start: int, stop: int, out: Float32s) -> None:
    """Fill `out` with hue, saturation and value, all from 0 to 1.

    Args:
        pixels: float32[n, 3], red, green, blue.
        start: First pixel.
        stop: End of the pixels.
        out: float32[n, 3].
    """
    for i in range(start, stop):
        red, green, blue = pixels[i, 0], pixels[i, 1], pixels[i, 2]
        high, low = max(red, green, blue), min(red, green, blue)
        out[i, 0] = _hue(red, green, blue, high, low) / np.float32(6)
        out[i, 1] = (high - low) / high if high > 0 else np.float32(0)
        out[i, 2] = high


@kernel
def hsv_to_rgb_kernel(pixels: Float32s, start: int, stop: int, out: Float32s) -> None:
    """Fill `out` with red, green and blue.

    Args:
        pixels: float32[n, 3]; hue, saturation, value.
        start: First pixel.
        stop: End of the pixels.
        out: float32[n, 3].
    """
    one, zero = np.float32(1), np.float32(0)
    for i in range(start, stop):
        hue, share, value = pixels[i, 0] * np.float32(6), pixels[i, 1], pixels[i, 2]
        red = min(max(abs(hue - np.float32(3)) - one, zero), one)
        green = min(max(np.float32(2) - abs(hue - np.float32(2)), zero), one)
        blue = min(max(np.float32(2) - abs(hue - np.float32(4)), zero), one)
        out[i, 0] = ((one - share) + share * red) * value
        out[i, 1] = ((one - share) + share * green) * value
        out[i, 2] = ((one - share) + share * blue) * value
