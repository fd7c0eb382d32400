"""From serialized messages to the lists of single keys: where they are, and their values as columns."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, Column, DenseColumn
from ..core.columns.kernels import frozen
from ..core.dtypes import DType
from ..core.errors import ParseError
from ..core.parallel import run_ranges
from .reading_plan import Outputs, Plan, Wanted, output_place, plan_of

R = TypeVar("R")

_KIND_NAMES: Final = ("no list", "bytes_list", "float_list", "int64_list")
_SHOWN_FEATURES: Final = 8
_REMEMBERED_PLACES: Final = 256
# Bytes of records that are worth a thread of their own: about 200 µs.
_LEAST_BYTES: Final = 1 << 19


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists under one key: one for each record, or for each step of a feature list.

    Attributes:
        where: The parsing function, for messages.
        key: The key.
        rows: The records.
        kinds: int8[n]: which list it is; 0 when there is none.
        ranges: int64[n, 2]: where its content begins and ends; empty where `values` are there.
        steps: None for lists of records. For steps: int64[records + 1], where the steps of each record begin.
        present: Whether each record has the key.
        values: The flat values, or begin and end of strings, where all lists were as planned and have been read.
    """

    where: str
    key: str
    rows: BytesColumn
    kinds: npt.NDArray[np.int8]
    ranges: npt.NDArray[np.int64]
    steps: npt.NDArray[np.int64] | None
    present: npt.NDArray[np.bool_]
    values: npt.NDArray[Any] | None = None

    def fixed(self, wanted: Wanted) -> Column:
        """Return a column of one value of a shape for each list; the default where there is none.

        Raises:
            ParseError: A list is missing and there is no default, or has another type or number of values.
        """
        n, values = len(self.kinds), self.values
        if values is None:
            values = self._read_fixed(wanted)
        if wanted.dtype.is_string:
            strings = _gather(self.rows, values, wanted.default)
            return BytesColumn(strings.data, strings.offsets, wanted.shape, rows=n)
        return DenseColumn(values.reshape(n, *wanted.shape))

    def _read_fixed(self, wanted: Wanted) -> npt.NDArray[Any]:
        from .list_kernels import lists_kernel

        n, size = len(self.kinds), wanted.size
        outputs = Outputs.for_values(wanted.kind, n * size)
        values = outputs.values(wanted.kind)
        wanted.prefill(values, n)
        status, row, found = lists_kernel(
            self.rows.data, self.kinds, self.ranges, wanted.kind, size, wanted.default is None, n * size, *outputs,
            np.zeros(n + 1, np.int64),
        )  # fmt: skip
        if status:
            raise self._misfit(status, row, found, wanted.dtype, wanted.shape)
        return values

    def variable(self, dtype: DType) -> tuple[Column, npt.NDArray[np.int64]]:
        """Return the values of all lists, one after another, and where those of each begin.

        Raises:
            ParseError: A list has another type.
        """
        from .list_kernels import lists_kernel

        n = len(self.kinds)
        kind, fewest_bytes = output_place(dtype)
        total = int(np.where(self.kinds != 0, self.ranges[:, 1] - self.ranges[:, 0], 0).sum()) // fewest_bytes
        outputs = Outputs.for_values(kind, total)
        splits = np.zeros(n + 1, np.int64)
        status, row, found = lists_kernel(
            self.rows.data, self.kinds, self.ranges, kind, -1, False, total, *outputs, splits
        )
        if status:
            raise self._misfit(status, row, found, dtype, None)
        values = outputs.values(kind)
        values = values[:found] if 2 * found >= total else values[:found].copy()
        return (_gather(self.rows, values, None) if dtype.is_string else DenseColumn(values)), splits

    def error(self, what: str, unit: int) -> ParseError:
        """Return the error for list `unit`; `what` says what is wrong with it."""
        return self.record_error(
            what, unit if self.steps is None else int(np.searchsorted(self.steps, unit, side="right")) - 1
        )

    def record_error(self, what: str, row: int) -> ParseError:
        """Return the error for record `row`; `what` says what is wrong with it."""
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
        from . import list_kernels as kernels

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


