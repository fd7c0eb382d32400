"""encode_proto: arrays to users' protobuf messages, in kernels."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn
from ..core.dtypes import as_dtype
from ..core.errors import DTypeError, InvalidArgumentError, ShapeError, describe
from ..core.ops.batching import loop_rows
from ..core.ops.registry import Attrs, call, operand_kind, register
from ..core.specs import Spec, TensorSpec
from .descriptors import DELIMITED, GROUP, Field, fields_of

_Put = Callable[[npt.NDArray[np.uint8], npt.NDArray[np.int64]], None]


def encode_proto(
    sizes: Any,
    values: Sequence[Any],
    field_names: Sequence[str],
    message_type: str,
    *,
    descriptor_source: Any = "local://",
) -> Any:
    """Serialize protobuf messages whose fields are given as arrays: the inverse of `decode_proto`.

    Fields are written in the order of their numbers, also those whose values are defaults; lists as their description
    says, packed or not.

    Args:
        sizes: Integers `[..., fields]`: how many values of each field each message gets; traced in `Dataset.map`.
        values: For each field an array `[..., most]` of a dtype that `decode_proto` gives; traced too.
        field_names: Names of the fields.
        message_type: See `decode_proto`.
        descriptor_source: See `decode_proto`.

    Returns:
        The messages, strings of the shape that `sizes` and `values` have but for the last axis.

    Raises:
        InvalidArgumentError: An argument breaks its rule, or a size is above what an array holds.

    Example:
        >>> from penstock.records import decode_proto, encode_proto
        >>> message = encode_proto([[2]], [[[b"a", b"b"]]], ["value"], "penstock.records.BytesList")
        >>> decode_proto(message, "penstock.records.BytesList", ["value"], ["string"]).values
        [array([[b'a', b'b']], dtype=object)]
    """
    if len(values) != len(field_names) or not len(values):
        raise InvalidArgumentError(
            "encode_proto: values must hold one array for each of field_names, at least one. "
            f"Received: {len(values)} values, field_names={list(field_names)!r}."
        )
    arrays = [_plain(value) for value in values]
    dtypes = [array.dtype if array.dtype != object else "string" for array in arrays]
    fields = fields_of("encode_proto", descriptor_source, message_type, list(field_names), dtypes)
    return call(_encode, _plain(sizes), *arrays, fields=fields)


def _plain(value: Any) -> Any:
    """Return plain data as an array, strings as objects; a Tensor or Symbol as it is."""
    if operand_kind(value) is not None:
        return value
    array = np.asarray(value)
    return np.asarray(value, object) if array.dtype.kind in "SUT" else array


def _encode_forward(sizes: Any, *values: Any, fields: tuple[Field, ...]) -> Any:
    written, shape = _encoded(sizes, values, fields)
    return written.as_value().reshape(shape)[()]


def _encode_batch(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Any:
    plain = all(isinstance(a, np.ndarray | BytesColumn) for a, b in zip(args, batched, strict=True) if b)
    if not n or not plain:
        return loop_rows(_encode_forward, n, args, batched, attrs)
    rows = [a if b else np.broadcast_to(a, (n, *np.shape(a))) for a, b in zip(args, batched, strict=True)]
    written, shape = _encoded(rows[0], rows[1:], attrs["fields"])
    return BytesColumn(written.data, written.offsets, shape[1:], rows=n)


def _encoded(sizes: Any, values: Sequence[Any], fields: tuple[Field, ...]) -> tuple[BytesColumn, tuple[int, ...]]:
    """Return the messages one after another, and their shape."""
    shapes = [(len(v), *v.shape) if isinstance(v, BytesColumn) else np.shape(v) for v in values]
    sizes = np.asarray(sizes)
    _check_shapes(sizes, shapes, fields)
    batch = shapes[0][:-1]
    counts = np.maximum(sizes.reshape(-1, len(fields)), 0).astype(np.int64)
    most = np.array([shape[-1] for shape in shapes])
    if (counts > most).any():
        row, k = (int(i) for i in np.argwhere(counts > most)[0])
        raise InvalidArgumentError(
            f"encode_proto: no size may be above what values hold. Received: {int(counts[row, k])} values of "
            f"{fields[k].name!r} for message {row}, an array of {int(most[k])}."
        )
    n = len(counts)
    lengths, puts = np.zeros(n, np.int64), []
    for k in sorted(range(len(fields)), key=lambda k: fields[k].number):
        puts.append(_measured(fields[k], values[k], np.ascontiguousarray(counts[:, k]), n, int(most[k]), lengths))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    out, cursor = np.empty(int(offsets[-1]), np.uint8), offsets[:-1].copy()
    for put in puts:
        put(out, cursor)
    return BytesColumn(out, offsets), batch


def _check_shapes(sizes: Any, shapes: list[tuple[int, ...]], fields: tuple[Field, ...]) -> None:
    if sizes.dtype.kind not in "iu":
        raise DTypeError(f"encode_proto: sizes must be integers. Received: {describe(sizes)}.")
    for shape, field in zip(shapes, fields, strict=True):
        if not shape or shape[:-1] != shapes[0][:-1]:
            raise ShapeError(
                "encode_proto: values must have a last axis for the values of a message, and one shape before it. "
                f"Received: {fields[0].name!r} of shape {shapes[0]}, {field.name!r} of shape {shape}."
            )
    wanted = (*shapes[0][:-1], len(fields))
    if sizes.shape != wanted:
        raise ShapeError(
            f"encode_proto: sizes must have the shape of the messages and an axis for fields, {wanted}. "
            f"Received: {sizes.shape}."
        )


def _measured(
    field: Field, values: Any, counts: npt.NDArray[np.int64], n: int, width: int, lengths: npt.NDArray[np.int64]
) -> _Put:
    """Add to `lengths` what a field takes in each message; return what writes it."""
    from . import message_kernels as kernels

    tag = field.number << 3 | (DELIMITED if field.packed else field.form)
    tag_size = (tag.bit_length() + 6) // 7
    if field.dtype.is_string:
        column = values if isinstance(values, BytesColumn) else BytesColumn.from_array(np.asarray(values, object))
        data, offsets = np.ascontiguousarray(column.data), np.ascontiguousarray(column.offsets)
        group = field.form == GROUP
        kernels.string_lengths_kernel(offsets, width, counts, tag_size, group, lengths)
        return functools.partial(kernels.put_message_strings_kernel, data, offsets, width, counts, tag, group)
    bits = field.bits_of(np.asarray(values)).reshape(n, width)
    contents = np.zeros(n, np.int64)
    kernels.number_lengths_kernel(bits, counts, field.form, tag_size, field.packed, contents, lengths)
    return functools.partial(kernels.put_message_numbers_kernel, bits, counts, field.form, tag, field.packed, contents)


def _encode_infer(args: tuple[Any, ...], _attrs: Attrs) -> Spec:
    shape = args[0].shape if isinstance(args[0], TensorSpec) else np.shape(args[0])
    return TensorSpec(None if shape is None else shape[:-1], as_dtype("string"))


_encode = register("encode_proto", _encode_forward, batch=_encode_batch, infer=_encode_infer, columns=True)
