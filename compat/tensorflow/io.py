"""`tf.io`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import records
from ...core.lazy import attach
from ...core.ops.registry import operand_kind
from ...pipeline.tensors import as_tensors
from ...records import (
    DecodedProto,
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SparseFeature,
    TFRecordOptions,
    TFRecordWriter,
    VarLenFeature,
)
from . import gfile
from .files import (
    decode_base64,
    decode_compressed,
    decode_json_example,
    encode_base64,
    match_filenames_once,
    matching_files,
    read_file,
    write_file,
)
from .image_files import (
    decode_and_crop_jpeg,
    decode_bmp,
    decode_gif,
    decode_image,
    decode_jpeg,
    decode_png,
    decode_webp,
    encode_jpeg,
    encode_png,
    extract_jpeg_shape,
    is_jpeg,
)
from .renamed import operand, renamed
from .sparse_files import deserialize_many_sparse, serialize_many_sparse, serialize_sparse

__all__ = [
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "RaggedFeature",
    "SparseFeature",
    "TFRecordOptions",
    "TFRecordWriter",
    "VarLenFeature",
    "decode_and_crop_jpeg",
    "decode_base64",
    "decode_bmp",
    "decode_compressed",
    "decode_csv",
    "decode_gif",
    "decode_image",
    "decode_jpeg",
    "decode_json_example",
    "decode_png",
    "decode_proto",
    "decode_raw",
    "decode_webp",
    "deserialize_many_sparse",
    "encode_base64",
    "encode_jpeg",
    "encode_png",
    "encode_proto",
    "extract_jpeg_shape",
    "gfile",
    "is_jpeg",
    "match_filenames_once",
    "matching_files",
    "parse_example",
    "parse_sequence_example",
    "parse_single_example",
    "parse_single_sequence_example",
    "parse_tensor",
    "read_file",
    "serialize_many_sparse",
    "serialize_sparse",
    "serialize_tensor",
    "write_file",
]


parse_tensor = renamed("parse_tensor", records.parse_tensor, "serialized", out_type=None)
serialize_tensor = renamed("serialize_tensor", records.serialize_tensor, "tensor")


def decode_csv(
    records: Any,
    record_defaults: Sequence[Any],
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    select_cols: Sequence[int] | None = None,
    name: str | None = None,
) -> list[Any]:
    """Split rows of CSV text into a list of columns; see `penstock.records.decode_csv`."""
    return _decode_csv(operand(records), record_defaults, field_delim, use_quote_delim, na_value, select_cols)


def decode_raw(
    input_bytes: Any,
    out_type: Any,
    little_endian: bool = True,
    fixed_length: int | None = None,
    name: str | None = None,
) -> Any:
    """Read the bytes of strings as numbers; see `penstock.records.decode_raw`."""
    return _decode_raw(operand(input_bytes), out_type, little_endian=little_endian, fixed_length=fixed_length)


def decode_proto(
    bytes: Any,
    message_type: str,
    field_names: Sequence[str],
    output_types: Sequence[Any],
    descriptor_source: Any = "local://",
    message_format: str = "binary",
    sanitize: bool = False,
    name: str | None = None,
) -> DecodedProto:
    """Read fields of protobuf messages; see `penstock.records.decode_proto`."""
    return records.decode_proto(
        operand(bytes),
        message_type,
        field_names,
        output_types,
        descriptor_source=descriptor_source,
        message_format=message_format,
        sanitize=sanitize,
    )


def encode_proto(
    sizes: Any,
    values: Sequence[Any],
    field_names: Sequence[str],
    message_type: str,
    descriptor_source: Any = "local://",
    name: str | None = None,
) -> Any:
    """Write protobuf messages whose fields are given; see `penstock.records.encode_proto`."""
    tensors = [operand(value) for value in values]
    return records.encode_proto(operand(sizes), tensors, field_names, message_type, descriptor_source=descriptor_source)


def parse_example(
    serialized: Any, features: Mapping[str, Any], example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """Parse messages into Tensors and SparseTensors by key; see `penstock.records.parse_example`."""
    return _parse(records.parse_example, serialized, features)


def parse_single_example(
    serialized: Any, features: Mapping[str, Any], example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """Parse one message into Tensors and SparseTensors by key; see `penstock.records.parse_single_example`."""
    return _parse(records.parse_single_example, serialized, features)


def parse_sequence_example(
    serialized: Any,
    context_features: Mapping[str, Any] | None = None,
    sequence_features: Mapping[str, Any] | None = None,
    example_names: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Parse messages into context, feature lists and their lengths; see `penstock.records.parse_sequence_example`."""
    context, lists, lengths = _parse_all(
        records.parse_sequence_example, serialized, context_features, sequence_features
    )
    return context, lists, lengths


def parse_single_sequence_example(
    serialized: Any,
    context_features: Mapping[str, Any] | None = None,
    sequence_features: Mapping[str, Any] | None = None,
    example_name: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parse one message into context and feature lists; see `penstock.records.parse_single_sequence_example`."""
    parse = records.parse_single_sequence_example
    context, lists = _parse_all(parse, serialized, context_features, sequence_features)
    return context, lists


def _decode_raw(*args: Any, **options: Any) -> Any:
    return records.decode_raw(*args, **options)


def _decode_csv(*args: Any) -> list[Any]:
    return records.decode_csv(*args)


def _parse(parse: Callable[..., dict[str, Any]], serialized: Any, features: Mapping[str, Any]) -> dict[str, Any]:
    parsed: dict[str, Any]
    (parsed,) = _parse_all(lambda *args: (parse(*args),), serialized, features)
    return parsed


def _parse_all(parse: Callable[..., Any], serialized: Any, *features: Any) -> tuple[Any, ...]:
    messages = operand(serialized)
    if operand_kind(messages) == "symbol":
        return tuple(parse(messages, *features))
    # Plain data in, so that Sparse and Ragged results come out as they are.
    parsed = parse(np.asarray(messages)[()], *features)
    return tuple({key: as_tensors(value) for key, value in part.items()} for part in parsed)


if not TYPE_CHECKING:
    __getattr__, __dir__ = attach(__name__, {})
