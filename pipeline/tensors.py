"""TensorDataset: the same datasets for code that is written against Tensors.

Elements arrive as Tensors, functions are called with Tensors, and Python numbers become float32 and int32, as in
TensorFlow. Plans are those of `Dataset`: the difference is made at the border, where elements meet user code.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from ..core import nest
from ..core.ops.registry import operand_kind
from ..core.tensor import constant, to_array, wrap
from ..core.values import Ragged, Sparse
from .dataset import Dataset
from .exec import DatasetIterator


def as_tensor(leaf: Any) -> Any:
    """Return a leaf of an element as a Tensor; symbols, ragged and sparse values, and datasets stay as they are."""
    if operand_kind(leaf) is not None or isinstance(leaf, Ragged | Sparse) or hasattr(leaf, "_element_leaf_spec"):
        return leaf
    return wrap(leaf)


def as_tensors(element: Any) -> Any:
    """Return an element with Tensors as leaves."""
    if not isinstance(element, tuple | dict) and not hasattr(element, "__dataclass_fields__"):
        return as_tensor(element)
    return nest.map_structure(as_tensor, element)


def _from_python(leaf: Any) -> Any:
    """Give Python numbers and lists of them TensorFlow's dtypes."""
    return to_array(leaf) if isinstance(leaf, bool | int | float | list) else leaf


def _result(leaf: Any) -> Any:
    """Give a function's Python numbers TensorFlow's dtypes; lists of symbols are stacked by the tracer."""
    return constant(leaf) if isinstance(leaf, bool | int | float) else leaf


class TensorIterator:
    """Elements of one pass, as Tensors. Single use; belongs to one thread at a time."""

    def __init__(self, elements: DatasetIterator) -> None:
        self._elements = elements

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        return as_tensors(next(self._elements))

    def get_next(self) -> Any:
        """Return the next element.

        Raises:
            OutOfRangeError: There is none.
        """
        from ..core.errors import OutOfRangeError

        try:
            return next(self)
        except StopIteration:
            raise OutOfRangeError("Iterator.get_next: the dataset has ended.") from None

    @property
    def element_spec(self) -> Any:
        """Nest of specs of the elements."""
        return self._elements.element_spec

    def close(self) -> None:
        """End the pass; idempotent."""
        self._elements.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class TensorDataset(Dataset):
    """A `Dataset` whose elements and function arguments are Tensors.

    `as_numpy_iterator()` gives NumPy arrays and bytes all the same.
    """

    __slots__ = ()

    @classmethod
    def from_tensor_slices(cls, tensors: Any) -> Self:
        return super().from_tensor_slices(nest.map_structure(_from_python, tensors))

    @classmethod
    def from_tensors(cls, tensors: Any) -> Self:
        return super().from_tensors(nest.map_structure(_from_python, tensors))

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """Return the same dataset with Tensors as elements."""
        return cls(dataset._node)

    def _for_users(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def with_tensors(*args: Any) -> Any:
            result = function(*[as_tensors(a) for a in args])
            return result if isinstance(result, Dataset) else nest.map_structure(_result, result)

        return with_tensors

    def __iter__(self) -> Any:
        return TensorIterator(super().__iter__())

    def as_numpy_iterator(self) -> DatasetIterator:
        return super().__iter__()
