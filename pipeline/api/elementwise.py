"""Element-wise transformations."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ...core.errors import InvalidArgumentError, describe
from ...core.leaves import as_element
from ...core.random import get_global_seed
from ...core.trace.rows import RowFunction
from .. import plan
from ..calling import AUTOTUNE, DEFAULT_CYCLE_LENGTH, check_count, check_function, check_parallel_calls
from ..plan import Node
from ..plan.on_error import ErrorPolicy, OnError, error_policy
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
        on_error: OnError = "raise",
        skip_limit: int | None = None,
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
            on_error: What becomes of an element that the function fails for: `"raise"`; `"skip"`, which leaves it out
                and adds it to the iterator's `skipped`; or a function of the error that returns whether to skip.
                Unknown names and modules are no failure of an element: `"skip"` raises them.
            skip_limit: How many elements may be skipped in one pass before the next failure is raised; None for any.

        Raises:
            TraceError: `vectorize=True` and the function cannot be traced (raised when the dataset is first used).

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.range(4).map(lambda x: x * x)]
            [0, 1, 4, 9]
        """
        where = "Dataset.map"
        function = RowFunction(
            self._for_users(check_function(where, "map_func", map_func)), vectorize=vectorize, where=where
        )
        calls = check_parallel_calls(where, num_parallel_calls)
        errors = error_policy(where, on_error, skip_limit)
        return self._derived(plan.Map(self._node, function, calls, deterministic, errors))

    def filter(
        self,
        predicate: Callable[..., Any],
        *,
        vectorize: bool | None = None,
        on_error: OnError = "raise",
        skip_limit: int | None = None,
    ) -> Self:
        """Yield the elements for which `predicate(element)` is true.

        Args:
            predicate: Function of one element that returns one bool.
            vectorize: As for `map`.
            on_error: As for `map`.
            skip_limit: As for `map`.

        Raises:
            InvalidArgumentError: An argument breaks its rule.
            StageError: The predicate failed for an element; raised by the iterator. A result that is no bool is an
                InvalidArgumentError.

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.range(6).filter(lambda x: x % 2 == 0)]
            [0, 2, 4]
        """
        where = "Dataset.filter"
        function = RowFunction(
            self._for_users(check_function(where, "predicate", predicate)), vectorize=vectorize, where=where
        )
        return self._same(plan.Filter(self._node, function, error_policy(where, on_error, skip_limit)))

    def take_while(self, predicate: Callable[..., Any], *, vectorize: bool | None = None) -> Self:
        """Yield the elements before the first one for which `predicate(element)` is false.

        Args:
            predicate: Function of one element that returns one bool.
            vectorize: As for `map`.

        Raises:
            InvalidArgumentError: `predicate` is no function.
            StageError: The predicate failed for an element; raised by the iterator. A result that is no bool is an
                InvalidArgumentError.

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.from_tensor_slices([1, 2, 9, 3]).take_while(lambda x: x < 5)]
            [1, 2]
        """
        where = "Dataset.take_while"
        function = RowFunction(
            self._for_users(check_function(where, "predicate", predicate)), vectorize=vectorize, where=where
        )
        return self._same(plan.TakeWhile(self._node, function))

    def unique(self) -> Self:
        """Yield each different element once, where it comes first.

        Every different element is remembered, and is part of a saved state. Numbers, strings, arrays and ragged rows
        are compared, and nests of these; NaN is equal to itself.

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.from_tensor_slices([3, 1, 3, 2, 1]).unique()]
            [3, 1, 2]
        """
        return self._same(plan.Unique(self._node))

    def scan(self, initial_state: Any, scan_func: Callable[[Any, Any], tuple[Any, U]]) -> Dataset[U]:
        """Yield the outputs of `state, output = scan_func(state, element)`, a call for each element in order.

        Args:
            initial_state: Nest of numbers, arrays and strings: the state of the first call.
            scan_func: Function of the state and of one element (a tuple is not spread) that returns the next state,
                with the structure and dtypes of the first one, and an output.

        Example:
            >>> from penstock import Dataset
            >>> [int(total) for total in Dataset.range(5).scan(0, lambda total, x: (total + x, total + x))]
            [0, 1, 3, 6, 10]

        Raises:
            InvalidArgumentError: `scan_func` is no function.
            StageError: The function failed for an element, or returned another kind of state; raised by the iterator.
        """
        call = self._for_users(check_function("Dataset.scan", "scan_func", scan_func))
        name = getattr(call, "__name__", type(call).__name__)
        return self._derived(plan.Scan(self._node, as_element(initial_state), call, name, get_global_seed()))

    def ignore_errors(self, log_warning: bool = False, *, limit: int | None = None) -> Self:  # noqa: FBT001, FBT002
        """Leave out the elements that fail in any stage before this one; the iterator's `skipped` reports them.

        `map`, `filter`, `flat_map` and `interleave` can do this for their own failures alone: see `on_error` there.

        Args:
            log_warning: Whether each of them is logged (logger `"penstock"`).
            limit: How many may be left out in one pass before the next failure is raised; None for any number.

        Raises:
            InvalidArgumentError: `limit` is no int >= 0.

        Example:
            >>> from penstock import Dataset
            >>> lines = Dataset.from_tensor_slices(["1", "x", "3"]).map(lambda line: int(line), vectorize=False)
            >>> [int(x) for x in lines.ignore_errors()]
            [1, 3]
        """
        checked = None if limit is None else check_count("Dataset.ignore_errors", "limit", limit, 0)
        return self._same(plan.IgnoreErrors(self._node, ErrorPolicy("skip", checked, bool(log_warning))))

    def flat_map(
        self,
        map_func: Callable[..., Dataset[U]],
        *,
        on_error: OnError = "raise",
        skip_limit: int | None = None,
    ) -> Dataset[U]:
        """Yield the elements of the datasets that `map_func(element)` returns, one dataset after another.

        Args:
            map_func: Function of one element that returns a dataset, e.g. `lambda window: window.batch(3)`.
            on_error: As for `interleave`.
            skip_limit: As for `map`.

        Raises:
            InvalidArgumentError: An argument breaks its rule.
            StageError: The function failed, or returned no dataset; raised by the iterator.

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.range(4).flat_map(lambda n: Dataset.range(int(n)))]
            [0, 0, 1, 0, 1, 2]
        """
        where = "Dataset.flat_map"
        call = self._for_users(check_function(where, "map_func", map_func))
        name = getattr(call, "__name__", type(call).__name__)
        seed, errors = get_global_seed(), error_policy(where, on_error, skip_limit)
        return self._derived(plan.FlatMap(self._node, _node_of(where, call), name, seed, errors))

    def interleave(
        self,
        map_func: Callable[..., Dataset[U]],
        cycle_length: int | None = None,
        block_length: int | None = None,
        *,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        on_error: OnError = "raise",
        skip_limit: int | None = None,
    ) -> Dataset[U]:
        """Yield the elements of the datasets that `map_func(element)` returns, in turn.

        Args:
            map_func: Function of one element that returns a dataset, e.g. `TextLineDataset`.
            cycle_length: How many datasets are open at once; None for 4 (tf.data takes the number of processors).
            block_length: How many elements come from one dataset before the next has its turn; None for 1.
            num_parallel_calls: How many datasets may be read ahead at once; None for none, AUTOTUNE for all open ones.
                At most `cycle_length` where that is given.
            deterministic: None and True keep the order.
            on_error: As for `map`, for elements whose dataset cannot be made or read. A dataset that fails while it is
                read is left there: its elements so far stay, the rest of it is not read.
            skip_limit: As for `map`.

        Raises:
            InvalidArgumentError: An argument breaks its rule.
            StageError: The function failed, or returned no dataset; raised by the iterator.

        Example:
            >>> from penstock import Dataset
            >>> dataset = Dataset.range(2).interleave(lambda i: Dataset.range(10 * i, 10 * i + 3), cycle_length=2)
            >>> [int(x) for x in dataset]
            [0, 10, 1, 11, 2, 12]
        """
        where = "Dataset.interleave"
        call = self._for_users(check_function(where, "map_func", map_func))
        calls = check_parallel_calls(where, num_parallel_calls)
        cycle = DEFAULT_CYCLE_LENGTH
        if cycle_length is not None and cycle_length != AUTOTUNE:
            cycle = check_count(where, "cycle_length", cycle_length, 1)
            if calls is not None and calls > cycle:
                raise InvalidArgumentError(
                    f"{where}: num_parallel_calls must not be larger than cycle_length, the number of open datasets. "
                    f"Received: num_parallel_calls={calls}, cycle_length={cycle}. Raise cycle_length, or use AUTOTUNE."
                )
        block = 1 if block_length is None else check_count(where, "block_length", block_length, 1)
        name = getattr(call, "__name__", type(call).__name__)
        seed, errors = get_global_seed(), error_policy(where, on_error, skip_limit)
        return self._derived(
            plan.Interleave(self._node, _node_of(where, call), cycle, block, calls, deterministic, name, seed, errors)
        )


def _node_of(where: str, call: Callable[..., Any]) -> Callable[[Any], Node]:
    """Return a user's function of an element as one that returns the plan of the dataset."""

    @functools.wraps(call)
    def node_of(element: Any) -> Node:
        made = call(*element) if type(element) is tuple else call(element)
        if not isinstance(made, DatasetBase):
            raise InvalidArgumentError(f"{where}: map_func must return a Dataset. Received: {describe(made)}.")
        return made._node

    return node_of
