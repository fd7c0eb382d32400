"""Values and columns to serialized Example messages, and one message back to values.

A feature is a list of one of three types: integers and booleans become int64, floats float32, strings bytes. Shapes are
not kept; arrays are written row by row. Keys are written in the order of protobuf's deterministic mode, so that equal
values give equal bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, Column, DenseColumn, RaggedColumn
from ..core.errors import DTypeError, InvalidArgumentError, describe
from ..core.ops.registry import operand_kind
from ..core.values import Ragged
from .tables import Nullable, columns_of, is_arrow, of_arrow

_BYTES, _FLOAT, _INT64 = 1, 2, 3
_KIND_NAMES: Final = {_BYTES: "bytes_list", _FLOAT: "float_list", _INT64: "int64_list"}


def encode_example(values: Mapping[str, Any]) -> bytes:
    """Serialize one `Example` message with the given features.

    Args:
        values: Key to a number, a string (`str` as UTF-8, or `bytes`), or a list or array of them, which is written
            flat. An empty list of unknown type, and None, become a feature without a list: a missing value.

    Raises:
        InvalidArgumentError: A value, named by its key, is of no type that records hold.

    Example:
        >>> from penstock.records import decode_example, encode_example
        >>> decode_example(encode_example({"name": "Alice", "id": 123, "emails": ["a@b.c"]}))
        {'emails': array([b'a@b.c'], dtype=object), 'id': array([123]), 'name': array([b'Alice'], dtype=object)}
    """
    from .messages import Example

    if not isinstance(values, Mapping):
        raise InvalidArgumentError(
            f"encode_example: values must be a dict of key to value. Received: {describe(values)}."
        )
    message = Example()
    message.features.SetInParent()
    for key, value in values.items():
        if not isinstance(key, str):
            raise InvalidArgumentError(f"encode_example: keys must be str. Received: {describe(key)}.")
        feature = message.features.feature[key]
        flat = _flat(f"encode_example: {key!r}", value)
        if flat is None:
            continue
        kind, array = flat
        chosen = getattr(feature, _KIND_NAMES[kind])
        chosen.SetInParent()
        chosen.value.extend(array.tolist())
    written: bytes = message.SerializeToString(deterministic=True)
    return written


def decode_example(serialized: Any) -> dict[str, npt.NDArray[Any] | None]:
    """Return the features of one serialized `Example`, by key in sorted order.

    Args:
        serialized: The bytes, also as an element of an array or a Tensor.

    Returns:
        A flat array for each feature: int64, float32, or object with bytes; None for a feature without a list.

    Raises:
        ParseError: The bytes are not an `Example`.
        InvalidArgumentError: `serialized` is not one string of bytes.
    """
    from google.protobuf.message import DecodeError

    from ..core.errors import ParseError
    from .messages import Example

    data = serialized if isinstance(serialized, bytes) else np.asarray(serialized, object)[()]
    if not isinstance(data, bytes | bytearray | memoryview):
        raise InvalidArgumentError(f"decode_example: serialized must be bytes. Received: {describe(serialized)}.")
    try:
        message = Example.FromString(bytes(data))
    except DecodeError as err:
        raise ParseError(f"decode_example: not a serialized Example. Received: {describe(serialized)}.") from err
    features = message.features.feature
    return {key: _array_of(features[key]) for key in sorted(features)}


def _array_of(feature: Any) -> npt.NDArray[Any] | None:
    kind = feature.WhichOneof("kind")
    if kind is None:
        return None
    values = getattr(feature, kind).value
    if kind == "bytes_list":
        array = np.empty(len(values), object)
        array[:] = list(values)
        return array
    return np.array(values, np.float32 if kind == "float_list" else np.int64)


def encode_examples(columns: Any) -> BytesColumn:
    """Serialize many `Example` messages: row `i` of every column makes message `i`.

    Runs in kernels, without a Python object per record.

    Args:
        columns: Key to a column: an array `[n, ...]` of numbers or strings (or a Tensor), a list of `n` values or of
            lists of different lengths, with None for missing ones, a `Ragged`, an Arrow array, or a `BytesColumn`,
            `DenseColumn` or `RaggedColumn`. Or all columns at once: an Arrow table or batch, a DataFrame (pandas,
            polars; an index is left out), a `Block` of a dict. Nulls become features without a list: missing values.

    Returns:
        The messages, ready for `TFRecordWriter.write_many`.

    Raises:
        InvalidArgumentError: Columns differ in length, or one, named by its key, is of no type that records hold.

    Example:
        >>> from penstock.records import decode_example, encode_examples
        >>> messages = encode_examples({"id": [7, 8], "words": [["a"], ["b", "c"]]})
        >>> decode_example(messages.element(1))
        {'id': array([8]), 'words': array([b'b', b'c'], dtype=object)}
    """
    from . import encoding_kernels as kernels

    columns = columns_of(columns)
    if not columns:
        raise InvalidArgumentError("encode_examples: columns must hold at least one column. Received: none.")
    lists = [_Lists.of(key, columns[key]) for key in sorted(columns, key=_order)]
    n = len(lists[0].splits) - 1
    for one in lists:
        if len(one.splits) - 1 != n:
            raise InvalidArgumentError(
                f"encode_examples: all columns must have the same number of rows. Received: {lists[0].key!r} with {n}, "
                f"{one.key!r} with {len(one.splits) - 1}."
            )
    content = np.empty((len(lists), n), np.int64)
    packed = [one.measure(content[k]) for k, one in enumerate(lists)]
    for k, one in enumerate(lists):
        if one.missing is not None:
            content[k, one.missing] = kernels.MISSING
    features, offsets, cursor = np.empty(n, np.int64), np.empty(n + 1, np.int64), np.empty(n, np.int64)
    kernels.layout_kernel(content, np.array([len(_key_bytes(one.key)) for one in lists]), features, offsets)
    out = np.empty(int(offsets[-1]), np.uint8)
    kernels.put_headers_kernel(features, offsets, out, cursor)
    for k, one in enumerate(lists):
        one.put(content[k], packed[k], out, cursor)
    return BytesColumn(out, offsets)


def _order(key: Any) -> tuple[int, ...]:
    """Return what to sort keys by: protobuf (upb) writes a key behind the longer ones that begin with it."""
    return (*_key_bytes(key), 256)


def _key_bytes(key: Any) -> bytes:
    if not isinstance(key, str):
        raise InvalidArgumentError(f"encode_examples: keys must be str. Received: {describe(key)}.")
    return key.encode()


@dataclass(frozen=True, slots=True)
class _Lists:
    """One feature of all records: row `r` has values `splits[r]` to `splits[r + 1]`.

    Attributes:
        key: Name of the feature.
        kind: Which list it is.
        values: Bits of the numbers (uint32 or uint64), or the bytes of the strings.
        offsets: Where the strings begin and end in `values`; empty for numbers.
        splits: int64[n + 1].
        missing: Which rows have no list at all; they have no values.
    """

    key: str
    kind: int
    values: npt.NDArray[Any]
    offsets: npt.NDArray[np.int64]
    splits: npt.NDArray[np.int64]
    missing: npt.NDArray[np.bool_] | None

    @classmethod
    def of(cls, key: str, value: Any) -> _Lists:
        given, missing = _as_column(key, value), None
        if isinstance(given, Nullable):
            given, missing = _without_missing(given)
        column, splits = _flattened(given)
        if isinstance(column, BytesColumn):
            data, offsets = np.ascontiguousarray(column.data), np.ascontiguousarray(column.offsets)
            return cls(key, _BYTES, data, offsets, splits, missing)
        if not isinstance(column, DenseColumn):
            raise _no_type(f"encode_examples: {key!r}", value)
        kind, array = _numbers(f"encode_examples: {key!r}", column.values.reshape(-1))
        bits = array.view(np.uint32 if kind == _FLOAT else np.uint64)
        return cls(key, kind, bits, np.empty(0, np.int64), splits, missing)

    def measure(self, content: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Fill `content`; return the bytes of each row's varints, where there are any."""
        from . import encoding_kernels as kernels

        packed = np.empty(len(content) if self.kind == _INT64 else 0, np.int64)
        if self.kind == _INT64:
            kernels.int_content_kernel(self.values, self.splits, packed, content)
        elif self.kind == _FLOAT:
            kernels.float_content_kernel(self.splits, content)
        else:
            kernels.bytes_content_kernel(self.offsets, self.splits, content)
        return packed

    def put(
        self,
        content: npt.NDArray[np.int64],
        packed: npt.NDArray[np.int64],
        out: npt.NDArray[np.uint8],
        cursor: npt.NDArray[np.int64],
    ) -> None:
        """Write this feature into all records."""
        from . import encoding_kernels as kernels

        key = np.frombuffer(self.key.encode(), np.uint8)
        rest = (key, self.kind, content, out, cursor)
        if self.kind == _INT64:
            kernels.put_ints_kernel(self.values, self.splits, packed, *rest)
        elif self.kind == _FLOAT:
            kernels.put_floats_kernel(self.values, self.splits, *rest)
        else:
            kernels.put_strings_kernel(self.values, self.offsets, self.splits, *rest)


