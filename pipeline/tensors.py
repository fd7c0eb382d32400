"""TensorDataset: the same datasets for code that is written against Tensors.

Elements arrive as Tensors, functions are called with Tensors, and Python numbers become float32 and int32, as in
TensorFlow. Plans are those of `Dataset`: the difference is made at the border, where elements meet user code.

Methods take TensorFlow's arguments in TensorFlow's order. `name` labels nothing here: `explain()` numbers the stages.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import numpy as np

from ..core import nest
from ..core.errors import InvalidArgumentError
from ..core.specs import RaggedSpec, SparseSpec
from ..core.tensor import to_array, wrap
from .calling import AUTOTUNE
from .dataset import Dataset
from .exec import DatasetIterator
from .plan.on_error import OnError
from .plan.ragged_rows import ragged_rows
from .tensor_elements import (
    TensorIterator,
    as_tensor,
    as_tensors,
    from_python,
    result_of,
    signature_of,
    yielding_plain,
)

__all__ = [
    "TensorDataset",
    "TensorIterator",
    "as_tensor",
    "as_tensors",
]


class TensorDataset(Dataset[Any]):
    """A `Dataset` whose elements and function arguments are Tensors.

    `as_numpy_iterator()` gives NumPy arrays and bytes all the same.
    """

    __slots__ = ()

    @classmethod
    def from_tensor_slices(cls, tensors: Any, name: str | None = None) -> Dataset[Any]:
        return super().from_tensor_slices(nest.map_structure(from_python, tensors))

    @classmethod
    def from_tensors(cls, tensors: Any, name: str | None = None) -> Dataset[Any]:
        return super().from_tensors(nest.map_structure(from_python, tensors))

    @classmethod
    def range(cls, *args: Any, output_type: Any = "int64", name: str | None = None) -> Dataset[Any]:
        return super().range(*args, output_type=output_type)

    @classmethod
    def from_list(cls, elements: Sequence[Any], name: str | None = None) -> Dataset[Any]:
        return super().from_list([nest.map_structure(from_python, element) for element in elements])

    @classmethod
    def counter(cls, start: Any = 0, step: Any = 1, dtype: Any = "int64", name: str | None = None) -> Dataset[Any]:
        return super().counter(start, step, dtype)

    @classmethod
    def random(
        cls,
        seed: int | None = None,
        rerandomize_each_iteration: bool | None = None,  # noqa: FBT001
        name: str | None = None,
    ) -> Dataset[Any]:
        return super().random(seed, rerandomize_each_iteration)

    @classmethod
    def zip(cls, *args: Any, datasets: Any = None, name: str | None = None) -> Dataset[Any]:
        return super().zip(*args, datasets=datasets)

    @classmethod
    def from_generator(
        cls,
        generator: Callable[..., Iterable[Any]],
        output_types: Any = None,
        output_shapes: Any = None,
        args: Sequence[Any] | None = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Dataset[Any]:
        """Yield what a generator function yields, called anew for each pass.

        Args:
            generator: Function that returns an iterable of elements.
            output_types: Nest of dtypes, the older way to say what elements are.
            output_shapes: Nest of shapes for `output_types`; None leaves them open.
            args: Arguments for each call; the generator gets them as NumPy arrays, with TensorFlow's dtypes.
            output_signature: Nest of specs that each element must fit.
            name: Accepted for scripts written for TensorFlow; has no effect.

        Raises:
            InvalidArgumentError: Neither or both of `output_signature` and `output_types` are given, or the shapes do
                not fit the types.
        """
        where = "Dataset.from_generator"
        if (output_signature is None) == (output_types is None):
            raise InvalidArgumentError(
                f"{where}: either output_signature or output_types must be given. "
                f"Received: {'neither' if output_types is None else 'both'}. Use output_signature."
            )
        if output_signature is None:
            output_signature = signature_of(output_types, output_shapes)
        elif output_shapes is not None:
            raise InvalidArgumentError(f"{where}: output_shapes goes with output_types. Received: an output_signature.")
        if any(isinstance(spec, RaggedSpec | SparseSpec) for spec in nest.flatten(output_signature)[0]):
            generator = yielding_plain(generator)
        arrays = tuple(to_array(value)[()] for value in args or ())
        return super().from_generator(generator, output_signature=output_signature, args=arrays)

    @classmethod
    def list_files(
        cls,
        file_pattern: Any,
        shuffle: bool | None = None,  # noqa: FBT001
        seed: int | None = None,
        name: str | None = None,
    ) -> Dataset[Any]:
        return super().list_files(file_pattern, shuffle=shuffle, seed=seed)

    @classmethod
    def of(cls, dataset: Dataset[Any]) -> Self:
        """Return the same dataset with Tensors as elements."""
        return cls(dataset._node)

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,  # noqa: FBT001
        name: str | None = None,
        *,
        vectorize: bool | None = None,
        on_error: OnError = "raise",
        skip_limit: int | None = None,
    ) -> Dataset[Any]:
        return super().map(
            map_func,
            num_parallel_calls,
            deterministic=deterministic,
            vectorize=vectorize,
            on_error=on_error,
            skip_limit=skip_limit,
        )

    def filter(
        self,
        predicate: Callable[..., Any],
        name: str | None = None,
        *,
        vectorize: bool | None = None,
        on_error: OnError = "raise",
        skip_limit: int | None = None,
    ) -> Self:
        return super().filter(predicate, vectorize=vectorize, on_error=on_error, skip_limit=skip_limit)

    def take_while(
        self, predicate: Callable[..., Any], name: str | None = None, *, vectorize: bool | None = None
    ) -> Self:
        return super().take_while(predicate, vectorize=vectorize)

    def unique(self, name: str | None = None) -> Self:
        return super().unique()

    def scan(
        self, initial_state: Any, scan_func: Callable[[Any, Any], tuple[Any, Any]], name: str | None = None
    ) -> Dataset[Any]:
        return super().scan(nest.map_structure(from_python, initial_state), scan_func)

    def reduce(self, initial_state: Any, reduce_func: Callable[[Any, Any], Any], name: str | None = None) -> Any:
        return as_tensors(super().reduce(nest.map_structure(from_python, initial_state), reduce_func))

    def get_single_element(self, name: str | None = None) -> Any:
        return as_tensors(super().get_single_element())

    def ignore_errors(
        self,
        log_warning: bool = False,  # noqa: FBT001, FBT002
        name: str | None = None,
        *,
        limit: int | None = None,
    ) -> Self:
        return super().ignore_errors(log_warning, limit=limit)

    def enumerate(self, start: int = 0, name: str | None = None) -> Dataset[Any]:
        return super().enumerate(start)

    def concatenate(self, dataset: Dataset[Any], name: str | None = None) -> Dataset[Any]:
        return super().concatenate(dataset)

    def shard(self, num_shards: int, index: int, name: str | None = None) -> Self:
        return super().shard(num_shards, index)

    def interleave(
        self,
        map_func: Callable[..., Dataset[Any]],
        cycle_length: int | None = None,
        block_length: int | None = None,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,  # noqa: FBT001
        name: str | None = None,
        *,
        on_error: OnError = "raise",
        skip_limit: int | None = None,
    ) -> Dataset[Any]:
        return super().interleave(
            map_func,
            cycle_length,
            block_length,
            num_parallel_calls=num_parallel_calls,
            deterministic=deterministic,
            on_error=on_error,
            skip_limit=skip_limit,
        )

    def batch(
        self,
        batch_size: int,
        drop_remainder: bool = False,  # noqa: FBT001, FBT002
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,  # noqa: FBT001
        name: str | None = None,
    ) -> Dataset[Any]:
        """Stack every `batch_size` consecutive elements; as in TensorFlow, rows of RaggedTensors make RaggedTensors."""
        batches = super().batch(batch_size, drop_remainder, num_parallel_calls, deterministic)
        return super().ragged_batch(batch_size, drop_remainder) if ragged_rows(self._node) else batches

    def unbatch(self, name: str | None = None) -> Dataset[Any]:
        return super().unbatch()

    def rebatch(
        self,
        batch_size: Any,
        drop_remainder: bool = False,  # noqa: FBT001, FBT002
        name: str | None = None,
    ) -> Dataset[Any]:
        return super().rebatch(batch_size, drop_remainder)

    def padded_batch(
        self,
        batch_size: int,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,  # noqa: FBT001, FBT002
        name: str | None = None,
    ) -> Dataset[Any]:
        return super().padded_batch(batch_size, padded_shapes, padding_values, drop_remainder)

    def ragged_batch(
        self,
        batch_size: int,
        drop_remainder: bool = False,  # noqa: FBT001, FBT002
        row_splits_dtype: Any = "int64",
        name: str | None = None,
    ) -> Dataset[Any]:
        return super().ragged_batch(batch_size, drop_remainder, row_splits_dtype)

    def sparse_batch(self, batch_size: int, row_shape: Any, name: str | None = None) -> Dataset[Any]:
        return super().sparse_batch(batch_size, row_shape)

    def window(
        self,
        size: int,
        shift: int | None = None,
        stride: int = 1,
        drop_remainder: bool = False,  # noqa: FBT001, FBT002
        name: str | None = None,
    ) -> Dataset[Any]:
        return super().window(size, shift, stride, drop_remainder)

    def flat_map(
        self,
        map_func: Callable[..., Dataset[Any]],
        name: str | None = None,
        *,
        on_error: OnError = "raise",
        skip_limit: int | None = None,
    ) -> Dataset[Any]:
        return super().flat_map(map_func, on_error=on_error, skip_limit=skip_limit)

    def group_by_window(
        self,
        key_func: Callable[..., Any],
        reduce_func: Callable[[Any, Any], Dataset[Any]],
        window_size: int | None = None,
        window_size_func: Callable[[Any], int] | None = None,
        name: str | None = None,
        *,
        vectorize: bool | None = None,
    ) -> Dataset[Any]:
        return super().group_by_window(key_func, reduce_func, window_size, window_size_func, vectorize=vectorize)

    def rejection_resample(
        self,
        class_func: Callable[..., Any],
        target_dist: Any,
        initial_dist: Any = None,
        seed: int | None = None,
        name: str | None = None,
    ) -> Dataset[Any]:
        return super().rejection_resample(class_func, target_dist, initial_dist, seed)

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
        name: str | None = None,
    ) -> Dataset[Any]:
        return super().bucket_by_sequence_length(
            element_length_func,
            bucket_boundaries,
            bucket_batch_sizes,
            padded_shapes,
            padding_values,
            pad_to_bucket_boundary,
            no_padding,
            drop_remainder,
        )

    def shuffle(
        self,
        buffer_size: int,
        seed: int | None = None,
        reshuffle_each_iteration: bool | None = None,  # noqa: FBT001
        name: str | None = None,
    ) -> Self:
        return super().shuffle(buffer_size, seed, reshuffle_each_iteration)

    def repeat(self, count: int | None = None, name: str | None = None) -> Self:
        return super().repeat(count)

    def take(self, count: int, name: str | None = None) -> Self:
        return super().take(count)

    def skip(self, count: int, name: str | None = None) -> Self:
        return super().skip(count)

    def prefetch(self, buffer_size: int | None, name: str | None = None) -> Self:
        return super().prefetch(AUTOTUNE if buffer_size is None else buffer_size)

    def cache(self, filename: str | os.PathLike[str] = "", name: str | None = None) -> Self:
        return super().cache(filename)

    def cardinality(self) -> Any:
        """Return the number of elements as an int64 Tensor; -1 for infinitely many, -2 when it is not known."""
        return wrap(np.int64(super().cardinality()))

    def _for_users(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def with_tensors(*args: Any) -> Any:
            result = function(*[as_tensors(a) for a in args])
            if isinstance(result, list):  # as in TensorFlow, a list of results makes an element of several parts
                result = tuple(result)
            return result if isinstance(result, Dataset) else nest.map_structure(result_of, result)

        return with_tensors

    def __iter__(self) -> Any:
        return TensorIterator(super().__iter__())

    def as_numpy_iterator(self) -> DatasetIterator[Any]:
        return super().__iter__()
