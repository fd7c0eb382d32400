"""Datasets: lazy streams of elements, run on blocks."""

from .calling import AUTOTUNE
from .dataset import Dataset
from .exec.iterator import DatasetIterator
from .plan import INFINITE as INFINITE_CARDINALITY
from .plan import UNKNOWN as UNKNOWN_CARDINALITY
from .readers import TextLineDataset, TFRecordDataset

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "DatasetIterator",
    "TFRecordDataset",
    "TextLineDataset",
]
