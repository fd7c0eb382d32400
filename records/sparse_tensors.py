"""serialize_sparse, serialize_many_sparse, deserialize_many_sparse: sparse values as three messages each, and back.

A sparse value is written as the `TensorProto` of its coordinates (int64[count, rank]), of its values ([count]) and of
its dense shape (int64[rank]), with all numbers in the field `tensor_content`; strings there are all their lengths,
then all their bytes. A message is its type, its shape and that field:

    08 <type>  12 <length> { 12 <length> { 08 <size> } for each axis }  22 <length> <content>

A size of 0, and content of no bytes, are left out, as protobuf leaves out defaults.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.columns import SparseColumn
from ..core.dtypes import DType, as_dtype, int64
from ..core.errors import DTypeError, InvalidArgumentError, ParseError, ShapeError, describe
from ..core.ops.registry import Attrs, call, register
from ..core.specs import SparseSpec, Spec, TensorSpec
from ..core.values import Sparse
from .tensors import TENSOR_TYPES, parse_message

Array = npt.NDArray[Any]

PARTS: Final = 3  # coordinates, values, dense shape


def serialize_sparse(sp_input: Any) -> Any:
    """Serialize a sparse value: the bytes of TensorFlow's function of this name.

    Args:
        sp_input: A `Sparse`; traced in `Dataset.map`.

    Returns:
        `string[3]`: coordinates, values and dense shape.

    Raises:
        DTypeError: It is no `Sparse`.

    Example:
        >>> from penstock.core.values import Sparse
        >>> from penstock.records import deserialize_many_sparse, serialize_sparse
        >>> rows = [serialize_sparse(Sparse([[1]], [7], [2])), serialize_sparse(Sparse([[0], [2]], [8, 9], [3]))]
        >>> deserialize_many_sparse(rows, "int64").to_dense()
        array([[0, 7, 0],
               [8, 0, 9]])
    """
    return call(_serialize_sparse, sp_input)


def serialize_many_sparse(sp_input: Any) -> Any:
    """Serialize each row of a sparse value: the bytes of TensorFlow's function of this name.

    Args:
        sp_input: A `Sparse` of at least two axes, its coordinates in row-major order and each there once; traced in
            `Dataset.map`.

    Returns:
        `string[rows, 3]`: coordinates, values and dense shape of each row, without the first axis.

    Raises:
        DTypeError: It is no `Sparse`.
        ShapeError: It has fewer than two axes.
        InvalidArgumentError: The coordinates are not in order, or one is there twice.
    """
    return call(_serialize_many_sparse, sp_input)


def deserialize_many_sparse(serialized_sparse: Any, dtype: Any, rank: int | None = None) -> Any:
    """Return the sparse values that were serialized, joined along new first axes.

    Args:
        serialized_sparse: `string[…, 3]` from `serialize_sparse`; traced in `Dataset.map`.
        dtype: Type of the values.
        rank: How many axes the result has; None for any number.

    Returns:
        A `Sparse` `[…, *shape]`: where shapes differ each axis is as long as the longest. Messages `string[3]` give the
        value itself.

    Raises:
        ParseError: The strings are no sparse values of this type, with all coordinates inside of the dense shape, or
            those of values that differ in rank.
        ShapeError: There are not three strings for each value, or the result has not `rank` axes.
        InvalidArgumentError: There is no value.
    """
    return call(_deserialize_many_sparse, serialized_sparse, dtype=as_dtype(dtype), rank=rank)


# --- writing ----------------------------------------------------------------------------------------------------------


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _message(dtype: DType, shape: Sequence[int], content: bytes) -> bytes:
    """Return a TensorProto."""
    axes = [b"\x08" + _varint(size) if size else b"" for size in shape]
    written = b"".join(b"\x12" + _varint(len(axis)) + axis for axis in axes)
    head = b"\x08" + _varint(TENSOR_TYPES[dtype.name][0]) + b"\x12" + _varint(len(written)) + written
    return head + b"\x22" + _varint(len(content)) + content if content else head


def _content(values: Array) -> bytes:
    if values.dtype.kind == "O":
        strings = values.tolist()
        return b"".join([_varint(len(string)) for string in strings] + strings)
    return values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()


def _messages(indices: Array, values: Array, dense_shape: Array) -> list[bytes]:
    return [
        _message(int64, indices.shape, _content(indices)),
        _message(as_dtype(values.dtype), values.shape, _content(values)),
        _message(int64, dense_shape.shape, _content(dense_shape)),
    ]


def _checked(where: str, value: Any) -> Sparse:
    if not isinstance(value, Sparse):
        raise DTypeError(
            f"{where}: sp_input must be a Sparse. Received: {describe(value)}. Use Sparse.from_dense() or "
            "serialize_tensor()."
        )
    return value


def _serialize(sp_input: Any) -> Array:
    value = _checked("serialize_sparse", sp_input)
    return np.array(_messages(value.indices, value.values, value.dense_shape), object)


def _serialize_many(sp_input: Any) -> Array:
    where = "serialize_many_sparse"
    value = _checked(where, sp_input)
    if len(value.dense_shape) < 2:
        raise ShapeError(f"{where}: sp_input must have at least two axes. Received: shape={value.shape}.")
    indices = value.indices
    order = np.lexsort(indices.T[::-1])
    twice = (indices[1:] == indices[:-1]).all(axis=1)
    if (order != np.arange(len(order))).any() or twice.any():
        raise InvalidArgumentError(
            f"{where}: coordinates must be in row-major order, each there once. Received: {describe(value)}. "
            "sparse.reorder() puts them in order."
        )
    rows = value.shape[0]
    splits = np.searchsorted(indices[:, 0], np.arange(rows + 1)).tolist()
    inner = np.ascontiguousarray(indices[:, 1:])
    written = np.empty((rows, PARTS), object)
    for row in range(rows):
        part = slice(splits[row], splits[row + 1])
        written[row] = _messages(inner[part], value.values[part], value.dense_shape[1:])
    return written


# --- reading ----------------------------------------------------------------------------------------------------------


def _strings(serialized: Any) -> Array:
    where = "deserialize_many_sparse"
    array = np.asarray(serialized, object)
    if not array.ndim or array.shape[-1] != PARTS:
        raise ShapeError(f"{where}: serialized_sparse must be string[…, {PARTS}]. Received: {describe(serialized)}.")
    if not array.size:
        raise InvalidArgumentError(f"{where}: there must be at least one value. Received: shape={array.shape}.")
    return array


def _deserialize(serialized_sparse: Any, *, dtype: DType, rank: int | None) -> Sparse:
    where = "deserialize_many_sparse"
    array = _strings(serialized_sparse)
    leading = array.shape[:-1]
    parts = [_parsed(where, row, messages, dtype) for row, messages in enumerate(array.reshape(-1, PARTS).tolist())]
    ranks = {len(part.dense_shape) for part in parts}
    if len(ranks) > 1:
        raise ParseError(f"{where}: all values must have one rank. Received: values of rank {sorted(ranks)}.")
    column = SparseColumn.from_values(parts)
    lengths = column.indices.lengths
    places = np.stack(np.unravel_index(np.repeat(np.arange(len(parts)), lengths), leading), axis=1) if leading else None
    inner = np.concatenate([part.indices for part in parts])
    shape = np.concatenate([np.array(leading, np.int64), column.dense_shapes.max(axis=0)])
    if rank is not None and len(shape) != rank:
        raise ShapeError(f"{where}: the result must have rank {rank}. Received: values of shape {shape.tolist()}.")
    indices = inner if places is None else np.concatenate([places.astype(np.int64), inner], axis=1)
    return Sparse.of_parts(indices, np.concatenate([part.values for part in parts]), shape)


def _parsed(where: str, row: int, messages: list[Any], dtype: DType) -> Sparse:
    """Return the sparse value of three messages."""
    try:
        indices, values, shape = (
            parse_message(message, dtype=kind) for message, kind in zip(messages, (int64, dtype, int64), strict=True)
        )
        if indices.ndim != 2 or values.ndim != 1 or shape.ndim != 1:
            raise ParseError(
                f"coordinates must have two axes, values and the dense shape one. "
                f"Received: {indices.ndim}, {values.ndim} and {shape.ndim}."
            )
        return Sparse(indices, values, shape)
    except (ParseError, InvalidArgumentError) as err:
        words = str(err).removeprefix("parse_tensor: ").removeprefix("Sparse: ")
        raise ParseError(f"{where}: value {row}: {words}", record_index=row) from err


# --- ops --------------------------------------------------------------------------------------------------------------


def _serialize_infer(_args: tuple[Any, ...], _attrs: Attrs) -> Spec:
    return TensorSpec((PARTS,), "string")


def _serialize_many_infer(args: tuple[Any, ...], _attrs: Attrs) -> Spec:
    shape = args[0].shape if isinstance(args[0], SparseSpec | Sparse) else None
    return TensorSpec((shape[0] if shape else None, PARTS), "string")


def _deserialize_infer(args: tuple[Any, ...], attrs: Attrs) -> Spec:
    shape = args[0].shape if isinstance(args[0], TensorSpec) else np.shape(args[0])
    rank = attrs["rank"]
    if shape is None or rank is None:
        return SparseSpec(None if rank is None else [None] * rank, attrs["dtype"])
    return SparseSpec((*shape[:-1], *[None] * max(rank - len(shape) + 1, 0)), attrs["dtype"])


_serialize_sparse = register("serialize_sparse", _serialize, infer=_serialize_infer, columns=True)
_serialize_many_sparse = register("serialize_many_sparse", _serialize_many, infer=_serialize_many_infer, columns=True)
_deserialize_many_sparse = register("deserialize_many_sparse", _deserialize, infer=_deserialize_infer, columns=True)
