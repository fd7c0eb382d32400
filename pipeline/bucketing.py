"""What `bucket_by_sequence_length` gives to `group_by_window`: keys, sizes and batches of buckets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..core import nest
from ..core.errors import InvalidArgumentError
from ..core.specs import Shape, TensorSpec
from . import plan
from .calling import check_count, check_int
from .plan import Node
from .plan.certain import certain_spec
from .plan.padded_batch import target_of


class Buckets:
    """Buckets of lengths.

    Args:
        where: Caller, for messages.
        boundaries: Lengths at which a new bucket begins, ascending.
        batch_sizes: Rows in a batch of each bucket, one more than boundaries.
        padded_shapes: As for `padded_batch`.
        padding_values: As for `padded_batch`.
        pad_to_boundary: Whether open dimensions are padded to the boundary above the bucket, less 1.
        no_padding: Whether elements are stacked as they are.
        drop_remainder: Whether last batches with fewer rows are left out.
    """

    def __init__(
        self,
        where: str,
        boundaries: Sequence[int],
        batch_sizes: Sequence[int],
        padded_shapes: Any,
        padding_values: Any,
        *,
        pad_to_boundary: bool,
        no_padding: bool,
        drop_remainder: bool,
    ) -> None:
        self._where = where
        self._boundaries = [check_int(where, "bucket_boundaries", b) for b in boundaries]
        self._sizes = [check_count(where, "bucket_batch_sizes", size, 1) for size in batch_sizes]
        if any(a > b for a, b in zip(self._boundaries, self._boundaries[1:], strict=False)):
            raise InvalidArgumentError(
                f"{where}: bucket_boundaries must not descend. Received: bucket_boundaries={self._boundaries}."
            )
        if len(self._sizes) != len(self._boundaries) + 1:
            raise InvalidArgumentError(
                f"{where}: bucket_batch_sizes must have one size more than there are boundaries. Received: "
                f"{len(self._sizes)} sizes for {len(self._boundaries)} boundaries."
            )
        self._shapes, self._values = padded_shapes, padding_values
        self._pad_to_boundary, self._no_padding, self._drop_remainder = pad_to_boundary, no_padding, drop_remainder

    def text(self) -> str:
        """Return the options as they would be written, for the node's label."""
        text = f"bucket_batch_sizes={self._sizes}"
        for name, value in (("padded_shapes", self._shapes), ("padding_values", self._values)):
            text += f", {name}={value!r}" if value is not None else ""
        flags = {
            "pad_to_bucket_boundary": self._pad_to_boundary,
            "no_padding": self._no_padding,
            "drop_remainder": self._drop_remainder,
        }
        return text + "".join(f", {name}=True" for name, is_set in flags.items() if is_set)

    def key_func(self, length: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function of an element that gives the number of its bucket."""
        boundaries = np.array(self._boundaries, dtype=np.int64)

        def bucket(*element: Any) -> Any:
            return np.sum(np.greater_equal(length(*element), boundaries))

        name = getattr(length, "__name__", type(length).__name__)
        bucket.__name__ = f"bucket of {name} by {self._boundaries}"
        return bucket

    def batch_size(self, key: int) -> int:
        """Return how many rows a batch of a bucket has."""
        return self._sizes[key]

    def batched(self, key: int, window: Node) -> Node:
        """Return the plan of the batch of a window.

        Raises:
            InvalidArgumentError: Elements of the last bucket have no boundary to be padded to.
        """
        size = self._sizes[key]
        shapes = self._padded_to(key, window) if self._pad_to_boundary and not self._no_padding else self._shapes
        batch = self._batch(window, size, shapes)
        # Windows are as large as batches: a smaller one is a remainder.
        return plan.Take(batch, 0) if self._drop_remainder and window.cardinality < size else batch

    def _batch(self, rows: Node, size: int, shapes: Any) -> Node:
        if self._no_padding:
            return plan.Batch(rows, size)
        return plan.PaddedBatch(rows, size, shapes, self._values)

    def element_spec(self, rows: Node) -> Any:
        """Return the nest of specs of the batches of all buckets, or None where the elements are not known."""
        return None if certain_spec(rows) is None else self._batch(rows, 1, self._shapes).element_spec

    def _padded_to(self, key: int, window: Node) -> Any:
        """Return the padded shapes of a bucket with its boundary in the place of unknown sizes."""
        if key == len(self._boundaries):
            raise InvalidArgumentError(
                f"{self._where}: with pad_to_bucket_boundary elements must be shorter than the last boundary, "
                f"{self._boundaries[-1]}. Add a boundary, or filter() longer elements out."
            )
        leaves, structure = nest.flatten(window.element_spec)
        shapes, _ = plan.PaddedBatch(window, 1, self._shapes).targets(structure)
        open_sizes = certain_spec(window) is None
        padded = []
        for shape, leaf, path in zip(shapes, leaves, structure.paths(), strict=True):
            if open_sizes and isinstance(leaf, TensorSpec):
                leaf = TensorSpec([None] * (leaf.rank or 0), leaf.dtype)
            target: Shape = target_of(shape, leaf, path)
            padded.append([self._boundaries[key] - 1 if size is None else size for size in target or ()])
        return structure.pack(padded)
