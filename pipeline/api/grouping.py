"""Transformations that put elements together by what they are: keys, lengths, room."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from ...core.errors import InvalidArgumentError, describe
from ...core.random import get_global_seed
from ...core.trace.rows import RowFunction
from .. import plan
from ..bucketing import Buckets
from ..calling import check_count, check_function
from ..plan import Node
from ..plan.base import ObservedSpec
from ..plan.class_shares import acceptance
from ..plan.from_tensor_slices import whole_block
from ..resampling import Resampling, check_shares
from .base import DatasetBase, T

if TYPE_CHECKING:
    from ..dataset import Dataset

U = TypeVar("U")


class Grouping(DatasetBase[T]):
    """Groups of elements; mixed into `Dataset`."""

    __slots__ = ()

    def group_by_window(
        self,
        key_func: Callable[..., Any],
        reduce_func: Callable[[Any, Any], Dataset[U]],
        window_size: int | None = None,
        window_size_func: Callable[[Any], int] | None = None,
        *,
        vectorize: bool | None = None,
    ) -> Dataset[U]:
        """Collect elements by key, and yield the elements of a dataset made of each window of them.

        A window is given to `reduce_func` when it is full; at the end those that are not follow, by ascending key.

        Args:
            key_func: Function of one element that returns its key, an integer scalar.
            reduce_func: Function of a key (int64) and a dataset of the window's elements that returns a dataset.
            window_size: Elements of one key in a window, at least 1.
            window_size_func: Function of a key that returns the same, for windows whose size depends on the key.
            vectorize: As for `map`, for `key_func`.

        Raises:
            InvalidArgumentError: Neither or both of `window_size` and `window_size_func` are given.
            DTypeError: A key is no integer (raised while iterating).

        Example:
            >>> from penstock import Dataset
            >>> by_parity = Dataset.range(7).group_by_window(lambda x: x % 2, lambda key, window: window.batch(3), 3)
            >>> [batch.tolist() for batch in by_parity]
            [[0, 2, 4], [1, 3, 5], [6]]
        """
        where = "Dataset.group_by_window"
        if (window_size is None) == (window_size_func is None):
            given = "neither" if window_size is None else "both"
            raise InvalidArgumentError(
                f"{where}: either window_size or window_size_func must be given. Received: {given}."
            )
        key = RowFunction(
            self._for_users(check_function(where, "key_func", key_func)), vectorize=vectorize, where=where
        )
        reduce = self._for_users(check_function(where, "reduce_func", reduce_func))
        size: int | Callable[[int], int]
        size_name = ""
        if window_size_func is None:
            size = check_count(where, "window_size", window_size, 1)
        else:
            ask = self._for_users(check_function(where, "window_size_func", window_size_func))
            size, size_name = _size_of(where, ask), getattr(ask, "__name__", type(ask).__name__)
        name = getattr(reduce, "__name__", type(reduce).__name__)
        return self._grouped(key, _node_of_window(where, reduce, type(self)._of), size, name, size_name, ObservedSpec())

    def bucket_by_sequence_length(
        self,
        element_length_func: Callable[..., Any],
        bucket_boundaries: Sequence[int],
        bucket_batch_sizes: Sequence[int],
        padded_shapes: Any = None,
        padding_values: Any = None,
        pad_to_bucket_boundary: bool = False,  # noqa: FBT001, FBT002
        no_padding: bool = False,  # noqa: FBT001, FBT002
        drop_remainder: bool = False,  # noqa: FBT001, FBT002
    ) -> Dataset[Any]:
        """Batch elements of similar length together, padded to the longest of their batch.

        Args:
            element_length_func: Function of one element that returns its length, an integer scalar.
            bucket_boundaries: Lengths at which a new bucket begins, ascending: bucket `i` holds the lengths from
                `bucket_boundaries[i - 1]` on that are below `bucket_boundaries[i]`.
            bucket_batch_sizes: Elements in a batch of each bucket; one more than boundaries.
            padded_shapes: As for `padded_batch`.
            padding_values: As for `padded_batch`.
            pad_to_bucket_boundary: Whether dimensions of unknown size are padded to the boundary above their bucket,
                less 1; then no element may be in the last bucket, as in tf.data.
            no_padding: Whether elements are stacked as they are; they must be of one shape.
            drop_remainder: Whether last batches with fewer elements are left out; by default they are yielded.

        Raises:
            InvalidArgumentError: The boundaries do not ascend, or the batch sizes do not fit them.

        Example:
            >>> from penstock import Dataset
            >>> words = Dataset.from_list([[1], [2, 3, 4], [5], [6, 7]])
            >>> for batch in words.bucket_by_sequence_length(len, [3], [2, 2], drop_remainder=False):
            ...     print(batch.tolist())
            [[1], [5]]
            [[6, 7]]
            [[2, 3, 4]]
        """
        where = "Dataset.bucket_by_sequence_length"
        length = self._for_users(check_function(where, "element_length_func", element_length_func))
        buckets = Buckets(
            where,
            bucket_boundaries,
            bucket_batch_sizes,
            padded_shapes,
            padding_values,
            pad_to_boundary=bool(pad_to_bucket_boundary),
            no_padding=bool(no_padding),
            drop_remainder=bool(drop_remainder),
        )
        key = RowFunction(buckets.key_func(length), where=where)
        observed = ObservedSpec(buckets.element_spec(self._node))
        return self._grouped(key, buckets.batched, buckets.batch_size, buckets.text(), "batch_size", observed)

    def pack_sequences(
        self,
        max_length: Any,
        *,
        num_bins: int = 64,
        strategy: Literal["first_fit", "best_fit"] = "first_fit",
        padding_values: Any = None,
    ) -> Dataset[plan.PackedSequences]:
        """Put sequences one after another into rows of one length, so that little of a batch is padding.

        Up to `num_bins` rows are filled at once. A sequence goes into one that has room for it; when none has and all
        are in use, one is yielded to make place: the one that was begun first, or the fullest one. A row without room
        is yielded at once; at the end those that are left follow, in the order in which they were begun. Sequences are
        never cut; empty ones are left out.

        Args:
            max_length: Items in a row, at least 1: a number for all leaves, or a nest of one for each.
            num_bins: Rows filled at once, at least 1. More of them leave less padding, and hold more elements.
            strategy: Which row with room gets a sequence: `"first_fit"` the one that was begun first, `"best_fit"` the
                fullest one (less padding, and sequences stay longer out of order).
            padding_values: Nest of scalars of the leaves' dtypes, or one scalar; None means 0, False or an empty
                string.

        Returns:
            Elements `PackedSequences(values, segment_ids, positions)`, each with the structure of the elements: values
            T[max_length, …]; segment ids int32[max_length], from 1 on and 0 for padding; positions int32[max_length] in
            the sequence, from 0 on.

        Raises:
            ShapeError: A leaf is a scalar, or a sequence is longer than `max_length` (raised while iterating).
            DTypeError: A leaf is ragged, sparse or no array.

        Example:
            >>> from penstock import Dataset
            >>> sentences = Dataset.from_generator(lambda: [[5, 6], [7, 8, 9], [1], [2, 3]])
            >>> for row in sentences.pack_sequences(4, num_bins=2):
            ...     print(row.values, row.segment_ids, row.positions)
            [5 6 1 0] [1 1 2 0] [0 1 0 0]
            [7 8 9 0] [1 1 1 0] [0 1 2 0]
            [2 3 0 0] [1 1 0 0] [0 1 0 0]
        """
        return self._derived(plan.PackSequences(self._node, max_length, num_bins, strategy, padding_values))

    def rejection_resample(
        self,
        class_func: Callable[..., Any],
        target_dist: Any,
        initial_dist: Any = None,
        seed: int | None = None,
    ) -> Dataset[tuple[Any, T]]:
        """Yield pairs (class, element), elements left out or repeated so that classes come in given shares.

        The choices are tf.data's for the same seed. The stream is read twice: its elements mixed with those that a
        random choice by class has kept. All ends with the first of the two.

        Args:
            class_func: Function of one element that returns its class, an integer in [0, classes).
            target_dist: The share of each class in the result, numbers >= 0 that add up to 1.
            initial_dist: The share of each class in this dataset; None to estimate it while reading.
            seed: Seed of the choices; None takes the global seed (`penstock.random.set_seed`) or a random one.

        Raises:
            InvalidArgumentError: The shares are no such numbers, or not as many of one as of the other.
            OutOfRangeError: A class is none of those of `target_dist` (raised while iterating).

        Example:
            >>> from penstock import Dataset
            >>> data = Dataset.from_tensor_slices([0, 0, 0, 1] * 50)
            >>> balanced = data.rejection_resample(lambda x: x, [0.5, 0.5], initial_dist=[0.75, 0.25], seed=1)
            >>> classes = [int(label) for label, x in balanced]
            >>> 0.3 < sum(classes) / len(classes) < 0.7
            True
        """
        where = "Dataset.rejection_resample"
        call = self._for_users(check_function(where, "class_func", class_func))
        target = check_shares(where, "target_dist", target_dist)
        parts = Resampling(self._node, call, target, seed)
        labelled = self._derived(parts.labelled)
        if initial_dist is None:
            accepted, weights = map(self._derived, parts.estimated())
        else:
            initial = check_shares(where, "initial_dist", initial_dist)
            if len(initial) != len(target):
                raise InvalidArgumentError(
                    f"{where}: initial_dist must have a share for each one of target_dist. "
                    f"Received: {len(initial)} and {len(target)}."
                )
            kept, share = acceptance(initial, target)
            if share == 1:
                return labelled
            accepted = self._derived(parts.accepted(kept))
            if share == 0:
                return accepted
            turn = np.array([share, np.float32(1) - share], dtype=np.float32)
            weights = self._derived(plan.Repeat(plan.FromTensors(whole_block(turn)), -1))
        dataset = type(labelled)
        return dataset.sample_from_datasets([labelled, accepted], weights, seed, stop_on_empty_dataset=True)

    def _grouped(
        self,
        key: RowFunction,
        reduce: Callable[[int, Node], Node],
        size: int | Callable[[int], int],
        reduce_name: str,
        size_name: str,
        observed: ObservedSpec,
    ) -> Dataset[Any]:
        seed = get_global_seed()
        return self._derived(plan.GroupByWindow(self._node, key, reduce, size, reduce_name, size_name, seed, observed))


def _size_of(where: str, ask: Callable[[Any], Any]) -> Callable[[int], int]:
    """Return a user's window size function with a check of what it returns."""

    def size_of(key: int) -> int:
        size = ask(np.int64(key))
        return check_count(where, "the result of window_size_func", np.asarray(size)[()], 1)

    return size_of


def _node_of_window(
    where: str, reduce: Callable[[Any, Any], Any], dataset_of: Callable[[Node], Any]
) -> Callable[[int, Node], Node]:
    """Return a user's reduce function as one from plan to plan."""

    @functools.wraps(reduce)
    def node_of_window(key: int, window: Node) -> Node:
        made = reduce(np.int64(key), dataset_of(window))
        if not isinstance(made, DatasetBase):
            raise InvalidArgumentError(f"{where}: reduce_func must return a Dataset. Received: {describe(made)}.")
        return made._node

    return node_of_window
