"""Strings trimmed, cut and split, for the functions of `string_ops`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Uint8s = npt.NDArray[np.uint8]
Int64s = npt.NDArray[np.int64]


@kernel(inline=True)
def _is_space(byte: Any) -> Any:
    """Whether a byte is one of ASCII's six characters of white space."""
    return byte == 32 or (byte >= 9 and byte <= 13)


@kernel
def strip_kernel(data: Uint8s, offsets: Int64s, out: Uint8s, out_offsets: Int64s) -> None:
    """Write every string without the white space at its ends; `out` is as long as the strings."""
    q = np.int64(0)
    out_offsets[0] = 0
    for k in range(len(offsets) - 1):
        p, stop = offsets[k], offsets[k + 1]
        while p < stop and _is_space(data[p]):
            p += 1
        while stop > p and _is_space(data[stop - 1]):
            stop -= 1
        while p < stop:
            out[q] = data[p]
            p += 1
            q += 1
        out_offsets[k + 1] = q


@kernel(inline=True)
def _is_start(data: Uint8s, p: Any, start: Any, characters: Any) -> Any:
    """Whether a byte begins a unit: any byte does, or the first of a string and those that continue no character."""
    return not characters or p == start or (data[p] & 0xC0) != 0x80


@kernel
def substrings_kernel(
    data: Uint8s,
    offsets: Int64s,
    positions: Int64s,
    lengths: Int64s,
    characters: bool,
    out: Uint8s,
    out_offsets: Int64s,
) -> Any:
    """Write a part of every string.

    Args:
        data: Bytes of the strings.
        offsets: int64[n + 1].
        positions: int64[n], first unit; negative ones count from the end.
        lengths: int64[n], units; negative: all bytes that follow, no characters, and refused from the end.
        characters: Whether units are characters of UTF-8, and not bytes.
        out: uint8[bytes], at least as long as the strings.
        out_offsets: int64[n + 1].

    Returns:
        -1, or the first string that has no such part.
    """
    q = np.int64(0)
    out_offsets[0] = 0
    for k in range(len(offsets) - 1):
        start, stop = offsets[k], offsets[k + 1]
        units = stop - start
        if characters:
            units = np.int64(0)
            for p in range(start, stop):
                units += _is_start(data, p, start, characters)
        first = positions[k] if positions[k] >= 0 else units + positions[k]
        wanted = lengths[k]
        if first < 0 or first > units or (characters and positions[k] < 0 and wanted < 0):
            return k
        if wanted < 0:
            wanted = np.int64(0) if characters else units
        last = units if wanted > units - first else first + wanted
        unit = np.int64(-1)
        for p in range(start, stop):
            unit += _is_start(data, p, start, characters)
            if unit >= first and unit < last:
                out[q] = data[p]
                q += 1
        out_offsets[k + 1] = q
    return -1


@kernel
def split_spaces_kernel(
    data: Uint8s, offsets: Int64s, most: int, out: Uint8s, token_offsets: Int64s, splits: Int64s
) -> Any:
    """Write the runs of bytes between white space; behind `most` of them the rest of the string, also an empty one.

    Args:
        data: Bytes of the strings.
        offsets: int64[n + 1].
        most: Splits of one string, at least 1; negative for no limit.
        out: uint8[bytes], at least as long as the strings.
        token_offsets: int64[tokens + 1], long enough for a token per two bytes and two more per string.
        splits: int64[n + 1], row splits over the tokens.

    Returns:
        The number of tokens.
    """
    q = np.int64(0)
    n_tokens = np.int64(0)
    token_offsets[0] = 0
    splits[0] = 0
    for k in range(len(offsets) - 1):
        p, stop = offsets[k], offsets[k + 1]
        done = 0
        while True:
            while p < stop and _is_space(data[p]):
                p += 1
            whole = done == most
            if p == stop and not whole:
                break
            while p < stop and (whole or not _is_space(data[p])):
                out[q] = data[p]
                q += 1
                p += 1
            done += 1
            n_tokens += 1
            token_offsets[n_tokens] = q
            if whole:
                break
        splits[k + 1] = n_tokens
    return n_tokens


@kernel
def split_on_kernel(
    data: Uint8s, offsets: Int64s, separator: Uint8s, most: int, out: Uint8s, token_offsets: Int64s, splits: Int64s
) -> Any:
    """Write the parts between separators, empty ones too, after at most `most` splits the rest of the string.

    Args:
        data: Bytes of the strings.
        offsets: int64[n + 1].
        separator: uint8[1 or more].
        most: Splits of one string; negative for no limit.
        out: uint8[bytes], at least as long as the strings.
        token_offsets: int64[tokens + 1], long enough for a token per separator's length and one more per string.
        splits: int64[n + 1], row splits over the tokens.

    Returns:
        The number of tokens.
    """
    q = np.int64(0)
    n_tokens = np.int64(0)
    width = len(separator)
    token_offsets[0] = 0
    splits[0] = 0
    for k in range(len(offsets) - 1):
        p, stop = offsets[k], offsets[k + 1]
        done = 0
        while p < stop:
            found = done != most and p + width <= stop
            j = 0
            while found and j < width:
                found = data[p + j] == separator[j]
                j += 1
            if found:
                n_tokens += 1
                token_offsets[n_tokens] = q
                done += 1
                p += width
            else:
                out[q] = data[p]
                q += 1
                p += 1
        n_tokens += 1
        token_offsets[n_tokens] = q
        splits[k + 1] = n_tokens
    return n_tokens


# Multiplier, shift and seed of TensorFlow's `Hash64`.
_M = np.uint64(0xC6A4A7935BD1E995)
_SHIFT = np.uint64(47)
_SEED = np.uint64(0xDECAFCAFFE)
_U8 = np.uint64(8)


@kernel
def murmur_bucket_kernel(data: Uint8s, offsets: Int64s, n_buckets: int, out: Int64s) -> None:
    """Fill `out` with each string's MurmurHash64A (Austin Appleby, 2008), TensorFlow's seed, modulo `n_buckets`."""
    buckets = np.uint64(n_buckets)
    for k in range(len(out)):
        p, stop = offsets[k], offsets[k + 1]
        hashed = _SEED ^ (np.uint64(stop - p) * _M)
        while p + 8 <= stop:
            word = np.uint64(0)
            for j in range(8):
                word |= np.uint64(data[p + j]) << (np.uint64(j) * _U8)
            word *= _M
            word ^= word >> _SHIFT
            word *= _M
            hashed ^= word
            hashed *= _M
            p += 8
        if p < stop:
            word = np.uint64(0)
            for j in range(stop - p):
                word |= np.uint64(data[p + j]) << (np.uint64(j) * _U8)
            hashed ^= word
            hashed *= _M
        hashed ^= hashed >> _SHIFT
        hashed *= _M
        hashed ^= hashed >> _SHIFT
        out[k] = np.int64(hashed % buckets)
