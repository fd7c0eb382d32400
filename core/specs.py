"""Element specs: what one leaf of an element looks like before any element exists.

A dimension that is `None` is unknown; a shape that is `None` has unknown rank. Specs are immutable, hashable, and
ordered by generality: `most_specific(a, b)` is the narrowest spec that both fit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import nest
from .dtypes import DType, as_dtype, string
from .errors import InvalidArgumentError, describe
from .values import Ragged, Sparse, as_array

if TYPE_CHECKING:
    from collections.abc import Iterable

Shape = tuple[int | None, ...] | None


def as_shape(shape: Any) -> Shape:
    """Return a shape as a tuple of ints and Nones, or None for unknown rank.

    Raises:
        InvalidArgumentError: A dimension is negative or not an integer.
    """
    if shape is None:
        return None
    if isinstance(shape, int | np.integer):
        shape = (shape,)
    try:
        dims = tuple(None if d is None else int(d.__index__()) for d in shape)
    except (TypeError, AttributeError) as err:
        raise InvalidArgumentError(
            f"shape: must be a sequence of ints and Nones. Received: {describe(shape)}."
        ) from err
    if any(d is not None and d < 0 for d in dims):
        raise InvalidArgumentError(f"shape: dimensions must be >= 0 (None for unknown). Received: {dims}.")
    return dims


class Spec(ABC):
    """What one leaf of an element looks like."""

    __slots__ = ()

    @property
    @abstractmethod
    def _fields(self) -> tuple[Any, ...]:
        """The values that make two specs equal."""

    @abstractmethod
    def most_specific(self, other: Spec) -> Spec | None:
        """Return the narrowest spec that both fit, or None when there is none but `ObjectSpec`."""

    @abstractmethod
    def batched(self, size: int | None) -> Spec:
        """Return the spec of `size` such elements stacked."""

    @abstractmethod
    def unbatched(self) -> Spec:
        """Return the spec of one row of such an element.

        Raises:
            InvalidArgumentError: The element has no first axis.
        """

    def admits(self, other: Spec) -> bool:
        """Whether every element that fits `other` also fits this spec."""
        return self.most_specific(other) == self

    def is_compatible_with(self, value: Any) -> bool:
        """Whether a value, or a spec, can be of this spec (unknown dimensions match anything)."""
        other = value if isinstance(value, Spec) else spec_of(value)
        return self._is_compatible(other)

    def _is_compatible(self, other: Spec) -> bool:
        return self.admits(other) or other.admits(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spec) and type(self) is type(other) and self._fields == other._fields

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._fields))


class TensorSpec(Spec):
    """A dense array, or a `bytes` string when the dtype is `string`.

    Args:
        shape: Ints and Nones; `()` for a scalar; None for unknown rank.
        dtype: Anything `as_dtype` takes. Defaults to float32, as in TensorFlow.
        name: A label that takes no part in comparisons.
    """

    __slots__ = ("dtype", "name", "shape")

    def __init__(self, shape: Any, dtype: Any = "float32", name: str | None = None) -> None:
        self.shape = as_shape(shape)
        self.dtype: DType = as_dtype(dtype)
        self.name = name

    @property
    def _fields(self) -> tuple[Any, ...]:
        return (self.shape, self.dtype)

    @property
    def rank(self) -> int | None:
        """Number of axes, or None when unknown."""
        return None if self.shape is None else len(self.shape)

    def most_specific(self, other: Spec) -> Spec | None:
        if not isinstance(other, TensorSpec) or self.dtype != other.dtype:
            return None
        return TensorSpec(_merge_shapes(self.shape, other.shape), self.dtype)

    def _is_compatible(self, other: Spec) -> bool:
        return isinstance(other, TensorSpec) and self.dtype == other.dtype and _shapes_meet(self.shape, other.shape)

    def batched(self, size: int | None) -> TensorSpec:
        return TensorSpec(None if self.shape is None else (size, *self.shape), self.dtype)

    def unbatched(self) -> TensorSpec:
        if self.shape is None:
            return TensorSpec(None, self.dtype)
        if not self.shape:
            raise InvalidArgumentError(f"unbatch: every leaf must have a first axis. Received: {self!r}.")
        return TensorSpec(self.shape[1:], self.dtype)

    def __repr__(self) -> str:
        name = "" if self.name is None else f", name={self.name!r}"
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype}{name})"


class RaggedSpec(Spec):
    """A `Ragged` value: some axes vary in length from row to row.

    Args:
        shape: Ints and Nones, ragged axes are None.
        dtype: Type of the flat values.
        ragged_rank: How many leading axes (after the first) are ragged; with 0 the values are dense arrays. Defaults
            to rank - 1.
        row_splits_dtype: Kept for those who ask; `Ragged` always holds int64.
    """

    __slots__ = ("dtype", "ragged_rank", "row_splits_dtype", "shape")

    def __init__(
        self, shape: Any, dtype: Any = "float32", ragged_rank: int | None = None, row_splits_dtype: Any = "int64"
    ) -> None:
        self.shape = as_shape(shape)
        self.dtype: DType = as_dtype(dtype)
        if ragged_rank is None:
            if self.shape is None:
                raise InvalidArgumentError("RaggedSpec: ragged_rank must be given when the shape is unknown.")
            ragged_rank = len(self.shape) - 1
        if self.shape is not None and not 0 <= ragged_rank < max(len(self.shape), 1):
            raise InvalidArgumentError(
                f"RaggedSpec: ragged_rank must be >= 0 and less than the rank. Received: ragged_rank={ragged_rank}, "
                f"shape={self.shape}."
            )
        self.ragged_rank = ragged_rank
        self.row_splits_dtype: DType = as_dtype(row_splits_dtype)

    @property
    def _fields(self) -> tuple[Any, ...]:
        return (self.shape, self.dtype, self.ragged_rank, self.row_splits_dtype)

    def most_specific(self, other: Spec) -> Spec | None:
        if not isinstance(other, RaggedSpec) or (self.dtype, self.ragged_rank) != (other.dtype, other.ragged_rank):
            return None
        splits = self.row_splits_dtype if self.row_splits_dtype == other.row_splits_dtype else "int64"
        return RaggedSpec(_merge_shapes(self.shape, other.shape), self.dtype, self.ragged_rank, splits)

    def admits(self, other: Spec) -> bool:
        if self.ragged_rank == 0:
            return TensorSpec(self.shape, self.dtype).admits(_dense(other))
        if not isinstance(other, RaggedSpec) or (self.dtype, self.ragged_rank) != (other.dtype, other.ragged_rank):
            return False
        return _merge_shapes(self.shape, other.shape) == self.shape

    def _is_compatible(self, other: Spec) -> bool:
        if self.ragged_rank == 0:
            return TensorSpec(self.shape, self.dtype)._is_compatible(_dense(other))
        if not isinstance(other, RaggedSpec) or (self.dtype, self.ragged_rank) != (other.dtype, other.ragged_rank):
            return False
        return _shapes_meet(self.shape, other.shape)

    def batched(self, size: int | None) -> RaggedSpec:
        shape = None if self.shape is None else (size, *self.shape)
        return RaggedSpec(shape, self.dtype, self.ragged_rank + 1, self.row_splits_dtype)

    def unbatched(self) -> Spec:
        if self.ragged_rank == 0:
            return TensorSpec(self.shape, self.dtype).unbatched()
        shape = None if self.shape is None else self.shape[1:]
        if self.ragged_rank <= 1:
            return TensorSpec(shape, self.dtype)
        return RaggedSpec(shape, self.dtype, self.ragged_rank - 1, self.row_splits_dtype)

    def __repr__(self) -> str:
        return f"RaggedSpec(shape={self.shape}, dtype={self.dtype}, ragged_rank={self.ragged_rank})"


class SparseSpec(Spec):
    """A `Sparse` value in coordinate form.

    Args:
        shape: The dense shape; None where unknown.
        dtype: Type of the values.
    """

    __slots__ = ("dtype", "shape")

    def __init__(self, shape: Any, dtype: Any = "float32") -> None:
        self.shape = as_shape(shape)
        self.dtype: DType = as_dtype(dtype)

    @property
    def _fields(self) -> tuple[Any, ...]:
        return (self.shape, self.dtype)

    def most_specific(self, other: Spec) -> Spec | None:
        if not isinstance(other, SparseSpec) or self.dtype != other.dtype:
            return None
        return SparseSpec(_merge_shapes(self.shape, other.shape), self.dtype)

    def _is_compatible(self, other: Spec) -> bool:
        return isinstance(other, SparseSpec) and self.dtype == other.dtype and _shapes_meet(self.shape, other.shape)

    def batched(self, size: int | None) -> SparseSpec:
        return SparseSpec(None if self.shape is None else (size, *self.shape), self.dtype)

    def unbatched(self) -> SparseSpec:
        if self.shape is not None and not self.shape:
            raise InvalidArgumentError(f"unbatch: every leaf must have a first axis. Received: {self!r}.")
        return SparseSpec(None if self.shape is None else self.shape[1:], self.dtype)

    def __repr__(self) -> str:
        return f"SparseSpec(shape={self.shape}, dtype={self.dtype})"


class _HolderSpec(Spec):
    """A leaf that holds elements of its own.

    Args:
        element_spec: Nest of specs of these elements.
    """

    __slots__ = ("_leaves", "_structure", "element_spec")

    def __init__(self, element_spec: Any) -> None:
        self.element_spec = element_spec
        leaves, self._structure = nest.flatten(element_spec)
        self._leaves = tuple(leaves)

    @property
    def _fields(self) -> tuple[Any, ...]:
        return (self._leaves, self._structure)

    def most_specific(self, other: Spec) -> Spec | None:
        if not isinstance(other, type(self)) or self._structure != other._structure:
            return None
        merged = [a.most_specific(b) for a, b in zip(self._leaves, other._leaves, strict=True)]
        return None if any(m is None for m in merged) else type(self)(self._structure.pack(merged))

    def _is_compatible(self, other: Spec) -> bool:
        if not isinstance(other, type(self)) or self._structure != other._structure:
            return False
        return all(a.is_compatible_with(b) for a, b in zip(self._leaves, other._leaves, strict=True))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.element_spec!r})"


class DatasetSpec(_HolderSpec):
    """A leaf that is itself a dataset, as `window` makes.

    Args:
        element_spec: Nest of specs of the inner dataset's elements.
    """

    __slots__ = ()

    def batched(self, size: int | None) -> Spec:
        raise InvalidArgumentError("batch: datasets inside elements cannot be stacked. Use flat_map() or zip() first.")

    def unbatched(self) -> Spec:
        raise InvalidArgumentError("unbatch: datasets inside elements have no rows. Use flat_map() instead.")


class OptionalSpec(_HolderSpec):
    """A leaf that is an `Optional`: an element, or none.

    Args:
        element_spec: Nest of specs of the element.
    """

    __slots__ = ()

    def batched(self, size: int | None) -> Spec:
        raise InvalidArgumentError("batch: Optionals cannot be stacked. Take their values with map() first.")

    def unbatched(self) -> Spec:
        raise InvalidArgumentError("unbatch: Optionals have no rows. Take their values with map() first.")


class ObjectSpec(Spec):
    """Any Python object: nothing is known about the leaf, and it cannot be stacked."""

    __slots__ = ()

    @property
    def _fields(self) -> tuple[Any, ...]:
        return ()

    def most_specific(self, other: Spec) -> Spec | None:
        return self

    def batched(self, size: int | None) -> Spec:
        raise InvalidArgumentError(
            "batch: Python objects cannot be stacked. Return arrays, numbers or strings from the function before it."
        )

    def unbatched(self) -> Spec:
        raise InvalidArgumentError("unbatch: Python objects have no rows. Return arrays from the function before it.")

    def __repr__(self) -> str:
        return "ObjectSpec()"


def spec_of(value: Any) -> Spec:
    """Return the spec of one leaf value.

    Python's numbers are int64, float64 and bool, as in NumPy; `bytes` and `str` are strings.
    """
    own = getattr(value, "_element_leaf_spec", None)
    if own is not None:
        spec: Spec = own()
        return spec
    if isinstance(value, bytes | str):
        return TensorSpec((), string)
    if isinstance(value, Ragged):
        return RaggedSpec(value.shape, value.dtype, value.ragged_rank)
    if isinstance(value, Sparse):
        return SparseSpec(tuple(int(d) for d in value.dense_shape), value.dtype)
    array = as_array(value)
    return ObjectSpec() if array is None else TensorSpec(array.shape, as_dtype(array.dtype))


def element_spec_of(element: Any) -> Any:
    """Return the nest of specs of an element."""
    return nest.map_structure(spec_of, element)


def most_specific(specs: Iterable[Spec]) -> Spec:
    """Return the narrowest spec that all fit; `ObjectSpec` when nothing narrower does.

    Raises:
        InvalidArgumentError: There are no specs.
    """
    result: Spec | None = None
    for spec in specs:
        result = spec if result is None else (result.most_specific(spec) or ObjectSpec())
    if result is None:
        raise InvalidArgumentError("most_specific: at least one spec is needed. Received: none.")
    return result


def most_specific_nest(specs: Sequence[Any]) -> Any:
    """Return the narrowest nest of specs for nests of specs of one structure."""
    return nest.map_structure(lambda *leaves: most_specific(leaves), *specs)


def _dense(spec: Spec) -> Spec:
    """Return a ragged spec without ragged axes as the tensor spec that it is."""
    return TensorSpec(spec.shape, spec.dtype) if isinstance(spec, RaggedSpec) and spec.ragged_rank == 0 else spec


def _merge_shapes(a: Shape, b: Shape) -> Shape:
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple(x if x == y else None for x, y in zip(a, b, strict=True))


def _shapes_meet(a: Shape, b: Shape) -> bool:
    if a is None or b is None:
        return True
    return len(a) == len(b) and all(x is None or y is None or x == y for x, y in zip(a, b, strict=True))
