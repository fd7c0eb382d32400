"""Strings split into rows of strings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.columns import BytesColumn
from ...core.columns.kernels import frozen
from ...core.errors import InvalidArgumentError, describe
from ...core.values import encode
from ..kernels import string_ops as kernels
from .base import Int64s, Items, RowsOp, run


@dataclass(frozen=True)
class _Split(RowsOp):
    name = "split"

    separator: bytes
    most: int

    def rows(self, strings: BytesColumn) -> tuple[Items, Int64s]:
        if not self.most:
            return strings, np.arange(len(strings) + 1, dtype=np.int64)
        size = int(strings.offsets[-1] - strings.offsets[0])
        out, splits = np.empty(size, dtype=np.uint8), np.empty(len(strings.offsets), dtype=np.int64)
        offsets = np.empty(size // max(len(self.separator), 1) + 2 * len(strings) + 1, dtype=np.int64)
        data, given = frozen(strings.data), frozen(strings.offsets)
        if self.separator:
            separator = np.frombuffer(self.separator, dtype=np.uint8)
            n = kernels.split_on_kernel(data, given, separator, self.most, out, offsets, splits)
        else:
            n = kernels.split_spaces_kernel(data, given, self.most, out, offsets, splits)
        return BytesColumn(out, offsets[: n + 1]), splits


def split(input: Any, sep: Any = None, maxsplit: int = -1) -> Any:
    """Return the parts of each string: a `Ragged` with an axis more, or a vector for a single string.

    Args:
        input: Dense or ragged strings in any form.
        sep: What stands between parts, as in `bytes.split`: two of them enclose an empty part. None or `""` splits at
            runs of ASCII's white space and drops those at the ends.
        maxsplit: Most splits of one string; negative for no limit. The rest is its last part, at white space even where
            it is empty.

    Raises:
        InvalidArgumentError: `maxsplit` is no int.
    """
    if not isinstance(maxsplit, int | np.integer):
        raise InvalidArgumentError(f"split: maxsplit must be an int. Received: maxsplit={describe(maxsplit)}.")
    separator = b"" if sep is None else encode(np.asarray(sep).item() if hasattr(sep, "dtype") else sep)
    return run(_Split(separator, max(int(maxsplit), -1)), input)


@dataclass(frozen=True)
class _BytesSplit(RowsOp):
    name = "bytes_split"

    def rows(self, strings: BytesColumn) -> tuple[Items, Int64s]:
        low, high = int(strings.offsets[0]), int(strings.offsets[-1])
        items = BytesColumn(strings.data[low:high], np.arange(high - low + 1, dtype=np.int64))
        return items, strings.offsets - low


def bytes_split(input: Any) -> Any:
    """Return the single bytes of each string, as strings: a `Ragged` with an axis more, or a vector for one string."""
    return run(_BytesSplit(), input)
