"""Strings standardized, split into tokens, joined to n-grams, and rows of codes padded."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel

Uint8s = npt.NDArray[np.uint8]
Int64s = npt.NDArray[np.int64]
Int16s = npt.NDArray[np.int16]

# What a byte table says besides the byte to write.
DROP = -1
SEPARATE = -2


@kernel
def map_bytes_kernel(data: Uint8s, offsets: Int64s, table: Int16s, out: Uint8s, out_offsets: Int64s) -> None:
    """Write every string with its bytes replaced or dropped, as int16[256] `table` says.

    Args:
        data: Bytes of the strings.
        offsets: int64[n + 1].
        table: For each byte the byte to write, or `DROP`.
        out: uint8[bytes], at least as long as the strings.
        out_offsets: int64[n + 1].
    """
    q = np.int64(0)
    out_offsets[0] = 0
    for k in range(len(offsets) - 1):
        for p in range(offsets[k], offsets[k + 1]):
            code = table[data[p]]
            if code >= 0:
                out[q] = np.uint8(code)
                q += 1
        out_offsets[k + 1] = q


@kernel
def split_bytes_kernel(
    data: Uint8s, offsets: Int64s, table: Int16s, out: Uint8s, token_offsets: Int64s, splits: Int64s
) -> Any:
    """Write the tokens of every string: runs of bytes between separators, replaced or dropped as `table` says.

    Standardizing and splitting in one pass reads and writes every byte once. Dropped bytes make no token and end none.

    Args:
        data: Bytes of the strings.
        offsets: int64[n + 1].
        table: For each byte the byte to write, `DROP` or `SEPARATE`.
        out: uint8[bytes], at least as long as the strings.
        token_offsets: int64[tokens + 1], long enough for a token per two bytes and one more per string.
        splits: int64[n + 1], row splits over the tokens.

    Returns:
        The number of tokens.
    """
    q = np.int64(0)
    n_tokens = np.int64(0)
    start = np.int64(0)
    token_offsets[0] = 0
    splits[0] = 0
    for k in range(len(offsets) - 1):
        for p in range(offsets[k], offsets[k + 1]):
            code = table[data[p]]
            if code >= 0:
                out[q] = np.uint8(code)
                q += 1
            elif code == SEPARATE and q > start:
                n_tokens += 1
                token_offsets[n_tokens] = q
                start = q
        if q > start:
            n_tokens += 1
            token_offsets[n_tokens] = q
            start = q
        splits[k + 1] = n_tokens
    return n_tokens


@kernel
def count_ngrams_kernel(offsets: Int64s, splits: Int64s, widths: Int64s, out_splits: Int64s) -> Any:
    """Fill `out_splits` (int64[rows + 1]) over the n-grams of rows of tokens, and return the bytes that they need.

    Args:
        offsets: int64[tokens + 1].
        splits: int64[rows + 1], over the tokens.
        widths: Lengths of n-grams, each at least 1.
        out_splits: int64[rows + 1].
    """
    total = np.int64(0)
    size = np.int64(0)
    out_splits[0] = 0
    for r in range(len(splits) - 1):
        for width in widths:
            for first in range(splits[r], splits[r + 1] - width + 1):
                total += 1
                size += offsets[first + width] - offsets[first] + width - 1
        out_splits[r + 1] = total
    return size


@kernel
def join_ngrams_kernel(
    data: Uint8s, offsets: Int64s, splits: Int64s, widths: Int64s, out: Uint8s, out_offsets: Int64s
) -> None:
    """Write the n-grams that `count_ngrams_kernel` has counted: per row, width after width, joined by spaces."""
    q = np.int64(0)
    g = np.int64(0)
    out_offsets[0] = 0
    for r in range(len(splits) - 1):
        for width in widths:
            for first in range(splits[r], splits[r + 1] - width + 1):
                for t in range(first, first + width):
                    if t > first:
                        out[q] = 32
                        q += 1
                    for p in range(offsets[t], offsets[t + 1]):
                        out[q] = data[p]
                        q += 1
                g += 1
                out_offsets[g] = q


@kernel
def pad_rows_kernel(values: Int64s, splits: Int64s, out: Int64s) -> None:
    """Write ragged rows of values into int64[rows, length], cut where they are longer, zeros where shorter."""
    for r in range(out.shape[0]):
        low = splits[r]
        n = min(splits[r + 1] - low, out.shape[1])
        for j in range(n):
            out[r, j] = values[low + j]
        for j in range(n, out.shape[1]):
            out[r, j] = 0
