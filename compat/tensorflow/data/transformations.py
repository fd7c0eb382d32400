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

Transformation: TypeAlias = Callable[[TensorDataset], Any]


def assert_cardinality(expected_cardinality: int) -> Transformation:
    """Say how many elements a dataset has; iterating checks it."""
    return lambda dataset: dataset.assert_cardinality(expected_cardinality)


def enumerate_dataset(start: int = 0) -> Transformation:
    """Put numbers beside elements."""
    return lambda dataset: dataset.enumerate(start)


def ignore_errors(log_warning: bool = False) -> Transformation:  # noqa: FBT001, FBT002 (TensorFlow's signature)
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
    stop_on_empty_dataset: bool = False,  # noqa: FBT001, FBT002 (TensorFlow's signature)
) -> Any:
    """Return elements of several datasets in the order that another one gives; goes on when one has ended."""
    return TensorDataset.choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset)


def sample_from_datasets(
    datasets: Sequence[TensorDataset],
    weights: Any = None,
    seed: int | None = None,
    stop_on_empty_dataset: bool = False,  # noqa: FBT001, FBT002 (TensorFlow's signature)
) -> Any:
    """Return elements of several datasets in random turns."""
    return TensorDataset.sample_from_datasets(datasets, weights, seed, stop_on_empty_dataset)


def Counter(start: Any = 0, step: Any = 1, dtype: Any = "int64") -> Any:  # noqa: N802 (TensorFlow's name)
    """Return a dataset that counts without end."""
    return TensorDataset.counter(start, step, dtype)


def RandomDataset(  # noqa: N802 (TensorFlow's name)
    seed: int | None = None,
    rerandomize_each_iteration: bool | None = None,  # noqa: FBT001
    name: str | None = None,
) -> Any:
    """Return a dataset of random numbers without end."""
    return TensorDataset.random(seed, rerandomize_each_iteration)
