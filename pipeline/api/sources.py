"""Sources: datasets from arrays, numbers, generators and file names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.errors import InvalidArgumentError
from .. import plan
from ..calling import check_int, paths_of
from ..listing import match_files
from ..plan.from_tensor_slices import slices_block, whole_block
from .base import DatasetBase, T

if TYPE_CHECKING:
    from ..dataset import Dataset


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
                datasets read them.

        Raises:
            ShapeError: A leaf is a scalar, or the first dimensions differ.
        """
        return cls._of(plan.FromTensorSlices(slices_block(tensors)))

    @classmethod
    def from_tensors(cls, tensors: Any) -> Dataset[Any]:
        """Yield one element, the nest itself."""
        return cls._of(plan.FromTensors(whole_block(tensors)))

    @classmethod
    def range(cls, *args: int, output_type: Any = "int64") -> Dataset[np.int64]:
        """Yield int64 numbers as `range(stop)`, `range(start, stop)` or `range(start, stop, step)`.

        Args:
            *args: One to three ints, as for Python's `range`.
            output_type: Dtype of the numbers.
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
    def from_generator(
        cls, generator: Callable[..., Iterable[Any]], *, output_signature: Any = None, args: tuple[Any, ...] = ()
    ) -> Dataset[Any]:
        """Yield what a generator function yields, called anew for each pass.

        The generator runs exactly as far as elements are asked for, and is closed when the pass is abandoned.

        Args:
            generator: Function that returns an iterable of elements.
            output_signature: Nest of specs that each element must fit; None takes the elements as they come.
            args: Arguments for each call.
        """
        return cls._of(plan.FromGenerator(generator, output_signature, args))

    @classmethod
    def list_files(cls, file_pattern: Any, *, shuffle: bool | None = None, seed: int | None = None) -> Dataset[bytes]:
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
        listed = cls._of(plan.FromTensorSlices(slices_block(files), f"{origin}, {len(files)} files"))
        return listed if shuffle is False else listed.shuffle(len(files), seed=seed)
