"""`sparse_batch`: consecutive elements of any lengths stacked into `Sparse` values."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...core.errors import DTypeError, ShapeError
from ...core.specs import Shape, SparseSpec, TensorSpec
from ..calling import check_count
from .base import Unary, batches_of
from .certain import certain_spec


@dataclasses.dataclass(frozen=True)
class SparseBatch(Unary):
    """Every `batch_size` dense arrays as one `Sparse` that holds all their items, zeros among them.

    Attributes:
        batch_size: Rows in a batch.
        row_shape: The dense shape of every row; None in the place of a dimension means the largest of the batch.
    """

    name = "sparse_batch"
    batch_size: int
    row_shape: Shape

    def __post_init__(self) -> None:
        where = "Dataset.sparse_batch"
        check_count(where, "batch_size", self.batch_size, 1)
        if self.row_shape is None:
            raise ShapeError(f"{where}: row_shape must have a known rank. Received: row_shape=None.")
        spec = certain_spec(self.input)
        if spec is None:
            return
        if not isinstance(spec, TensorSpec):
            raise DTypeError(
                f"{where}: elements must be single dense arrays. Received: elements of {spec!r}. Use map()."
            )
        if spec.shape is not None and len(spec.shape) != len(self.row_shape):
            raise ShapeError(
                f"{where}: row_shape must have the rank of the elements. Received: row_shape={list(self.row_shape)} "
                f"for elements of shape {list(spec.shape)}."
            )

    @property
    def element_spec(self) -> Any:
        spec = self.input.element_spec
        assert self.row_shape is not None
        # Nothing is known before an element was seen, and of a function that no element ever reached.
        return SparseSpec((None, *self.row_shape), spec.dtype) if isinstance(spec, TensorSpec) else spec

    @property
    def cardinality(self) -> int:
        return batches_of(self.input.cardinality, self.batch_size)

    def describe(self) -> str:
        return f"{self.batch_size}, row_shape={list(self.row_shape or ())}"
