"""Descriptions of users' protobuf messages: where they come from, and how their fields are written and read.

A field is written in one of five forms, the wire types of https://protobuf.dev/programming-guides/encoding; between the
64 bits that a form holds and the number that a field means stand the conversions of this module.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.dtypes import DType, as_dtype
from ..core.errors import DTypeError, InvalidArgumentError, describe, suggest
from .files import path_of

Bits = npt.NDArray[np.uint64]

# Forms: the wire types.
VARINT: Final = 0
FIXED64: Final = 1
DELIMITED: Final = 2
GROUP: Final = 3
FIXED32: Final = 5

# Types by their number in descriptor.proto: name, form, and the dtypes that hold their values, the first one exactly.
_TYPES: Final[dict[int, tuple[str, int, tuple[str, ...]]]] = {
    1: ("double", FIXED64, ("float64",)),
    2: ("float", FIXED32, ("float32", "float64")),
    3: ("int64", VARINT, ("int64",)),
    4: ("uint64", VARINT, ("uint64",)),
    5: ("int32", VARINT, ("int32", "int64")),
    6: ("fixed64", FIXED64, ("uint64",)),
    7: ("fixed32", FIXED32, ("uint32", "uint64")),
    8: ("bool", VARINT, ("bool",)),
    9: ("string", DELIMITED, ("string",)),
    10: ("group", GROUP, ("string",)),
    11: ("message", DELIMITED, ("string",)),
    12: ("bytes", DELIMITED, ("string",)),
    13: ("uint32", VARINT, ("uint32", "uint64")),
    14: ("enum", VARINT, ("int32",)),
    15: ("sfixed32", FIXED32, ("int32", "int64")),
    16: ("sfixed64", FIXED64, ("int64",)),
    17: ("sint32", VARINT, ("int32", "int64")),
    18: ("sint64", VARINT, ("int64",)),
}
_ZIGZAG: Final = ("sint32", "sint64")
_LOCAL: Final = ("", "local://")
_BYTES_PREFIX: Final = b"bytes://"
# TensorFlow's package, whose records have their own package here.
_TENSORFLOW: Final = "tensorflow."
_OWN: Final = "penstock.records."


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a message, and the dtype that its values have as an array.

    Attributes:
        name: Its name; the full name of an extension.
        number: Its number.
        kind: Name of its type: `"int32"`, `"message"`.
        form: How it is written: a wire type.
        repeated: Whether it holds many values.
        packed: Whether many values are written as one field.
        default: What a field that is not repeated has when it is missing.
        dtype: Of its values.
    """

    name: str
    number: int
    kind: str
    form: int
    repeated: bool
    packed: bool
    default: Any
    dtype: DType

    @property
    def exact(self) -> np.dtype[Any]:
        """The dtype that holds what is written: the first one of the type's."""
        return as_dtype(next(dtypes for name, _, dtypes in _TYPES.values() if name == self.kind)[0]).numpy

    def values_of(self, bits: Bits) -> npt.NDArray[Any]:
        """Return the numbers that bits mean; those above the type's size do not count."""
        if self.kind == "bool":
            return np.not_equal(bits, 0)
        exact = self.exact
        words: npt.NDArray[Any] = bits if exact.itemsize == 8 else bits.astype(np.uint32)
        if self.kind in _ZIGZAG:
            words = (words >> 1) ^ (~(words & 1) + 1)
        return words.view(exact).astype(self.dtype.numpy, copy=False)

    def bits_of(self, values: npt.NDArray[Any]) -> Bits:
        """Return numbers as the bits to be written."""
        with np.errstate(over="ignore"):
            exact = np.ascontiguousarray(values).astype(self.exact)
        if self.kind == "bool" or self.form == FIXED64 or self.exact.kind == "u":
            return exact.view(np.uint64) if exact.itemsize == 8 else exact.astype(np.uint64)
        if self.form == FIXED32:
            return exact.view(np.uint32).astype(np.uint64)
        wide = exact.astype(np.int64)
        if self.kind in _ZIGZAG:
            wide = (wide << 1) ^ (wide >> 63)
        return wide.view(np.uint64)


def fields_of(
    where: str, source: Any, message_type: str, names: Sequence[str], dtypes: Sequence[Any]
) -> tuple[Field, ...]:
    """Return the fields of a message, each with the dtype that goes with it.

    Raises:
        InvalidArgumentError: There is no such message or field, or there are not as many dtypes as names.
        DTypeError: A field cannot have its dtype.
    """
    if len(names) != len(dtypes):
        raise InvalidArgumentError(
            f"{where}: there must be one dtype for each of field_names. Received: {len(names)} names and "
            f"{len(dtypes)} dtypes."
        )
    message = find_message(where, source, message_type)
    return tuple(_field(where, message, name, as_dtype(dtype)) for name, dtype in zip(names, dtypes, strict=True))


