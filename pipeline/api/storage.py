"""Transformations that keep elements, or make them ahead."""

from __future__ import annotations

import os
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

    def cache(self, filename: str | os.PathLike[str] = "") -> Self:
        """Keep the elements of the first complete pass, for all later passes over this dataset.

        Args:
            filename: Where to keep them: `""` is memory; else a file, which serves later processes too. The file
                appears when a pass is complete; several iterators and processes may run at once. It is checked as it
                is read. It remembers the plan, not the code of functions nor the contents of arrays: remove it when
                these change.

        Raises:
            DataLossError: The file is damaged (raised while iterating).
            InvalidArgumentError: The file was made by another pipeline, or an element holds a Python object that has no
                form in a file (both raised while iterating).
        """
        name = os.fspath(filename)
        return self._same(plan.CacheFile(self._node, name) if name else plan.Cache(self._node))