def first_failure(parse: Callable[[BytesColumn], R], rows: BytesColumn) -> R:
    """Return `parse(rows)`; an error is that of the first record that does not fit, whatever `parse` looks at first.

    Raises:
        ParseError: A record does not fit; all before it do.
    """
    try:
        return parse(rows)
    except ParseError as err:
        if err.record_index:
            first_failure(parse, rows.slice(0, err.record_index))
        raise


def find_features(
    where: str, rows: BytesColumn, keys: tuple[str, ...], plan: Mapping[str, Wanted] | None = None
) -> dict[str, Lists]:
    """Find the features under `keys` in a column of Examples, or in the context of SequenceExamples.

    Args:
        where: The parsing function, for messages.
        rows: The records.
        keys: The keys.
        plan: What is wanted under some of the keys: it is read in the same pass.

    Raises:
        ParseError: A record is malformed.
    """
    places = _locate(where, rows, keys, lists=False, plan=plan or {})
    return {
        key: Lists(where, key, places.rows, kinds, ranges, None, kinds != 0, places.read.get(key))
        for key, kinds, ranges in zip(keys, places.kinds, places.ranges, strict=True)
    }


def find_steps(where: str, rows: BytesColumn, keys: tuple[str, ...]) -> dict[str, Lists]:
    """Find the steps of the feature lists under `keys` in a column of SequenceExamples.

    Raises:
        ParseError: A record is malformed.
    """
    from .sequence_kernels import count_steps_kernel, steps_kernel

    places = _locate(where, rows, keys, lists=True, plan={})
    rows, found = places.rows, {}
    for key, kinds, ranges in zip(keys, places.kinds, places.ranges, strict=True):
        steps = np.empty(len(rows) + 1, np.int64)
        count_steps_kernel(rows.data, kinds, ranges, steps)
        step_kinds, step_ranges = np.zeros(int(steps[-1]), np.int8), np.zeros((int(steps[-1]), 2), np.int64)
        steps_kernel(rows.data, kinds, ranges, step_kinds, step_ranges)
        found[key] = Lists(where, key, rows, step_kinds, step_ranges, steps, kinds != 0)
    return found


@functools.lru_cache(maxsize=64)
def key_table(names: tuple[str, ...]) -> tuple[BytesColumn, npt.NDArray[np.int64]]:
    """Return keys as a column, with `KEY_PADDING` bytes behind the last one, and the hash table of their places."""
    from .parsing_kernels import KEY_PADDING, table_kernel

    keys = BytesColumn.from_list([name.encode() for name in names])
    padded = frozen(np.concatenate([keys.data, np.zeros(KEY_PADDING, np.uint8)]))
    offsets = frozen(keys.offsets)
    table = np.full(1 << (2 * len(names)).bit_length(), -1, np.int64)
    table_kernel(padded, offsets, table)
    return BytesColumn(padded, offsets), frozen(table)


def regular_rows(where: str, rows: BytesColumn, *, sequences: bool = False) -> BytesColumn:
    """Return records with entries as libraries write them: key first, then value, once each.

    With `sequences` they may be SequenceExamples.

    Raises:
        ParseError: A record is malformed.
    """
    for lists in (False, True) if sequences else (False,):
        rows = _locate(where, rows, (), lists=lists, plan={}, sequences=sequences).rows
    return rows


class _Places(NamedTuple):
    """Where the lists under keys are.

    Attributes:
        rows: The records: rewritten where that was needed.
        kinds: int8[keys, n].
        ranges: int64[n, 2] for each key; empty for those that have been read.
        read: By key, what has been read already.
    """

    rows: BytesColumn
    kinds: npt.NDArray[np.int8]
    ranges: list[npt.NDArray[np.int64]]
    read: dict[str, npt.NDArray[Any]]


