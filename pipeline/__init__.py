"""Datasets: lazy streams of elements, run on blocks."""

from .calling import AUTOTUNE
from .csv_files import CsvDataset, make_csv_dataset
from .databases import SqlDataset
from .dataset import Dataset
from .example_files import make_batched_features_dataset
from .exec.iterator import DatasetIterator
from .exec.skips import Skipped, SkipReport
from .options import Options, ThreadingOptions
from .plan import INFINITE as INFINITE_CARDINALITY
from .plan import UNKNOWN as UNKNOWN_CARDINALITY
from .plan.pack_sequences import PackedSequences
from .readers import FixedLengthRecordDataset, TextLineDataset, TFRecordDataset
from .sources import BatchReader, RandomAccessSource, StatefulIterator, StreamSource
from .tables import ArrowDataset, ParquetDataset

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "ArrowDataset",
    "BatchReader",
    "CsvDataset",
    "Dataset",
    "DatasetIterator",
    "FixedLengthRecordDataset",
    "Options",
    "PackedSequences",
    "ParquetDataset",
    "RandomAccessSource",
    "SkipReport",
    "Skipped",
    "SqlDataset",
    "StatefulIterator",
    "StreamSource",
    "TFRecordDataset",
    "TextLineDataset",
    "ThreadingOptions",
    "make_batched_features_dataset",
    "make_csv_dataset",
]
