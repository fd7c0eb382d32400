"""From serialized messages to the lists of single keys: where they are, and their values as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, Column, DenseColumn
from ..core.dtypes import DType
from ..core.errors import ParseError

_KIND_NAMES: Final = ("no list", "bytes_list", "float_list", "int64_list")
_SHOWN_FEATURES: Final = 8
_REMEMBERED_PLACES: Final = 256


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists under one key: one for each record, or for each step of a feature list.

    Attributes:
        where: The parsing function, for messages.
        key: The key.
        rows: The records.
        kinds: int8[n]: which list it is; 0 when there is none.
        ranges: int64[n, 2]: where its content begins and ends.
        steps: None for lists of records. For steps: int64[records + 1], where the steps of each record begin.
        present: Whether each record has the key.
    """

    where: str
    key: str
    rows: BytesColumn
    kinds: npt.NDArray[np.int8]
    ranges: npt.NDArray[np.int64]
    steps: npt.NDArray[np.int64] | None
    present: npt.NDArray[np.bool_]

    def fixed(self, dtype: DType, shape: tuple[int, ...], default: npt.NDArray[Any] | None) -> Column:
        """Return a column of one value of `shape` for each list; the flat `default` where there is none.

        Raises:
            ParseError: A list is missing and there is no default, or has another type or number of values.
        """
        n, size = len(self.kinds), int(np.prod(shape, dtype=np.int64))
        read, _, out, bits = _reader(dtype)
        values = np.empty((n * size, *out.shape[1:]), out.dtype)
        if default is not None:
            _prefill(values, default, n)
        no_splits = np.zeros(n + 1, np.int64)
        status, row, found = read(
            self.rows.data, self.kinds, self.ranges, size, default is None, values.view(bits), no_splits
        )
        if status:
            raise self._misfit(status, row, found, dtype, shape)
        if dtype.is_string:
            strings = _gather(self.rows, values, default)
            return BytesColumn(strings.data, strings.offsets, shape, rows=n)
        return DenseColumn(values.reshape(n, *shape))

    def variable(self, dtype: DType) -> tuple[Column, npt.NDArray[np.int64]]:
        """Return the values of all lists, one after another, and where those of each begin.

        Raises:
            ParseError: A list has another type.
        """
        n = len(self.kinds)
        read, smallest, out, bits = _reader(dtype)
        total = int(np.where(self.kinds != 0, self.ranges[:, 1] - self.ranges[:, 0], 0).sum()) // smallest
        values = np.empty((total, *out.shape[1:]), out.dtype)
        splits = np.zeros(n + 1, np.int64)
        status, row, found = read(self.rows.data, self.kinds, self.ranges, -1, False, values.view(bits), splits)
        if status:
            raise self._misfit(status, row, found, dtype, None)
        values = values[:found] if 2 * found >= total else values[:found].copy()
        return (_gather(self.rows, values, None) if dtype.is_string else DenseColumn(values)), splits

    def error(self, what: str, unit: int) -> ParseError:
        """Return the error for list `unit`; `what` says what is wrong with it."""
        row = unit if self.steps is None else int(np.searchsorted(self.steps, unit, side="right")) - 1
        return ParseError(
            f"{self.where}: {what}. Record {row} has: {_held(self.rows.element(row), self.where)}.", record_index=row
        )

    def name(self, unit: int) -> str:
        """Return how messages call list `unit`."""
        if self.steps is None:
            return f"feature {self.key!r}"
        row = int(np.searchsorted(self.steps, unit, side="right")) - 1
        return f"step {unit - int(self.steps[row])} of feature list {self.key!r}"

    def _misfit(self, status: int, unit: int, found: int, dtype: DType, shape: Any) -> ParseError:
        """Return the error for a list that is not as it should be."""
        from . import parsing_kernels as kernels

        wanted = f"{dtype.name}[{'any' if shape is None else ', '.join(map(str, shape))}]"
        if status == kernels.WRONG_KIND:
            return self.error(f"{self.name(unit)} holds {_KIND_NAMES[found]}, the spec asks for {wanted}", unit)
        if status == kernels.MISSING and self.steps is None:
            return self.error(f"{self.name(unit)} is required ({wanted}, no default_value) but missing", unit)
        if status == kernels.MISSING:
            return self.error(f"{self.name(unit)} has no list, the spec asks for {wanted}", unit)
        if status == kernels.WRONG_COUNT:
            values = "1 value" if found == 1 else f"{found} values"
            return self.error(f"{self.name(unit)} has {values}, the spec asks for {wanted}", unit)
        row = unit if self.steps is None else int(np.searchsorted(self.steps, unit, side="right")) - 1
        return _malformed(self.where, row)


def find_features(where: str, rows: BytesColumn, keys: tuple[str, ...]) -> dict[str, Lists]:
    """Find the features under `keys` in a column of Examples, or in the context of SequenceExamples.

    Raises:
        ParseError: A record is malformed.
    """
    rows, kinds, ranges = _locate(where, rows, keys, lists=False)
    return {key: Lists(where, key, rows, kinds[i], ranges[i], None, kinds[i] != 0) for i, key in enumerate(keys)}


