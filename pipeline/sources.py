"""Protocols of one's own sources, for `Dataset.from_source`.

A source needs no base class: whatever has these methods is one. Optional methods are used where they are there:

- a random-access source may have `__getitems__(indices)`, to read many elements at once;
- the iterator of a stream source may have `get_state()` and `set_state(state)`, to be resumed without reading again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeVar

T_co = TypeVar("T_co", covariant=True)


class RandomAccessSource(Protocol[T_co]):
    """Elements by number.

    Contract: the length does not change, and reading an element again gives the same element, in any order. One
    iterator reads with one thread at a time; several iterators over the source, and `prefetch`, read from other
    threads.

    Optionally `__getitems__(indices: list[int])` reads many elements at once. It returns a list of elements, or one
    nest whose leaves have a row for each index (`{"image": uint8[n, 28, 28], "label": int64[n]}`), which is the
    fastest. A source that has it may be asked for elements before they are demanded.
    """

    def __len__(self) -> int:
        """Return how many elements there are."""
        ...

    def __getitem__(self, index: int, /) -> T_co:
        """Return one element: a nest of arrays, numbers and strings.

        Args:
            index: 0 to `len(self) - 1`.
        """
        ...


class StreamSource(Protocol[T_co]):
    """Elements one after another.

    Contract: `__iter__` returns a fresh iterator for each pass. It is read exactly as far as elements are demanded, by
    one thread at a time, and its `close()`, if it has one, is called when the pass ends or is abandoned.

    Optionally that iterator has `get_state()`, which returns its position behind the last element that it gave as
    values that JSON holds, and `set_state(state)`, which is called on a fresh iterator before its first element.
    Without them a resumed pass reads again from the beginning, so the elements must be the same each time.
    """

    def __iter__(self) -> Iterator[T_co]:
        """Return an iterator over all elements."""
        ...


class StatefulIterator(Protocol[T_co]):
    """An iterator that can tell where it is and go there."""

    def __next__(self) -> T_co:
        """Return the next element."""
        ...

    def get_state(self) -> Any:
        """Return the position behind the last element, as values that JSON holds."""
        ...

    def set_state(self, state: Any, /) -> None:
        """Go to a position, before the first element."""
        ...


class BatchReader(Protocol):
    """A random-access source that reads many elements at once."""

    def __getitems__(self, indices: Sequence[int], /) -> Any:
        """Return a list of elements, or one nest whose leaves have a row for each index."""
        ...
