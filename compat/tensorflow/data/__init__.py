"""`tf.data`."""

from typing import TYPE_CHECKING

from ....core.lazy import attach

if TYPE_CHECKING:
    from ....pipeline import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Options, ThreadingOptions
    from . import experimental
    from .datasets import Dataset, FixedLengthRecordDataset, TextLineDataset, TFRecordDataset

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "FixedLengthRecordDataset",
    "Options",
    "TFRecordDataset",
    "TextLineDataset",
    "ThreadingOptions",
    "experimental",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "AUTOTUNE": "....pipeline",
        "Dataset": ".datasets",
        "FixedLengthRecordDataset": ".datasets",
        "INFINITE_CARDINALITY": "....pipeline",
        "Options": "....pipeline",
        "TFRecordDataset": ".datasets",
        "TextLineDataset": ".datasets",
        "ThreadingOptions": "....pipeline",
        "UNKNOWN_CARDINALITY": "....pipeline",
    },
    submodules=("experimental",),
)
