"""`tf.data.experimental`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....core.lazy import attach
from ....pipeline import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY
from ....pipeline.optional import Optional
from ....pipeline.tensors import TensorDataset, TensorIterator
from .files import CsvDataset, SqlDataset, make_batched_features_dataset, make_csv_dataset
from .options import (
    AutoShardPolicy,
    AutotuneAlgorithm,
    AutotuneOptions,
    DistributeOptions,
    ExternalStatePolicy,
    OptimizationOptions,
    ServiceOptions,
    ThreadingOptions,
)
from .record_writer import TFRecordWriter
from .transformations import (
    Counter,
    RandomDataset,
    assert_cardinality,
    bucket_by_sequence_length,
    choose_from_datasets,
    copy_to_device,
    dense_to_ragged_batch,
    dense_to_sparse_batch,
    enumerate_dataset,
    from_list,
    get_single_element,
    get_structure,
    group_by_window,
    ignore_errors,
    load,
    map_and_batch,
    parallel_interleave,
    parse_example_dataset,
    prefetch_to_device,
    rejection_resample,
    sample_from_datasets,
    save,
    scan,
    shuffle_and_repeat,
    snapshot,
    take_while,
    unbatch,
    unique,
)

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "AutoShardPolicy",
    "AutotuneAlgorithm",
    "AutotuneOptions",
    "Counter",
    "CsvDataset",
    "DistributeOptions",
    "ExternalStatePolicy",
    "OptimizationOptions",
    "Optional",
    "RandomDataset",
    "ServiceOptions",
    "SqlDataset",
    "TFRecordWriter",
    "ThreadingOptions",
    "assert_cardinality",
    "bucket_by_sequence_length",
    "cardinality",
    "choose_from_datasets",
    "copy_to_device",
    "dense_to_ragged_batch",
    "dense_to_sparse_batch",
    "enumerate_dataset",
    "from_list",
    "get_next_as_optional",
    "get_single_element",
    "get_structure",
    "group_by_window",
    "ignore_errors",
    "load",
    "make_batched_features_dataset",
    "make_csv_dataset",
    "map_and_batch",
    "parallel_interleave",
    "parse_example_dataset",
    "prefetch_to_device",
    "rejection_resample",
    "sample_from_datasets",
    "save",
    "scan",
    "shuffle_and_repeat",
    "snapshot",
    "take_while",
    "unbatch",
    "unique",
]


def cardinality(dataset: TensorDataset) -> Any:
    """Return the number of elements as an int64 Tensor: -1 for infinitely many, -2 when it is not known."""
    return dataset.cardinality()


def get_next_as_optional(iterator: TensorIterator) -> Optional:
    """Return the next element of an iterator as an `Optional`, which is empty at the end."""
    return iterator.get_next_as_optional()


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
