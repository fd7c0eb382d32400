"""parse_example: serialized Example messages to columns, in kernels, without a Python object per record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, Column, DenseColumn, RaggedColumn, SparseColumn
from ..core.errors import InvalidArgumentError, ParseError, ShapeError, describe
from ..core.ops.registry import call, register
from ..core.specs import SparseSpec, Spec, TensorSpec
from .features import FeatureSpec, FixedLenFeature, ParseSpec, VarLenFeature

_KIND_NAMES: Final = ("no list", "bytes_list", "float_list", "int64_list")
_SHOWN_FEATURES: Final = 8
_REMEMBERED_PLACES: Final = 256


def parse_example(serialized: Any, features: Mapping[str, FeatureSpec]) -> dict[str, Any]:
    """Parse serialized `Example` messages into one value per wanted feature.

    Messages are read as protobuf reads them: packed and unpacked lists, fields in any order, unknown fields skipped;
    of a key that comes twice the last one counts.

    Args:
        serialized: An array of messages (`string[batch]`), or one message (`bytes`); in `Dataset.map`, traced strings.
        features: What to look for: key to `FixedLenFeature` or `VarLenFeature`. Other features are skipped.

    Returns:
        By key: for `FixedLenFeature` an array `[batch, *shape]`, for `VarLenFeature` a `Sparse` of shape
        `[batch, longest]`; without the batch axis for one message.

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
    spec = ParseSpec.of("parse_example", features)
    return dict(zip(spec.keys, call(_parse_example, serialized, spec=spec), strict=True))


def parse_single_example(serialized: Any, features: Mapping[str, FeatureSpec]) -> dict[str, Any]:
    """Parse one serialized `Example` message into one value per wanted feature; see `parse_example`.

    Raises:
        ParseError: The record does not fit; see `parse_example`.
        InvalidArgumentError: An argument breaks its rule, or `serialized` is not one string.

    Example:
        >>> from penstock.records import FixedLenFeature, encode_example, parse_single_example
        >>> parse_single_example(encode_example({"id": 123}), {"id": FixedLenFeature([], "int64")})
        {'id': np.int64(123)}
    """
    spec = ParseSpec.of("parse_single_example", features)
    if len(getattr(serialized, "shape", None) or ()) > 0 or isinstance(serialized, list | tuple):
        raise ShapeError(
            f"parse_single_example: serialized must be one string. Received: {describe(serialized)}. "
            "Use parse_example() for a batch."
        )
    return dict(zip(spec.keys, call(_parse_example, serialized, spec=spec), strict=True))


def parse_rows(rows: BytesColumn, spec: ParseSpec) -> list[Column]:
    """Parse a column of messages (one per row); return a column for each key of the spec.

    Raises:
        ParseError: See `parse_example`; `record_index` counts the rows.
    """
    flat = BytesColumn(np.ascontiguousarray(rows.data), np.ascontiguousarray(rows.offsets))
    flat, kinds, ranges = _locate(flat, spec)
    return [
        _read(flat, key, feature, np.ascontiguousarray(kinds[:, i]), np.ascontiguousarray(ranges[:, i]))
        for i, (key, feature) in enumerate(zip(spec.keys, spec.features, strict=True))
    ]


def _locate(rows: BytesColumn, spec: ParseSpec) -> tuple[BytesColumn, npt.NDArray[np.int8], npt.NDArray[np.int64]]:
    """Return kind and place of each feature in each record, and the records: rewritten where that was needed."""
    from .parsing_kernels import DONE, locate_kernel, table_kernel

    keys = BytesColumn.from_list([key.encode() for key in spec.keys])
    table = np.full(1 << (2 * len(spec.keys)).bit_length(), -1, np.int64)
    table_kernel(keys.data, keys.offsets, table)
    order = np.full(_REMEMBERED_PLACES, -1, np.int64)
    n = len(rows)
    kinds, ranges = np.empty((n, len(keys)), np.int8), np.empty((n, len(keys), 2), np.int64)
    unusual = np.zeros(n, np.bool_)
    status, row = locate_kernel(rows.data, rows.offsets, keys.data, keys.offsets, table, order, kinds, ranges, unusual)
    if status == DONE and unusual.any():
        rewritten = rows.strings()
        for r in np.flatnonzero(unusual).tolist():
            rewritten[r] = _rewritten(rewritten[r], r)
        rows = BytesColumn.from_list(rewritten)
        status, row = locate_kernel(
            rows.data, rows.offsets, keys.data, keys.offsets, table, order, kinds, ranges, unusual
        )
    if status != DONE:
        raise _malformed(row)
    return rows, kinds, ranges


