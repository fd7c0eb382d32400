"""`ragged_batch`: consecutive elements of any lengths stacked into `Ragged` values."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ...core import nest
from ...core.dtypes import DType, int32, int64
from ...core.errors import InvalidArgumentError
from ...core.specs import RaggedSpec, Spec, TensorSpec
from ..calling import check_count
from .base import Node, Unary, batches_of
from .certain import certain_spec
from .ragged_rows import ragged_rows


@dataclasses.dataclass(frozen=True)
class RaggedBatch(Unary):
    """Every `batch_size` elements; leaves whose sizes are not known beforehand become ragged, others are stacked.

    Attributes:
        batch_size: Rows in a batch.
        drop_remainder: Whether a last batch with fewer rows is left out.
        row_splits_dtype: int64 or int32, for the spec; `Ragged` values always hold int64.
    """

    name = "ragged_batch"
    batch_size: int
    drop_remainder: bool = False
    row_splits_dtype: DType = int64

    def __post_init__(self) -> None:
        check_count("Dataset.ragged_batch", "batch_size", self.batch_size, 1)
        if self.row_splits_dtype not in (int32, int64):
            raise InvalidArgumentError(
                "Dataset.ragged_batch: row_splits_dtype must be int32 or int64. "
                f"Received: row_splits_dtype={self.row_splits_dtype}."
            )

    @property
    def element_spec(self) -> Any:
        spec = self.input.element_spec
        if spec is None:
            return None
        leaves, structure = nest.flatten(spec)
        return structure.pack(list(map(self._batched, leaves, ragged_depths(self.input, leaves))))

    def _batched(self, leaf: Spec, depth: int) -> Spec:
        size = self.batch_size if self.drop_remainder else None
        if not isinstance(leaf, TensorSpec) or depth == 0 or leaf.shape is None:
            return leaf.batched(size)
        return RaggedSpec((size, None, *leaf.shape[1:]), leaf.dtype, depth, self.row_splits_dtype)

    @property
    def cardinality(self) -> int:
        return batches_of(self.input.cardinality, self.batch_size, drop_remainder=self.drop_remainder)

    def describe(self) -> str:
        text = str(self.batch_size) + (", drop_remainder=True" if self.drop_remainder else "")
        return text + (f", row_splits_dtype={self.row_splits_dtype}" if self.row_splits_dtype != int64 else "")


def ragged_depths(node: Node, leaves: Sequence[Spec]) -> list[int]:
    """Return how many leading axes of each leaf become ragged: up to the last one of unknown size.

    Rows of `Ragged` values have at least one, whatever lengths they happen to have. Where the spec does not hold for
    all elements it is the first axis of all arrays.

    Args:
        node: Yields the rows.
        leaves: Specs of the leaves, of all rows or of one.
    """
    dense = [leaf.shape or () if isinstance(leaf, TensorSpec) else () for leaf in leaves]
    if certain_spec(node) is None:
        return [min(1, len(shape)) for shape in dense]
    rows = ragged_rows(node)
    return [
        max((axis + 1 for axis, size in enumerate(shape) if size is None), default=int(i in rows))
        for i, shape in enumerate(dense)
    ]
