"""Numbers of one distribution from the words of a stream, as TensorFlow makes them.

A sampler is `sampler(stream, n, dtype) -> dtype[n]`. It reads from the stream's current block on and does not move the
stream; the caller decides how far the next call is away (`api.py` keeps TensorFlow's distance).

Uniform floats and integers equal TensorFlow's bit for bit. Normal ones are rounded from double precision, TensorFlow's
are computed in single precision; the two differ by one unit in the last place at most, in few places.

References:
    G. E. P. Box, M. E. Muller, "A note on the generation of random normal deviates", Ann. Math. Stat. 29
    (1958) 610. https://doi.org/10.1214/aoms/1177706645
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .philox import WORDS_PER_BLOCK, Philox

FLOATS: Final = ("float16", "float32", "float64")
INTEGERS: Final = ("int32", "int64")
BLOCKS_PER_OUTPUT: Final = (
    256  # Rejection may read this many blocks per number before streams of two calls would overlap.
)

# Per float type: the unsigned type of the same width, the bits of its mantissa, and the bits of 1.0.
_LAYOUT: Final[dict[str, tuple[type[np.unsignedinteger[Any]], int, int]]] = {
    "float16": (np.uint16, 10, 0x3C00),
    "float32": (np.uint32, 23, 0x3F800000),
    "float64": (np.uint64, 52, 0x3FF0000000000000),
}
_SMALLEST: Final = 1e-7  # Keeps the logarithm finite.
_CUT: Final = 2.0  # Truncated normals lie within two standard deviations.


def uniform(stream: Philox, n: int, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Return floats in [0, 1): random mantissa under the exponent of [1, 2), less 1."""
    unsigned, mantissa_bits, one = _LAYOUT[dtype.name]
    words = _pairs(_words(stream, 2 * n), high_first=True) if dtype.name == "float64" else _words(stream, n)
    bits = (words & words.dtype.type((1 << mantissa_bits) - 1)).astype(unsigned)
    unit: npt.NDArray[Any] = (bits | unsigned(one)).view(dtype)
    return np.asarray(unit - unit.dtype.type(1))


def integers(stream: Philox, n: int, dtype: np.dtype[Any], low: int, high: int) -> npt.NDArray[Any]:
    """Return integers in [low, high): a word (int32) or two (int64) modulo the width of the range."""
    words = _words(stream, n) if dtype.itemsize == 4 else _pairs(_words(stream, 2 * n), high_first=False)
    remainder = words % words.dtype.type(high - low)
    offset: npt.NDArray[Any] = remainder.view(dtype)
    return np.asarray(offset + np.array(low, dtype))  # Wraps where the range is wider than the positive half.


def full_range(stream: Philox, n: int, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Return integers over all values of a 32- or 64-bit type."""
    words = _words(stream, n) if dtype.itemsize == 4 else _pairs(_words(stream, 2 * n), high_first=False)
    return words.view(dtype)


def normal(stream: Philox, n: int, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Return floats of mean 0 and standard deviation 1."""
    per_block = _normals_per_block(dtype)
    blocks = stream.words(-(-n // per_block) * WORDS_PER_BLOCK).reshape(-1, WORDS_PER_BLOCK)
    return _box_muller(blocks, dtype).reshape(-1)[:n]


def truncated_normal(stream: Philox, n: int, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Return floats of mean 0 and standard deviation 1, drawn again until their absolute value is below 2.

    A group of one block's worth of numbers has a run of blocks of its own and takes the first ones that fit.
    """
    per_block = _normals_per_block(dtype)
    groups = -(-n // per_block)
    run = np.uint64(per_block * BLOCKS_PER_OUTPUT // WORDS_PER_BLOCK)
    out = np.empty((groups, per_block), dtype)
    filled = np.zeros(groups, np.intp)
    open_groups = np.arange(groups)
    attempt = 0
    while len(open_groups):
        drawn = _box_muller(stream.blocks(open_groups.astype(np.uint64) * run + np.uint64(attempt)), dtype)
        fits = np.abs(drawn) < _CUT
        place = filled[open_groups, None] + np.cumsum(fits, axis=1) - 1
        row, column = np.nonzero(fits & (place < per_block))
        out[open_groups[row], place[row, column]] = drawn[row, column]
        filled[open_groups] += fits.sum(axis=1)
        open_groups = open_groups[filled[open_groups] < per_block]
        attempt += 1
    return out.reshape(-1)[:n]


def permutation(stream: Philox, n: int) -> npt.NDArray[np.intp]:
    """Return the numbers 0 … n-1 in random order: each place swaps with a random one at or after it."""
    order = list(range(n))
    reach = np.arange(n, 1, -1, dtype=np.uint32)
    for i, step in enumerate((_words(stream, max(n - 1, 0)) % reach).tolist()):
        order[i], order[i + step] = order[i + step], order[i]
    return np.array(order, np.intp)


def _words(stream: Philox, n: int) -> npt.NDArray[np.uint32]:
    return stream.words(n)


def _pairs(words: npt.NDArray[np.uint32], *, high_first: bool) -> npt.NDArray[np.uint64]:
    """Join words two by two along the last axis into uint64."""
    first, second = words[..., 0::2].astype(np.uint64), words[..., 1::2].astype(np.uint64)
    high, low = (first, second) if high_first else (second, first)
    return high << np.uint64(32) | low


def _normals_per_block(dtype: np.dtype[Any]) -> int:
    return 2 if dtype.name == "float64" else 4


def _box_muller(blocks: npt.NDArray[np.uint32], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Turn uint32[n, 4] into normals: dtype[n, 4], or float64[n, 2]."""
    if dtype.name == "float64":
        mantissa = _pairs(blocks, high_first=True) & np.uint64((1 << 52) - 1)
        unit = (mantissa | np.uint64(_LAYOUT["float64"][2])).view(np.float64) - 1.0
    else:
        mantissa32 = blocks & np.uint32((1 << 23) - 1)
        unit = ((mantissa32 | np.uint32(_LAYOUT["float32"][2])).view(np.float32) - np.float32(1)).astype(np.float64)
    work = np.dtype(np.float64 if dtype.name == "float64" else np.float32)
    # The angle and the radius are rounded to the working precision, as each step of the single-precision formula is.
    angle = (2.0 * np.pi * unit[:, 1::2]).astype(work).astype(np.float64)
    logarithm = np.log(np.maximum(unit[:, 0::2], work.type(_SMALLEST))).astype(work)
    radius = np.sqrt(work.type(-2) * logarithm)
    out = np.empty((len(blocks), 2 * angle.shape[1]), work)
    out[:, 0::2] = np.sin(angle).astype(work) * radius
    out[:, 1::2] = np.cos(angle).astype(work) * radius
    return out.astype(dtype, copy=False)