def find_steps(where: str, rows: BytesColumn, keys: tuple[str, ...]) -> dict[str, Lists]:
    """Find the steps of the feature lists under `keys` in a column of SequenceExamples.

    Raises:
        ParseError: A record is malformed.
    """
    from .parsing_kernels import count_steps_kernel, steps_kernel

    rows, kinds, ranges = _locate(where, rows, keys, lists=True)
    found = {}
    for i, key in enumerate(keys):
        steps = np.empty(len(rows) + 1, np.int64)
        count_steps_kernel(rows.data, kinds[i], ranges[i], steps)
        step_kinds, step_ranges = np.zeros(int(steps[-1]), np.int8), np.zeros((int(steps[-1]), 2), np.int64)
        steps_kernel(rows.data, kinds[i], ranges[i], step_kinds, step_ranges)
        found[key] = Lists(where, key, rows, step_kinds, step_ranges, steps, kinds[i] != 0)
    return found


def key_table(names: tuple[str, ...]) -> tuple[BytesColumn, npt.NDArray[np.int64]]:
    """Return keys as a column, and the hash table of their places."""
    from .parsing_kernels import table_kernel

    keys = BytesColumn.from_list([name.encode() for name in names])
    table = np.full(1 << (2 * len(names)).bit_length(), -1, np.int64)
    table_kernel(keys.data, keys.offsets, table)
    return keys, table


def regular_rows(where: str, rows: BytesColumn) -> BytesColumn:
    """Return records with entries as libraries write them: key first, then value, once each.

    Raises:
        ParseError: A record is malformed.
    """
    return _locate(where, rows, (), lists=False)[0]


def _locate(
    where: str, rows: BytesColumn, names: tuple[str, ...], *, lists: bool
) -> tuple[BytesColumn, list[npt.NDArray[np.int8]], list[npt.NDArray[np.int64]]]:
    """Return kind and place of each key in each record, and the records: rewritten where that was needed."""
    from .parsing_kernels import DONE, locate_kernel

    rows = BytesColumn(np.ascontiguousarray(rows.data), np.ascontiguousarray(rows.offsets))
    keys, table = key_table(names)
    order = np.full(_REMEMBERED_PLACES, -1, np.int64)
    n = len(rows)
    kinds, ranges = np.empty((n, len(names)), np.int8), np.zeros((n, len(names), 2), np.int64)
    unusual = np.zeros(n, np.bool_)
    rest = (keys.data, keys.offsets, table, order, lists, kinds, ranges, unusual)
    status, row = locate_kernel(rows.data, rows.offsets, *rest)
    if status == DONE and unusual.any():
        rewritten = rows.strings()
        for r in np.flatnonzero(unusual).tolist():
            rewritten[r] = _rewritten(rewritten[r], r, where)
        rows = BytesColumn.from_list(rewritten)
        status, row = locate_kernel(rows.data, rows.offsets, *rest)
    if status != DONE:
        raise _malformed(where, row)
    columns = range(len(names))
    return (
        rows,
        [np.ascontiguousarray(kinds[:, i]) for i in columns],
        [np.ascontiguousarray(ranges[:, i]) for i in columns],
    )


def _message_class(where: str) -> Any:
    from .messages import Example, SequenceExample

    return SequenceExample if "sequence" in where else Example


def _rewritten(record: bytes, row: int, where: str) -> bytes:
    """Return a message as protobuf would write it, without unknown fields."""
    from google.protobuf.message import DecodeError

    try:
        message = _message_class(where).FromString(record)
    except DecodeError as err:
        raise _malformed(where, row) from err
    message.DiscardUnknownFields()
    written: bytes = message.SerializeToString()
    return written


def _reader(dtype: DType) -> tuple[Any, int, npt.NDArray[Any], np.dtype[Any]]:
    """Return the kernel for a type, the fewest bytes of a value, an array like its output, and its bits."""
    from . import parsing_kernels as kernels

    if dtype.is_string:
        return kernels.strings_kernel, 2, np.empty((0, 2), np.int64), np.dtype(np.int64)
    if dtype.is_floating:
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


def _malformed(where: str, row: int) -> ParseError:
    return ParseError(
        f"{where}: record {row} is not a serialized {'Sequence' * ('sequence' in where)}Example. "
        "Check what the file holds.",
        record_index=row,
    )


def _held(record: bytes, where: str) -> str:
    """Describe the features of a record: names and kinds."""
    from google.protobuf.message import DecodeError

    try:
        message = _message_class(where).FromString(record)
    except DecodeError:
        return "parts that are malformed"
    if "sequence" in where:
        features, lists = message.context.feature, message.feature_lists.feature_list
    else:
        features, lists = message.features.feature, {}
    names = [f"{name!r} ({features[name].WhichOneof('kind') or 'no list'})" for name in sorted(features)]
    names += [f"{name!r} (list of {len(lists[name].feature)})" for name in sorted(lists)]
    more = [f"{len(names) - _SHOWN_FEATURES} more"] if len(names) > _SHOWN_FEATURES else []
    return ", ".join(names[:_SHOWN_FEATURES] + more) or "no features"
