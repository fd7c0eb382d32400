"""TFRecord files, Example messages, CSV and text lines: bytes to columns and back."""

from typing import TYPE_CHECKING

from ..core.lazy import attach

if TYPE_CHECKING:
    from .csv import decode_csv
    from .encoding import decode_example, encode_example, encode_examples
    from .features import FixedLenFeature, VarLenFeature
    from .fixed_length import FixedLengthReader
    from .framing import masked_crc32c
    from .lines import LineReader
    from .messages import (
        BytesList,
        Example,
        Feature,
        FeatureList,
        FeatureLists,
        Features,
        FloatList,
        Int64List,
        SequenceExample,
    )
    from .parsing import parse_example, parse_single_example
    from .reader import TFRecordReader
    from .writer import TFRecordOptions, TFRecordWriter

__all__ = [
    "BytesList",
    "Example",
    "Feature",
    "FeatureList",
    "FeatureLists",
    "Features",
    "FixedLenFeature",
    "FixedLengthReader",
    "FloatList",
    "Int64List",
    "LineReader",
    "SequenceExample",
    "TFRecordOptions",
    "TFRecordReader",
    "TFRecordWriter",
    "VarLenFeature",
    "decode_csv",
    "decode_example",
    "encode_example",
    "encode_examples",
    "masked_crc32c",
    "parse_example",
    "parse_single_example",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "BytesList": ".messages",
        "Example": ".messages",
        "Feature": ".messages",
        "FeatureList": ".messages",
        "FeatureLists": ".messages",
        "Features": ".messages",
        "FixedLenFeature": ".features",
        "FixedLengthReader": ".fixed_length",
        "FloatList": ".messages",
        "Int64List": ".messages",
        "LineReader": ".lines",
        "SequenceExample": ".messages",
        "TFRecordOptions": ".writer",
        "TFRecordReader": ".reader",
        "TFRecordWriter": ".writer",
        "VarLenFeature": ".features",
        "decode_csv": ".csv",
        "decode_example": ".encoding",
        "encode_example": ".encoding",
        "encode_examples": ".encoding",
        "masked_crc32c": ".framing",
        "parse_example": ".parsing",
        "parse_single_example": ".parsing",
    },
)
