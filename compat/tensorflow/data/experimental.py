"""`tf.data.experimental`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....core.lazy import attach
from ....pipeline import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY
from ....pipeline.tensors import TensorDataset
from .files import CsvDataset, SqlDataset, make_csv_dataset
from .transformations import (
    Counter,
    RandomDataset,
    assert_cardinality,
    choose_from_datasets,
    copy_to_device,
    enumerate_dataset,
    from_list,
    get_single_element,
    ignore_errors,
    prefetch_to_device,
    sample_from_datasets,
    scan,
    take_while,
    unique,
)

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Counter",
    "CsvDataset",
    "RandomDataset",
    "SqlDataset",
    "assert_cardinality",
    "cardinality",
    "choose_from_datasets",
    "copy_to_device",
    "enumerate_dataset",
    "from_list",
    "get_single_element",
    "ignore_errors",
    "make_csv_dataset",
    "prefetch_to_device",
    "sample_from_datasets",
    "scan",
    "take_while",
    "unique",
]


def cardinality(dataset: TensorDataset) -> Any:
    """Return the number of elements as an int64 Tensor: -1 for infinitely many, -2 when it is not known."""
    return dataset.cardinality()


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
