"""Elements at the border of `TensorDataset`: plain values become Tensors, and what user code gives becomes plain."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self

from ..core import nest
from ..core.closing import Closing
from ..core.composites import composite, plain
from ..core.errors import InvalidArgumentError, OutOfRangeError, describe
from ..core.ops.registry import operand_kind
from ..core.specs import TensorSpec
from ..core.tensor import constant, to_array, wrap
from ..core.values import Ragged, Sparse
from .exec import DatasetIterator
from .exec.base import State
from .exec.skips import SkipReport

if TYPE_CHECKING:
    from .optional import Optional


def as_tensor(leaf: Any) -> Any:
    """Return a leaf of an element as a Tensor, RaggedTensor or SparseTensor; symbols and datasets as they are."""
    if isinstance(leaf, Ragged | Sparse):
        return composite(leaf)
    if operand_kind(leaf) is not None or hasattr(leaf, "_element_leaf_spec"):
        return leaf
    return wrap(leaf)


def as_tensors(element: Any) -> Any:
    """Return an element with Tensors as leaves."""
    if not isinstance(element, tuple | dict) and not hasattr(element, "__dataclass_fields__"):
        return as_tensor(element)
    return nest.map_structure(as_tensor, element)


def from_python(leaf: Any) -> Any:
    """Give Python numbers and lists of them TensorFlow's dtypes."""
    if isinstance(leaf, range):
        leaf = list(leaf)
    return to_array(leaf) if isinstance(leaf, bool | int | float | list) else plain(leaf)


def result_of(leaf: Any) -> Any:
    """Give a function's Python numbers TensorFlow's dtypes; lists of symbols are stacked by the tracer."""
    return constant(leaf) if isinstance(leaf, bool | int | float) else plain(leaf)


def yielding_plain(generator: Callable[..., Iterable[Any]]) -> Callable[..., Iterable[Any]]:
    """Return a generator function that yields `Ragged` for RaggedTensor and `Sparse` for SparseTensor."""

    @functools.wraps(generator)
    def elements(*args: Any) -> Iterable[Any]:
        return (nest.map_structure(plain, element) for element in generator(*args))

    return elements


def signature_of(types: Any, shapes: Any) -> Any:
    """Return specs for a nest of dtypes and a nest of shapes, or None for unknown ones."""
    dtypes, structure = nest.flatten(types)
    if shapes is None:
        return structure.pack([TensorSpec(None, dtype) for dtype in dtypes])
    specs = [TensorSpec(shape, dtype) for shape, dtype in zip(_up_to(types, shapes), dtypes, strict=True)]
    return structure.pack(specs)


def _up_to(types: Any, shapes: Any) -> list[Any]:
    """Return the shapes that stand where the dtypes of a nest do; a shape is itself a tuple."""
    if isinstance(types, dict):
        if isinstance(shapes, dict) and shapes.keys() == types.keys():
            return [shape for key in sorted(types) for shape in _up_to(types[key], shapes[key])]
    elif not isinstance(types, tuple):
        return [shapes]
    elif isinstance(shapes, tuple) and len(shapes) == len(types):
        return [shape for part, shape in zip(types, shapes, strict=True) for shape in _up_to(part, shape)]
    raise InvalidArgumentError(
        f"Dataset.from_generator: output_shapes must have the structure of output_types. Received: {describe(shapes)} "
        f"for {describe(types)}."
    )


class TensorIterator(Closing):
    """Elements of one pass, as Tensors. Single use; belongs to one thread at a time."""

    def __init__(self, elements: DatasetIterator[Any]) -> None:
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
        try:
            return next(self)
        except StopIteration:
            raise OutOfRangeError("Iterator.get_next: the dataset has ended.") from None

    def get_next_as_optional(self) -> Optional:
        """Return the next element as an `Optional`, which is empty at the end."""
        from .optional import Optional

        for element in self:
            return Optional(self.element_spec, element)
        return Optional.empty(self.element_spec)

    def get_state(self) -> State:
        """Return the position after the last element, as plain values that JSON holds."""
        return self._elements.get_state()

    def set_state(self, state: Any) -> None:
        """Go on where `get_state` was called; before the first element."""
        self._elements.set_state(state)

    @property
    def element_spec(self) -> Any:
        """Nest of specs of the elements."""
        return self._elements.element_spec

    def __repr__(self) -> str:
        return repr(self._elements).replace(type(self._elements).__name__, type(self).__name__, 1)

    @property
    def skipped(self) -> SkipReport:
        """The elements that stages with an error policy left out so far."""
        return self._elements.skipped

    def close(self) -> None:
        """End the pass; idempotent."""
        self._elements.close()
