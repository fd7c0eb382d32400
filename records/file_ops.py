"""Whole files as strings, and strings in other codes: base64, compressed, JSON."""

from __future__ import annotations

import base64
import binascii
import os
import re
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from ..core.columns import BytesColumn
from ..core.errors import DataLossError, InvalidArgumentError, ParseError, ShapeError, describe
from ..core.ops.registry import Attrs, Op, call, register
from ..core.specs import Spec, TensorSpec
from .file_system import AnyPath, make_dirs, matching_paths, open_file
from .files import WINDOW_BITS, check_compression, path_of

_BASE64: Final = re.compile(rb"[A-Za-z0-9_-]*(={0,2})")


def read_file(filename: Any) -> Any:
    """Return the bytes of a file.

    Args:
        filename: Its path, local or a URI; traced in `Dataset.map`.

    Raises:
        NotFoundError: There is no such file.
        FailedPreconditionError: It is a folder.
        ShapeError: There are several names.

    Example:
        >>> from penstock.records import read_file, write_file
        >>> write_file("folder/a.bin", b"abc")
        >>> read_file("folder/a.bin")
        b'abc'
    """
    return call(_read_file, filename)


def write_file(filename: Any, contents: Any) -> None:
    """Write bytes as a file, and make the folders that it is in.

    Args:
        filename: Its path, local or a URI.
        contents: The bytes; `str` as UTF-8.

    Raises:
        FailedPreconditionError: There is a folder of this name.
        ShapeError: There are several names or contents.
    """
    path = _path("write_file", filename)
    data = _one("write_file", "contents", contents)
    folder = re.sub(r"[^/\\]*$", "", path).rstrip("/\\")
    if folder and not folder.endswith(":"):
        make_dirs(folder)
    with open_file(path, "wb") as file:
        file.write(data)


def matching_files(pattern: AnyPath | Sequence[AnyPath]) -> Any:
    """Return the paths that match a pattern, or any of several, sorted: `string[n]`; see `file_system.matching_paths`.

    Raises:
        ShapeError: The patterns are neither one string nor a vector.
    """
    given = np.asarray(pattern, object)
    if given.ndim > 1:
        raise ShapeError(f"matching_files: pattern must be a string or a vector. Received: shape={given.shape}.")
    found = [path.encode() for path in matching_paths(list(given.reshape(-1)))]
    return np.array([*found, b""], object)[:-1]


def encode_base64(strings: Any, *, pad: bool = False) -> Any:
    """Return strings in base64, with `-` and `_`.

    Args:
        strings: Strings of any shape; traced in `Dataset.map`.
        pad: Whether `=` fills up to a multiple of four characters.

    References:
        RFC 4648, section 5.
    """
    return call(_encode_base64, strings, pad=bool(pad))


def decode_base64(strings: Any) -> Any:
    """Return the strings that are written in base64, with `-` and `_`; padding may be there or not.

    Raises:
        ParseError: A string is not base64.
    """
    return call(_decode_base64, strings)


def decode_compressed(strings: Any, compression_type: str = "") -> Any:
    """Return compressed strings as they were.

    Args:
        strings: Strings of any shape; traced in `Dataset.map`.
        compression_type: `""`, `"ZLIB"` or `"GZIP"`.

    Raises:
        DataLossError: A string is not compressed that way, damaged or cut.
        InvalidArgumentError: There is no such compression.
    """
    return call(_decode_compressed, strings, compression=check_compression("decode_compressed", compression_type))


def decode_json_example(strings: Any) -> Any:
    """Return Examples in protobuf's JSON as serialized Examples.

    Args:
        strings: Strings of any shape; traced in `Dataset.map`.

    Raises:
        ParseError: A string is no Example in JSON.

    Example:
        >>> from penstock.records import decode_example, decode_json_example
        >>> text = '{"features": {"feature": {"id": {"int64List": {"value": [7]}}}}}'
        >>> decode_example(decode_json_example(text))
        {'id': array([7])}
    """
    return call(_decode_json, strings)


def _path(where: str, filename: Any) -> str:
    return path_of(filename if isinstance(filename, os.PathLike) else _one(where, "filename", filename))


