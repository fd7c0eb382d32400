"""Transformations of several datasets into one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ...core import nest
from ...core.dtypes import int64
from ...core.errors import DTypeError, InvalidArgumentError, describe
from ...core.specs import TensorSpec
from .. import plan
from ..calling import check_int, check_seed, check_weights
from ..plan.specs import check_common_spec
from .base import DatasetBase, T

if TYPE_CHECKING:
    import numpy as np

    from ..dataset import Dataset


DatasetType = TypeVar("DatasetType", bound=DatasetBase[Any])


class Combining(DatasetBase[T]):
    """Datasets side by side, behind one another and in turn; mixed into `Dataset`."""

    __slots__ = ()

    @classmethod
    def zip(cls, *args: Any, datasets: Any = None) -> Dataset[Any]:
        """Yield nests of one element of each dataset, until one of them ends.

        An element that fails takes its partners with it: whoever goes on after the error gets aligned elements.

        Args:
            *args: Datasets, which give tuples; or one nest of datasets, which gives nests like it.
            datasets: The nest of datasets by name, as older programs for tf.data give it.

        Raises:
            InvalidArgumentError: There is no dataset, both ways are used, or something is no dataset.

        Example:
            >>> from penstock import Dataset
            >>> pairs = Dataset.zip((Dataset.range(3), {"x": Dataset.range(7, 9)}))
            >>> [(int(a), int(b["x"])) for a, b in pairs]
            [(0, 7), (1, 8)]
        """
        where = "Dataset.zip"
        if bool(args) == (datasets is not None):
            raise InvalidArgumentError(
                f"{where}: takes datasets, or one nest of them. Received: {'both' if args else 'nothing'}."
            )
        leaves, structure = nest.flatten(datasets if not args else args[0] if len(args) == 1 else args)
        return cls._of(plan.Zip(_nodes(where, leaves), structure))

    @classmethod
    def choose_from_datasets(
        cls,
        datasets: Sequence[Dataset[T]],
        choice_dataset: Dataset[Any],
        stop_on_empty_dataset: bool = True,  # noqa: FBT001, FBT002 (tf.data's order)
    ) -> Dataset[T]:
        """Yield elements of several datasets in the order that another dataset gives.

        Args:
            datasets: The datasets, with elements of one structure and the same dtypes.
            choice_dataset: Numbers of datasets, int64 scalars: whose turn it is.
            stop_on_empty_dataset: Whether all ends as soon as a dataset is chosen that has no more elements. False
                passes over such a choice; all ends when every dataset has ended.

        Raises:
            DTypeError: The datasets' elements differ in structure or dtype, or the choices are not int64.
            InvalidArgumentError: A choice is no number of a dataset (raised while iterating).

        Example:
            >>> from penstock import Dataset
            >>> letters = [Dataset.from_tensor_slices(["a"]).repeat(), Dataset.from_tensor_slices(["b"]).repeat()]
            >>> list(Dataset.choose_from_datasets(letters, Dataset.from_tensor_slices([0, 0, 1])))
            [b'a', b'a', b'b']
        """
        where = "Dataset.choose_from_datasets"
        nodes = _nodes(where, datasets)
        check_common_spec(where, nodes)
        (choices,) = _nodes(where, [choice_dataset])
        if choices.element_spec not in (None, TensorSpec((), int64)):
            raise DTypeError(
                f"{where}: elements of choice_dataset must be int64 scalars. Received: {choices.element_spec!r}."
            )
        return cls._of(plan.Choose(choices, nodes, bool(stop_on_empty_dataset)))

    @classmethod
    def sample_from_datasets(
        cls,
        datasets: Sequence[Dataset[T]],
        weights: Sequence[float] | Dataset[Any] | None = None,
        seed: int | None = None,
        stop_on_empty_dataset: bool = False,  # noqa: FBT001, FBT002 (tf.data's order)
        rerandomize_each_iteration: bool | None = None,  # noqa: FBT001
    ) -> Dataset[T]:
        """Yield elements of several datasets in random turns; the turns are tf.data's for the same seed.

        Args:
            datasets: The datasets, with elements of one structure and the same dtypes.
            weights: How likely each dataset is, numbers >= 0 of any sum; None for all alike. A dataset of float
                vectors gives the weights of each turn, and ends all when it ends.
            seed: Seed of the turns; None takes the global seed (`penstock.random.set_seed`) or a random one.
            stop_on_empty_dataset: Whether all ends as soon as a dataset is drawn that has no more elements, which keeps
                the proportions. False goes on with the others.
            rerandomize_each_iteration: Whether each pass has its own turns; None means False.

        Raises:
            DTypeError: The datasets' elements differ in structure or dtype.
            InvalidArgumentError: There are more or fewer weights than datasets, or one is negative or no number.

        Example:
            >>> from penstock import Dataset
            >>> datasets = [Dataset.range(4), Dataset.range(10, 14)]
            >>> sample = Dataset.sample_from_datasets(datasets, weights=[1.0, 2.0], seed=7)
            >>> [int(x) for x in sample]
            [10, 0, 11, 1, 12, 13, 2, 3]
        """
        where = "Dataset.sample_from_datasets"
        nodes = _nodes(where, datasets)
        check_common_spec(where, nodes)
        stop = bool(stop_on_empty_dataset)
        if not isinstance(weights, DatasetBase):
            shares, is_double = check_weights(where, weights, len(nodes))
            chosen = [(node, share) for node, share in zip(nodes, shares, strict=True) if share > 0]
            if len(chosen) < 2:
                # As in TensorFlow: one dataset alone is not drawn, and none at all is an empty dataset.
                return cls._of(chosen[0][0] if chosen else plan.Take(nodes[0], 0))
            nodes, shares = zip(*chosen, strict=True)
        words = plan.Batch(plan.Random(check_seed(where, seed), bool(rerandomize_each_iteration)), 2)
        if isinstance(weights, DatasetBase):
            turns = plan.Draw(plan.Zip((weights._node, words), nest.structure_of((0, 0))))
        else:
            turns = plan.Draw(words, shares, is_double)
        return cls._of(plan.Choose(turns, nodes, stop))

    def concatenate(self, dataset: Dataset[T]) -> Dataset[T]:
        """Yield the elements of this dataset, then those of another one.

        Args:
            dataset: Its elements have the structure and the dtypes of this one; shapes may differ.

        Raises:
            DTypeError: The elements differ in structure or dtype.

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.range(2).concatenate(Dataset.range(5, 7))]
            [0, 1, 5, 6]
        """
        where = "Dataset.concatenate"
        nodes = _nodes(where, (self, dataset))
        check_common_spec(where, nodes)
        return self._derived(plan.Concatenate(*nodes))

    def apply(self, transformation_func: Callable[[Self], DatasetType]) -> DatasetType:
        """Return `transformation_func(self)`, to chain functions of datasets with methods.

        Args:
            transformation_func: Function of a dataset that returns a dataset.

        Raises:
            InvalidArgumentError: It returned something else.

        Example:
            >>> from penstock import Dataset
            >>> def halves(dataset):
            ...     return dataset.map(lambda x: x / 2)
            >>> [float(x) for x in Dataset.range(3).apply(halves)]
            [0.0, 0.5, 1.0]
        """
        made = transformation_func(self)
        if not isinstance(made, DatasetBase):
            raise InvalidArgumentError(
                f"Dataset.apply: transformation_func must return a Dataset. Received: {describe(made)}."
            )
        return made

    def enumerate(self, start: int = 0) -> Dataset[tuple[np.int64, T]]:
        """Yield pairs of a number (int64) and the element.

        Args:
            start: The first number.

        Raises:
            InvalidArgumentError: `start` is no int.

        Example:
            >>> from penstock import Dataset
            >>> [(int(i), x) for i, x in Dataset.from_tensor_slices(["a", "b"]).enumerate()]
            [(0, b'a'), (1, b'b')]
        """
        return self._derived(plan.Enumerate(self._node, check_int("Dataset.enumerate", "start", start)))


def _nodes(where: str, datasets: Any) -> tuple[plan.Node, ...]:
    """Return the plans of datasets.

    Raises:
        InvalidArgumentError: There is none, or something is no dataset.
    """
    if not datasets:
        raise InvalidArgumentError(f"{where}: at least one dataset is needed. Received: {describe(datasets)}.")
    for dataset in datasets:
        if not isinstance(dataset, DatasetBase):
            hint = " A list is one leaf of a nest: use a tuple." if isinstance(dataset, list) else ""
            raise InvalidArgumentError(f"{where}: takes datasets. Received: {describe(dataset)}.{hint}")
    return tuple(dataset._node for dataset in datasets)
