"""Transformations that keep elements, or make them ahead."""

from __future__ import annotations

from typing import Self

from .. import plan
from ..calling import check_count
from .base import DatasetBase, T


class Storage(DatasetBase[T]):
    """Buffers and caches; mixed into `Dataset`."""

    __slots__ = ()

    def prefetch(self, buffer_size: int) -> Self:
        """Make up to `buffer_size` elements ahead, on another thread.

        Args:
            buffer_size: Elements held ahead; AUTOTUNE lets the engine choose.
        """
        return self._same(plan.Prefetch(self._node, check_count("Dataset.prefetch", "buffer_size", buffer_size, -1)))

    def cache(self) -> Self:
        """Keep the elements of the first complete pass in memory, for all later passes over this dataset."""
        return self._same(plan.Cache(self._node))
