"""TFRecord files, Example messages, CSV and text lines: bytes to columns and back."""

from typing import TYPE_CHECKING

from ..core.lazy import attach

if TYPE_CHECKING:
    from .csv import decode_csv
    from .framing import masked_crc32c
    from .lines import LineReader
    from .reader import TFRecordReader
    from .writer import TFRecordOptions, TFRecordWriter

__all__ = [
    "LineReader",
    "TFRecordOptions",
    "TFRecordReader",
    "TFRecordWriter",
    "decode_csv",
    "masked_crc32c",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "LineReader": "lines",
        "TFRecordOptions": "writer",
        "TFRecordReader": "reader",
        "TFRecordWriter": "writer",
        "decode_csv": "csv",
        "masked_crc32c": "framing",
    },
)
