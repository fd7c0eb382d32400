"""Joining columns: same class first, then a wider form that can hold all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .base import Column
from .bytes import BytesColumn
from .dense import DenseColumn
from .object import ObjectColumn
from .ragged import RaggedColumn


def concat(columns: Sequence[Column]) -> Column:
    """Return the rows of all `columns`, in order, in the narrowest column that holds them.

    Args:
        columns: At least one.
    """
    if len(columns) == 1:
        return columns[0]
    joined = _narrowest(columns)
    return ObjectColumn([v for c in columns for v in c.to_list()]) if joined is None else joined


def _narrowest(columns: Sequence[Column]) -> Column | None:
    """Return the joined column, or None where only an ObjectColumn would do."""
    held = [c for c in columns if len(c)] or [columns[0]]
    if len(held) == 1:
        return held[0]
    kind = type(held[0])
    if all(type(c) is kind for c in held):
        joined = kind.concat_same(held)
        if joined is not None:
            return joined
    ragged = [as_ragged(c) for c in held]
    if any(c is None for c in ragged):
        return None
    return RaggedColumn.concat_same([c for c in ragged if c is not None])


def as_ragged(column: Column) -> RaggedColumn | None:
    """Return a column of rows with a first axis as a RaggedColumn over the same memory, else None."""
    if isinstance(column, RaggedColumn):
        return column
    if isinstance(column, DenseColumn) and column.values.ndim >= 2:
        n, width = column.values.shape[:2]
    elif isinstance(column, BytesColumn) and column.shape:
        n, width = len(column), column.shape[0]
    else:
        return None
    flat, _ = column.explode()
    return RaggedColumn(flat, np.arange(n + 1, dtype=np.int64) * width)
