"""`Dataset`: the fluent way to build a plan. Each method builds one node; the work is in plan, rules and exec."""

from __future__ import annotations

from types import FunctionType

from .api.base import DatasetBase, T
from .api.combining import Combining
from .api.description import Description
from .api.elementwise import Elementwise
from .api.grouping import Grouping
from .api.iteration import Iteration
from .api.order import Order
from .api.shape import Shape
from .api.sources import Sources
from .api.storage import Storage


class Dataset(
    Sources[T], Combining[T], Elementwise[T], Shape[T], Grouping[T], Order[T], Storage[T], Description[T], Iteration[T]
):
    """A lazy, immutable stream of elements, with tf.data's semantics.

    An element is a nest (tuple, named tuple, dict, dataclass) of NumPy arrays, NumPy scalars and `bytes`. Methods
    return new datasets and run nothing; iterating runs the plan, each time anew. A dataset can be iterated by several
    threads at once, each with its own iterator.

    Example:
        >>> from penstock import Dataset
        >>> squares = Dataset.range(10).map(lambda x: x * x).filter(lambda x: x % 2 == 0)
        >>> [batch.tolist() for batch in squares.batch(2)]
        [[0, 4], [16, 36], [64]]
    """

    __slots__ = ()


def _name_methods() -> None:
    """Let Python's own errors, as of a missing argument, speak of `Dataset`, not of the part that defines a method."""
    for part in (each for each in Dataset.__mro__ if issubclass(each, DatasetBase)):
        for name, method in vars(part).items():
            function = getattr(method, "__func__", method)
            if isinstance(function, FunctionType) and function.__qualname__.startswith(f"{part.__name__}."):
                function.__qualname__ = f"{Dataset.__name__}.{name}"


_name_methods()
