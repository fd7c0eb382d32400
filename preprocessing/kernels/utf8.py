"""UTF-8: code points to bytes and back, characters, what is valid."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Uint8s = npt.NDArray[np.uint8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

# What `decode_kernel` does with bytes that are no valid character.
REPLACE = 0
IGNORE = 1
STRICT = 2


@kernel(inline=True)
def character(data: Uint8s, p: int, stop: int) -> Any:
    """Return how many bytes from `p` on are one character; negative when they are no valid one.

    To be called by other kernels.

    Bytes that begin a character and break off are one invalid character together (The Unicode Standard, section 3.9,
    "substitution of maximal subparts"), as in ICU, which TensorFlow uses, and in Python's decoder.
    """
    c = data[p]
    if c < 0x80:
        return 1
    low, high, more = np.uint8(0x80), np.uint8(0xBF), 0
    if 0xC2 <= c <= 0xDF:
        more = 1
    elif 0xE0 <= c <= 0xEF:
        more = 2
        if c == 0xE0:
            low = np.uint8(0xA0)
        elif c == 0xED:
            high = np.uint8(0x9F)
    elif 0xF0 <= c <= 0xF4:
        more = 3
        if c == 0xF0:
            low = np.uint8(0x90)
        elif c == 0xF4:
            high = np.uint8(0x8F)
    if more == 0 or p + 1 >= stop or data[p + 1] < low or data[p + 1] > high:
        return -1
    n = 2
    while n <= more:
        if p + n >= stop or data[p + n] < 0x80 or data[p + n] > 0xBF:
            return -n
        n += 1
    return n


@kernel
def is_utf8_kernel(data: Uint8s, offsets: Int64s) -> Any:
    """Return -1, or the first string that is not valid UTF-8 (RFC 3629: no surrogates, no overlong forms)."""
    for k in range(len(offsets) - 1):
        p, stop = offsets[k], offsets[k + 1]
        while p < stop:
            n = character(data, p, stop)
            if n < 0:
                return k
            p += n
    return -1


@kernel(inline=True)
def _code_point(data: Uint8s, p: int, n: int) -> Any:
    """Return the code point of the valid character of `n` bytes at `p`."""
    if n == 1:
        return np.int32(data[p])
    code = np.int32(data[p]) & (0x7F >> n)
    for j in range(1, n):
        code = (code << 6) | (np.int32(data[p + j]) & 0x3F)
    return np.int32(code)


@kernel
def decode_kernel(
    data: Uint8s,
    offsets: Int64s,
    policy: int,
    replacement: int,
    first_kept: int,
    codes: Int32s,
    starts: Int64s,
    splits: Int64s,
) -> Any:
    """Write the code points of every string.

    Args:
        data: Bytes of the strings.
        offsets: int64[n + 1].
        policy: `REPLACE`, `IGNORE` or `STRICT`, for what is not valid.
        replacement: Code point for what is replaced.
        first_kept: Code points below it are replaced too (ignored, with `IGNORE`).
        codes: int32[bytes], filled from the start.
        starts: int64[bytes], where each character begins in its string.
        splits: int64[n + 1], row splits over the code points.

    Returns:
        -1, or the first string that is not valid, with `STRICT`.
    """
    q = np.int64(0)
    splits[0] = 0
    for k in range(len(offsets) - 1):
        p, stop = offsets[k], offsets[k + 1]
        while p < stop:
            n = character(data, p, stop)
            code = np.int32(-1)
            if n > 0:
                code = _code_point(data, p, n)
            elif policy == STRICT:
                return k
            if code < first_kept:
                code = np.int32(-1) if policy == IGNORE else np.int32(replacement)
            if code >= 0:
                codes[q] = code
                starts[q] = p - offsets[k]
                q += 1
            p += n if n > 0 else -n
        splits[k + 1] = q
    return -1


@kernel
def count_characters_kernel(data: Uint8s, offsets: Int64s, splits: Int64s) -> Any:
    """Fill `splits` (int64[n + 1]) over the characters of all strings, and return the bytes that they need.

    What is not valid UTF-8 needs the three bytes of U+FFFD.
    """
    n_characters = np.int64(0)
    size = np.int64(0)
    splits[0] = 0
    for k in range(len(offsets) - 1):
        p, stop = offsets[k], offsets[k + 1]
        while p < stop:
            n = character(data, p, stop)
            size += n if n > 0 else 3
            p += n if n > 0 else -n
            n_characters += 1
        splits[k + 1] = n_characters
    return size


@kernel
def split_characters_kernel(data: Uint8s, offsets: Int64s, out: Uint8s, token_offsets: Int64s) -> None:
    """Write the characters that `count_characters_kernel` has counted, one token each."""
    q = np.int64(0)
    t = np.int64(0)
    token_offsets[0] = 0
    for k in range(len(offsets) - 1):
        p, stop = offsets[k], offsets[k + 1]
        while p < stop:
            n = character(data, p, stop)
            if n > 0:
                for j in range(n):
                    out[q + j] = data[p + j]
                q += n
                p += n
            else:
                out[q] = 0xEF
                out[q + 1] = 0xBF
                out[q + 2] = 0xBD
                q += 3
                p -= n
            t += 1
            token_offsets[t] = q


@kernel
def utf8_lengths_kernel(codes: npt.NDArray[np.uint32], ends: Int64s) -> Any:
    """Fill `ends` for the UTF-8 form of rows of code points (`U` arrays: zeros at the end are padding).

    Args:
        codes: uint32[n, width].
        ends: int64[n], where each row ends when the first begins at 0.

    Returns:
        -1, or the first row with a code point that UTF-8 does not have (a surrogate, or above 0x10FFFF).
    """
    total = np.int64(0)
    for i in range(codes.shape[0]):
        n = codes.shape[1]
        while n > 0 and codes[i, n - 1] == 0:
            n -= 1
        for j in range(n):
            c = codes[i, j]
            if c < 0x80:
                total += 1
            elif c < 0x800:
                total += 2
            elif c < 0x10000:
                if 0xD800 <= c < 0xE000:
                    return i
                total += 3
            elif c < 0x110000:
                total += 4
            else:
                return i
        ends[i] = total
    return -1


@kernel
def utf8_fill_kernel(codes: npt.NDArray[np.uint32], offsets: Int64s, data: Uint8s) -> None:
    """Write the UTF-8 form of rows of code points that `utf8_lengths_kernel` has accepted."""
    for i in range(codes.shape[0]):
        p = offsets[i]
        stop = offsets[i + 1]
        j = 0
        while p < stop:
            c = codes[i, j]
            j += 1
            if c < 0x80:
                data[p] = c
                p += 1
            elif c < 0x800:
                data[p] = 0xC0 | (c >> 6)
                data[p + 1] = 0x80 | (c & 0x3F)
                p += 2
            elif c < 0x10000:
                data[p] = 0xE0 | (c >> 12)
                data[p + 1] = 0x80 | ((c >> 6) & 0x3F)
                data[p + 2] = 0x80 | (c & 0x3F)
                p += 3
            else:
                data[p] = 0xF0 | (c >> 18)
                data[p + 1] = 0x80 | ((c >> 12) & 0x3F)
                data[p + 2] = 0x80 | ((c >> 6) & 0x3F)
                data[p + 3] = 0x80 | (c & 0x3F)
                p += 4
