"""Running a dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..calling import check_function
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
        """Return an iterator over elements of NumPy arrays and bytes (what iterating a penstock dataset gives).

        Example:
            >>> from penstock import Dataset
            >>> [x for x in Dataset.from_tensor_slices(["a", "b"]).as_numpy_iterator()]
            [b'a', b'b']
        """
        return self.__iter__()

    def reduce(self, initial_state: Any, reduce_func: Callable[[Any, Any], Any]) -> Any:
        """Return the last of the states `state = reduce_func(state, element)`, a call for each element in order.

        Args:
            initial_state: Nest of values: the state of the first call, and the result for an empty dataset.
            reduce_func: Function of the state and of one element (a tuple is not spread) that returns the next state,
                with the structure and dtypes of the first one.

        Raises:
            StageError: The function failed for an element, or returned another kind of state.

        Example:
            >>> from penstock import Dataset
            >>> int(Dataset.range(5).reduce(0, lambda total, x: total + x))
            10
        """
        from ..reducing import reduce

        call = self._for_users(check_function("Dataset.reduce", "reduce_func", reduce_func))
        return reduce(self._node, initial_state, call)

    def get_single_element(self) -> T:
        """Return the only element.

        Raises:
            InvalidArgumentError: There is none, or there are more.

        Example:
            >>> from penstock import Dataset
            >>> int(Dataset.range(5).filter(lambda x: x == 3).get_single_element())
            3
        """
        from ..reducing import single_element

        element: T = single_element(self._node)
        return element

    def iter_blocks(self) -> Iterator[Block]:
        """Yield the elements in column blocks of the engine's own sizes, for consumers that work on columns.

        Example:
            >>> from penstock import Dataset
            >>> [block.n for block in Dataset.range(5).iter_blocks()]
            [...]
        """
        from ..running import iterate_blocks

        return iterate_blocks(self._node)
