"""`tf.data`."""

from typing import TYPE_CHECKING

from ....core.lazy import attach

if TYPE_CHECKING:
    from ....pipeline import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY
    from . import experimental
    from .datasets import Dataset, FixedLengthRecordDataset, TextLineDataset, TFRecordDataset

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "FixedLengthRecordDataset",
    "TFRecordDataset",
    "TextLineDataset",
    "experimental",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "AUTOTUNE": "....pipeline",
        "Dataset": ".datasets",
        "FixedLengthRecordDataset": ".datasets",
        "INFINITE_CARDINALITY": "....pipeline",
        "TFRecordDataset": ".datasets",
        "TextLineDataset": ".datasets",
        "UNKNOWN_CARDINALITY": "....pipeline",
    },
    submodules=("experimental",),
)
