"""serialize_tensor, parse_tensor, decode_raw: arrays as bytes and back."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, Column, DenseColumn, RaggedColumn, from_elements
from ..core.dtypes import DType, as_dtype
from ..core.errors import DTypeError, InvalidArgumentError, ParseError, ShapeError, describe
from ..core.ops.batching import loop_rows
from ..core.ops.registry import Attrs, call, register
from ..core.specs import Spec, TensorSpec
from ..core.values import encode_array

# The numbers of the types in TensorProto, and the field that holds a list of each.
TENSOR_TYPES: Final[dict[str, tuple[int, str]]] = {
    "float32": (1, "float_val"),
    "float64": (2, "double_val"),
    "int32": (3, "int_val"),
    "uint8": (4, "int_val"),
    "int16": (5, "int_val"),
    "int8": (6, "int_val"),
    "string": (7, "string_val"),
    "complex64": (8, "scomplex_val"),
    "int64": (9, "int64_val"),
    "bool": (10, "bool_val"),
    "uint16": (17, "int_val"),
    "complex128": (18, "dcomplex_val"),
    "float16": (19, "half_val"),
    "uint32": (22, "uint32_val"),
    "uint64": (23, "uint64_val"),
}
_NAMES: Final = {number: name for name, (number, _) in TENSOR_TYPES.items()}

# A message may give one value for all elements of a large tensor; no more memory than this is taken on its word.
MOST_FILLED_BYTES: Final = 1 << 30


def serialize_tensor(tensor: Any) -> Any:
    """Serialize an array with its type and shape: the bytes of TensorFlow's function of this name.

    Args:
        tensor: A number, a string, an array, a list, or a Tensor; traced in `Dataset.map`.

    Returns:
        The bytes of a `TensorProto`.

    Raises:
        InvalidArgumentError: No tensor can hold the value.

    Example:
        >>> from penstock.records import parse_tensor, serialize_tensor
        >>> parse_tensor(serialize_tensor([[1, 2], [3, 4]]), "int64")
        array([[1, 2],
               [3, 4]])
    """
    return call(_serialize_tensor, tensor)


def parse_tensor(serialized: Any, out_type: Any) -> Any:
    """Return the array that a serialized `TensorProto` holds.

    Args:
        serialized: The bytes; traced in `Dataset.map`.
        out_type: Its type.

    Raises:
        ParseError: The bytes are no tensor of this type.
        ShapeError: `serialized` is not one string.
    """
    return call(_parse_tensor, serialized, dtype=as_dtype(out_type))


def decode_raw(input_bytes: Any, out_type: Any, *, little_endian: bool = True, fixed_length: int | None = None) -> Any:
    """Read the bytes of strings as numbers.

    Args:
        input_bytes: A string or an array of strings; traced in `Dataset.map`.
        out_type: Type of the numbers: any but string.
        little_endian: Order of the bytes of a number.
        fixed_length: Bytes to read of each string: longer ones are cut, shorter ones filled with zeros. None: all of
            them, and all strings have one length.

    Returns:
        An array with an axis more than the strings have.

    Raises:
        ParseError: The strings differ in length, or one holds no whole number of numbers.
        InvalidArgumentError: `fixed_length` is not a multiple of the size of a number, or no positive number.

    Example:
        >>> from penstock.records import decode_raw
        >>> decode_raw([b"abcd", b"efgh"], "uint8")
        array([[ 97,  98,  99, 100],
               [101, 102, 103, 104]], dtype=uint8)
    """
    dtype = as_dtype(out_type)
    if dtype.is_string:
        raise DTypeError("decode_raw: out_type must be a type of numbers. Received: out_type=string.")
    if fixed_length is not None and (fixed_length < 1 or fixed_length % dtype.size):
        raise InvalidArgumentError(
            f"decode_raw: fixed_length must be a positive multiple of {dtype.size}, the size of {dtype.name}. "
            f"Received: fixed_length={fixed_length}."
        )
    return call(_decode_raw, input_bytes, dtype=dtype, little_endian=bool(little_endian), fixed_length=fixed_length)


def _serialize(tensor: Any) -> bytes:
    from .messages import TensorProto

    if isinstance(tensor, bytes | bytearray | memoryview | str):
        array = np.empty((), object)
        array[()] = tensor
    else:
        array = np.asarray(tensor)
        array = np.asarray(tensor, object) if array.dtype.kind in "SU" else array
    array = encode_array(array) if array.dtype.kind in "SUOT" else array
    dtype = as_dtype(array.dtype)
    message = TensorProto()
    message.dtype = TENSOR_TYPES[dtype.name][0]  # type: ignore[assignment]  # a number of the enumeration
    message.tensor_shape.SetInParent()
    sizes: tuple[int, ...] = array.shape
    for size in sizes:
        message.tensor_shape.dim.add(size=size)
    if dtype.is_string:
        message.string_val.extend(array.reshape(-1).tolist())
    else:
        message.tensor_content = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    written: bytes = message.SerializeToString()
    return written


def parse_message(serialized: Any, *, dtype: DType) -> Any:
    """Return the array of a serialized `TensorProto`; see `parse_tensor`."""
    from google.protobuf.message import DecodeError

    from .messages import TensorProto

    if not isinstance(serialized, bytes | bytearray | memoryview):
        held = np.asarray(serialized, object)
        if held.ndim or not isinstance(held[()], bytes):
            raise ShapeError(f"parse_tensor: serialized must be one string. Received: {describe(serialized)}.")
        serialized = held[()]
    try:
        message = TensorProto.FromString(bytes(serialized))
    except DecodeError as err:
        raise ParseError(f"parse_tensor: not a serialized tensor. Received: {describe(serialized)}.") from err
    found = _NAMES.get(message.dtype)
    if found != dtype.name:
        kind = found or f"type number {message.dtype}"
        raise ParseError(f"parse_tensor: the tensor must be {dtype.name}. Received: one of {kind}.")
    shape = tuple(dim.size for dim in message.tensor_shape.dim)
    if message.tensor_shape.unknown_rank and shape:
        raise ParseError(f"parse_tensor: a shape of unknown rank cannot have sizes. Received: {shape}.")
    if any(size < 0 for size in shape) or math.prod(shape) >= 2**63:
        raise ParseError(f"parse_tensor: sizes must be >= 0, and their product below 2**63. Received: {shape}.")
    return _values(message, dtype, shape)[()]


def _values(message: Any, dtype: DType, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Return the array of a checked message."""
    count, content = math.prod(shape), message.tensor_content
    if content and dtype.is_string:
        return _content_strings(content, count).reshape(shape)
    if content:
        if len(content) != count * dtype.size:
            raise ParseError(
                f"parse_tensor: {dtype.name} of shape {list(shape)} must have {count * dtype.size} bytes. "
                f"Received: {len(content)} bytes."
            )
        order = np.dtype(np.uint8) if dtype.is_bool else dtype.numpy.newbyteorder("<")
        array = np.frombuffer(content, order)
        return array.astype(dtype.numpy).reshape(shape)
    given = _listed(getattr(message, TENSOR_TYPES[dtype.name][1]), dtype)
    if (count - len(given)) * dtype.size > MOST_FILLED_BYTES:
        raise ParseError(
            f"parse_tensor: at most {MOST_FILLED_BYTES} bytes are filled with a repeated value. "
            f"Received: shape {list(shape)} of {dtype.name} with {len(given)} values."
        )
    filler: Any = given[-1] if len(given) else (b"" if dtype.is_string else 0)
    array = np.full(count, filler, dtype.numpy)
    array[: len(given)] = given[:count]
    return array.reshape(shape)


