"""Sources: datasets from arrays, numbers, generators and file names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ...core.errors import InvalidArgumentError, describe
from .. import plan
from ..calling import check_int, check_number, check_seed, paths_of
from ..listing import match_files
from ..plan.from_tensor_slices import listed_block, slices_block, whole_block
from .base import DatasetBase, T

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..sources import RandomAccessSource, StreamSource

U = TypeVar("U")


class Sources(DatasetBase[T]):
    """Constructors; mixed into `Dataset`."""

    __slots__ = ()

    @classmethod
    def from_tensor_slices(cls, tensors: Any) -> Dataset[Any]:
        """Yield the rows of arrays.

        Args:
            tensors: Nest of arrays, lists, `Ragged`, `Sparse`, string columns, pyarrow arrays or pandas columns with
                one first dimension; a pandas or Arrow table becomes a dict of its columns. NumPy arrays keep their
                dtype; Python numbers become int64 and float64. Arrays are not copied: do not change them while
                datasets read them. Elements are copies of their rows, and may be changed.

        Returns:
            A dataset of as many elements as the first dimension says, each of them the nest with a row in each place.

        Raises:
            ShapeError: A leaf is a scalar, or the first dimensions differ.

        Example:
            >>> from penstock import Dataset
            >>> dataset = Dataset.from_tensor_slices({"x": [[1, 2], [3, 4]], "name": ["a", "b"]})
            >>> next(iter(dataset))
            {'x': array([1, 2]), 'name': b'a'}
        """
        return cls._of(plan.FromTensorSlices(slices_block(tensors)))

    @classmethod
    def from_tensors(cls, tensors: Any) -> Dataset[Any]:
        """Yield one element, the nest itself.

        Args:
            tensors: Nest as of `from_tensor_slices`; scalars too, and first dimensions may differ.

        Returns:
            A dataset of one element.

        Example:
            >>> from penstock import Dataset
            >>> [x.tolist() for x in Dataset.from_tensors([1, 2, 3])]
            [[1, 2, 3]]
        """
        return cls._of(plan.FromTensors(whole_block(tensors)))

    @classmethod
    def range(cls, *args: int, output_type: Any = "int64") -> Dataset[np.int64]:
        """Yield int64 numbers as `range(stop)`, `range(start, stop)` or `range(start, stop, step)`.

        Args:
            *args: One to three ints, as for Python's `range`.
            output_type: Dtype of the numbers.

        Raises:
            InvalidArgumentError: There are no arguments or more than three, one is no int, or the step is 0.

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.range(1, 10, 4)]
            [1, 5, 9]
        """
        from ...core.dtypes import as_dtype

        if not 1 <= len(args) <= 3:
            raise InvalidArgumentError(
                f"Dataset.range: takes stop; start, stop; or start, stop, step. Received: {len(args)} arguments."
            )
        bounds = dict(zip(("start", "stop", "step"), (0, *args) if len(args) == 1 else args, strict=False))
        checked = {name: check_int("Dataset.range", name, value) for name, value in bounds.items()}
        return cls._of(plan.Range(**checked, dtype=as_dtype(output_type)))

    @classmethod
    def from_list(cls, elements: Sequence[Any]) -> Dataset[Any]:
        """Yield the elements of a list.

        Args:
            elements: Nests of one structure, at least one; each leaf may differ in shape from element to element, not
                in dtype.

        Raises:
            InvalidArgumentError: The list is empty, or the elements do not fit together.

        Example:
            >>> from penstock import Dataset
            >>> [x.tolist() for x in Dataset.from_list([[1], [2, 3]])]
            [[1], [2, 3]]
        """
        where = "Dataset.from_list"
        if not isinstance(elements, list | tuple) or not elements:
            raise InvalidArgumentError(
                f"{where}: elements must be a list of at least one element. Received: {describe(elements)}. "
                "For an empty dataset use Dataset.range(0)."
            )
        return cls._of(plan.FromTensorSlices(listed_block(where, elements), f"from_list, {len(elements)} elements"))

    @classmethod
    def counter(cls, start: Any = 0, step: Any = 1, dtype: Any = "int64") -> Dataset[Any]:
        """Yield `start`, `start + step`, … without end.

        Args:
            start: The first number.
            step: What is added each time.
            dtype: Dtype of the numbers, in which they are added up.

        Raises:
            InvalidArgumentError: `start` or `step` is no number of the dtype.

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.counter(start=5, step=2).take(3)]
            [5, 7, 9]
        """
        from ...core.dtypes import as_dtype

        where = "Dataset.counter"
        kind = as_dtype(dtype)
        return cls._of(
            plan.Counter(check_number(where, "start", start, kind), check_number(where, "step", step, kind), kind)
        )

    @classmethod
    def random(
        cls,
        seed: int | None = None,
        rerandomize_each_iteration: bool | None = None,  # noqa: FBT001
    ) -> Dataset[np.int64]:
        """Yield random numbers from 0 to 2**32 - 1 (int64) without end; they are tf.data's for the same seed.

        Args:
            seed: Seed of the numbers; None takes the global seed (`penstock.random.set_seed`) or a random one.
            rerandomize_each_iteration: Whether each pass has its own numbers; None means False.

        Raises:
            InvalidArgumentError: `seed` is no int.

        Example:
            >>> from penstock import Dataset
            >>> [int(x) for x in Dataset.random(seed=4).take(2)]
            [...]
        """
        return cls._of(plan.Random(check_seed("Dataset.random", seed), bool(rerandomize_each_iteration)))

    @classmethod
    def from_generator(
        cls, generator: Callable[..., Iterable[Any]], *, output_signature: Any = None, args: tuple[Any, ...] = ()
    ) -> Dataset[Any]:
        """Yield what a generator function yields, called anew for each pass.

        The generator runs exactly as far as elements are asked for, and is closed when the pass is abandoned.

        Args:
            generator: Function that returns an iterable of elements.
            output_signature: Nest of specs that each element must fit; None takes the elements as they come.
            args: Arguments for each call.

        Example:
            >>> from penstock import Dataset
            >>> def numbers():
            ...     yield 1.5
            ...     yield 2.5
            >>> [float(x) for x in Dataset.from_generator(numbers)]
            [1.5, 2.5]
        """
        return cls._of(plan.FromGenerator(generator, output_signature, args))

    @classmethod
    def from_source(cls, source: RandomAccessSource[U] | StreamSource[U], *, element_spec: Any = None) -> Dataset[U]:
        """Yield the elements of one's own source.

        An object with `__len__` and `__getitem__` is read by number: its length is known, and a resume reads nothing
        again. With `__getitems__(indices)` as well it is read in batches. Any other object with `__iter__` gives a
        fresh iterator for each pass; where that has `get_state()` and `set_state(state)`, a resume reads nothing again.
        See `RandomAccessSource` and `StreamSource` for what is asked of them.

        Args:
            source: The object; no base class is needed.
            element_spec: Nest of specs that each element must fit; None takes the elements as they come.

        Raises:
            InvalidArgumentError: The object has none of these methods, or is itself an iterator.
            StageError: While iterating: reading an element failed. It names the element; those before it have been
                yielded.

        Example:
            >>> from penstock import Dataset
            >>> class Squares:
            ...     def __len__(self):
            ...         return 5
            ...     def __getitem__(self, index):
            ...         return {"x": index, "y": index * index}
            >>> [int(row["y"]) for row in Dataset.from_source(Squares()).skip(2)]
            [4, 9, 16]
        """
        return cls._of(plan.FromSource(source, element_spec))

    @classmethod
    def list_files(cls, file_pattern: Any, *, shuffle: bool | None = None, seed: int | None = None) -> Dataset[bytes]:
        """Yield the names (bytes) of the files that match glob patterns.

        Args:
            file_pattern: One pattern or a list of them.
            shuffle: Whether each pass has its own random order; None means True, as in tf.data. False is sorted.
            seed: Seed of the order.

        Raises:
            NotFoundError: A pattern matches no file.

        Example:
            >>> from penstock import Dataset
            >>> from pathlib import Path
            >>> for name in ("b.csv", "a.csv"):
            ...     _ = Path(name).write_text("1,2")
            >>> list(Dataset.list_files("*.csv", shuffle=False))
            [b'a.csv', b'b.csv']
        """
        patterns = paths_of("Dataset.list_files", file_pattern)
        files = match_files(patterns)
        origin = f"list_files {patterns[0]!r}" if len(patterns) == 1 else f"list_files, {len(patterns)} patterns"
        listed = cls._of(plan.FromTensorSlices(slices_block(files), f"{origin}, {len(files)} files"))
        return listed if shuffle is False else listed.shuffle(len(files), seed=seed)
