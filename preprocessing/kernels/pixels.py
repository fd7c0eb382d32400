"""Flips, brightness and contrast of images, each in one pass over the pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

_ONE = np.uint64(1)
_TWO = np.uint64(2)


@kernel
def flip_kernel(
    images: npt.NDArray[Any],
    channels: int,
    flips: npt.NDArray[np.bool_],
    horizontal: bool,
    vertical: bool,
    start: int,
    stop: int,
    out: npt.NDArray[Any],
) -> None:
    """Fill rows `start` to `stop` of `out` with the pixels of `images`, turned round where `flips` says so.

    Args:
        images: T `[n, height, width * channels]`, real.
        channels: Numbers of a pixel.
        flips: bool `[n]`.
        horizontal: Whether left and right change places.
        vertical: Whether top and bottom do.
        start: First row, of n * height.
        stop: Row after the last.
        out: S, of the shape of `images`; may be wider.
    """
    _, height, numbers = images.shape
    for row in range(start, stop):
        n = row // height
        y = row - n * height
        source = images[n, height - 1 - y] if vertical and flips[n] else images[n, y]
        target = out[n, y]
        if not (horizontal and flips[n]):
            for i in range(numbers):
                target[i] = source[i]
        elif channels == 1:
            for i in range(numbers):
                target[i] = source[np.uint64(numbers - 1 - i)]
        elif channels == 3:  # Written out: a loop of three turns takes three times as long.
            for pixel in range(0, numbers, 3):
                to, other = np.uint64(pixel), np.uint64(numbers - 3 - pixel)
                target[to] = source[other]
                target[to + _ONE] = source[other + _ONE]
                target[to + _TWO] = source[other + _TWO]
        else:
            last = numbers - channels
            for pixel in range(0, numbers, channels):
                for c in range(channels):
                    target[np.uint64(pixel + c)] = source[np.uint64(last - pixel + c)]


@kernel
def brighten_kernel(
    images: npt.NDArray[Any],
    deltas: npt.NDArray[np.float32],
    low: np.float32,
    high: np.float32,
    start: int,
    stop: int,
    out: npt.NDArray[np.float32],
) -> None:
    """Fill rows `start` to `stop` of `out` with the numbers plus their image's delta, held within [low, high].

    Args:
        images: uint8 or float32 `[n, rows, numbers]`.
        deltas: `[n]`.
        low: Least result.
        high: Greatest result.
        start: First row, of n * rows.
        stop: Row after the last.
        out: float32, of the shape of `images`.
    """
    rows, numbers = images.shape[1], images.shape[2]
    for row in range(start, stop):
        n = row // rows
        source, target, delta = images[n, row - n * rows], out[n, row - n * rows], deltas[n]
        for i in range(numbers):
            value = np.float32(source[i]) + delta
            value = high if value > high else value
            target[i] = low if value < low else value


@kernel
def contrast_kernel(
    images: npt.NDArray[Any],
    means: npt.NDArray[np.float32],
    factors: npt.NDArray[np.float32],
    low: np.float32,
    high: np.float32,
    start: int,
    stop: int,
    out: npt.NDArray[np.float32],
) -> None:
    """Fill rows `start` to `stop` of `out` with `(number - mean) * factor + mean`, held within [low, high].

    Args:
        images: uint8 or float32 `[n, rows, numbers]`.
        means: `[n, numbers]`: the mean that belongs to each number of a row.
        factors: `[n]`.
        low: Least result.
        high: Greatest result.
        start: First row, of n * rows.
        stop: Row after the last.
        out: float32, of the shape of `images`.
    """
    rows, numbers = images.shape[1], images.shape[2]
    for row in range(start, stop):
        n = row // rows
        source, target, mean = images[n, row - n * rows], out[n, row - n * rows], means[n]
        factor = factors[n]
        for i in range(numbers):
            value = (np.float32(source[i]) - mean[i]) * factor + mean[i]
            value = high if value > high else value
            target[i] = low if value < low else value


@kernel
def column_sums_kernel(images: npt.NDArray[Any], start: int, stop: int, out: npt.NDArray[np.float32]) -> None:
    """Fill `out` for images `start` to `stop` with the sums over the middle axis, in TensorFlow's order of additions.

    Sums over 16 rows or more run in four lanes that are added up before the last rows. TensorFlow computes eight sums
    at a time; those of an eight that reaches into another image, or past the end, run through all rows in one lane.

    Args:
        images: uint8 or float32 `[n, rows, numbers]`.
        start: First image.
        stop: Image after the last.
        out: float32 `[n, numbers]`.
    """
    _, rows, numbers = images.shape
    laned = rows // 4 * 4 if rows >= 16 else 0
    lanes = np.zeros((4, numbers), np.float32)
    for n in range(start, stop):
        lanes[:] = np.float32(0)
        image = images[n]
        for row in range(0, laned, 4):
            for lane in range(4):
                source, sums = image[row + lane], lanes[lane]
                for i in range(numbers):
                    sums[i] += np.float32(source[i])
        total = out[n]
        for i in range(numbers):
            total[i] = lanes[0, i] + lanes[1, i] + lanes[2, i] + lanes[3, i]
        for row in range(laned, rows):
            source = image[row]
            for i in range(numbers):
                total[i] += np.float32(source[i])
        if not laned:
            continue
        first = n * numbers
        for i in range(numbers):
            eight = (first + i) // 8 * 8
            if eight < first or eight + 8 > first + numbers:
                alone = np.float32(0)
                for row in range(rows):
                    alone += np.float32(image[row, i])
                total[i] = alone


@kernel
def row_sums_kernel(rows: npt.NDArray[np.float32], out: npt.NDArray[np.float32]) -> None:
    """Fill `out` with the sum of each row, in TensorFlow's order of additions: float32 `[n, numbers]` -> `[n]`.

    Eight lanes, four times side by side; then the four, the remaining eights, the lanes by halves, and the sum
    of the remaining numbers.
    """
    count, numbers = rows.shape
    lanes = np.zeros((4, 8), np.float32)
    for n in range(count):
        row = rows[n]
        lanes[:] = np.float32(0)
        i = 0
        while i + 32 <= numbers:
            for part in range(4):
                for lane in range(8):
                    lanes[part, lane] += row[i + 8 * part + lane]
            i += 32
        for part in range(1, 4):
            for lane in range(8):
                lanes[0, lane] += lanes[part, lane]
        while i + 8 <= numbers:
            for lane in range(8):
                lanes[0, lane] += row[i + lane]
            i += 8
        half = 4
        while half:
            for lane in range(half):
                lanes[0, lane] += lanes[0, lane + half]
            half //= 2
        rest = np.float32(0)
        while i < numbers:
            rest += row[i]
            i += 1
        out[n] = lanes[0, 0] + rest
