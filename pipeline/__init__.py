"""Datasets: lazy streams of elements, run on blocks."""

from .calling import AUTOTUNE
from .csv_files import CsvDataset, make_csv_dataset
from .dataset import Dataset
from .exec.iterator import DatasetIterator
from .plan import INFINITE as INFINITE_CARDINALITY
from .plan import UNKNOWN as UNKNOWN_CARDINALITY
from .readers import FixedLengthRecordDataset, TextLineDataset, TFRecordDataset

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "CsvDataset",
    "Dataset",
    "DatasetIterator",
    "FixedLengthRecordDataset",
    "TFRecordDataset",
    "TextLineDataset",
    "make_csv_dataset",
]
