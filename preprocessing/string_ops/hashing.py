"""Strings to buckets by their hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ...core.columns import BytesColumn
from ...core.columns.kernels import frozen
from ...core.errors import InvalidArgumentError
from ..buckets import Salt, as_salt, hash_buckets
from ..kernels.string_ops import murmur_bucket_kernel
from .base import Items, StringOp, run


@dataclass(frozen=True)
class _ToHashBucket(StringOp):
    name = "to_hash_bucket"
    dtype: ClassVar[str] = "int64"

    n: int
    murmur: bool = False
    key: Salt | None = None

    def compute(self, strings: BytesColumn) -> Items:
        if not self.murmur:
            return hash_buckets(strings, self.n, self.key)
        out = np.empty(len(strings), dtype=np.int64)
        murmur_bucket_kernel(frozen(strings.data), frozen(strings.offsets), self.n, out)
        return out


def to_hash_bucket(input: Any, num_buckets: int) -> Any:
    """Return each string's MurmurHash64A modulo `num_buckets`, as int64: TensorFlow's first hash, kept for old models.

    Args:
        input: Strings in any form; see `penstock.preprocessing.strings`.
        num_buckets: At least 1.

    Raises:
        InvalidArgumentError: `num_buckets` is below 1.
    """
    return run(_ToHashBucket(_as_buckets(num_buckets, "to_hash_bucket"), murmur=True), input)


def to_hash_bucket_fast(input: Any, num_buckets: int) -> Any:
    """Return each string's FarmHash64 fingerprint modulo `num_buckets`, as int64; the same as `Hashing`.

    Args:
        input: Strings in any form; see `penstock.preprocessing.strings`.
        num_buckets: At least 1.

    Raises:
        InvalidArgumentError: `num_buckets` is below 1.
    """
    return run(_ToHashBucket(_as_buckets(num_buckets, "to_hash_bucket_fast")), input)


def to_hash_bucket_strong(input: Any, num_buckets: int, key: Any) -> Any:
    """Return each string's SipHash-2-4 under a key modulo `num_buckets`, as int64; the same as `Hashing` with a salt.

    Args:
        input: Strings in any form.
        num_buckets: At least 1.
        key: Two ints that strangers do not know.

    Raises:
        InvalidArgumentError: `num_buckets` is below 1, or `key` is something else.
    """
    where = "to_hash_bucket_strong"
    words = key if isinstance(key, list | tuple) else np.asarray(key).tolist()
    if not isinstance(words, list | tuple):
        raise InvalidArgumentError(f"{where}: key must be two ints. Received: key={key!r}.")
    return run(_ToHashBucket(_as_buckets(num_buckets, where), key=as_salt(words, where)), input)


def _as_buckets(n: Any, where: str) -> int:
    if not isinstance(n, int | np.integer) or isinstance(n, bool) or n < 1:
        raise InvalidArgumentError(f"{where}: num_buckets must be an int >= 1. Received: num_buckets={n!r}.")
    return int(n)