def _listed(values: Any, dtype: DType) -> npt.NDArray[Any]:
    """Return the values of the list of a type."""
    if dtype.is_string:
        strings = np.empty(len(values), object)
        strings[:] = list(values)
        return strings
    if dtype.is_complex:
        return np.array(values, np.float32 if dtype.size == 8 else np.float64).view(dtype.numpy)
    if dtype.name == "float16":
        return np.array(values, np.int64).astype(np.uint16).view(np.float16)
    if dtype.is_integer and dtype.size < 8:
        return np.array(values, np.int64).astype(dtype.numpy)
    return np.array(values, dtype.numpy)


def _content_strings(content: bytes, count: int) -> npt.NDArray[np.object_]:
    """Return strings that are written as all their lengths, then all their bytes."""
    lengths, at = [], 0
    for _ in range(min(count, len(content) + 1)):
        length, shift = 0, 0
        while at < len(content) and shift < 35:
            byte = content[at]
            at += 1
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                lengths.append(length)
                break
    if len(lengths) != count or at + sum(lengths) != len(content):
        raise ParseError(f"parse_tensor: {count} strings must fill tensor_content. Received: {len(content)} bytes.")
    strings = np.empty(count, object)
    for i, length in enumerate(lengths):
        strings[i] = content[at : at + length]
        at += length
    return strings