def _flattened(column: Column) -> tuple[Column, npt.NDArray[np.int64]]:
    """Return the scalars of a column in order, and where each row's begin."""
    if isinstance(column, RaggedColumn):
        inner, splits = _flattened(column.values)
        return inner, np.ascontiguousarray(splits[column.splits])
    if isinstance(column, BytesColumn):
        strings = len(column.offsets) - 1
        each = strings // len(column) if len(column) else 0
        return BytesColumn(column.data, column.offsets), np.arange(len(column) + 1) * each
    if isinstance(column, DenseColumn):
        each = int(np.prod(column.values.shape[1:], dtype=np.int64))
        return column, np.arange(len(column) + 1) * each
    return column, np.zeros(len(column) + 1, np.int64)


def _without_missing(given: Nullable) -> tuple[Column, npt.NDArray[np.bool_] | None]:
    """Return a column whose missing rows have no values, and which they are, if any."""
    if not given.missing.any():
        return given.column, None
    if isinstance(given.column, RaggedColumn):
        return given.column, given.missing
    held = np.flatnonzero(~given.missing)
    splits = np.concatenate([np.zeros(1, np.int64), np.cumsum(~given.missing)])
    return RaggedColumn(given.column.take(held), splits), given.missing


def _as_column(key: str, value: Any) -> Column | Nullable:
    """Return what the user gave for a column as one."""
    where = f"encode_examples: {key!r}"
    if isinstance(value, Column):
        return value
    if isinstance(value, Ragged):
        inner = _as_column(key, value.values)
        assert isinstance(inner, Column)
        return RaggedColumn(inner, value.row_splits)
    if is_arrow(value):
        return of_arrow(where, value)
    if isinstance(value, list | tuple):
        if any(item is None for item in value):
            return _with_gaps(key, value)
        if value and all(isinstance(item, list | tuple | np.ndarray) for item in value):
            return _ragged_or_dense(where, value)
        value = _array(where, value)
    if operand_kind(value) == "tensor":
        value = np.asarray(value)
    if not isinstance(value, np.ndarray) or value.ndim == 0:
        raise _no_type(where, value)
    if value.dtype.kind in "OSUT":
        _check_strings(where, value)
        return BytesColumn.from_array(value)
    return DenseColumn(value)


