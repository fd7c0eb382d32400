"""`tf.data`."""

from typing import TYPE_CHECKING

from ....core.lazy import attach

if TYPE_CHECKING:
    from ....core.specs import DatasetSpec
    from ....pipeline import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY
    from . import experimental
    from .datasets import (
        Dataset,
        FixedLengthRecordDataset,
        Iterator,
        NumpyIterator,
        TextLineDataset,
        TFRecordDataset,
    )
    from .options import Options, ThreadingOptions

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "DatasetSpec",
    "FixedLengthRecordDataset",
    "Iterator",
    "NumpyIterator",
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
        "DatasetSpec": "....core.specs",
        "FixedLengthRecordDataset": ".datasets",
        "INFINITE_CARDINALITY": "....pipeline",
        "Iterator": ".datasets",
        "NumpyIterator": ".datasets",
        "Options": ".options",
        "TFRecordDataset": ".datasets",
        "TextLineDataset": ".datasets",
        "ThreadingOptions": ".options",
        "UNKNOWN_CARDINALITY": "....pipeline",
    },
    submodules=("experimental",),
)
