"""Element-wise transformations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ...core.errors import InvalidArgumentError, describe
from ...core.random import get_global_seed
from ...core.trace.rows import RowFunction
from .. import plan
from ..calling import AUTOTUNE, DEFAULT_CYCLE_LENGTH, check_count, check_function, check_parallel_calls
from ..plan import Node
from .base import DatasetBase, T

if TYPE_CHECKING:
    from ..dataset import Dataset

U = TypeVar("U")


class Elementwise(DatasetBase[T]):
    """Functions of elements; mixed into `Dataset`."""

    __slots__ = ()

    def map(
        self,
        map_func: Callable[..., U],
        num_parallel_calls: int | None = None,
        *,
        deterministic: bool | None = None,
        vectorize: bool | None = None,
    ) -> Dataset[U]:
        """Yield `map_func(element)` for each element, in order.

        The function is traced once; when it uses only penstock's ops, NumPy functions and operators on its arguments
        it runs on whole blocks, else element by element (`explain()` says which and why). An element that is a tuple
        is spread over the arguments.

        Args:
            map_func: Function of one element.
            num_parallel_calls: How many elements may be in work at once; None for one, AUTOTUNE for as many as there
                are processors.
            deterministic: None and True keep the order.
            vectorize: True demands whole blocks, False forbids them, None lets the engine decide.

        Raises:
            TraceError: `vectorize=True` and the function cannot be traced (raised when the dataset is first used).
        """
        where = "Dataset.map"
        function = RowFunction(
            self._for_users(check_function(where, "map_func", map_func)), vectorize=vectorize, where=where
        )
        calls = check_parallel_calls(where, num_parallel_calls)
        return self._derived(plan.Map(self._node, function, calls, deterministic))

    def filter(self, predicate: Callable[..., Any], *, vectorize: bool | None = None) -> Self:
        """Yield the elements for which `predicate(element)` is true.

        Args:
            predicate: Function of one element that returns one bool.
            vectorize: As for `map`.
        """
        where = "Dataset.filter"
        function = RowFunction(
            self._for_users(check_function(where, "predicate", predicate)), vectorize=vectorize, where=where
        )
        return type(self)(plan.Filter(self._node, function))

    def flat_map(self, map_func: Callable[..., Dataset[U]]) -> Dataset[U]:
        """Yield the elements of the datasets that `map_func(element)` returns, one dataset after another.

        Args:
            map_func: Function of one element that returns a dataset, e.g. `lambda window: window.batch(3)`.
        """
        where = "Dataset.flat_map"
        call = self._for_users(check_function(where, "map_func", map_func))
        name = getattr(call, "__name__", type(call).__name__)
        return self._derived(plan.FlatMap(self._node, _node_of(where, call), name, get_global_seed()))

    def interleave(
        self,
        map_func: Callable[..., Dataset[U]],
        cycle_length: int | None = None,
        block_length: int | None = None,
        *,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
    ) -> Dataset[U]:
        """Yield the elements of the datasets that `map_func(element)` returns, in turn.

        Args:
            map_func: Function of one element that returns a dataset, e.g. `TextLineDataset`.
            cycle_length: How many datasets are open at once; None for 4 (tf.data takes the number of processors).
            block_length: How many elements come from one dataset before the next has its turn; None for 1.
            num_parallel_calls: How many datasets may be read ahead at once; None for none, AUTOTUNE for all open ones.
            deterministic: None and True keep the order.
        """
        where = "Dataset.interleave"
        call = self._for_users(check_function(where, "map_func", map_func))
        if cycle_length is None or cycle_length == AUTOTUNE:
            cycle_length = DEFAULT_CYCLE_LENGTH
        cycle = check_count(where, "cycle_length", cycle_length, 1)
        block = 1 if block_length is None else check_count(where, "block_length", block_length, 1)
        name = getattr(call, "__name__", type(call).__name__)
        calls = check_parallel_calls(where, num_parallel_calls)
        seed = get_global_seed()
        return self._derived(
            plan.Interleave(self._node, _node_of(where, call), cycle, block, calls, deterministic, name, seed)
        )


def _node_of(where: str, call: Callable[..., Any]) -> Callable[[Any], Node]:
    """Return a user's function of an element as one that returns the plan of the dataset."""

    def node_of(element: Any) -> Node:
        made = call(*element) if type(element) is tuple else call(element)
        if not isinstance(made, DatasetBase):
            raise InvalidArgumentError(f"{where}: map_func must return a Dataset. Received: {describe(made)}.")
        return made._node

    return node_of
