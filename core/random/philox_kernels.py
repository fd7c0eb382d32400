"""Philox4x32-10 as kernels: one block, one word, a run of words.

All arithmetic is on uint64 that hold 32-bit values, because Numba types `int64 * uint64` as float64. Callers pass seeds
and positions as `np.uint64`. `philox.py` names the algorithm's source and the place of the seeds in key and counter.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..kernels import kernel

_MASK = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_TWO = np.uint64(2)
_THREE = np.uint64(3)
_ONE = np.uint64(1)


@kernel
def philox_block(
    key0: np.uint64, key1: np.uint64, c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the four 32-bit words of one block; every argument and result is a uint64 below 2**32."""
    for _ in range(10):
        product0 = _MULTIPLIER_0 * c0
        product1 = _MULTIPLIER_1 * c2
        c0 = (product1 >> _SHIFT) ^ c1 ^ key0
        c1 = product1 & _MASK
        c2 = (product0 >> _SHIFT) ^ c3 ^ key1
        c3 = product0 & _MASK
        key0 = (key0 + _WEYL_0) & _MASK
        key1 = (key1 + _WEYL_1) & _MASK
    return c0, c1, c2, c3


@kernel
def fill_words_kernel(seed: np.uint64, seed2: np.uint64, start: np.uint64, out: npt.NDArray[np.uint32]) -> None:
    """Fill `out`, uint32[n], with words `start`, `start + 1`, … of the stream (seed, seed2)."""
    n = out.shape[0]
    first = np.intp(start & _THREE)
    block = start >> _TWO
    filled = 0
    while filled < n:
        words = philox_block(
            seed & _MASK, seed >> _SHIFT, block & _MASK, block >> _SHIFT, seed2 & _MASK, seed2 >> _SHIFT
        )
        last = min(4, first + n - filled)
        for lane in range(first, last):
            out[filled + lane - first] = words[lane]
        filled += last - first
        first = np.intp(0)
        block += _ONE