def _serialize_batch(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Column:
    del attrs
    return BytesColumn.from_list([_serialize(row) for row in _elements(n, args[0], batched[0])])


def _parse_batch(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Any:
    return from_elements(_parsed_rows(n, args, batched, attrs))


def _parsed_rows(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> list[Any]:
    values = []
    for row, serialized in enumerate(_elements(n, args[0], batched[0])):
        try:
            values.append(parse_message(serialized, **attrs))
        except ParseError as err:
            err.record_index = row
            raise
    return values


def _elements(n: int, arg: Any, batched: bool) -> Any:  # noqa: FBT001
    if not batched:
        return [arg] * n
    return arg.to_list() if isinstance(arg, Column) else arg


def _raw(input_bytes: Any, *, dtype: DType, little_endian: bool, fixed_length: int | None) -> Any:
    if isinstance(input_bytes, bytes | bytearray | memoryview):
        array = np.empty((), object)
        array[()] = bytes(input_bytes)
    else:
        array = np.asarray(input_bytes, object)
    if not all(isinstance(item, bytes) for item in array.flat):
        raise InvalidArgumentError(f"decode_raw: input_bytes must be bytes. Received: {describe(input_bytes)}.")
    strings = BytesColumn.from_list(array.reshape(-1).tolist())
    lengths = strings.lengths
    if fixed_length is None and len(lengths) and (lengths != lengths[0]).any():
        other = int((lengths != lengths[0]).argmax())
        raise ParseError(
            f"decode_raw: all strings must have one length, or fixed_length be given. "
            f"Received: {int(lengths[0])} bytes and, in string {other}, {int(lengths[other])}.",
            record_index=other,
        )
    width = fixed_length if fixed_length is not None else int(lengths[0]) if len(lengths) else 0
    numbers = _numbers(_bytes_of(strings, fixed_length), width, dtype, little_endian=little_endian)
    return numbers.reshape(*array.shape, width // dtype.size)


def _bytes_of(strings: BytesColumn, fixed_length: int | None) -> npt.NDArray[np.uint8]:
    """Return the bytes of all strings, cut or filled to `fixed_length`."""
    start, stop = int(strings.offsets[0]), int(strings.offsets[-1])
    if fixed_length is None:
        return strings.data[start:stop]
    lengths = np.minimum(strings.lengths, fixed_length)
    out = np.zeros((len(lengths), fixed_length), np.uint8)
    place = np.arange(fixed_length)
    held = place < lengths[:, None]
    out[held] = strings.data[(strings.offsets[:-1, None] + place)[held]]
    return out.reshape(-1)


def _numbers(data: npt.NDArray[np.uint8], width: int, dtype: DType, *, little_endian: bool) -> npt.NDArray[Any]:
    """Return bytes as numbers; each string has `width` bytes."""
    if width % dtype.size:
        raise ParseError(
            f"decode_raw: strings must hold whole numbers of {dtype.size} bytes ({dtype.name}). "
            f"Received: {width} bytes."
        )
    if dtype.is_bool:
        return np.not_equal(data, 0)
    order = dtype.numpy.newbyteorder("<" if little_endian else ">")
    return np.ascontiguousarray(data).view(order).astype(dtype.numpy)


def _raw_batch(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Any:
    rows, dtype, fixed_length = args[0], attrs["dtype"], attrs["fixed_length"]
    if not batched[0] or not isinstance(rows, BytesColumn):
        return loop_rows(_raw, n, args, batched, attrs)
    strings = BytesColumn(rows.data, rows.offsets)
    lengths = strings.lengths
    if not rows.shape and fixed_length is None and not (lengths == lengths[0]).all():
        uneven = lengths % dtype.size != 0
        if uneven.any():
            row = int(uneven.argmax())
            raise ParseError(
                f"decode_raw: strings must hold whole numbers of {dtype.size} bytes ({dtype.name}). "
                f"Received: {int(lengths[row])} bytes.",
                record_index=row,
            )
        flat = _numbers(_bytes_of(strings, None), dtype.size, dtype, little_endian=attrs["little_endian"])
        splits = (strings.offsets - strings.offsets[0]) // dtype.size
        return RaggedColumn(DenseColumn(flat), splits)
    each = lengths.reshape(n, -1)
    if fixed_length is None and each.size and not (each == each[0, 0]).all():
        return loop_rows(_raw, n, args, batched, attrs)
    width = fixed_length if fixed_length is not None else int(lengths[0]) if len(lengths) else 0
    numbers = _numbers(_bytes_of(strings, fixed_length), width, dtype, little_endian=attrs["little_endian"])
    return numbers.reshape(n, *rows.shape, width // dtype.size)


def _serialize_infer(_args: tuple[Any, ...], _attrs: Attrs) -> Spec:
    return TensorSpec((), "string")


def _parse_infer(args: tuple[Any, ...], attrs: Attrs) -> Spec:
    if isinstance(args[0], TensorSpec) and args[0].shape not in (None, ()):
        raise ShapeError(f"parse_tensor: serialized must be one string. Received: shape={args[0].shape}.")
    return TensorSpec(None, attrs["dtype"])


def _raw_infer(args: tuple[Any, ...], attrs: Attrs) -> Spec:
    shape = args[0].shape if isinstance(args[0], TensorSpec) else np.shape(args[0])
    length, dtype = attrs["fixed_length"], attrs["dtype"]
    return TensorSpec(None if shape is None else (*shape, None if length is None else length // dtype.size), dtype)


_serialize_tensor = register(
    "serialize_tensor", _serialize, batch=_serialize_batch, infer=_serialize_infer, columns=True
)
_parse_tensor = register("parse_tensor", parse_message, batch=_parse_batch, infer=_parse_infer, columns=True)
_decode_raw = register("decode_raw", _raw, batch=_raw_batch, infer=_raw_infer, columns=True)
