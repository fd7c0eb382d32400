"""Running a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .base import DatasetBase, T

if TYPE_CHECKING:
    from ...core.block import Block
    from ..exec import DatasetIterator


class Iteration(DatasetBase[T]):
    """Iterators; mixed into `Dataset`."""

    __slots__ = ()

    def __iter__(self) -> DatasetIterator[T]:
        from ..running import iterate

        return iterate(self._node)

    def as_numpy_iterator(self) -> DatasetIterator[T]:
        """Return an iterator over elements of NumPy arrays and bytes (what iterating a penstock dataset gives)."""
        return self.__iter__()

    def iter_blocks(self) -> Iterator[Block]:
        """Yield the elements in column blocks of the engine's own sizes, for consumers that work on columns."""
        from ..running import iterate_blocks

        return iterate_blocks(self._node)
