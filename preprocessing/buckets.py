"""Strings hashed to buckets, as TensorFlow hashes them; and what layers that hash take as `salt`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn
from ..core.columns.kernels import frozen
from ..core.errors import InvalidArgumentError, describe
from ..core.parallel import run_ranges
from .kernels import decimals
from .kernels.farmhash import hash_bucket_kernel
from .kernels.siphash import keyed_bucket_kernel

Int64s = npt.NDArray[np.int64]
Salt = tuple[int, int]

_WORD = 1 << 64
# Strings that are worth a thread, at some 6 ns each.
_LEAST = 1 << 15


def as_salt(salt: Any, where: str) -> Salt | None:
    """Return the key that a `salt` argument stands for: an int (twice), two ints, or None for no key.

    Raises:
        InvalidArgumentError: It is something else.
    """
    if salt is None:
        return None
    words = (salt, salt) if isinstance(salt, int | np.integer) else salt
    if (
        not isinstance(words, list | tuple)
        or len(words) != 2
        or not all(isinstance(w, int | np.integer) and not isinstance(w, bool) for w in words)
    ):
        raise InvalidArgumentError(f"{where}: salt must be an int, two ints, or None. Received: salt={describe(salt)}.")
    return int(words[0]), int(words[1])


def hash_buckets(strings: BytesColumn, n: int, salt: Salt | None = None) -> Int64s:
    """Return the bucket of each string: its FarmHash64 fingerprint modulo `n`, or SipHash-2-4 with a salt.

    Args:
        strings: One string per row.
        n: Number of buckets, at least 1.
        salt: Key of two words; negative ones count modulo 2**64.
    """
    out = np.empty(len(strings), dtype=np.int64)
    data, offsets = frozen(strings.data), frozen(strings.offsets)
    key = None if salt is None else np.array([word % _WORD for word in salt], dtype=np.uint64)

    def fill(start: int, stop: int) -> None:
        if key is None:
            hash_bucket_kernel(data, offsets[start : stop + 1], n, out[start:stop])
        else:
            keyed_bucket_kernel(data, offsets[start : stop + 1], key, n, out[start:stop])

    run_ranges(fill, len(strings), least=_LEAST)
    return out


def decimal_strings(values: Int64s) -> BytesColumn:
    """Return int64[n] written as decimal numbers."""
    values = frozen(values)
    offsets = np.empty(len(values) + 1, dtype=np.int64)
    decimals.decimal_lengths_kernel(values, offsets)
    data = np.empty(int(offsets[-1]), dtype=np.uint8)
    decimals.decimal_fill_kernel(values, offsets, data)
    return BytesColumn(data, offsets)
