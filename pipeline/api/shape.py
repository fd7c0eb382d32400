"""Transformations that stack elements, and take stacks apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import plan
from ..calling import check_count
from .base import DatasetBase, T

if TYPE_CHECKING:
    from ..dataset import Dataset


class Shape(DatasetBase[T]):
    """Batches; mixed into `Dataset`."""

    __slots__ = ()

    def batch(self, batch_size: int, drop_remainder: bool = False) -> Dataset[Any]:  # noqa: FBT001, FBT002 (tf.data's order)
        """Stack every `batch_size` consecutive elements along a new first axis.

        Args:
            batch_size: Elements in a batch, at least 1.
            drop_remainder: Whether a last batch of fewer elements is left out; by default it is yielded.

        Raises:
            ShapeError: The elements of a batch differ in shape (raised while iterating).
        """
        size = check_count("Dataset.batch", "batch_size", batch_size, 1)
        return self._derived(plan.Batch(self._node, size, bool(drop_remainder)))
