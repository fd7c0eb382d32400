"""Parts of images cut out by boxes and resampled."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Array = npt.NDArray[Any]
Float32s = npt.NDArray[np.float32]


@kernel(inline=True)
def _position(begin: float, end: float, last: int, i: int, steps: int) -> float:
    """Return where the i-th of some samples of a box lies on an axis of an image, whose last pixel is 1."""
    if steps > 1:
        return begin * last + i * ((end - begin) * last / np.float32(steps - 1))
    return np.float32(0.5) * (begin + end) * last


@kernel
def crop_and_resize_kernel(
    images: Array,
    boxes: Float32s,
    indices: npt.NDArray[np.int64],
    nearest: bool,
    outside: np.float32,
    start: int,
    stop: int,
    out: Float32s,
) -> None:
    """Fill `out` with the pixels of boxes `start` to `stop`, mixed of four neighbours or taken of the nearest.

    Args:
        images: T[batch, height, width, channels].
        boxes: float32[n, 4]: top, left, bottom, right; 0 is the first pixel of an axis and 1 the last.
        indices: int64[n], the image of each box; checked.
        nearest: Whether the nearest pixel is taken; halves go away from zero.
        outside: What stands outside of an image.
        start: First box.
        stop: End of the boxes.
        out: float32[n, crop height, crop width, channels].
    """
    last_y, last_x = np.float32(images.shape[1] - 1), np.float32(images.shape[2] - 1)
    height, width, channels = out.shape[1], out.shape[2], out.shape[3]
    half = np.float32(0.5)
    for k in range(start, stop):
        image = images[indices[k]]
        for y in range(height):
            at_y = _position(boxes[k, 0], boxes[k, 2], last_y, np.float32(y), height)
            inside_y = at_y >= 0 and at_y <= last_y
            for x in range(width):
                at_x = _position(boxes[k, 1], boxes[k, 3], last_x, np.float32(x), width)
                if not (inside_y and at_x >= 0 and at_x <= last_x):
                    for c in range(channels):
                        out[k, y, x, c] = outside
                elif nearest:
                    i, j = np.int64(np.floor(at_y + half)), np.int64(np.floor(at_x + half))
                    for c in range(channels):
                        out[k, y, x, c] = image[i, j, c]
                else:
                    top, left = np.int64(np.floor(at_y)), np.int64(np.floor(at_x))
                    bottom, right = np.int64(np.ceil(at_y)), np.int64(np.ceil(at_x))
                    down, across = at_y - np.float32(top), at_x - np.float32(left)
                    for c in range(channels):
                        a, b = np.float32(image[top, left, c]), np.float32(image[top, right, c])
                        d, e = np.float32(image[bottom, left, c]), np.float32(image[bottom, right, c])
                        upper, lower = a + (b - a) * across, d + (e - d) * across
                        out[k, y, x, c] = upper + (lower - upper) * down
