"""decode_proto: fields of users' protobuf messages to arrays, in kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, Column, DenseColumn, ObjectColumn, RaggedColumn
from ..core.columns.ragged import reshape_rows
from ..core.errors import DataLossError, DTypeError, InvalidArgumentError, describe
from ..core.ops.batching import loop_rows
from ..core.ops.registry import Attrs, call, register
from ..core.specs import Spec, TensorSpec
from .descriptors import Field, fields_of, find_message, message_class

_FORMATS: Final = ("binary", "text")


class DecodedProto(NamedTuple):
    """What `decode_proto` returns.

    Attributes:
        sizes: int32[..., fields]: how many values each field of each message has.
        values: For each field an array `[..., most]`, short rows filled up.
    """

    sizes: Any
    values: list[Any]


def decode_proto(
    serialized: Any,
    message_type: str,
    field_names: Sequence[str],
    output_types: Sequence[Any],
    *,
    descriptor_source: Any = "local://",
    message_format: str = "binary",
    sanitize: bool = False,
) -> DecodedProto:
    """Read fields of serialized protobuf messages into arrays.

    Fields are found by their numbers, whatever the order; unknown ones are skipped; of a field that is not repeated the
    last value counts. Lists may be packed or not. Messages inside are given as their bytes, to be decoded in turn.

    Args:
        serialized: Messages, strings of any shape; traced in `Dataset.map`.
        message_type: Full name of the message: `"package.Message"`.
        field_names: Names of the fields to read; an extension by its full name.
        output_types: Their dtypes: for double float64; for float float32 or float64; for int64, sint64 and sfixed64
            int64; for int32, sint32 and sfixed32 int32 or int64; for uint64 and fixed64 uint64; for uint32 and
            fixed32 uint32 or uint64; for bool bool; for enums int32; for string, bytes, messages and groups string.
        descriptor_source: Where the message is described: `"local://"` for the messages whose generated modules have
            been imported, and this library's own (also under TensorFlow's names, `"tensorflow.Example"`); a path of a
            file with a `FileDescriptorSet`, as `protoc --descriptor_set_out=… --include_imports` writes it; or
            `b"bytes://"` and such a set itself.
        message_format: `"binary"`, or `"text"` for messages in protobuf's text format.
        sanitize: Whether messages are parsed and written anew by protobuf before they are read: strict about UTF-8 and
            required fields, and several writings of one message field are merged.

    Returns:
        `sizes` and `values`. Each field is filled up to the message that has most of it, and to one value at least:
        with zeros or empty strings; a field that is not repeated with its default.

    Raises:
        InvalidArgumentError: An argument breaks its rule; there is no message.
        DataLossError: A message is malformed; `record_index` says which.

    Example:
        >>> from penstock.records import decode_proto, encode_example
        >>> message = encode_example({"id": 7})
        >>> decode_proto([message, b""], "tensorflow.Example", ["features"], ["string"]).sizes
        array([[1],
               [0]], dtype=int32)
    """
    if message_format not in _FORMATS:
        raise InvalidArgumentError(
            f"decode_proto: message_format must be 'binary' or 'text'. Received: message_format={message_format!r}."
        )
    fields = fields_of("decode_proto", descriptor_source, message_type, list(field_names), list(output_types))
    rewrite = (
        _Rewrite(descriptor_source, message_type, message_format) if sanitize or message_format == "text" else None
    )
    found = call(_decode, serialized, reading=_Reading(fields, rewrite))
    return DecodedProto(found[0], list(found[1:]))


@dataclass(frozen=True, slots=True)
class _Rewrite:
    """How messages are parsed and written anew before they are read."""

    source: Any
    message_type: str
    message_format: str

    def __call__(self, rows: BytesColumn) -> BytesColumn:
        from google.protobuf import text_format
        from google.protobuf.message import DecodeError

        cls = message_class(find_message("decode_proto", self.source, self.message_type))
        written = []
        for row, record in enumerate(rows.strings()):
            try:
                text = self.message_format == "text"
                message = text_format.Parse(record, cls()) if text else cls.FromString(record)
            except (DecodeError, text_format.ParseError, UnicodeDecodeError) as err:
                raise _malformed(row, f"{err}".splitlines()[0] if f"{err}" else "") from err
            if not message.IsInitialized():
                raise _malformed(row, f"Missing: {', '.join(message.FindInitializationErrors())}")
            written.append(message.SerializeToString())
        return BytesColumn.from_list(written)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What `decode_proto` is to read."""

    fields: tuple[Field, ...]
    rewrite: _Rewrite | None

    def table(self) -> tuple[list[int], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Return the place of each field among the numbers, which rise, and numbers, forms and whether repeated."""
        by_number = {field.number: field for field in self.fields}
        numbers = sorted(by_number)
        forms = np.array([by_number[number].form for number in numbers], np.int64)
        repeated = np.array([by_number[number].repeated for number in numbers], np.bool_)
        slots = [numbers.index(field.number) for field in self.fields]
        return slots, np.array(numbers, np.int64), forms, repeated

    def read(self, rows: BytesColumn) -> tuple[npt.NDArray[np.int32], list[_Values]]:
        """Return the sizes, int32[n, fields], and the values of each field.

        Raises:
            DataLossError: A message is malformed.
        """
        from . import message_kernels as kernels

        rows = rows if self.rewrite is None else self.rewrite(rows)
        rows = BytesColumn(np.ascontiguousarray(rows.data), np.ascontiguousarray(rows.offsets))
        slots, numbers, forms, repeated = self.table()
        counts = np.zeros((len(rows), len(numbers)), np.int64)
        status, row = kernels.count_fields_kernel(rows.data, rows.offsets, numbers, forms, repeated, counts)
        if status:
            raise _malformed(row, "")
        # The values of a field lie together, row after row.
        ends = np.cumsum(counts.T.reshape(-1)).reshape(len(numbers), len(rows))
        starts = ends.T - counts
        total = int(counts.sum())
        values, stops = np.empty(total, np.uint64), np.zeros(total, np.int64)
        kernels.read_fields_kernel(
            rows.data, rows.offsets, numbers, forms, repeated, starts.copy(order="C"), values, stops
        )
        found = [
            _Values(field, rows, values, stops, starts[:, slot], counts[:, slot])
            for field, slot in zip(self.fields, slots, strict=True)
        ]
        return counts[:, slots].astype(np.int32), found


@dataclass(frozen=True, slots=True)
class _Values:
    """The values of one field: row `r` has `counts[r]` from `starts[r]` on in `values` (see `read_fields_kernel`)."""

    field: Field
    rows: BytesColumn
    values: npt.NDArray[np.uint64]
    stops: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]

    def width(self, first: int, last: int) -> int:
        """Return how many values a row has when rows `first` to `last` are filled up to one length: at least one."""
        return int(self.counts[first:last].max(initial=1))

    def ragged(self) -> RaggedColumn:
        """Return all rows, filled up to one value each."""
        lengths = np.maximum(self.counts, 1)
        splits = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        chosen = np.arange(int(splits[-1])) + np.repeat(self.starts - splits[:-1], lengths)
        chosen[splits[:-1][self.counts == 0]] = -1
        return RaggedColumn(self._of(chosen), splits)

    def padded(self, first: int, last: int) -> Column:
        """Return rows `first` to `last`, filled up to one length."""
        width, n = self.width(first, last), last - first
        counts, starts = self.counts[first:last], self.starts[first:last]
        if n and (counts == width).all():  # the values lie together: rows follow each other
            return reshape_rows(self._of(np.arange(int(starts[0]), int(starts[0]) + n * width), filled=False), n, width)
        place = np.arange(width)
        chosen = np.where(place < counts[:, None], starts[:, None] + place, -1)
        return reshape_rows(self._of(chosen.reshape(-1)), n, width)

    def _of(self, chosen: npt.NDArray[np.int64], *, filled: bool = True) -> Column:
        """Return values by their places; the default for -1, which is among them if `filled`."""
        gaps = np.flatnonzero(chosen < 0) if filled else chosen[:0]
        if not self.field.dtype.is_string:
            bits = self.values[chosen] if len(self.values) else np.zeros(len(chosen), np.uint64)
            numbers = self.field.values_of(bits)
            numbers[gaps] = self.field.default
            return DenseColumn(numbers)
        from .list_kernels import gather_kernel, gather_lengths_kernel

        spans = np.empty((len(chosen), 2), np.int64)
        if len(self.values):
            spans[:, 0], spans[:, 1] = self.values[chosen].view(np.int64), self.stops[chosen]
        spans[gaps] = -1
        other = BytesColumn.from_list([self.field.default])
        offsets = np.empty(len(spans) + 1, np.int64)
        gather_lengths_kernel(spans, other.offsets, offsets)
        out = np.empty(int(offsets[-1]), np.uint8)
        gather_kernel(self.rows.data, spans, other.data, other.offsets, out)
        return BytesColumn(out, offsets)


def _malformed(row: int, why: str) -> DataLossError:
    return DataLossError(
        f"decode_proto: message {row} must be a serialized message of this type. {why}".rstrip(), record_index=row
    )


def _strings(serialized: Any) -> tuple[BytesColumn, tuple[int, ...]]:
    """Return messages as a column, and the shape they came in."""
    if isinstance(serialized, bytes | bytearray | memoryview | str):
        serialized = serialized.encode() if isinstance(serialized, str) else bytes(serialized)
        return BytesColumn.from_list([serialized]), ()
    array = np.asarray(serialized, object)
    strings = array.reshape(-1).tolist()
    if not all(isinstance(item, bytes | str) for item in strings):
        raise DTypeError(f"decode_proto: serialized must be strings. Received: {describe(serialized)}.")
    if not array.size:
        raise InvalidArgumentError(
            f"decode_proto: serialized must hold at least one message. Received: shape={array.shape}."
        )
    return BytesColumn.from_list(strings), array.shape


def _decode_forward(serialized: Any, *, reading: _Reading) -> tuple[Any, ...]:
    rows, shape = _strings(serialized)
    sizes, values = reading.read(rows)
    arrays = (each.padded(0, len(rows)).as_value() for each in values)
    return sizes.reshape(*shape, len(values)), *(array.reshape(*shape, array.shape[-1]) for array in arrays)


def _decode_batch(n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Any:
    rows = args[0]
    if not isinstance(rows, BytesColumn) or 0 in rows.shape or not n:
        return loop_rows(_decode_forward, n, args, batched, attrs)
    size = (len(rows.offsets) - 1) // n
    sizes, values = attrs["reading"].read(BytesColumn(rows.data, rows.offsets))
    columns = (_by_element(each, n, size, rows.shape) for each in values)
    return sizes.reshape(n, *rows.shape, len(values)), *columns


def _by_element(values: _Values, n: int, size: int, shape: tuple[int, ...]) -> Any:
    """Return a column of `n` elements of `size` messages each, every element filled up to its own longest."""
    widths = {values.width(e * size, (e + 1) * size) for e in range(n)}
    if len(widths) > 1:
        if not shape:
            return values.ragged()
        parts = (values.padded(e * size, (e + 1) * size).as_value() for e in range(n))
        return ObjectColumn([part.reshape(*shape, part.shape[-1]) for part in parts])
    (width,) = widths
    column = values.padded(0, n * size)
    if isinstance(column, BytesColumn):
        return BytesColumn(column.data, column.offsets, (*shape, width), rows=n)
    assert isinstance(column, DenseColumn)
    return column.values.reshape(n, *shape, width)


def _decode_infer(args: tuple[Any, ...], attrs: Attrs) -> tuple[Spec, ...]:
    fields = attrs["reading"].fields
    shape = args[0].shape if isinstance(args[0], TensorSpec) else np.shape(args[0])
    if shape is None:
        return TensorSpec(None, np.int32), *(TensorSpec(None, field.dtype) for field in fields)
    widths = [None if field.repeated else 1 for field in fields]
    values = (TensorSpec((*shape, width), field.dtype) for width, field in zip(widths, fields, strict=True))
    return TensorSpec((*shape, len(fields)), np.int32), *values


_decode = register("decode_proto", _decode_forward, batch=_decode_batch, infer=_decode_infer, columns=True)
