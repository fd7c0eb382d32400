"""`padded_batch`: consecutive elements padded to one shape and stacked."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from ...core import nest
from ...core.dtypes import DType
from ...core.errors import DTypeError, InvalidArgumentError, ShapeError, describe
from ...core.nest import Structure
from ...core.specs import Shape, Spec, TensorSpec, as_shape
from ...core.values import as_leaf, cast_exactly
from ..calling import check_count
from .base import Unary, batches_of
from .certain import certain_spec

WHERE = "Dataset.padded_batch"


@dataclasses.dataclass(frozen=True)
class PaddedBatch(Unary):
    """Every `batch_size` elements, each leaf padded to the largest of its batch or to a given shape, stacked.

    Attributes:
        batch_size: Rows in a batch.
        padded_shapes: Nest of shapes, one for each leaf: None (or -1) in the place of a dimension, or of a whole shape,
            means the largest of the batch.
        padding_values: Nest of scalars, or one for all leaves; None means 0, False or empty bytes.
        drop_remainder: Whether a last batch with fewer rows is left out.
    """

    name = "padded_batch"
    batch_size: int
    padded_shapes: Any = None
    padding_values: Any = None
    drop_remainder: bool = False

    def __post_init__(self) -> None:
        check_count(WHERE, "batch_size", self.batch_size, 1)
        spec = certain_spec(self.input)
        if spec is not None:
            leaves, structure = nest.flatten(spec)
            for target, padding, leaf, path in zip(*self.targets(structure), leaves, structure.paths(), strict=True):
                target_of(target, leaf, path)
                if isinstance(leaf, TensorSpec):
                    padding_of(padding, leaf.dtype, path)

    def targets(self, structure: Structure) -> tuple[list[Any], list[Any]]:
        """Return the padded shape (None for that of the elements) and the padding of each leaf."""
        shapes: list[Any] = [None] * structure.n_leaves
        if self.padded_shapes is not None:
            shapes = [_as_target(shape) for shape in _unpack("padded_shapes", structure, self.padded_shapes)]
        values = self.padding_values
        if not isinstance(values, tuple | dict) and not hasattr(values, "__dataclass_fields__"):
            return shapes, [values] * structure.n_leaves
        return shapes, _unpack("padding_values", structure, values)

    @property
    def element_spec(self) -> Any:
        spec = self.input.element_spec
        if spec is None:
            return None
        leaves, structure = nest.flatten(spec)
        size = self.batch_size if self.drop_remainder else None
        shapes, _ = self.targets(structure)
        if certain_spec(self.input) is None:
            leaves = [_of_any_size(leaf) for leaf in leaves]
        targets = map(target_of, shapes, leaves, structure.paths())
        return structure.pack(
            [
                TensorSpec(None if shape is None else (size, *shape), leaf.dtype)
                for shape, leaf in zip(targets, leaves, strict=True)
            ]
        )

    @property
    def cardinality(self) -> int:
        return batches_of(self.input.cardinality, self.batch_size, drop_remainder=self.drop_remainder)

    def describe(self) -> str:
        text = str(self.batch_size)
        for name in ("padded_shapes", "padding_values"):
            value = getattr(self, name)
            text += f", {name}={value!r}" if value is not None else ""
        return text + (", drop_remainder=True" if self.drop_remainder else "")


def _of_any_size(leaf: Spec) -> Spec:
    """Return the spec of a leaf with the sizes left open that were seen on one element only."""
    return TensorSpec([None] * (leaf.rank or 0), leaf.dtype) if isinstance(leaf, TensorSpec) else leaf


def _unpack(name: str, structure: Structure, values: Any) -> list[Any]:
    try:
        return structure.unpack(values)
    except InvalidArgumentError as err:
        raise InvalidArgumentError(
            f"{WHERE}: {name} must have the structure of the elements, {structure.text()}. Received: {name}={values!r}."
        ) from err


def _as_target(shape: Any) -> Shape:
    """Return a padded shape with None for each open dimension; -1 is one."""
    if shape is None or isinstance(shape, int | np.integer):
        shape = () if shape is None else (shape,)
    dims = shape.tolist() if hasattr(shape, "tolist") else list(shape)
    return as_shape([None if d is None or d == -1 else d for d in dims])


def target_of(target: Shape, spec: Spec, path: str) -> Shape:
    """Return the shape that rows of a leaf are padded to, where a spec or a row is known.

    Raises:
        DTypeError: The leaf is no dense array.
        ShapeError: The target has another rank, or is too small.
    """
    at = f" of leaf {path}" if path else ""
    if not isinstance(spec, TensorSpec):
        raise DTypeError(
            f"{WHERE}: only dense arrays can be padded. Received: {spec!r}{at}. Make it dense with map() first."
        )
    if target is None:
        return spec.shape
    shape = spec.shape
    if shape is not None and (
        len(shape) != len(target)
        or any(d is not None and t is not None and d > t for d, t in zip(shape, target, strict=True))
    ):
        raise ShapeError(
            f"{WHERE}: padded_shapes{at} must have the rank of the elements and be as large as they are. "
            f"Received: {list(target)} for elements of shape {list(shape)}."
        )
    return target


def padding_of(value: Any, dtype: DType, path: str) -> Any:
    """Return the padding of a leaf in its dtype.

    Raises:
        DTypeError: The value cannot be of that dtype.
        ShapeError: It is no scalar.
    """
    at = f" of leaf {path}" if path else ""
    if value is None:
        return b"" if dtype.is_string else dtype.numpy.type(0)
    leaf = as_leaf(value)
    if np.ndim(leaf):
        raise ShapeError(f"{WHERE}: padding_values{at} must be a scalar. Received: {describe(value)}.")
    if dtype.is_string and isinstance(leaf, bytes):
        return leaf
    cast = None if dtype.is_string or isinstance(leaf, bytes) else cast_exactly(np.asarray(leaf), dtype.numpy)
    if cast is None:
        raise DTypeError(f"{WHERE}: padding_values{at} must be of dtype {dtype}. Received: {describe(value)}.")
    return cast[()]
