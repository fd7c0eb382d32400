"""Open-addressing hash tables over strings in one byte buffer: linear probing, at most half full.

Token `t` is `token_data[token_offsets[t]:token_offsets[t + 1]]`. There are two kinds of tables:

* to count, `slots`, uint64[2**k]: 0 (free), or the upper 32 bits of a token's fingerprint over its index plus one. It
  grows in place; bytes are compared where the fingerprints agree.
* to look up, `entries`, uint64[2**k, 2]: the first eight bytes of a token, and a tag over its index plus one (0: free).
  The tag of a token of up to eight bytes, which most are, is its length: it is found with one cache line and no
  comparison of bytes. That of a longer one is 31 bits of its fingerprint, with the top bit set.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.kernels import kernel
from .farmhash import fetch64, fingerprint64

Uint8s = npt.NDArray[np.uint8]
Int64s = npt.NDArray[np.int64]
Slots = npt.NDArray[np.uint64]
Entries = npt.NDArray[np.uint64]

_INDEX = np.uint64(0xFFFFFFFF)
_FREE = np.uint64(0)
_ONE = np.uint64(1)
_U29, _U32, _U33, _U56 = np.uint64(29), np.uint64(32), np.uint64(33), np.uint64(56)
_LONG = np.uint64(0x80000000)

# Odd multipliers with about half of the bits set: no bit of a word may stay where it is.
_M1 = np.uint64(0xD6E8FEB86659FD93)
_M2 = np.uint64(0xA0761D6478BD642F)

# States of `count_kernel`, in `state[0]`.
DONE = 0
TABLE_FULL = 1
DATA_FULL = 2


@kernel(inline=True)
def same_bytes(a: Uint8s, i: int, b: Uint8s, j: int, n: int) -> Any:
    """Whether `n` bytes from `a[i]` and `b[j]` on are the same; to be called by other kernels.

    From eight bytes on they are compared eight at a time, the last eight from their end.
    """
    k = 0
    if n < 8:
        while k < n and a[i + k] == b[j + k]:
            k += 1
        return k == n
    while k + 8 < n and fetch64(a, i + k) == fetch64(b, j + k):
        k += 8
    return k + 8 >= n and fetch64(a, i + n - 8) == fetch64(b, j + n - 8)


@kernel(inline=True)
def find_slot(
    slots: Slots, token_data: Uint8s, token_offsets: Int64s, hashed: Any, data: Uint8s, start: int, stop: int
) -> Any:
    """Return the slot that holds the string, or the free slot where it belongs; to be called by other kernels."""
    mask = np.uint64(len(slots) - 1)
    tag = hashed & ~_INDEX
    position = hashed & mask
    while True:
        slot = slots[np.int64(position)]
        if slot == _FREE:
            return np.int64(position)
        if (slot & ~_INDEX) == tag:
            token = np.int64(slot & _INDEX) - 1
            low = token_offsets[token]
            if token_offsets[token + 1] - low == stop - start and same_bytes(
                token_data, low, data, start, stop - start
            ):
                return np.int64(position)
        position = (position + np.uint64(1)) & mask


@kernel
def build_kernel(slots: Slots, token_data: Uint8s, token_offsets: Int64s) -> Any:
    """Put every token into the free table; return -1, or the index of the first token that came before already."""
    for t in range(len(token_offsets) - 1):
        start, stop = token_offsets[t], token_offsets[t + 1]
        hashed = fingerprint64(token_data, start, stop)
        position = find_slot(slots, token_data, token_offsets, hashed, token_data, start, stop)
        if slots[position] != _FREE:
            return t
        slots[position] = (hashed & ~_INDEX) | np.uint64(t + 1)
    return -1


@kernel(inline=True)
def first_bytes(data: Uint8s, start: int, stop: int) -> Any:
    """Return the first eight bytes of `data[start:stop]` as one little-endian word, zeros where it is shorter.

    To be called by other kernels. Near the end of the buffer, where eight bytes cannot be read, bytes are read singly.
    """
    n = stop - start
    if start + 8 <= len(data):
        word = fetch64(data, start)
        return word if n >= 8 else word & ((_ONE << np.uint64(8 * n)) - _ONE)
    word = _FREE
    for j in range(min(n, 8)):
        word |= np.uint64(data[start + j]) << np.uint64(8 * j)
    return word


@kernel(inline=True)
def _place_and_tag(data: Uint8s, start: int, stop: int, head: Any) -> Any:
    """Return where `data[start:stop]`, whose first bytes are `head`, belongs in a table of entries, and its tag."""
    n = stop - start
    if n > 8:
        hashed = fingerprint64(data, start, stop)
        return hashed, _LONG | (hashed >> _U33)
    place = (head ^ (np.uint64(n) << _U56)) * _M1
    place = (place ^ (place >> _U32)) * _M2
    return place ^ (place >> _U29), np.uint64(n)


@kernel(inline=True)
def _find_entry(
    entries: Entries, token_data: Uint8s, token_offsets: Int64s, data: Uint8s, start: int, stop: int
) -> Any:
    """Return the index of the token that is `data[start:stop]`, or -1, and the place where the search has ended."""
    mask = np.uint64(len(entries) - 1)
    head = first_bytes(data, start, stop)
    place, tag = _place_and_tag(data, start, stop, head)
    position = place & mask
    n = stop - start
    found = np.int64(-1)
    while True:
        meta = entries[position, 1]
        if meta == _FREE:
            break
        if entries[position, 0] == head and (meta >> _U32) == tag:
            token = np.int64(meta & _INDEX) - 1
            low = token_offsets[token]
            if n <= 8 or (token_offsets[token + 1] - low == n and same_bytes(token_data, low, data, start, n)):
                found = token
                break
        position = (position + _ONE) & mask
    return found, position, head, tag


@kernel
def index_kernel(entries: Entries, token_data: Uint8s, token_offsets: Int64s) -> Any:
    """Put every token into the free table; return -1, or the index of the first token that came before already."""
    for t in range(len(token_offsets) - 1):
        start, stop = token_offsets[t], token_offsets[t + 1]
        found, position, head, tag = _find_entry(entries, token_data, token_offsets, token_data, start, stop)
        if found >= 0:
            return t
        entries[position, 0] = head
        entries[position, 1] = (tag << _U32) | np.uint64(t + 1)
    return -1


@kernel
def lookup_kernel(
    data: Uint8s,
    offsets: Int64s,
    entries: Entries,
    token_data: Uint8s,
    token_offsets: Int64s,
    codes: Int64s,
    oov: Int64s,
    out: Int64s,
) -> Any:
    """Fill `out` with the code of each string.

    Args:
        data: Bytes of the strings.
        offsets: int64[n + 1].
        entries: The table, filled by `index_kernel`.
        token_data: Bytes of the tokens.
        token_offsets: int64[tokens + 1].
        codes: int64[3]: code of token 0; index of the mask token or -1; code of the mask token.
        oov: int64[2]: first code of unknown strings, and how many codes their fingerprints are hashed to (0: unknown
            gives -1).
        out: int64[n].

    Returns:
        How many strings are unknown.
    """
    first, mask_index, mask_code = codes[0], codes[1], codes[2]
    oov_start, n_oov = oov[0], oov[1]
    unknown = 0
    for k in range(len(out)):
        start, stop = offsets[k], offsets[k + 1]
        token, _, _, _ = _find_entry(entries, token_data, token_offsets, data, start, stop)
        if token >= 0:
            out[k] = mask_code if token == mask_index else token + first
            continue
        unknown += 1
        if n_oov > 1:
            out[k] = oov_start + np.int64(fingerprint64(data, start, stop) % np.uint64(n_oov))
        elif n_oov == 1:
            out[k] = oov_start
        else:
            out[k] = -1
    return unknown


@kernel
def count_kernel(
    data: Uint8s,
    offsets: Int64s,
    amounts: Int64s,
    documents: Int64s,
    slots: Slots,
    token_data: Uint8s,
    token_offsets: Int64s,
    counts: Int64s,
    seen: Int64s,
    state: Int64s,
) -> None:
    """Count strings, adding those that are new, until all are counted or an array is full.

    Called again with larger arrays, it goes on where it stopped.

    Args:
        data: Bytes of the strings.
        offsets: int64[n + 1].
        amounts: int64[n, 2], how much each string adds to the two counts; or int64[0, 2]: 1 to the first, and 1 to the
            second for the first time in a document.
        documents: int64[documents + 1], row splits over the strings.
        slots: The table.
        token_data: uint8[capacity], bytes of the tokens.
        token_offsets: int64[capacity + 1].
        counts: int64[capacity, 2]: occurrences, documents.
        seen: int64[capacity], the last document that held the token.
        state: int64[5]: status; next string; its document; tokens so far; number of the first document.
    """
    n_tokens, d = state[3], state[2]
    limit = min(len(seen), len(slots) // 2)
    for k in range(state[1], len(offsets) - 1):
        while d + 2 < len(documents) and documents[d + 1] <= k:
            d += 1
        start, stop = offsets[k], offsets[k + 1]
        hashed = fingerprint64(data, start, stop)
        position = find_slot(slots, token_data, token_offsets, hashed, data, start, stop)
        if slots[position] == _FREE:
            full = DONE
            if n_tokens >= limit:
                full = TABLE_FULL
            elif token_offsets[n_tokens] + (stop - start) > len(token_data):
                full = DATA_FULL
            if full != DONE:
                state[0], state[1], state[2], state[3] = full, k, d, n_tokens
                return
            low = token_offsets[n_tokens]
            for j in range(stop - start):
                token_data[low + j] = data[start + j]
            token_offsets[n_tokens + 1] = low + (stop - start)
            counts[n_tokens, 0] = 0
            counts[n_tokens, 1] = 0
            seen[n_tokens] = -1
            n_tokens += 1
            slots[position] = (hashed & ~_INDEX) | np.uint64(n_tokens)
        token = np.int64(slots[position] & _INDEX) - 1
        if len(amounts):
            counts[token, 0] += amounts[k, 0]
            counts[token, 1] += amounts[k, 1]
        else:
            counts[token, 0] += 1
            if seen[token] != state[4] + d:
                seen[token] = state[4] + d
                counts[token, 1] += 1
    state[0], state[1], state[2], state[3] = DONE, len(offsets) - 1, d, n_tokens
