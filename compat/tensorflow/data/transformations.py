"""Functions of `tf.data.experimental` that became methods of `Dataset`.

Those that transform return a function for `Dataset.apply`, as in TensorFlow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from ....core.errors import InvalidArgumentError
from ....pipeline import AUTOTUNE
from ....pipeline.tensors import TensorDataset
from ..io import parse_example

Transformation: TypeAlias = Callable[[TensorDataset], Any]


def assert_cardinality(expected_cardinality: int) -> Transformation:
    """Say how many elements a dataset has; iterating checks it."""
    return lambda dataset: dataset.assert_cardinality(expected_cardinality)


def enumerate_dataset(start: int = 0) -> Transformation:
    """Put numbers beside elements."""
    return lambda dataset: dataset.enumerate(start)


def ignore_errors(log_warning: bool = False) -> Transformation:
    """Leave out the elements that fail; the iterator's `skipped` reports them."""
    return lambda dataset: dataset.ignore_errors(log_warning)


def scan(initial_state: Any, scan_func: Callable[[Any, Any], tuple[Any, Any]]) -> Transformation:
    """Call a function of a state and of each element that returns the next state and an output."""
    return lambda dataset: dataset.scan(initial_state, scan_func)


def take_while(predicate: Callable[..., Any]) -> Transformation:
    """Stop before the first element for which the predicate is false."""
    return lambda dataset: dataset.take_while(predicate)


def unique() -> Transformation:
    """Leave out the elements that came before."""
    return lambda dataset: dataset.unique()


def unbatch() -> Transformation:
    """Take batches apart."""
    return lambda dataset: dataset.unbatch()


def dense_to_ragged_batch(
    batch_size: int,
    drop_remainder: bool = False,
    row_splits_dtype: Any = "int64",
) -> Transformation:
    """Batch elements; axes of unknown size become ragged."""
    return lambda dataset: dataset.ragged_batch(batch_size, drop_remainder, row_splits_dtype)


def dense_to_sparse_batch(batch_size: int, row_shape: Any) -> Transformation:
    """Batch elements into SparseTensors."""
    return lambda dataset: dataset.sparse_batch(batch_size, row_shape)


def map_and_batch(
    map_func: Callable[..., Any],
    batch_size: int,
    num_parallel_batches: int | None = None,
    drop_remainder: bool = False,
    num_parallel_calls: int | None = None,
) -> Transformation:
    """Map, then batch; at most one of the two numbers may be given.

    Raises:
        InvalidArgumentError: Both are.
    """
    if num_parallel_batches is not None and num_parallel_calls is not None:
        raise InvalidArgumentError(
            "map_and_batch: only one of num_parallel_batches and num_parallel_calls may be given. "
            f"Received: num_parallel_batches={num_parallel_batches}, num_parallel_calls={num_parallel_calls}."
        )
    calls = num_parallel_calls if num_parallel_batches is None else num_parallel_batches * batch_size
    return lambda dataset: dataset.map(map_func, calls).batch(batch_size, drop_remainder)


