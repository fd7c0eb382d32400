"""Datasets over files and databases that yield Tensors: `tf.data` and `tf.data.experimental`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ....core.leaves import as_leaf
from ....pipeline import Dataset, plan
from ....pipeline import make_csv_dataset as make_batches
from ....pipeline.csv_files import SHUFFLE_BUFFER_SIZE, csv_dataset_node
from ....pipeline.databases import sql_node
from ....pipeline.example_files import SHUFFLE_BUFFER_SIZE as EXAMPLE_BUFFER_SIZE
from ....pipeline.example_files import batched_features
from ....pipeline.plan import Node
from ....pipeline.readers import files_node, fixed_length
from ....pipeline.tensors import TensorDataset
from ..io import parse_example

__all__ = [
    "CsvDataset",
    "FixedLengthRecordDataset",
    "SqlDataset",
    "TFRecordDataset",
    "TextLineDataset",
    "make_batched_features_dataset",
    "make_csv_dataset",
]


class FileDataset(TensorDataset):
    """A dataset whose constructor takes files; what its methods make is a plain `TensorDataset`."""

    __slots__ = ()

    @classmethod
    def _of(cls, node: Node) -> Dataset[Any]:
        return TensorDataset(node)


class TextLineDataset(FileDataset):
    """`penstock.TextLineDataset` with string Tensors as elements."""

    __slots__ = ()

    def __init__(
        self,
        filenames: Any,
        compression_type: Any = None,
        buffer_size: int | None = None,
        num_parallel_reads: int | None = None,
        name: str | None = None,
    ) -> None:
        where = "TextLineDataset"
        super().__init__(files_node(where, plan.TextLine, filenames, compression_type, buffer_size, num_parallel_reads))


class TFRecordDataset(FileDataset):
    """`penstock.TFRecordDataset` with string Tensors as elements."""

    __slots__ = ()

    def __init__(
        self,
        filenames: Any,
        compression_type: Any = None,
        buffer_size: int | None = None,
        num_parallel_reads: int | None = None,
        name: str | None = None,
    ) -> None:
        where = "TFRecordDataset"
        super().__init__(files_node(where, plan.TFRecord, filenames, compression_type, buffer_size, num_parallel_reads))


class FixedLengthRecordDataset(FileDataset):
    """`penstock.FixedLengthRecordDataset` with string Tensors as elements."""

    __slots__ = ()

    def __init__(
        self,
        filenames: Any,
        record_bytes: int,
        header_bytes: int | None = None,
        footer_bytes: int | None = None,
        buffer_size: int | None = None,
        compression_type: Any = None,
        num_parallel_reads: int | None = None,
        name: str | None = None,
    ) -> None:
        kind = fixed_length(record_bytes, header_bytes, footer_bytes)
        where = "FixedLengthRecordDataset"
        super().__init__(files_node(where, kind, filenames, compression_type, buffer_size, num_parallel_reads))


class CsvDataset(FileDataset):
    """`penstock.CsvDataset` with tuples of Tensors as elements."""

    __slots__ = ()

    def __init__(
        self,
        filenames: Any,
        record_defaults: Sequence[Any],
        compression_type: Any = None,
        buffer_size: int | None = None,
        header: bool = False,
        field_delim: str = ",",
        use_quote_delim: bool = True,
        na_value: str = "",
        select_cols: Sequence[int] | None = None,
        exclude_cols: Sequence[int] | None = None,
    ) -> None:
        options = (compression_type, buffer_size, header, field_delim, use_quote_delim, na_value)
        super().__init__(csv_dataset_node(filenames, record_defaults, *options, select_cols, exclude_cols))


class SqlDataset(FileDataset):
    """`penstock.SqlDataset` with Tensors as elements."""

    __slots__ = ()

    def __init__(self, driver_name: Any, data_source_name: Any, query: Any, output_types: Any) -> None:
        super().__init__(sql_node(_text(driver_name), _text(data_source_name), _text(query), output_types))


def _text(value: Any) -> Any:
    """Return a string Tensor as str."""
    leaf = as_leaf(value) if not isinstance(value, str) else value
    return leaf.decode() if isinstance(leaf, bytes) else value


def make_csv_dataset(
    file_pattern: Any,
    batch_size: int,
    column_names: Sequence[str] | None = None,
    column_defaults: Sequence[Any] | None = None,
    label_name: str | None = None,
    select_columns: Sequence[str | int] | None = None,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    header: bool = True,
    num_epochs: int | None = None,
    shuffle: bool = True,
    shuffle_buffer_size: int = SHUFFLE_BUFFER_SIZE,
    shuffle_seed: int | None = None,
    prefetch_buffer_size: int | None = None,
    num_parallel_reads: int | None = None,
    sloppy: bool = False,
    num_rows_for_inference: int | None = 100,
    compression_type: str | None = None,
    ignore_errors: bool = False,
    encoding: str = "utf-8",
) -> TensorDataset:
    """Return a dataset of batches of CSV rows, by column name; see `penstock.make_csv_dataset`."""
    batches: Dataset[Any] = make_batches(
        file_pattern,
        batch_size,
        column_names,
        column_defaults,
        label_name,
        select_columns,
        field_delim,
        use_quote_delim,
        na_value,
        header,
        num_epochs,
        shuffle,
        shuffle_buffer_size,
        shuffle_seed,
        prefetch_buffer_size,
        num_parallel_reads,
        sloppy,
        num_rows_for_inference,
        compression_type,
        ignore_errors,
        encoding,
    )
    return TensorDataset.of(batches)


def make_batched_features_dataset(
    file_pattern: Any,
    batch_size: int,
    features: Mapping[str, Any],
    reader: Callable[..., Dataset[Any]] | None = None,
    label_key: str | None = None,
    reader_args: Sequence[Any] | None = None,
    num_epochs: int | None = None,
    shuffle: bool = True,
    shuffle_buffer_size: int = EXAMPLE_BUFFER_SIZE,
    shuffle_seed: int | None = None,
    prefetch_buffer_size: int | None = None,
    reader_num_threads: int | None = None,
    parser_num_threads: int | None = None,
    sloppy_ordering: bool = False,
    drop_final_batch: bool = False,
) -> Dataset[Any]:
    """Return a dataset of batches of features of Examples; see `penstock.make_batched_features_dataset`."""
    return batched_features(
        TensorDataset,
        TFRecordDataset if reader is None else reader,
        parse_example,
        file_pattern,
        batch_size,
        features,
        label_key,
        reader_args,
        num_epochs,
        shuffle,
        shuffle_buffer_size,
        shuffle_seed,
        prefetch_buffer_size,
        reader_num_threads,
        parser_num_threads,
        sloppy_ordering,
        drop_final_batch,
    )
