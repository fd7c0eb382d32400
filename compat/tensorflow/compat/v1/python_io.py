"""`tf.compat.v1.python_io`: record files as TensorFlow 1 read and wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from .....core.lazy import attach
from .....records import TFRecordOptions, TFRecordReader, TFRecordWriter

__all__ = ["TFRecordCompressionType", "TFRecordOptions", "TFRecordWriter", "tf_record_iterator"]


class TFRecordCompressionType:
    """The compressions that `TFRecordOptions` takes."""

    NONE: ClassVar = ""
    ZLIB: ClassVar = "ZLIB"
    GZIP: ClassVar = "GZIP"


def tf_record_iterator(path: Any, options: Any = None) -> Iterator[bytes]:
    """Yield the records of a file as `bytes`.

    Raises:
        DataLossError: The file is damaged.
        NotFoundError: There is no such file.
    """
    kind = options.compression_type if isinstance(options, TFRecordOptions) else options
    with TFRecordReader(path, kind or "") as reader:
        yield from reader


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