def shuffle_and_repeat(buffer_size: int, count: int | None = None, seed: int | None = None) -> Transformation:
    """Shuffle, then repeat."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def parallel_interleave(
    map_func: Callable[..., Any],
    cycle_length: int,
    block_length: int = 1,
    sloppy: bool = False,
    buffer_output_elements: int | None = None,
    prefetch_input_elements: int | None = None,
) -> Transformation:
    """Read `cycle_length` datasets in turn, ahead of demand; the engine chooses the buffers."""
    return lambda dataset: dataset.interleave(map_func, cycle_length, block_length, cycle_length, not sloppy)


def group_by_window(
    key_func: Callable[..., Any],
    reduce_func: Callable[[Any, Any], Any],
    window_size: int | None = None,
    window_size_func: Callable[[Any], int] | None = None,
) -> Transformation:
    """Group elements by key, and reduce windows of each group."""
    return lambda dataset: dataset.group_by_window(key_func, reduce_func, window_size, window_size_func)


def bucket_by_sequence_length(
    element_length_func: Callable[..., Any],
    bucket_boundaries: Sequence[int],
    bucket_batch_sizes: Sequence[int],
    padded_shapes: Any = None,
    padding_values: Any = None,
    pad_to_bucket_boundary: bool = False,
    no_padding: bool = False,
    drop_remainder: bool = False,
) -> Transformation:
    """Batch elements of similar length."""
    return lambda dataset: dataset.bucket_by_sequence_length(
        element_length_func,
        bucket_boundaries,
        bucket_batch_sizes,
        padded_shapes,
        padding_values,
        pad_to_bucket_boundary,
        no_padding,
        drop_remainder,
    )


def rejection_resample(
    class_func: Callable[..., Any], target_dist: Any, initial_dist: Any = None, seed: int | None = None
) -> Transformation:
    """Draw elements so that classes have the shares asked for."""
    return lambda dataset: dataset.rejection_resample(class_func, target_dist, initial_dist, seed)


def parse_example_dataset(
    features: Any,
    num_parallel_calls: int | None = 1,
    deterministic: bool | None = None,
) -> Transformation:
    """Parse batches of serialized Examples."""
    return lambda dataset: dataset.map(
        lambda serialized: parse_example(serialized, features), num_parallel_calls, deterministic
    )


def snapshot(
    path: str,
    compression: str | None = "AUTO",
    reader_func: Callable[[Any], Any] | None = None,
    shard_func: Callable[..., Any] | None = None,
) -> Transformation:
    """Keep the elements of the first pass in a folder."""
    return lambda dataset: dataset.snapshot(path, compression, reader_func, shard_func)


def save(
    dataset: TensorDataset,
    path: str,
    compression: str | None = None,
    shard_func: Callable[..., Any] | None = None,
    checkpoint_args: Any = None,
) -> None:
    """Write the elements of a dataset to a folder."""
    dataset.save(path, compression, shard_func, checkpoint_args)


def load(
    path: str,
    element_spec: Any = None,
    compression: str | None = None,
    reader_func: Callable[[Any], Any] | None = None,
) -> Any:
    """Return the dataset that was saved to a folder."""
    return TensorDataset.load(path, element_spec, compression, reader_func)


def get_structure(dataset_or_iterator: Any) -> Any:
    """Return the nest of specs of the elements of a dataset or iterator."""
    return dataset_or_iterator.element_spec


def prefetch_to_device(device: Any, buffer_size: int | None = None) -> Transformation:
    """Make elements ahead; they stay in the memory of the CPU, which is the one device."""
    _check_device("prefetch_to_device", device)
    return lambda dataset: dataset.prefetch(AUTOTUNE if buffer_size is None else buffer_size)


def copy_to_device(target_device: Any, source_device: Any = "/cpu:0") -> Transformation:
    """Return the dataset: elements are in the memory of the CPU, which is the one device."""
    _check_device("copy_to_device", target_device)
    _check_device("copy_to_device", source_device)
    return lambda dataset: dataset


def _check_device(where: str, device: Any) -> None:
    if not re.search(r"(^|[/:])cpu(:\d+)?$", str(device), re.IGNORECASE):
        raise InvalidArgumentError(
            f"{where}: the device must be a CPU, where all elements live. Received: {device!r}. "
            "Use '/cpu:0', or leave the transformation out."
        )


def get_single_element(dataset: TensorDataset) -> Any:
    """Return the only element of a dataset."""
    return dataset.get_single_element()


def from_list(elements: Sequence[Any], name: str | None = None) -> Any:
    """Return a dataset of the elements of a list."""
    return TensorDataset.from_list(elements)


def choose_from_datasets(
    datasets: Sequence[TensorDataset],
    choice_dataset: TensorDataset,
    stop_on_empty_dataset: bool = False,
) -> Any:
    """Return elements of several datasets in the order that another one gives; goes on when one has ended."""
    return TensorDataset.choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset)


def sample_from_datasets(
    datasets: Sequence[TensorDataset],
    weights: Any = None,
    seed: int | None = None,
    stop_on_empty_dataset: bool = False,
) -> Any:
    """Return elements of several datasets in random turns."""
    return TensorDataset.sample_from_datasets(datasets, weights, seed, stop_on_empty_dataset)


def Counter(start: Any = 0, step: Any = 1, dtype: Any = "int64") -> Any:  # noqa: N802 (TensorFlow's name)
    """Return a dataset that counts without end."""
    return TensorDataset.counter(start, step, dtype)


def RandomDataset(  # noqa: N802 (TensorFlow's name)
    seed: int | None = None,
    rerandomize_each_iteration: bool | None = None,
    name: str | None = None,
) -> Any:
    """Return a dataset of random numbers without end."""
    return TensorDataset.random(seed, rerandomize_each_iteration)