def find_message(where: str, source: Any, message_type: str) -> Any:
    """Return the descriptor of a message.

    Args:
        where: The function, for messages.
        source: `"local://"` for the messages whose generated modules are imported, a file that holds a serialized
            `FileDescriptorSet`, or `b"bytes://"` and such a set itself.
        message_type: Full name of the message.

    Raises:
        InvalidArgumentError: The source holds no descriptions, or none of that message.
    """
    name = message_type.decode() if isinstance(message_type, bytes) else message_type
    if not isinstance(name, str):
        raise InvalidArgumentError(f"{where}: message_type must be a str. Received: {describe(message_type)}.")
    if isinstance(source, str) and source in _LOCAL:
        return _find_local(where, name)
    if isinstance(source, str) and source.startswith(_BYTES_PREFIX.decode()):
        source = source.encode("latin-1", "replace")
    if isinstance(source, bytes) and source.startswith(_BYTES_PREFIX):
        return _find(where, _pool(where, source[len(_BYTES_PREFIX) :]), name)
    return _find(where, _pool(where, _read(where, source)), name)


def message_class(descriptor: Any) -> Any:
    """Return the class of a message."""
    from google.protobuf import message_factory

    return message_factory.GetMessageClass(descriptor)


def _read(where: str, source: Any) -> bytes:
    path = path_of(source)
    try:
        return Path(path).read_bytes()
    except OSError as err:
        raise InvalidArgumentError(
            f"{where}: descriptor_source must be 'local://', a file with a FileDescriptorSet (protoc "
            f"--descriptor_set_out=… --include_imports), or 'bytes://' and such a set. "
            f"Received: {describe(source)}. {err}"
        ) from err


@functools.lru_cache(maxsize=64)
def _pool(where: str, serialized: bytes) -> Any:
    """Return a pool of the messages of a serialized `FileDescriptorSet`."""
    from google.protobuf.descriptor_pb2 import FileDescriptorSet
    from google.protobuf.descriptor_pool import DescriptorPool
    from google.protobuf.message import DecodeError

    try:
        files = {file.name: file for file in FileDescriptorSet.FromString(serialized).file}
    except DecodeError as err:
        raise InvalidArgumentError(
            f"{where}: descriptor_source must hold a FileDescriptorSet. Received: {describe(serialized)}."
        ) from err
    pool = DescriptorPool()
    try:
        # A pool wants what a file imports before the file.
        for name in TopologicalSorter({name: file.dependency for name, file in files.items()}).static_order():
            if name in files:
                pool.Add(files[name])
    except (TypeError, ValueError) as err:
        raise InvalidArgumentError(
            f"{where}: descriptor_source must hold a FileDescriptorSet with all files that it imports (protoc "
            f"--include_imports). Received: {', '.join(files)}. {err}"
        ) from err
    return pool


def _find_local(where: str, name: str) -> Any:
    """Return a message of an imported module, or one of this library, by its own name or TensorFlow's."""
    from google.protobuf.descriptor_pool import Default

    from .messages import Example

    own = _OWN + name.removeprefix(_TENSORFLOW) if name.startswith(_TENSORFLOW) else name
    try:
        return Example.DESCRIPTOR.file.pool.FindMessageTypeByName(own)
    except KeyError:
        return _find(where, Default(), name)


def _find(where: str, pool: Any, name: str) -> Any:
    try:
        return pool.FindMessageTypeByName(name)
    except KeyError as err:
        raise InvalidArgumentError(
            f"{where}: no message of this name is known. Received: message_type={name!r}. With 'local://', import its "
            "generated module first; or give descriptor_source= a FileDescriptorSet."
        ) from err


def _field(where: str, message: Any, name: Any, dtype: DType) -> Field:
    text = name.decode() if isinstance(name, bytes) else name
    found = message.fields_by_name.get(text) or _extension(message, text)
    if found is None:
        known = sorted(message.fields_by_name)
        raise InvalidArgumentError(
            f"{where}: message {message.full_name} has no field of this name. Received: {name!r}."
            f"{suggest(str(text), known)}"
        )
    kind, form, dtypes = _TYPES[found.type]
    if dtype.name not in dtypes:
        raise DTypeError(
            f"{where}: field {text!r} of {message.full_name} is {kind}, which must be {' or '.join(dtypes)}. "
            f"Received: {dtype.name}."
        )
    repeated = _is_repeated(found)
    packed = repeated and "string" not in dtypes and _is_packed(found)
    return Field(text, found.number, kind, form, repeated, packed, _default(found, dtype, repeated=repeated), dtype)


def _extension(message: Any, name: Any) -> Any:
    try:
        found = message.file.pool.FindExtensionByName(name)
    except (KeyError, TypeError):
        return None
    return found if found.containing_type is message else None


def _default(field: Any, dtype: DType, *, repeated: bool) -> Any:
    value = None if repeated else field.default_value
    if not dtype.is_string:
        return value or 0
    return value.encode() if isinstance(value, str) else value or b""


def _is_repeated(field: Any) -> bool:
    known = getattr(field, "is_repeated", None)  # protobuf < 6.31 has no such attribute, protobuf >= 7 no label
    return bool(field.label == field.LABEL_REPEATED if known is None else known)


def _is_packed(field: Any) -> bool:
    known = getattr(field, "is_packed", None)
    if known is not None:
        return bool(known)
    # Older runtimes do not say: one value, written, shows it by its wire type.
    message = message_class(field.containing_type)()
    values = message.Extensions[field] if field.is_extension else getattr(message, field.name)
    values.append(field.enum_type.values[0].number if field.enum_type else 0)
    return bool(message.SerializePartialToString()[0] & 7 == DELIMITED)
