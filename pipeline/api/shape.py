"""Transformations that stack elements, and take stacks apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...core.dtypes import as_dtype
from ...core.errors import InvalidArgumentError
from ...core.specs import as_shape
from .. import plan
from ..calling import check_count, check_parallel_calls
from .base import DatasetBase, T

if TYPE_CHECKING:
    from ..dataset import Dataset


class Shape(DatasetBase[T]):
    """Batches and windows; mixed into `Dataset`."""

    __slots__ = ()

    def batch(
        self,
        batch_size: int,
        drop_remainder: bool = False,  # noqa: FBT001, FBT002 (tf.data's order)
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,  # noqa: FBT001
        name: str | None = None,
    ) -> Dataset[Any]:
        """Stack every `batch_size` consecutive elements along a new first axis.

        Args:
            batch_size: Elements in a batch, at least 1.
            drop_remainder: Whether a last batch of fewer elements is left out; by default it is yielded.
            num_parallel_calls: None, AUTOTUNE or an int >= 1; changes nothing. Batches are cut from blocks, which
                leaves no work to share out; to make batches ahead, append `prefetch`.
            deterministic: As for `map`; batches are always in order.
            name: Accepted for code written for tf.data; `explain()` numbers the stages.

        Raises:
            ShapeError: The elements of a batch differ in shape (raised while iterating).

        Example:
            >>> from penstock import Dataset
            >>> [batch.tolist() for batch in Dataset.range(5).batch(2)]
            [[0, 1], [2, 3], [4]]
            >>> len(Dataset.range(5).batch(2, drop_remainder=True))
            2
        """
        where = "Dataset.batch"
        size = check_count(where, "batch_size", batch_size, 1)
        check_parallel_calls(where, num_parallel_calls)
        return self._derived(plan.Batch(self._node, size, bool(drop_remainder)))

    def unbatch(self) -> Dataset[Any]:
        """Yield the rows of each element along the first axis of its leaves, one after another.

        An element without rows gives nothing.

        Raises:
            InvalidArgumentError: A leaf is a scalar (raised at once where the element spec tells).
            ShapeError: The leaves of an element differ in their first axis (raised while iterating).

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.from_tensor_slices([[1, 2], [3, 4]]).unbatch()]
            [1, 2, 3, 4]
        """
        return self._derived(plan.Unbatch(self._node))

    def rebatch(self, batch_size: int | Sequence[int], drop_remainder: bool = False) -> Dataset[Any]:  # noqa: FBT001, FBT002
        """Yield the rows of batches in batches of another size.

        Args:
            batch_size: Rows in a batch, at least 1; or a list of sizes, taken in turn over and over.
            drop_remainder: Whether a last batch with fewer rows is left out; by default it is yielded.

        Raises:
            InvalidArgumentError: A leaf is a scalar.
            ShapeError: The rows of a batch differ in shape (raised while iterating).

        Example:
            >>> from penstock import Dataset
            >>> [batch.tolist() for batch in Dataset.range(6).batch(3).rebatch(2)]
            [[0, 1], [2, 3], [4, 5]]
        """
        where = "Dataset.rebatch"
        listed = getattr(batch_size, "tolist", lambda: batch_size)()
        if isinstance(listed, list | tuple):
            if not listed:
                raise InvalidArgumentError(
                    f"{where}: batch_size must be an int >= 1, or a list of them. Received: batch_size={listed!r}."
                )
            sizes = tuple(check_count(where, "batch_size", size, 1) for size in listed)
        else:
            sizes = (check_count(where, "batch_size", listed, 1),)
        return self._derived(plan.Rebatch.of(self._node, sizes, drop_remainder=bool(drop_remainder)))

    def padded_batch(
        self,
        batch_size: int,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,  # noqa: FBT001, FBT002
    ) -> Dataset[Any]:
        """Pad the leaves of every `batch_size` consecutive elements to one shape, and stack them.

        Args:
            batch_size: Elements in a batch, at least 1.
            padded_shapes: Nest of shapes, one for each leaf, of its rank. None or -1 for a dimension means the largest
                of the batch. None in the place of everything takes the largest for each dimension of each leaf.
            padding_values: Nest of scalars of the leaves' dtypes, or one scalar for all leaves; None means 0, False or
                an empty string.
            drop_remainder: Whether a last batch with fewer elements is left out; by default it is yielded.

        Raises:
            DTypeError: A leaf is ragged, sparse or no array, or a padding value cannot be of its dtype.
            ShapeError: A shape has another rank than its leaf, or an element is larger than its shape.

        Example:
            >>> from penstock import Dataset
            >>> words = Dataset.from_generator(lambda: [[1], [2, 3], [4, 5, 6]])
            >>> [batch.tolist() for batch in words.padded_batch(2)]
            [[[1, 0], [2, 3]], [[4, 5, 6]]]
        """
        size = check_count("Dataset.padded_batch", "batch_size", batch_size, 1)
        node = plan.PaddedBatch(self._node, size, padded_shapes, padding_values, bool(drop_remainder))
        return self._derived(node)

    def ragged_batch(
        self,
        batch_size: int,
        drop_remainder: bool = False,  # noqa: FBT001, FBT002
        row_splits_dtype: Any = "int64",
    ) -> Dataset[Any]:
        """Stack every `batch_size` consecutive elements; axes of unknown size become ragged.

        Leaves whose shape is known are stacked to dense arrays. Where nothing is known of the elements beforehand, the
        first axis of every array becomes ragged.

        Args:
            batch_size: Elements in a batch, at least 1.
            drop_remainder: Whether a last batch with fewer elements is left out; by default it is yielded.
            row_splits_dtype: int64 or int32, kept in the element spec; `Ragged` values hold int64.

        Raises:
            InvalidArgumentError: An argument breaks its rule.

        Example:
            >>> from penstock import Dataset
            >>> for batch in Dataset.from_list([[1], [2, 3], [4]]).ragged_batch(2):
            ...     print(batch.to_list())
            [[1], [2, 3]]
            [[4]]
        """
        size = check_count("Dataset.ragged_batch", "batch_size", batch_size, 1)
        return self._derived(plan.RaggedBatch(self._node, size, bool(drop_remainder), as_dtype(row_splits_dtype)))

    def sparse_batch(self, batch_size: int, row_shape: Any) -> Dataset[Any]:
        """Stack every `batch_size` consecutive arrays into one `Sparse` that holds all their items, zeros among them.

        Args:
            batch_size: Elements in a batch, at least 1.
            row_shape: The dense shape of a row, of the elements' rank; None for a dimension means the largest of the
                batch.

        Raises:
            DTypeError: The elements are no single dense arrays.
            ShapeError: `row_shape` has another rank than the elements, or one of them is larger.

        Example:
            >>> from penstock import Dataset
            >>> batch = next(iter(Dataset.from_list([[1, 2], [3]]).sparse_batch(2, row_shape=[4])))
            >>> batch.indices.tolist(), batch.values.tolist(), batch.dense_shape.tolist()
            ([[0, 0], [0, 1], [1, 0]], [1, 2, 3], [2, 4])
        """
        size = check_count("Dataset.sparse_batch", "batch_size", batch_size, 1)
        return self._derived(plan.SparseBatch(self._node, size, as_shape(row_shape)))

    def window(
        self,
        size: int,
        shift: int | None = None,
        stride: int = 1,
        drop_remainder: bool = False,  # noqa: FBT001, FBT002
    ) -> Dataset[Any]:
        """Yield datasets of consecutive elements; a nest of datasets, one for each leaf, where elements are nests.

        Args:
            size: Elements in a window, at least 1.
            shift: How many elements a window starts after the one before, at least 1; None means `size`.
            stride: How far the elements of a window are from one another, at least 1.
            drop_remainder: Whether windows with fewer than `size` elements, at the end, are left out.

        Example:
            >>> from penstock import Dataset
            >>> windows = Dataset.range(5).window(3, shift=1, drop_remainder=True)
            >>> [batch.tolist() for batch in windows.flat_map(lambda w: w.batch(3))]
            [[0, 1, 2], [1, 2, 3], [2, 3, 4]]

        Raises:
            InvalidArgumentError: A number is below 1 or no int.
        """
        where = "Dataset.window"
        each = check_count(where, "size", size, 1)
        step = each if shift is None else check_count(where, "shift", shift, 1)
        gap = check_count(where, "stride", stride, 1)
        return self._derived(plan.Window(self._node, each, step, gap, bool(drop_remainder), type(self)._of))
