"""`tf.data`."""

from typing import TYPE_CHECKING

from ....core.lazy import attach

if TYPE_CHECKING:
    from ....pipeline import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY
    from . import experimental
    from .datasets import Dataset, TextLineDataset, TFRecordDataset

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "TFRecordDataset",
    "TextLineDataset",
    "experimental",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "AUTOTUNE": "....pipeline",
        "Dataset": ".datasets",
        "INFINITE_CARDINALITY": "....pipeline",
        "TFRecordDataset": ".datasets",
        "TextLineDataset": ".datasets",
        "UNKNOWN_CARDINALITY": "....pipeline",
    },
    submodules=("experimental",),
)
