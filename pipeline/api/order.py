"""Transformations of order and extent."""

from __future__ import annotations

from typing import Self

from .. import plan
from ..calling import check_count, check_int, check_seed
from ..plan.global_shuffle import shuffle_globally
from .base import DatasetBase, T


class Order(DatasetBase[T]):
    """Order and extent; mixed into `Dataset`."""

    __slots__ = ()

    def shuffle(
        self,
        buffer_size: int,
        seed: int | None = None,
        reshuffle_each_iteration: bool | None = None,  # noqa: FBT001
    ) -> Self:
        """Yield the elements in random order, drawn from a buffer; the order is tf.data's for the same seed.

        Args:
            buffer_size: Elements held to draw from; the number of elements for a full shuffle.
            seed: Seed of the order; None takes the global seed (`penstock.random.set_seed`) or a random one.
            reshuffle_each_iteration: Whether each pass has its own order; None means True.

        Raises:
            InvalidArgumentError: `buffer_size` is no int >= 1, or `seed` is no int.

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.range(6).shuffle(3, seed=1)]
            [1, 3, 0, 5, 2, 4]
        """
        size = check_count("Dataset.shuffle", "buffer_size", buffer_size, 1)
        reshuffle = True if reshuffle_each_iteration is None else bool(reshuffle_each_iteration)
        return self._same(plan.Shuffle(self._node, size, check_seed("Dataset.shuffle", seed), reshuffle))

    def global_shuffle(self, seed: int | None = None, *, reshuffle_each_iteration: bool = True) -> Self:
        """Yield all elements in random order, without a buffer: the place of each element is computed.

        For sources whose elements can be had by number: `range` and `from_tensor_slices`, `take`, `skip` and `shard` of
        these, and `map` on top, whose functions run on the elements in their new order. Takes no memory and no time to
        fill, and a saved iterator goes on at once. The order is penstock's own, not that of TensorFlow.

        Args:
            seed: Seed of the order; None takes the global seed (`penstock.random.set_seed`) or a random one.
            reshuffle_each_iteration: Whether each pass has its own order.

        Raises:
            InvalidArgumentError: The elements cannot be had by number.

        Example:
            >>> from penstock import Dataset
            >>> order = [int(x) for x in Dataset.range(1_000_000).global_shuffle(seed=7).take(1000)]
            >>> len(set(order)), max(order) > 900_000
            (1000, True)
        """
        checked = check_seed("Dataset.global_shuffle", seed)
        node = shuffle_globally(self._node, checked, reshuffle_each_iteration=bool(reshuffle_each_iteration))
        return self._same(node)

    def repeat(self, count: int | None = None) -> Self:
        """Yield the elements `count` times over; without end when `count` is None or negative.

        Args:
            count: How many passes, 0 or more; None and numbers below 0 repeat without end.

        Raises:
            InvalidArgumentError: `count` is no int.

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.range(2).repeat(3)]
            [0, 1, 0, 1, 0, 1]
        """
        times = -1 if count is None else check_int("Dataset.repeat", "count", count)
        return self._same(plan.Repeat(self._node, times))

    def take(self, count: int) -> Self:
        """Yield the first `count` elements; all of them when `count` is negative.

        Args:
            count: Number of elements, 0 or more; below 0 for all. Fewer come where the dataset is shorter.

        Raises:
            InvalidArgumentError: `count` is no int.

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.range(9).take(2)]
            [0, 1]
        """
        return self._same(plan.Take(self._node, check_int("Dataset.take", "count", count)))

    def skip(self, count: int) -> Self:
        """Yield the elements after the first `count`; none of them when `count` is negative.

        Args:
            count: Number of elements, 0 or more; below 0 for all, which leaves none.

        Raises:
            InvalidArgumentError: `count` is no int.

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.range(4).skip(2)]
            [2, 3]
        """
        return self._same(plan.Skip(self._node, check_int("Dataset.skip", "count", count)))

    def shard(self, num_shards: int, index: int) -> Self:
        """Yield every `num_shards`-th element, from element number `index` on.

        Shard early, before shuffles and slow functions: a worker runs all that stands before its shard in full. Of
        ranges and arrays in memory, shuffled globally or not, only the shard's own rows are made, and a state that one
        worker saved lets any number of workers go on: its position is one of the whole dataset. For that, let all
        workers read equally many elements, and have only `map`, `batch` and `prefetch` after the shard.

        Args:
            num_shards: How many parts the dataset is divided into.
            index: Number of this part, from 0 to `num_shards - 1`.

        Raises:
            InvalidArgumentError: `num_shards` is less than 1, or `index` is not among the parts.

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.range(7).shard(num_shards=3, index=1)]
            [1, 4]
        """
        count, number = check_int("Dataset.shard", "num_shards", num_shards), check_int("Dataset.shard", "index", index)
        return self._same(plan.Shard(self._node, count, number))
