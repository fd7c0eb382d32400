"""penstock: streaming datasets, TFRecord files, preprocessing layers and a compact NumPy neural-network core.

Every name here is loaded when it is first used; `import penstock` itself loads neither NumPy nor Numba.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .core.lazy import alias, attach

if TYPE_CHECKING:
    from . import compat, datasets, nn, preprocessing, records, testing
    from .core import errors, ops, random
    from .core.autodiff import GradientTape
    from .core.specs import RaggedSpec, SparseSpec, TensorSpec
    from .core.tensor import Tensor
    from .core.variable import Variable
    from .core.version import __version__
    from .pipeline import (
        AUTOTUNE,
        ArrowDataset,
        CsvDataset,
        Dataset,
        FixedLengthRecordDataset,
        Options,
        ParquetDataset,
        RandomAccessSource,
        SqlDataset,
        StreamSource,
        TextLineDataset,
        TFRecordDataset,
        ThreadingOptions,
        make_batched_features_dataset,
        make_csv_dataset,
    )
    from .records import TFRecordOptions, TFRecordWriter

__all__ = [
    "AUTOTUNE",
    "ArrowDataset",
    "CsvDataset",
    "Dataset",
    "FixedLengthRecordDataset",
    "GradientTape",
    "Options",
    "ParquetDataset",
    "RaggedSpec",
    "RandomAccessSource",
    "SparseSpec",
    "SqlDataset",
    "StreamSource",
    "TFRecordDataset",
    "TFRecordOptions",
    "TFRecordWriter",
    "Tensor",
    "TensorSpec",
    "TextLineDataset",
    "ThreadingOptions",
    "Variable",
    "__version__",
    "compat",
    "datasets",
    "errors",
    "make_batched_features_dataset",
    "make_csv_dataset",
    "nn",
    "ops",
    "preprocessing",
    "random",
    "records",
    "testing",
]

alias(__name__, {"errors": ".core.errors", "ops": ".core.ops", "random": ".core.random"})

__getattr__, __dir__ = attach(
    __name__,
    {
        "AUTOTUNE": ".pipeline",
        "ArrowDataset": ".pipeline",
        "CsvDataset": ".pipeline",
        "Dataset": ".pipeline",
        "FixedLengthRecordDataset": ".pipeline",
        "GradientTape": ".core.autodiff",
        "Options": ".pipeline",
        "ThreadingOptions": ".pipeline",
        "ParquetDataset": ".pipeline",
        "RaggedSpec": ".core.specs",
        "RandomAccessSource": ".pipeline",
        "SqlDataset": ".pipeline",
        "StreamSource": ".pipeline",
        "SparseSpec": ".core.specs",
        "TFRecordDataset": ".pipeline",
        "TFRecordOptions": ".records",
        "TFRecordWriter": ".records",
        "Tensor": ".core.tensor",
        "TensorSpec": ".core.specs",
        "TextLineDataset": ".pipeline",
        "Variable": ".core.variable",
        "make_batched_features_dataset": ".pipeline",
        "make_csv_dataset": ".pipeline",
        "__version__": ".core.version",
    },
    submodules=("compat", "datasets", "errors", "nn", "ops", "preprocessing", "random", "records", "testing"),
)
