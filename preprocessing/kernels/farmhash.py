"""FarmHash64 fingerprints: the hash behind TensorFlow's `string_to_hash_bucket_fast`.

After Geoff Pike's FarmHash (2014, https://github.com/google/farmhash), function `Fingerprint64`: fixed for all time and
all machines. Strings of up to 16, 32, 64 and more bytes take four different ways. All arithmetic is modulo 2**64; every
constant is a `uint64`, because Numba makes a float of a signed and an unsigned operand.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Uint8s = npt.NDArray[np.uint8]
Int64s = npt.NDArray[np.int64]

# Odd primes of the algorithm; k0, k1, k2 in the original.
_K0 = np.uint64(0xC3A5C85C97CB3127)
_K1 = np.uint64(0xB492B66FBE98F273)
_K2 = np.uint64(0x9AE16A3B2F90404F)

_U1, _U2, _U3, _U4 = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
_U5, _U6, _U7, _U8, _U9 = np.uint64(5), np.uint64(6), np.uint64(7), np.uint64(8), np.uint64(9)
_U16, _U24, _U32, _U40 = np.uint64(16), np.uint64(24), np.uint64(32), np.uint64(40)
_U47, _U48, _U56, _U64 = np.uint64(47), np.uint64(48), np.uint64(56), np.uint64(64)
_U81, _U113, _U255 = np.uint64(81), np.uint64(113), np.uint64(255)


@kernel(inline=True)
def fetch64(s: Uint8s, i: Any) -> Any:
    """Return eight bytes from `i` on, little-endian; to be called by other kernels.

    The index is made unsigned: a signed one would be checked eight times for counting from the end, and the eight loads
    would not become one.
    """
    j = np.uint64(i)
    return (
        np.uint64(s[j])
        | (np.uint64(s[j + _U1]) << _U8)
        | (np.uint64(s[j + _U2]) << _U16)
        | (np.uint64(s[j + _U3]) << _U24)
        | (np.uint64(s[j + _U4]) << _U32)
        | (np.uint64(s[j + _U5]) << _U40)
        | (np.uint64(s[j + _U6]) << _U48)
        | (np.uint64(s[j + _U7]) << _U56)
    )


@kernel(inline=True)
def fetch32(s: Uint8s, i: Any) -> Any:
    """Return four bytes from `i` on, little-endian; to be called by other kernels."""
    j = np.uint64(i)
    return (
        np.uint64(s[j])
        | (np.uint64(s[j + _U1]) << _U8)
        | (np.uint64(s[j + _U2]) << _U16)
        | (np.uint64(s[j + _U3]) << _U24)
    )


@kernel(inline=True)
def _rotate(value: Any, shift: int) -> Any:
    """Rotate right; `shift` is 1 to 63."""
    return (value >> np.uint64(shift)) | (value << np.uint64(64 - shift))


@kernel(inline=True)
def _shift_mix(value: Any) -> Any:
    return value ^ (value >> _U47)


@kernel(inline=True)
def _hash_16(u: Any, v: Any, mul: Any) -> Any:
    """Mix two words into one (HashLen16)."""
    a = (u ^ v) * mul
    a ^= a >> _U47
    b = (v ^ a) * mul
    b ^= b >> _U47
    return b * mul


@kernel(inline=True)
def _hash_17_to_32(s: Uint8s, i: int, n: int) -> Any:
    mul = _K2 + np.uint64(n) * _U2
    a = fetch64(s, i) * _K1
    b = fetch64(s, i + 8)
    c = fetch64(s, i + n - 8) * mul
    d = fetch64(s, i + n - 16) * _K2
    return _hash_16(_rotate(a + b, 43) + _rotate(c, 30) + d, a + _rotate(b + _K2, 18) + c, mul)


@kernel(inline=True)
def _hash_33_to_64(s: Uint8s, i: int, n: int) -> Any:
    mul = _K2 + np.uint64(n) * _U2
    a = fetch64(s, i) * _K2
    b = fetch64(s, i + 8)
    c = fetch64(s, i + n - 8) * mul
    d = fetch64(s, i + n - 16) * _K2
    y = _rotate(a + b, 43) + _rotate(c, 30) + d
    z = _hash_16(y, a + _rotate(b + _K2, 18) + c, mul)
    e = fetch64(s, i + 16) * mul
    f = fetch64(s, i + 24)
    g = (y + fetch64(s, i + n - 32)) * mul
    h = (z + fetch64(s, i + n - 24)) * mul
    return _hash_16(_rotate(e + f, 43) + _rotate(g, 30) + h, e + _rotate(f + a, 18) + g, mul)


@kernel(inline=True)
def _weak_hash_32(s: Uint8s, i: int, a: Any, b: Any) -> Any:
    """Mix 32 bytes with two seeds into two words (WeakHashLen32WithSeeds)."""
    w, x, y, z = fetch64(s, i), fetch64(s, i + 8), fetch64(s, i + 16), fetch64(s, i + 24)
    a = a + w
    b = _rotate(b + a + z, 21)
    c = a
    a = a + x + y
    b = b + _rotate(a, 44)
    return a + z, b + c


@kernel(inline=True)
def _hash_long(s: Uint8s, i: int, n: int) -> Any:
    """Hash more than 64 bytes: a 56-byte state over blocks of 64, and the last 64 bytes once more."""
    x = _U81
    y = _U81 * _K1 + _U113
    z = _shift_mix(y * _K2 + _U113) * _K2
    v0 = v1 = w0 = w1 = np.uint64(0)
    x = x * _K2 + fetch64(s, i)
    end = i + ((n - 1) // 64) * 64
    last = end + ((n - 1) & 63) - 63
    while i < end:
        x = _rotate(x + y + v0 + fetch64(s, i + 8), 37) * _K1
        y = _rotate(y + v1 + fetch64(s, i + 48), 42) * _K1
        x ^= w1
        y += v0 + fetch64(s, i + 40)
        z = _rotate(z + w0, 33) * _K1
        v0, v1 = _weak_hash_32(s, i, v1 * _K1, x + w0)
        w0, w1 = _weak_hash_32(s, i + 32, z + w1, y + fetch64(s, i + 16))
        z, x = x, z
        i += 64
    mul = _K1 + ((z & _U255) << _U1)
    i = last
    w0 += np.uint64((n - 1) & 63)
    v0 += w0
    w0 += v0
    x = _rotate(x + y + v0 + fetch64(s, i + 8), 37) * mul
    y = _rotate(y + v1 + fetch64(s, i + 48), 42) * mul
    x ^= w1 * _U9
    y += v0 * _U9 + fetch64(s, i + 40)
    z = _rotate(z + w0, 33) * mul
    v0, v1 = _weak_hash_32(s, i, v1 * mul, x + w0)
    w0, w1 = _weak_hash_32(s, i + 32, z + w1, y + fetch64(s, i + 16))
    z, x = x, z
    return _hash_16(_hash_16(v0, w0, mul) + _shift_mix(y) * _K0 + z, _hash_16(v1, w1, mul) + x, mul)


@kernel(inline=True)
def fingerprint64(s: Uint8s, start: int, stop: int) -> Any:
    """Return the fingerprint of `s[start:stop]` as uint64; to be called by other kernels.

    All ways are inlined into the calling kernel: a million words take 2.2 ms so, 6.2 ms with a call for each word, and
    4.9 ms if only the ways of long strings are called, because a function that calls another counts references.
    """
    n = stop - start
    if n > 32:
        return _hash_33_to_64(s, start, n) if n <= 64 else _hash_long(s, start, n)
    if n > 16:
        return _hash_17_to_32(s, start, n)
    length = np.uint64(n)
    if n >= 8:
        mul = _K2 + length * _U2
        a = fetch64(s, start) + _K2
        b = fetch64(s, stop - 8)
        return _hash_16(_rotate(b, 37) * mul + a, (_rotate(a, 25) + b) * mul, mul)
    if n >= 4:
        mul = _K2 + length * _U2
        return _hash_16(length + (fetch32(s, start) << _U3), fetch32(s, stop - 4), mul)
    if n > 0:
        y = np.uint64(s[start]) + (np.uint64(s[start + (n >> 1)]) << _U8)
        z = length + (np.uint64(s[stop - 1]) << _U2)
        return _shift_mix((y * _K2) ^ (z * _K0)) * _K2
    return _K2


@kernel
def fingerprint64_kernel(data: Uint8s, offsets: Int64s, out: npt.NDArray[np.uint64]) -> None:
    """Fill `out` with the fingerprint of each string."""
    for k in range(len(out)):
        out[k] = fingerprint64(data, offsets[k], offsets[k + 1])


@kernel
def hash_bucket_kernel(data: Uint8s, offsets: Int64s, n_buckets: int, out: Int64s) -> None:
    """Fill `out` with the fingerprint of each string modulo `n_buckets`."""
    buckets = np.uint64(n_buckets)
    for k in range(len(out)):
        out[k] = np.int64(fingerprint64(data, offsets[k], offsets[k + 1]) % buckets)


# Multiplier of `FingerprintCat64`, and the first word of a cross (TensorFlow's default `hash_key`).
_CAT = np.uint64(0xC6A4A7935BD1E995)
_CROSS_KEY = np.uint64(0xDECAFCAFFE)


@kernel(inline=True)
def join_fingerprints(first: Any, second: Any) -> Any:
    """Return one uint64 for two in that order (FingerprintCat64); to be called by other kernels."""
    result = first ^ _CAT
    result ^= _shift_mix(second * _CAT) * _CAT
    result *= _CAT
    return _shift_mix(_shift_mix(result) * _CAT)


@kernel
def crossed_kernel(words: npt.NDArray[np.uint64], n_buckets: int, out: Int64s) -> None:
    """Fill `out` with the joint hash of uint64[features, n] down each column, modulo `n_buckets`."""
    buckets = np.uint64(n_buckets)
    for k in range(len(out)):
        hashed = _CROSS_KEY
        for i in range(words.shape[0]):
            hashed = join_fingerprints(hashed, words[i, k])
        out[k] = np.int64(hashed % buckets)
