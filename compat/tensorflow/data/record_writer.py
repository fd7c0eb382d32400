"""`tf.data.experimental.TFRecordWriter`: the records of a dataset to a file."""

from __future__ import annotations

import os
from typing import Any

from ....core.errors import DTypeError, describe
from ....core.leaves import as_leaf
from ....core.specs import TensorSpec
from ....pipeline import Dataset
from ....records import TFRecordWriter as FileWriter

__all__ = ["TFRecordWriter"]


class TFRecordWriter:
    """Writes a dataset of strings to a TFRecord file, which appears under its name when it is complete.

    Args:
        filename: The file; what is there is replaced.
        compression_type: None or `""`, `"GZIP"`, `"ZLIB"`.
    """

    def __init__(self, filename: Any, compression_type: str | None = None) -> None:
        leaf = filename if isinstance(filename, str | os.PathLike) else as_leaf(filename)
        self._filename = leaf.decode() if isinstance(leaf, bytes) else leaf
        self._compression_type = compression_type

    def write(self, dataset: Dataset[Any]) -> None:
        """Write all elements of a dataset, one record each. When that fails no file is made or replaced.

        Raises:
            DTypeError: It is no dataset, or its elements are no scalar strings; a TypeError.
        """
        where = "TFRecordWriter.write"
        if not isinstance(dataset, Dataset):
            raise DTypeError(f"{where}: must be given a Dataset. Received: {describe(dataset)}.")
        spec = dataset.element_spec
        if not isinstance(spec, TensorSpec) or not spec.is_compatible_with(TensorSpec((), "string")):
            raise DTypeError(
                f"{where}: elements must be scalar strings. Received: {spec!r}. Use map(tf.io.serialize_tensor)."
            )
        with FileWriter(self._filename, self._compression_type) as writer, dataset.as_numpy_iterator() as records:
            writer.write_many(records)
