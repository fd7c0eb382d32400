"""TFRecord files, Example messages, CSV and text lines: bytes to columns and back."""

from typing import TYPE_CHECKING

from ..core.lazy import attach

if TYPE_CHECKING:
    from .conversion import convert_records
    from .csv import decode_csv
    from .damage import Damage, DamageReport
    from .encoding import decode_example, encode_example, encode_examples
    from .features import (
        FixedLenFeature,
        FixedLenSequenceFeature,
        RaggedFeature,
        SparseFeature,
        VarLenFeature,
    )
    from .file_object import GFile
    from .file_ops import (
        decode_base64,
        decode_compressed,
        decode_json_example,
        encode_base64,
        matching_files,
        read_file,
        write_file,
    )
    from .fixed_length import FixedLengthReader
    from .framing import masked_crc32c
    from .images import (
        decode_and_crop_jpeg,
        decode_bmp,
        decode_gif,
        decode_image,
        decode_jpeg,
        decode_png,
        encode_jpeg,
        encode_png,
        extract_jpeg_shape,
        is_jpeg,
    )
    from .index import RecordIndex, build_index, load_index
    from .indexed_file import TFRecordFile
    from .indexed_files import TFRecordFiles
    from .inputs import detect_compression
    from .lines import LineReader
    from .manifest import Manifest, Shard, read_manifest
    from .message_decoding import DecodedProto, decode_proto
    from .message_encoding import encode_proto
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
    from .remote import RetryPolicy
    from .schema import FeatureListSchema, FeatureSchema, Schema
    from .sequences import parse_sequence_example, parse_single_sequence_example
    from .sharded_writer import ShardedWriter
    from .shuffling import shuffle_records
    from .sparse_tensors import deserialize_many_sparse, serialize_many_sparse, serialize_sparse
    from .survey import decode_examples, infer_schema
    from .tensors import decode_raw, parse_tensor, serialize_tensor
    from .webp import decode_webp
    from .writer import TFRecordOptions, TFRecordWriter

__all__ = [
    "BytesList",
    "Damage",
    "DamageReport",
    "DecodedProto",
    "Example",
    "Feature",
    "FeatureList",
    "FeatureListSchema",
    "FeatureLists",
    "FeatureSchema",
    "Features",
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "FixedLengthReader",
    "FloatList",
    "GFile",
    "Int64List",
    "LineReader",
    "Manifest",
    "RaggedFeature",
    "RecordIndex",
    "RetryPolicy",
    "Schema",
    "SequenceExample",
    "Shard",
    "ShardedWriter",
    "SparseFeature",
    "TFRecordFile",
    "TFRecordFiles",
    "TFRecordOptions",
    "TFRecordReader",
    "TFRecordWriter",
    "VarLenFeature",
    "build_index",
    "convert_records",
    "decode_and_crop_jpeg",
    "decode_base64",
    "decode_bmp",
    "decode_compressed",
    "decode_csv",
    "decode_example",
    "decode_examples",
    "decode_gif",
    "decode_image",
    "decode_jpeg",
    "decode_json_example",
    "decode_png",
    "decode_proto",
    "decode_raw",
    "decode_webp",
    "deserialize_many_sparse",
    "detect_compression",
    "encode_base64",
    "encode_example",
    "encode_examples",
    "encode_jpeg",
    "encode_png",
    "encode_proto",
    "extract_jpeg_shape",
    "infer_schema",
    "is_jpeg",
    "load_index",
    "masked_crc32c",
    "matching_files",
    "parse_example",
    "parse_sequence_example",
    "parse_single_example",
    "parse_single_sequence_example",
    "parse_tensor",
    "read_file",
    "read_manifest",
    "serialize_many_sparse",
    "serialize_sparse",
    "serialize_tensor",
    "shuffle_records",
    "write_file",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "BytesList": ".messages",
        "Damage": ".damage",
        "DamageReport": ".damage",
        "DecodedProto": ".message_decoding",
        "Example": ".messages",
        "Feature": ".messages",
        "FeatureList": ".messages",
        "FeatureListSchema": ".schema",
        "FeatureLists": ".messages",
        "FeatureSchema": ".schema",
        "Features": ".messages",
        "FixedLenFeature": ".features",
        "FixedLenSequenceFeature": ".features",
        "FixedLengthReader": ".fixed_length",
        "FloatList": ".messages",
        "GFile": ".file_object",
        "Int64List": ".messages",
        "LineReader": ".lines",
        "Manifest": ".manifest",
        "RaggedFeature": ".features",
        "RecordIndex": ".index",
        "RetryPolicy": ".remote",
        "Schema": ".schema",
        "SequenceExample": ".messages",
        "Shard": ".manifest",
        "ShardedWriter": ".sharded_writer",
        "SparseFeature": ".features",
        "TFRecordFile": ".indexed_file",
        "TFRecordFiles": ".indexed_files",
        "TFRecordOptions": ".writer",
        "TFRecordReader": ".reader",
        "TFRecordWriter": ".writer",
        "VarLenFeature": ".features",
        "build_index": ".index",
        "convert_records": ".conversion",
        "decode_and_crop_jpeg": ".images",
        "decode_base64": ".file_ops",
        "decode_bmp": ".images",
        "decode_compressed": ".file_ops",
        "decode_csv": ".csv",
        "decode_example": ".encoding",
        "decode_examples": ".survey",
        "decode_gif": ".images",
        "decode_image": ".images",
        "decode_jpeg": ".images",
        "decode_json_example": ".file_ops",
        "decode_png": ".images",
        "decode_proto": ".message_decoding",
        "decode_raw": ".tensors",
        "decode_webp": ".webp",
        "deserialize_many_sparse": ".sparse_tensors",
        "detect_compression": ".inputs",
        "encode_base64": ".file_ops",
        "encode_example": ".encoding",
        "encode_examples": ".encoding",
        "encode_jpeg": ".images",
        "encode_png": ".images",
        "encode_proto": ".message_encoding",
        "extract_jpeg_shape": ".images",
        "infer_schema": ".survey",
        "is_jpeg": ".images",
        "load_index": ".index",
        "masked_crc32c": ".framing",
        "matching_files": ".file_ops",
        "parse_example": ".parsing",
        "parse_sequence_example": ".sequences",
        "parse_single_example": ".parsing",
        "parse_single_sequence_example": ".sequences",
        "parse_tensor": ".tensors",
        "read_file": ".file_ops",
        "read_manifest": ".manifest",
        "serialize_many_sparse": ".sparse_tensors",
        "serialize_sparse": ".sparse_tensors",
        "serialize_tensor": ".tensors",
        "shuffle_records": ".shuffling",
        "write_file": ".file_ops",
    },
)