def _one(where: str, name: str, value: Any) -> bytes:
    """Return one string as bytes."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    array = np.asarray(value, object)
    if array.ndim:
        raise ShapeError(f"{where}: {name} must be one string. Received: shape={array.shape}.")
    item = array[()]
    if isinstance(item, str):
        return item.encode()
    if not isinstance(item, bytes):
        raise InvalidArgumentError(f"{where}: {name} must be a string. Received: {describe(value)}.")
    return item


def _read(filename: Any) -> bytes:
    with open_file(_path("read_file", filename), "rb") as file:
        data: bytes = file.read()
    return data


def _to_base64(data: bytes, *, pad: bool) -> bytes:
    text = base64.urlsafe_b64encode(data)
    return text if pad else text.rstrip(b"=")


def _from_base64(text: bytes) -> bytes:
    found = _BASE64.fullmatch(text)
    length = len(text) - len(found[1]) if found else 0
    if not found or length % 4 == 1 or (found[1] and len(text) % 4):
        raise ParseError(
            "decode_base64: strings must be letters, digits, '-' and '_', not one more than a multiple of four. "
            f"Received: {describe(text)}."
        )
    try:
        return base64.urlsafe_b64decode(text[:length] + b"=" * (-length % 4))
    except binascii.Error as err:
        raise ParseError(f"decode_base64: {err}. Received: {describe(text)}.") from err


def _inflated(data: bytes, *, compression: str) -> bytes:
    if not compression:
        return data
    parts, rest = [], data
    while rest:
        inflater = zlib.decompressobj(WINDOW_BITS[compression])
        try:
            parts.append(inflater.decompress(rest))
        except zlib.error as err:
            raise DataLossError(f"decode_compressed: not {compression}, or damaged. {err}.") from err
        if not inflater.eof:
            raise DataLossError(f"decode_compressed: the {compression} data ends early. Received: {describe(data)}.")
        rest = inflater.unused_data.lstrip(b"\0") if compression == "GZIP" else b""
    return b"".join(parts)


def _from_json(text: bytes) -> bytes:
    from google.protobuf import json_format

    from .messages import Example

    try:
        message = json_format.Parse(text, Example())
    except (json_format.ParseError, UnicodeDecodeError) as err:
        raise ParseError(f"decode_json_example: not an Example in JSON. Received: {describe(text)}. {err}") from err
    written: bytes = message.SerializeToString(deterministic=True)
    return written


def _each(name: str, function: Callable[..., bytes]) -> Op:
    """Register a function of one string as an op on strings of any shape."""

    def column(rows: list[Any], attrs: Attrs) -> list[bytes]:
        made = []
        for i, row in enumerate(rows):
            if not isinstance(row, bytes | str):
                raise InvalidArgumentError(f"{name}: strings must be strings. Received: {describe(row)}.")
            try:
                made.append(function(row.encode() if isinstance(row, str) else row, **attrs))
            except (ParseError, DataLossError) as err:
                err.record_index = i
                raise
        return made

    def forward(strings: Any, **attrs: Any) -> Any:
        if isinstance(strings, bytes | str):
            return column([strings], attrs)[0]
        array = np.asarray(strings, object)
        made = np.empty(array.size, object)
        made[:] = column(array.reshape(-1).tolist(), attrs)
        return made.reshape(array.shape)[()]

    def batch(n: int, args: tuple[Any, ...], _batched: tuple[bool, ...], attrs: Attrs) -> Any:
        rows = args[0]
        if not isinstance(rows, BytesColumn):
            return BytesColumn.from_list([forward(row, **attrs) for row in rows])
        made = BytesColumn.from_list(column(rows.strings(), attrs))
        return BytesColumn(made.data, made.offsets, rows.shape, rows=n)

    def infer(args: tuple[Any, ...], _attrs: Attrs) -> Spec:
        return TensorSpec(args[0].shape if isinstance(args[0], TensorSpec) else np.shape(args[0]), "string")

    forward.__module__ = __name__
    return register(name, forward, batch=batch, infer=infer, columns=True)


def _infer_file(args: tuple[Any, ...], _attrs: Attrs) -> Spec:
    if isinstance(args[0], TensorSpec) and args[0].shape not in (None, ()):
        raise ShapeError(f"read_file: filename must be one string. Received: shape={args[0].shape}.")
    return TensorSpec((), "string")


_read_file = register("read_file", _read, infer=_infer_file, columns=True)
_encode_base64 = _each("encode_base64", _to_base64)
_decode_base64 = _each("decode_base64", _from_base64)
_decode_compressed = _each("decode_compressed", _inflated)
_decode_json = _each("decode_json_example", _from_json)
