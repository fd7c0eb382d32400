"""A keyed permutation as a kernel; `permutation.py` names the algorithm's sources."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..kernels import kernel

_MULTIPLIER_0 = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLIER_1 = np.uint64(0x94D049BB133111EB)
_SHIFT_0 = np.uint64(30)
_SHIFT_1 = np.uint64(27)
_SHIFT_2 = np.uint64(31)
_ONE = np.uint64(1)


@kernel(inline=True)
def mix(word: np.uint64) -> np.uint64:
    """Return a word in which every bit depends on every bit of `word` (SplitMix64's finalizer)."""
    word = (word ^ (word >> _SHIFT_0)) * _MULTIPLIER_0
    word = (word ^ (word >> _SHIFT_1)) * _MULTIPLIER_1
    return word ^ (word >> _SHIFT_2)


@kernel
def permute_kernel(
    indices: npt.NDArray[np.uint64],
    n: np.uint64,
    low_bits: np.uint64,
    high_bits: np.uint64,
    keys: npt.NDArray[np.uint64],
    out: npt.NDArray[np.uint64],
) -> None:
    """Fill `out` with the places of `indices`, which are below `n`, and `n` at most 2**(low_bits + high_bits)."""
    low_mask = (_ONE << low_bits) - _ONE
    high_mask = (_ONE << high_bits) - _ONE
    for i in range(indices.shape[0]):
        word = indices[i]
        walking = True
        while walking:
            low = word & low_mask
            high = word >> low_bits
            for r in range(0, keys.shape[0], 2):
                low ^= mix(high + keys[r]) & low_mask
                high ^= mix(low + keys[r + 1]) & high_mask
            word = (high << low_bits) | low
            walking = word >= n
        out[i] = word
