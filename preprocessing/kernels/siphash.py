"""SipHash-2-4: the keyed hash behind TensorFlow's `string_to_hash_bucket_strong`.

After Jean-Philippe Aumasson and Daniel J. Bernstein, "SipHash: a fast short-input PRF" (2012), section 2: two rounds
per word of eight bytes, four at the end. All arithmetic is modulo 2**64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel
from .farmhash import fetch64

Uint8s = npt.NDArray[np.uint8]
Int64s = npt.NDArray[np.int64]

# The initial state is these words ("somepseudorandomlygeneratedbytes") xor the key.
_V0 = np.uint64(0x736F6D6570736575)
_V1 = np.uint64(0x646F72616E646F6D)
_V2 = np.uint64(0x6C7967656E657261)
_V3 = np.uint64(0x7465646279746573)
_FINISH = np.uint64(0xFF)
_U8 = np.uint64(8)
_U56 = np.uint64(56)


@kernel(inline=True)
def _rotate_left(value: Any, shift: int) -> Any:
    """Rotate left; `shift` is 1 to 63."""
    return (value << np.uint64(shift)) | (value >> np.uint64(64 - shift))


@kernel(inline=True)
def _round(v0: Any, v1: Any, v2: Any, v3: Any) -> Any:
    v0 = v0 + v1
    v2 = v2 + v3
    v1 = _rotate_left(v1, 13) ^ v0
    v3 = _rotate_left(v3, 16) ^ v2
    v0 = _rotate_left(v0, 32)
    v2 = v2 + v1
    v0 = v0 + v3
    v1 = _rotate_left(v1, 17) ^ v2
    v3 = _rotate_left(v3, 21) ^ v0
    v2 = _rotate_left(v2, 32)
    return v0, v1, v2, v3


@kernel(inline=True)
def siphash(s: Uint8s, start: int, stop: int, k0: Any, k1: Any) -> Any:
    """Return the hash of `s[start:stop]` under a key of two uint64 words; to be called by other kernels."""
    v0, v1, v2, v3 = _V0 ^ k0, _V1 ^ k1, _V2 ^ k0, _V3 ^ k1
    i = start
    while i + 8 <= stop:
        word = fetch64(s, i)
        v3 = v3 ^ word
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        v0 = v0 ^ word
        i += 8
    # The last word: the bytes that are left, and the length modulo 256 on top.
    word = np.uint64(stop - start) << _U56
    for j in range(stop - i):
        word = word | (np.uint64(s[i + j]) << (np.uint64(j) * _U8))
    v3 = v3 ^ word
    v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    v0 = v0 ^ word
    v2 = v2 ^ _FINISH
    for _ in range(4):
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    return v0 ^ v1 ^ v2 ^ v3


@kernel
def keyed_bucket_kernel(
    data: Uint8s, offsets: Int64s, key: npt.NDArray[np.uint64], n_buckets: int, out: Int64s
) -> None:
    """Fill `out` with the hash of each string under uint64[2] `key`, modulo `n_buckets`."""
    buckets = np.uint64(n_buckets)
    k0, k1 = key[0], key[1]
    for k in range(len(out)):
        out[k] = np.int64(siphash(data, offsets[k], offsets[k + 1], k0, k1) % buckets)