def _locate(
    where: str,
    rows: BytesColumn,
    names: tuple[str, ...],
    *,
    lists: bool,
    plan: Mapping[str, Wanted],
    sequences: bool = False,
) -> _Places:
    """Find kind and place of each key in each record, and read what is planned."""
    from .parsing_kernels import locate_kernel

    n = len(rows)
    keys, table = key_table(names)
    kinds, unusual = np.empty((len(names), n), np.int8), np.empty(n, np.bool_)
    rows = BytesColumn(frozen(rows.data), frozen(rows.offsets))

    def locate(planned: Plan) -> npt.NDArray[np.int64]:
        """Fill the arrays; return where the lists are that are not read."""
        data, offsets = rows.data, rows.offsets
        least = max(1, _LEAST_BYTES * n // max(1, rows.nbytes))
        ranges = np.empty((len(names) - len(planned.wanted), n, 2), np.int64)

        def part(start: int, stop: int) -> tuple[int, int]:
            # Each part predicts from its own records.
            order = np.full(_REMEMBERED_PLACES, -1, np.int64)
            return locate_kernel(
                data, offsets, start, stop, keys.data, keys.offsets, table, order, lists,
                kinds, ranges, unusual, planned.numbers, planned.late, *planned.outputs,
            )  # fmt: skip

        for status, row in run_ranges(part, n, least=least):
            if status:
                raise _malformed(where, row)
        return ranges

    planned = plan_of(names, plan, n)
    ranges = locate(planned)
    if unusual.any():
        rows = _regular(where, rows, unusual, sequences=sequences)
        planned = plan_of(names, plan, n)
        ranges = locate(planned)
    read = planned.read()
    if len(read) < len(planned.wanted):
        # The lists that were not as planned are read one key after another.
        planned = plan_of(names, {key: want for key, want in plan.items() if key in read}, n)
        ranges = locate(planned)
    no_ranges, number = np.empty((0, 2), np.int64), planned.numbers[:, 2]
    by_key = [no_ranges if slot in planned.wanted else ranges[number[slot]] for slot in range(len(names))]
    return _Places(rows, kinds, by_key, read)


def _regular(where: str, rows: BytesColumn, unusual: npt.NDArray[np.bool_], *, sequences: bool) -> BytesColumn:
    """Return records of which some are written by protobuf again."""
    strings = rows.strings()
    for row in np.flatnonzero(unusual).tolist():
        strings[row] = _rewritten(strings[row], row, where, sequences=sequences)
    rows = BytesColumn.from_list(strings)
    return BytesColumn(frozen(rows.data), frozen(rows.offsets))


def _message_class(where: str) -> Any:
    from .messages import Example, SequenceExample

    return SequenceExample if "sequence" in where else Example


def _rewritten(record: bytes, row: int, where: str, *, sequences: bool) -> bytes:
    """Return a message as protobuf would write it, without unknown fields."""
    from google.protobuf.message import DecodeError

    try:
        message = _message_class("sequence" if sequences else where).FromString(record)
    except DecodeError as err:
        raise _malformed(where, row) from err
    message.DiscardUnknownFields()
    written: bytes = message.SerializeToString()
    return written


def _gather(rows: BytesColumn, spans: npt.NDArray[np.int64], default: npt.NDArray[Any] | None) -> BytesColumn:
    """Return the strings that spans point to."""
    from .list_kernels import gather_kernel, gather_lengths_kernel

    other = BytesColumn.from_list([] if default is None else default.tolist())
    other_data, other_offsets = frozen(other.data), frozen(other.offsets)
    offsets = np.empty(len(spans) + 1, np.int64)
    gather_lengths_kernel(spans, other_offsets, offsets)
    out = np.empty(int(offsets[-1]), np.uint8)
    gather_kernel(rows.data, spans, other_data, other_offsets, out)
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
