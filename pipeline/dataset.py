"""`Dataset`: the fluent way to build a plan. Each method builds one node; the work is in plan, rules and exec."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Self

from ..core.errors import InvalidArgumentError, describe
from ..core.random import get_global_seed
from ..core.trace.rows import RowFunction
from . import plan
from .calling import (
    AUTOTUNE,
    DEFAULT_CYCLE_LENGTH,
    check_count,
    check_function,
    check_int,
    check_parallel_calls,
    paths_of,
)
from .listing import match_files
from .plan import Node
from .plan.from_tensor_slices import slices_block, whole_block

if TYPE_CHECKING:
    from ..core.block import Block
    from .exec import DatasetIterator


class Dataset:
    """A lazy, immutable stream of elements, with tf.data's semantics.

    An element is a nest (tuple, named tuple, dict, dataclass) of NumPy arrays, NumPy scalars and `bytes`. Methods
    return new datasets and run nothing; iterating runs the plan, each time anew. A dataset can be iterated by several
    threads at once, each with its own iterator.

    Example:
        >>> from penstock import Dataset
        >>> squares = Dataset.range(10).map(lambda x: x * x).filter(lambda x: x % 2 == 0)
        >>> [batch.tolist() for batch in squares.batch(2)]
        [[0, 4], [16, 36], [64]]
    """

    __slots__ = ("__weakref__", "_node")

    def __init__(self, node: Node) -> None:
        if not isinstance(node, Node):
            raise InvalidArgumentError(
                f"Dataset: use a constructor such as Dataset.from_tensor_slices(). Received: {describe(node)}."
            )
        self._node = node

    # --- sources -----------------------------------------------------------------------------------------------

    @classmethod
    def from_tensor_slices(cls, tensors: Any) -> Self:
        """Yield the rows of arrays.

        Args:
            tensors: Nest of arrays, lists, `Ragged`, `Sparse`, string columns, pyarrow arrays or pandas columns with
                one first dimension; a pandas or Arrow table becomes a dict of its columns. NumPy arrays keep their
                dtype; Python numbers become int64 and float64. Arrays are not copied: do not change them while
                datasets read them.

        Raises:
            ShapeError: A leaf is a scalar, or the first dimensions differ.
        """
        return cls(plan.FromTensorSlices(slices_block(tensors)))

    @classmethod
    def from_tensors(cls, tensors: Any) -> Self:
        """Yield one element, the nest itself."""
        return cls(plan.FromTensors(whole_block(tensors)))

    @classmethod
    def range(cls, *args: int, output_type: Any = "int64") -> Self:
        """Yield int64 numbers as `range(stop)`, `range(start, stop)` or `range(start, stop, step)`.

        Args:
            *args: One to three ints, as for Python's `range`.
            output_type: Dtype of the numbers.
        """
        from ..core.dtypes import as_dtype

        if not 1 <= len(args) <= 3:
            raise InvalidArgumentError(
                f"Dataset.range: takes stop; start, stop; or start, stop, step. Received: {len(args)} arguments."
            )
        bounds = dict(zip(("start", "stop", "step"), (0, *args) if len(args) == 1 else args, strict=False))
        checked = {name: check_int("Dataset.range", name, value) for name, value in bounds.items()}
        return cls(plan.Range(**checked, dtype=as_dtype(output_type)))

    @classmethod
    def from_generator(
        cls, generator: Callable[..., Iterable[Any]], *, output_signature: Any = None, args: tuple[Any, ...] = ()
    ) -> Self:
        """Yield what a generator function yields, called anew for each pass.

        The generator runs exactly as far as elements are asked for, and is closed when the pass is abandoned.

        Args:
            generator: Function that returns an iterable of elements.
            output_signature: Nest of specs that each element must fit; None takes the elements as they come.
            args: Arguments for each call.
        """
        return cls(plan.FromGenerator(generator, output_signature, args))

    @classmethod
    def list_files(cls, file_pattern: Any, *, shuffle: bool | None = None, seed: int | None = None) -> Self:
        """Yield the names (bytes) of the files that match glob patterns.

        Args:
            file_pattern: One pattern or a list of them.
            shuffle: Whether each pass has its own random order; None means True, as in tf.data. False is sorted.
            seed: Seed of the order.

        Raises:
            NotFoundError: A pattern matches no file.
        """
        patterns = paths_of("Dataset.list_files", file_pattern)
        files = match_files(patterns)
        origin = f"list_files {patterns[0]!r}" if len(patterns) == 1 else f"list_files, {len(patterns)} patterns"
        listed = cls(plan.FromTensorSlices(slices_block(files), f"{origin}, {len(files)} files"))
        return listed if shuffle is False else listed.shuffle(len(files), seed=seed)

    # --- element-wise ------------------------------------------------------------------------------------------

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: int | None = None,
        *,
        deterministic: bool | None = None,
        vectorize: bool | None = None,
    ) -> Self:
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
        return type(self)(plan.Map(self._node, function, calls, deterministic))

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

    def interleave(
        self,
        map_func: Callable[..., Dataset],
        cycle_length: int | None = None,
        block_length: int | None = None,
        *,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
    ) -> Self:
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

        def node_of(element: Any) -> Node:
            made = call(*element) if type(element) is tuple else call(element)
            if not isinstance(made, Dataset):
                raise InvalidArgumentError(f"{where}: map_func must return a Dataset. Received: {describe(made)}.")
            return made._node

        if cycle_length is None or cycle_length == AUTOTUNE:
            cycle_length = DEFAULT_CYCLE_LENGTH
        cycle = check_count(where, "cycle_length", cycle_length, 1)
        block = 1 if block_length is None else check_count(where, "block_length", block_length, 1)
        name = getattr(call, "__name__", type(call).__name__)
        calls = check_parallel_calls(where, num_parallel_calls)
        seed = get_global_seed()
        return type(self)(plan.Interleave(self._node, node_of, cycle, block, calls, deterministic, name, seed))

    # --- shape -------------------------------------------------------------------------------------------------

    def batch(self, batch_size: int, drop_remainder: bool = False) -> Self:  # noqa: FBT001, FBT002 (tf.data's order)
        """Stack every `batch_size` consecutive elements along a new first axis.

        Args:
            batch_size: Elements in a batch, at least 1.
            drop_remainder: Whether a last batch of fewer elements is left out; by default it is yielded.

        Raises:
            ShapeError: The elements of a batch differ in shape (raised while iterating).
        """
        size = check_count("Dataset.batch", "batch_size", batch_size, 1)
        return type(self)(plan.Batch(self._node, size, bool(drop_remainder)))

    # --- order and extent --------------------------------------------------------------------------------------

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
        """
        size = check_count("Dataset.shuffle", "buffer_size", buffer_size, 1)
        reshuffle = True if reshuffle_each_iteration is None else bool(reshuffle_each_iteration)
        return type(self)(plan.Shuffle(self._node, size, seed, reshuffle))

    def repeat(self, count: int | None = None) -> Self:
        """Yield the elements `count` times over; without end when `count` is None or negative."""
        times = -1 if count is None else check_int("Dataset.repeat", "count", count)
        return type(self)(plan.Repeat(self._node, times))

    def take(self, count: int) -> Self:
        """Yield the first `count` elements; all of them when `count` is negative."""
        return type(self)(plan.Take(self._node, check_int("Dataset.take", "count", count)))

    def skip(self, count: int) -> Self:
        """Yield the elements after the first `count`; none of them when `count` is negative."""
        return type(self)(plan.Skip(self._node, check_int("Dataset.skip", "count", count)))

    # --- storage -----------------------------------------------------------------------------------------------

    def prefetch(self, buffer_size: int) -> Self:
        """Make up to `buffer_size` elements ahead, on another thread.

        Args:
            buffer_size: Elements held ahead; AUTOTUNE lets the engine choose.
        """
        return type(self)(plan.Prefetch(self._node, check_count("Dataset.prefetch", "buffer_size", buffer_size, -1)))

    def cache(self) -> Self:
        """Keep the elements of the first complete pass in memory, for all later passes over this dataset."""
        return type(self)(plan.Cache(self._node))

    # --- what it is --------------------------------------------------------------------------------------------

    @property
    def element_spec(self) -> Any:
        """Nest of specs of the elements.

        Where a function could not be traced, or a generator has no signature, this runs the pipeline up to its first
        element to find out.
        """
        from .inspection import resolved_spec

        return resolved_spec(self._node)

    def cardinality(self) -> int:
        """Return the number of elements; `INFINITE_CARDINALITY` (-1) or `UNKNOWN_CARDINALITY` (-2) otherwise."""
        return self._node.cardinality

    def __len__(self) -> int:
        """Return the number of elements.

        Raises:
            TypeError: It is infinite or unknown.
        """
        n = self._node.cardinality
        if n < 0:
            kind = "infinite" if n == plan.INFINITE else "unknown"
            raise TypeError(f"Dataset: the number of elements is {kind}; cardinality() returns {n}.")
        return n

    def __bool__(self) -> bool:
        return True

    def explain(self, stage: str | None = None) -> str:
        """Return the plan as a tree, with what each node yields and how and why it runs so.

        Args:
            stage: `"logical"` (as written), `"simplified"` (after the rules; what runs), or None for the plan that
                runs with its notes.
        """
        from .explain import explain

        return explain(self._node, stage)

    def _for_users(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a user's function as the engine calls it; subclasses whose elements look different wrap it."""
        return function

    # --- running -----------------------------------------------------------------------------------------------

    def __iter__(self) -> DatasetIterator:
        from .running import iterate

        return iterate(self._node)

    def as_numpy_iterator(self) -> DatasetIterator:
        """Return an iterator over elements of NumPy arrays and bytes (what iterating a penstock dataset gives)."""
        return self.__iter__()

    def iter_blocks(self) -> Iterator[Block]:
        """Yield the elements in column blocks of the engine's own sizes, for consumers that work on columns."""
        from .running import iterate_blocks

        return iterate_blocks(self._node)

    def _element_leaf_spec(self) -> Any:
        """Spec of this dataset as a leaf of an element."""
        from ..core.specs import DatasetSpec

        return DatasetSpec(self.element_spec)

    def __repr__(self) -> str:
        from .explain import one_line

        return f"<{type(self).__name__} {one_line(self._node)}>"
