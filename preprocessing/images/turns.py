"""Images flipped, turned, and with rows and columns exchanged. Any dtype of numbers stays; results may be views."""

from __future__ import annotations

import operator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...core.columns.kernels import frozen
from ...core.errors import InvalidArgumentError, describe
from ...core.ops.registry import Attrs, Value, call
from ...core.parallel import run_ranges
from ..kernels.pixels import flip_kernel
from .operations import image_op

Array = npt.NDArray[Any]

# About 200 µs of work for a thread.
_LEAST_NUMBERS: Final = 200_000
# Smaller images are turned as views: NumPy copies them before a kernel has begun.
_LEAST_COPIED: Final = 1 << 12
_WORDS: Final = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


def flipped(images: Array, flips: npt.NDArray[np.bool_], kind: Any, *, horizontal: bool, vertical: bool) -> Array:
    """Return copies of images, some of them flipped.

    Args:
        images: Real `[n, height, width, channels]`.
        flips: bool `[n]`, which ones.
        kind: Dtype of the result: that of the images, or a wider one.
        horizontal: Whether to exchange left and right.
        vertical: Whether to exchange top and bottom.
    """
    n, height, width, channels = images.shape
    kind = np.dtype(kind)
    out = np.empty((n, height, width * channels), kind)
    source, target = frozen(images).reshape(out.shape), out
    if images.dtype == kind:
        words = _WORDS[kind.itemsize]
        source, target = source.view(words), out.view(words)

    def flip(start: int, stop: int) -> None:
        flip_kernel(source, channels, flips, horizontal, vertical, start, stop, target)

    run_ranges(flip, n * height, least=max(1, _LEAST_NUMBERS // max(1, width * channels)))
    return out.reshape(images.shape)


def _turn(images: Array, *, rows: bool, columns: bool, exchanged: bool) -> Array:
    """Flip rows and columns where asked for, then exchange them if asked for."""
    if columns and not exchanged and images.size >= _LEAST_COPIED and images.dtype.itemsize in _WORDS:
        batch = images.reshape(-1, *images.shape[-3:])
        every = np.ones(len(batch), np.bool_)
        return flipped(batch, every, images.dtype, horizontal=True, vertical=rows).reshape(images.shape)
    found = images[..., :: -1 if rows else 1, :: -1 if columns else 1, :]
    return np.swapaxes(found, -3, -2) if exchanged else found


def _turned_shape(shape: tuple[int | None, ...], attrs: Attrs) -> tuple[int | None, ...]:
    *batch, height, width, channels = shape
    return (*batch, width, height, channels) if attrs["exchanged"] else shape


def _gradient(grads: Any, inputs: Any, outputs: Any, attrs: Attrs) -> tuple[Value]:
    # The way back: exchange first, then flip; the same as to flip the other axes first.
    rows, columns = attrs["rows"], attrs["columns"]
    if attrs["exchanged"]:
        rows, columns = columns, rows
    return (call(TURN, grads[0], rows=rows, columns=columns, exchanged=attrs["exchanged"]),)


TURN = image_op("turn", _turn, _turned_shape, gradient=_gradient)


def flip_left_right(images: Value) -> Value:
    """Return images with left and right exchanged.

    Args:
        images: `T[height, width, channels]` or `T[batch, height, width, channels]`.

    Raises:
        InvalidArgumentError: The rank or the dtype is another.
    """
    return call(TURN, images, rows=False, columns=True, exchanged=False)


def flip_up_down(images: Value) -> Value:
    """Return images with top and bottom exchanged; arguments as in `flip_left_right`."""
    return call(TURN, images, rows=True, columns=False, exchanged=False)


def transpose(images: Value) -> Value:
    """Return images with rows and columns exchanged; arguments as in `flip_left_right`."""
    return call(TURN, images, rows=False, columns=False, exchanged=True)


def rot90(images: Value, k: int = 1) -> Value:
    """Return images turned counter-clockwise by `k` quarters of a turn.

    Args:
        images: As in `flip_left_right`.
        k: Any int; negative ones turn clockwise.

    Raises:
        InvalidArgumentError: `k` is no int, or the images are none.
    """
    try:
        quarters = operator.index(k) % 4
    except TypeError:
        raise InvalidArgumentError(f"rot90: k must be an int. Received: k={describe(k)}.") from None
    # Before rows and columns are exchanged: a quarter to the left flips columns, one to the right flips rows.
    rows, columns = quarters in (2, 3), quarters in (1, 2)
    return call(TURN, images, rows=rows, columns=columns, exchanged=quarters in (1, 3))