def _rewritten(record: bytes, row: int) -> bytes:
    """Return a message as protobuf would write it, without unknown fields."""
    from google.protobuf.message import DecodeError

    from .messages import Example

    try:
        message = Example.FromString(record)
    except DecodeError as err:
        raise _malformed(row) from err
    message.DiscardUnknownFields()
    written: bytes = message.SerializeToString()
    return written


def _read(
    rows: BytesColumn, key: str, feature: FeatureSpec, kinds: npt.NDArray[np.int8], ranges: npt.NDArray[np.int64]
) -> Column:
    """Read one feature of all records."""
    from . import parsing_kernels as kernels

    n, fixed = len(kinds), isinstance(feature, FixedLenFeature)
    default = (
        feature.default_array() if isinstance(feature, FixedLenFeature) and feature.default_value is not None else None
    )
    per_row = feature.size if isinstance(feature, FixedLenFeature) else -1
    read, smallest, out, bits = _reader(feature)
    total = n * per_row if fixed else int(np.where(kinds != 0, ranges[:, 1] - ranges[:, 0], 0).sum()) // smallest
    values = np.empty((total, *out.shape[1:]), out.dtype)
    if default is not None:
        _prefill(values, default, n)
    splits = np.zeros(n + 1, np.int64)
    status, row, found = read(
        rows.data,
        kinds,
        ranges,
        per_row,
        fixed and default is None,
        values.view(bits),
        splits,
    )
    if status != kernels.DONE:
        raise _misfit(status, row, found, rows, key, feature)
    if not fixed:
        values = values[:found] if 2 * found >= total else values[:found].copy()
    inner = _gather(rows, values, default) if feature.dtype.is_string else DenseColumn(values)
    if isinstance(feature, FixedLenFeature):
        if isinstance(inner, BytesColumn):
            return BytesColumn(inner.data, inner.offsets, feature.shape, rows=n)
        return DenseColumn(values.reshape(n, *feature.shape))
    return _sparse(inner, splits)


def _reader(feature: FeatureSpec) -> tuple[Any, int, npt.NDArray[Any], np.dtype[Any]]:
    """Return the kernel for a feature's type, the fewest bytes of a value, an array like its output, and its bits."""
    from . import parsing_kernels as kernels

    if feature.dtype.is_string:
        return kernels.strings_kernel, 2, np.empty((0, 2), np.int64), np.dtype(np.int64)
    if feature.dtype.is_floating:
        return kernels.floats_kernel, 4, np.empty(0, np.float32), np.dtype(np.uint32)
    return kernels.ints_kernel, 1, np.empty(0, np.int64), np.dtype(np.uint64)


def _prefill(values: npt.NDArray[Any], default: npt.NDArray[Any], n: int) -> None:
    """Put the default in each row; for strings, references to it."""
    if values.ndim == 1:
        values[:] = np.tile(default, n)
    else:
        values[:, 0] = np.tile(-1 - np.arange(len(default)), n)


def _gather(rows: BytesColumn, spans: npt.NDArray[np.int64], default: npt.NDArray[Any] | None) -> BytesColumn:
    """Return the strings that spans point to."""
    from .parsing_kernels import gather_kernel, gather_lengths_kernel

    other = BytesColumn.from_list([] if default is None else default.tolist())
    offsets = np.empty(len(spans) + 1, np.int64)
    gather_lengths_kernel(spans, other.offsets, offsets)
    out = np.empty(int(offsets[-1]), np.uint8)
    gather_kernel(rows.data, spans, other.data, other.offsets, out)
    return BytesColumn(out, offsets)


def _sparse(values: Column, splits: npt.NDArray[np.int64]) -> SparseColumn:
    """Return rows of one-dimensional sparse values that are all there."""
    lengths = np.diff(splits)
    places = np.arange(int(splits[-1])) - np.repeat(splits[:-1], lengths)
    indices = RaggedColumn(DenseColumn(places.reshape(-1, 1)), splits)
    return SparseColumn(indices, RaggedColumn(values, splits), lengths.reshape(-1, 1))


