"""parse_example: serialized Example messages to columns, in kernels, without a Python object per record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.columns import BytesColumn, Column
from ..core.errors import InvalidArgumentError, ShapeError, describe
from ..core.ops.registry import call, register
from ..core.specs import Shape, Spec, TensorSpec
from ..core.values import holds_bytes
from .assembly import as_batch, assemble, reading_plan, spec_of_feature, stacked
from .extraction import find_features, first_failure
from .features import FeatureSpec, FixedLenSequenceFeature, ParseSpec


def parse_example(serialized: Any, features: Mapping[str, FeatureSpec]) -> dict[str, Any]:
    """Parse serialized `Example` messages into one value per wanted feature.

    Messages are read as protobuf reads them: packed and unpacked lists, fields in any order, unknown fields skipped;
    of a key that comes twice the last one counts.

    Args:
        serialized: An array of messages (`string[batch]`), or one message (`bytes`); in `Dataset.map`, traced strings.
        features: What to look for: key to `FixedLenFeature`, `VarLenFeature`, `FixedLenSequenceFeature`,
            `RaggedFeature` or `SparseFeature`. Other features are skipped.

    Returns:
        By key: for `FixedLenFeature` an array `[batch, *shape]`, for `VarLenFeature` a `Sparse` of shape
        `[batch, longest]`, for `FixedLenSequenceFeature` an array `[batch, longest, *shape]`, for `RaggedFeature` a
        `Ragged`, for `SparseFeature` a `Sparse` of shape `[batch, *size]`; without the batch axis for one message.

    Raises:
        ParseError: A record is malformed, lacks a feature without a default, or a feature has another type or number
            of values. `record_index` is the record.
        InvalidArgumentError: An argument breaks its rule.

    Example:
        >>> from penstock.records import FixedLenFeature, encode_example, parse_example
        >>> message = encode_example({"name": "Alice", "id": 123})
        >>> parse_example([message, message], {"id": FixedLenFeature([], "int64")})
        {'id': array([123, 123])}
    """
    spec = _checked("parse_example", features)
    return dict(zip(spec.keys, call(_parse_example, serialized, spec=spec), strict=True))


def parse_single_example(serialized: Any, features: Mapping[str, FeatureSpec]) -> dict[str, Any]:
    """Parse one serialized `Example` message into one value per wanted feature; see `parse_example`.

    Args:
        serialized: The bytes of one message; traced in `Dataset.map`, where whole blocks are parsed at once.
        features: What to read, by key: `FixedLenFeature`, `VarLenFeature`, …

    Returns:
        A dict with a value for each key of `features`: arrays `[*shape]`, NumPy numbers and `bytes` where the shape is
        `[]`, `Sparse` or `Ragged`.

    Raises:
        ParseError: The record does not fit; see `parse_example`.
        InvalidArgumentError: An argument breaks its rule, or `serialized` is not one string.

    Example:
        >>> from penstock.records import FixedLenFeature, encode_example, parse_single_example
        >>> parse_single_example(encode_example({"id": 123}), {"id": FixedLenFeature([], "int64")})
        {'id': np.int64(123)}
    """
    spec = _checked("parse_single_example", features)
    check_single("parse_single_example", "parse_example", serialized)
    return dict(zip(spec.keys, call(_parse_example, serialized, spec=spec), strict=True))


def check_single(where: str, batched: str, serialized: Any) -> None:
    """Refuse several messages.

    Raises:
        ShapeError: `serialized` is not one string.
    """
    if len(getattr(serialized, "shape", None) or ()) > 0 or isinstance(serialized, list | tuple):
        raise ShapeError(
            f"{where}: serialized must be one string. Received: {describe(serialized)}. Use {batched}() for a batch."
        )


def _checked(where: str, features: Any) -> ParseSpec:
    spec = ParseSpec.of(where, features)
    for key, feature in zip(spec.keys, spec.features, strict=True):
        if isinstance(feature, FixedLenSequenceFeature) and not feature.allow_missing:
            raise InvalidArgumentError(
                f"{where}: FixedLenSequenceFeature must have allow_missing=True in an Example, where an empty list and "
                f"a missing one are the same. Received: {key!r}: {feature!r}."
            )
    return spec


def parse_rows(rows: BytesColumn, spec: ParseSpec) -> list[Column]:
    """Parse a column of messages (one per row); return a column for each key of the spec.

    Raises:
        ParseError: See `parse_example`; `record_index` counts the rows, those before it fit.
    """
    sources, plan = spec.sources, reading_plan(spec)

    def parse(rows: BytesColumn) -> list[Column]:
        found = find_features("parse_example", rows, sources, plan)
        return [assemble(key, feature, found) for key, feature in zip(spec.keys, spec.features, strict=True)]

    return first_failure(parse, rows)


def strings_of(where: str, serialized: Any) -> tuple[BytesColumn, bool]:
    """Return messages as a column, and whether it was one message alone.

    Raises:
        InvalidArgumentError: They are neither bytes nor a vector of bytes.
    """
    if isinstance(serialized, bytes | bytearray | memoryview):
        return BytesColumn.from_list([bytes(serialized)]), True
    if isinstance(serialized, BytesColumn) and not serialized.shape:
        return serialized, False
    array = np.asarray(serialized, dtype=object)
    if array.ndim > 1 or not (holds_bytes(array) or all(isinstance(item, bytes) for item in array.flat)):
        raise InvalidArgumentError(
            f"{where}: serialized must be bytes, or a vector of bytes. Received: {describe(serialized)}."
        )
    return BytesColumn.from_list(array.reshape(-1).tolist()), array.ndim == 0


def rows_of(where: str, args: tuple[Any, ...]) -> tuple[BytesColumn, int | None]:
    """Return the messages that a batching rule was given, one per row, and how many each element holds.

    Raises:
        InvalidArgumentError: The elements are neither strings nor vectors of strings, or vectors of none.
    """
    (rows,) = args
    if not isinstance(rows, BytesColumn) or len(rows.shape) > 1:
        raise InvalidArgumentError(f"{where}: serialized must be strings or vectors of them. Received: {rows!r}.")
    if rows.shape == (0,):
        raise InvalidArgumentError(f"{where}: serialized must hold at least one record in a pipeline. Received: 0.")
    return BytesColumn(rows.data, rows.offsets), rows.shape[0] if rows.shape else None


def batch_shape(where: str, args: tuple[Any, ...]) -> Shape:
    """Return the shape of what is to be parsed, for an inference rule.

    Raises:
        InvalidArgumentError: Its rank is above 1.
    """
    given = args[0].shape if isinstance(args[0], TensorSpec) else np.shape(args[0])
    if given is not None and len(given) > 1:
        raise InvalidArgumentError(f"{where}: serialized must be a scalar or a vector. Received: shape={given}.")
    return given


def _forward(serialized: Any, *, spec: ParseSpec) -> tuple[Any, ...]:
    rows, alone = strings_of("parse_example", serialized)
    columns = parse_rows(rows, spec)
    if alone:
        return tuple(column.element(0) for column in columns)
    return tuple(as_batch(feature, column) for feature, column in zip(spec.features, columns, strict=True))


def _infer(args: tuple[Any, ...], attrs: Any) -> tuple[Spec, ...]:
    given = batch_shape("parse_example", args)
    return tuple(spec_of_feature(feature, given) for feature in attrs["spec"].features)


def _batch(_n: int, args: tuple[Any, ...], _batched: tuple[bool, ...], attrs: Any) -> tuple[Column, ...]:
    rows, size = rows_of("parse_example", args)
    spec: ParseSpec = attrs["spec"]
    columns = parse_rows(rows, spec)
    if size is None:
        return tuple(columns)
    return tuple(stacked(feature, column, size) for feature, column in zip(spec.features, columns, strict=True))


_parse_example = register("parse_example", _forward, batch=_batch, infer=_infer, columns=True)