def _with_gaps(key: str, values: list[Any] | tuple[Any, ...]) -> Nullable:
    """Return a list with None in it as a column with missing rows."""
    filler = next((item for item in values if item is not None), 0)
    empty: Any = type(filler)() if isinstance(filler, list | tuple) else filler
    column = _as_column(key, [empty if item is None else item for item in values])
    assert isinstance(column, Column)
    return Nullable(column, np.array([item is None for item in values]))


def _ragged_or_dense(where: str, rows: list[Any] | tuple[Any, ...]) -> Column:
    flat = [_array(where, row) for row in rows]
    if len({array.shape for array in flat}) > 1 and any(array.ndim > 1 for array in flat):
        flat = [array.reshape(-1) for array in flat]
    splits = np.concatenate([[0], np.cumsum([array.size for array in flat])]).astype(np.int64)
    filled = [array for array in flat if array.size] or flat[:1]
    values = np.concatenate([array.reshape(-1) for array in filled])
    if values.dtype.kind in "OSUT":
        _check_strings(where, values)
        return RaggedColumn(BytesColumn.from_array(values), splits)
    return RaggedColumn(DenseColumn(values), splits)


def _array(where: str, value: Any) -> npt.NDArray[Any]:
    """Return an array; strings as objects."""
    if isinstance(value, np.ndarray):
        return value
    try:
        array = np.asarray(value)
    except ValueError as err:
        raise _no_type(where, value) from err
    if array.dtype.kind == "f" and isinstance(value, list | tuple):
        _check_not_made_float(where, value)
    return np.asarray(value, object) if array.dtype.kind in "SU" else array