def _malformed(row: int) -> ParseError:
    return ParseError(
        f"parse_example: record {row} is not a serialized Example. Check what the file holds.", record_index=row
    )


def _misfit(status: int, row: int, found: int, rows: BytesColumn, key: str, feature: FeatureSpec) -> ParseError:
    """Return the error for a feature that is not as the spec says."""
    from . import parsing_kernels as kernels

    shape = f"{feature.dtype.name}[{', '.join(map(str, getattr(feature, 'shape', ['any'])))}]"
    if status == kernels.WRONG_KIND:
        what = f"feature {key!r} holds {_KIND_NAMES[found]}, the spec asks for {shape}"
    elif status == kernels.MISSING:
        what = f"feature {key!r} is required ({shape}, no default_value) but missing"
    elif status == kernels.WRONG_COUNT:
        values = "1 value" if found == 1 else f"{found} values"
        what = f"feature {key!r} has {values}, the spec asks for {shape}"
    else:
        return _malformed(row)
    held = _held(rows.element(row))
    return ParseError(f"parse_example: {what}. Record {row} has: {held}.", record_index=row)


def _held(record: bytes) -> str:
    """Describe the features of a record: names and kinds."""
    from google.protobuf.message import DecodeError

    from .messages import Example

    try:
        features = Example.FromString(record).features.feature
    except DecodeError:
        return "parts that are malformed"
    names = sorted(features)
    shown = [f"{name!r} ({features[name].WhichOneof('kind') or 'no list'})" for name in names[:_SHOWN_FEATURES]]
    more = [f"{len(names) - _SHOWN_FEATURES} more"] if len(names) > _SHOWN_FEATURES else []
    return ", ".join(shown + more) or "no features"


def _forward(serialized: Any, *, spec: ParseSpec) -> tuple[Any, ...]:
    if isinstance(serialized, bytes | bytearray | memoryview):
        columns = parse_rows(BytesColumn.from_list([bytes(serialized)]), spec)
        return tuple(column.element(0) for column in columns)
    array = np.asarray(serialized, dtype=object)
    if array.ndim > 1 or not all(isinstance(item, bytes) for item in array.flat):
        raise InvalidArgumentError(
            f"parse_example: serialized must be bytes, or a vector of bytes. Received: {describe(serialized)}."
        )
    columns = parse_rows(BytesColumn.from_list(array.reshape(-1).tolist()), spec)
    return tuple(column.as_value() if array.ndim else column.element(0) for column in columns)


def _infer(args: tuple[Any, ...], attrs: Any) -> tuple[Spec, ...]:
    given = args[0].shape if isinstance(args[0], TensorSpec) else np.shape(args[0])
    if given is not None and len(given) > 1:
        raise InvalidArgumentError(f"parse_example: serialized must be a scalar or a vector. Received: shape={given}.")
    return tuple(_spec_of(feature, given) for feature in attrs["spec"].features)


def _spec_of(feature: FeatureSpec, shape: tuple[int | None, ...] | None) -> Spec:
    if isinstance(feature, VarLenFeature):
        return SparseSpec(None if shape is None else (*shape, None), feature.dtype)
    return TensorSpec(None if shape is None else (*shape, *feature.shape), feature.dtype)


def _batch(n: int, args: tuple[Any, ...], _batched: tuple[bool, ...], attrs: Any) -> tuple[Column, ...]:
    (rows,) = args
    if not isinstance(rows, BytesColumn) or len(rows.shape) > 1:
        raise InvalidArgumentError(f"parse_example: serialized must be strings or vectors of them. Received: {rows!r}.")
    columns = parse_rows(BytesColumn(rows.data, rows.offsets), attrs["spec"])
    if not rows.shape:
        return tuple(columns)
    if rows.shape[0] == 0:
        raise InvalidArgumentError(
            "parse_example: serialized must hold at least one record in a pipeline. Received: 0."
        )
    return tuple(column.batch(rows.shape[0]) for column in columns)


_parse_example = register("parse_example", _forward, batch=_batch, infer=_infer, columns=True)