def _check_not_made_float(where: str, values: list[Any] | tuple[Any, ...]) -> None:
    """Refuse integers of which NumPy has made floats, as they are too large."""
    if values and all(isinstance(item, int | np.integer) for item in values):
        largest = max(values, key=abs)
        raise DTypeError(
            f"{where} must be integers (of 64 bits), floats or strings, or lists of them. Received: {largest}."
        )


def _check_strings(where: str, array: npt.NDArray[Any]) -> None:
    if array.dtype.kind == "O" and not all(isinstance(item, bytes | str) for item in array.flat):
        raise _no_type(where, array)


def _numbers(where: str, array: npt.NDArray[Any]) -> tuple[int, npt.NDArray[Any]]:
    """Return the kind of list for an array of numbers, and the array in that list's type."""
    if array.dtype.kind == "f":
        with np.errstate(over="ignore"):  # beyond float32 is infinity, as in protobuf
            return _FLOAT, np.ascontiguousarray(array, np.float32)
    if array.dtype.kind in "ib" or (array.dtype.kind == "u" and not (array > np.iinfo(np.int64).max).any()):
        return _INT64, np.ascontiguousarray(array, np.int64)
    raise _no_type(where, array)


def _no_type(where: str, value: Any) -> DTypeError:
    return DTypeError(
        f"{where} must be integers (of 64 bits), floats or strings, or lists of them. Received: {_shown(value)}."
    )


def _shown(value: Any) -> str:
    """Describe what is wrong with a value."""
    if not isinstance(value, np.ndarray) or not value.size:
        return describe(value)
    if value.dtype.kind == "u":
        return f"{value.max()}, above 2**63 - 1"
    if value.dtype.kind != "O":
        return describe(value)
    others = [item for item in value.flat if not isinstance(item, bytes | str)]
    strange = [item for item in others if not isinstance(item, int | float | np.number)]
    shown = describe((strange or others)[0])
    return f"{shown} among strings" if len(others) < value.size else f"{shown} in a list" if value.size > 1 else shown


def _flat(where: str, value: Any) -> tuple[int, npt.NDArray[Any]] | None:
    """Return the kind of list for one value and its items, or None for a missing value."""
    if value is None or (isinstance(value, list | tuple) and not value):
        return None
    if isinstance(value, bytearray | memoryview):
        value = bytes(value)
    if isinstance(value, bytes | str):
        value = [value]
    array = _array(where, value).reshape(-1)
    if array.dtype.kind not in "OSUT":
        return _numbers(where, array)
    _check_strings(where, array)
    items = np.empty(len(array), object)
    items[:] = [item.encode() if isinstance(item, str) else bytes(item) for item in array.tolist()]
    return _BYTES, items
