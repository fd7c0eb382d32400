"""Strings joined: item by item, along axes, by segments, and to n-grams."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.columns import BytesColumn, RaggedColumn
from ...core.errors import InvalidArgumentError, ShapeError, describe
from ...core.ops.batching import loop_rows
from ...core.ops.registry import Attrs
from ...core.specs import RaggedSpec, Spec, TensorSpec
from ...core.values import encode
from ..coding import column_of, element_of
from ..strings import DenseForm, Form, RaggedForm, as_strings
from ..transform import JointTransform, Transform
from .base import Int64s, as_rows, check_strings, restored, run


def joined(strings: BytesColumn, splits: Int64s, separator: bytes) -> BytesColumn:
    """Return runs of strings joined, one for each.

    Args:
        strings: One string per row.
        splits: int64[runs + 1], row splits over the strings.
        separator: What stands between two.
    """
    if not separator:
        return BytesColumn(strings.data, strings.offsets[splits])
    counts = np.diff(splits)
    entries = np.concatenate([[0], np.cumsum(np.maximum(2 * counts - 1, 0))])
    order = np.full(int(entries[-1]), len(strings), dtype=np.int64)
    within = np.arange(int(counts.sum())) - np.repeat(splits[:-1] - splits[0], counts)
    order[np.repeat(entries[:-1], counts) + 2 * within] = np.arange(splits[0], splits[-1])
    taken = with_strings(strings, [separator]).take(order)
    return BytesColumn(taken.data, taken.offsets[entries])


def with_strings(strings: BytesColumn, more: list[bytes]) -> BytesColumn:
    """Return a column with some strings behind it."""
    both = BytesColumn.concat_same([strings, BytesColumn.from_list(more)])
    assert both is not None
    return both


@dataclass(frozen=True)
class _Join(JointTransform):
    name = "join"

    separator: bytes

    def compute(self, columns: list[BytesColumn], n: int) -> BytesColumn:
        """Join the strings of columns, of which those of one string are the same for all `n`."""
        both = BytesColumn.concat_same(columns)
        assert both is not None
        bases = np.cumsum([0] + [len(c) for c in columns])
        order = [
            np.full(n, base) if len(c) == 1 else np.arange(base, base + n)
            for c, base in zip(columns, bases, strict=False)
        ]
        width = len(columns)
        strings = both.take(np.stack(order, axis=1).reshape(-1))
        return joined(strings, np.arange(n + 1, dtype=np.int64) * width, self.separator)

    def apply(self, value: Any) -> Any:
        read = [as_strings(v, where="join") for v in value]
        form: Form = DenseForm(())
        for strings in read:
            if not _is_single(strings.form):
                if not _is_single(form) and not _same_form(form, strings.form):
                    raise ShapeError("join: inputs must have one shape, or be single strings.")
                form = strings.form
        n = max((len(s.column) for s in read if not _is_single(s.form)), default=1)
        columns = [s.column for s in read]
        if n != 1 or all(len(c) == 1 for c in columns):
            return restored(self.compute(columns, n), form)
        return restored(self.compute(columns, n), form)

    def _batch(self, n: int, args: tuple[Any, ...], batched: tuple[bool, ...], attrs: Attrs) -> Any:
        shapes = {a.shape if isinstance(a, BytesColumn) else None for a, b in zip(args, batched, strict=True) if b}
        constants = [as_strings(a, where="join") for a, b in zip(args, batched, strict=True) if not b]
        shape = next(iter(shapes))
        if n <= 1 or len(shapes) > 1 or shape is None or not all(_is_single(c.form) for c in constants):
            return loop_rows(self.forward, n, args, batched, attrs)
        rest = iter(constants)
        columns = [
            BytesColumn(a.data, a.offsets) if b else next(rest).column for a, b in zip(args, batched, strict=True)
        ]
        count = n * math.prod(shape)
        if count == 1 or not count:
            return loop_rows(self.forward, n, args, batched, attrs)
        return as_rows(self.compute(columns, count), n, shape)

    def apply_rows(self, n: int, rows: Any) -> Any:
        return self._batch(n, rows, (True,) * len(rows), {})

    def infer_spec(self, spec: Any) -> Spec:
        specs = [check_strings(s, "join") for s in spec]
        return next((s for s in specs if s.shape != ()), specs[0])


def _is_single(form: Form) -> bool:
    return isinstance(form, DenseForm) and not form.shape


def _same_form(first: Form, second: Form) -> bool:
    if isinstance(first, DenseForm) and isinstance(second, DenseForm):
        return first.shape == second.shape
    if isinstance(first, RaggedForm) and isinstance(second, RaggedForm):
        return first.inner == second.inner and all(
            np.array_equal(a, b) for a, b in zip(first.splits, second.splits, strict=False)
        )
    return False


def join(inputs: Sequence[Any], separator: Any = "") -> Any:
    """Return strings joined item by item.

    Args:
        inputs: Strings in any forms, of one shape; single strings go with every item.
        separator: What stands between two.

    Raises:
        ShapeError: The shapes differ.
    """
    if not len(inputs):
        return b""
    return run(_Join(encode(separator)), *inputs)


@dataclass(frozen=True)
class _ReduceJoin(Transform):
    """Strings joined along axes.

    Attributes:
        axes: In the order in which they are joined: along the first one within what is joined along the second one.
            None for all, from the last one to the first.
        keepdims: Leave axes of length 1.
        separator: What stands between two.
    """

    name = "reduce_join"

    axes: tuple[int, ...] | None
    keepdims: bool
    separator: bytes

    def _axes(self, rank: int) -> tuple[int, ...]:
        axes = range(rank - 1, -1, -1) if self.axes is None else self.axes
        if any(not -rank <= a < rank for a in axes) or len({a % rank for a in axes}) < len(axes):
            raise InvalidArgumentError(
                f"reduce_join: axis must name axes of the inputs (rank {rank}), each once. Received: axis={self.axes}."
            )
        return tuple(a % rank for a in axes)

    def apply(self, value: Any) -> Any:
        strings, form = as_strings(value, where=self.name)
        if isinstance(form, DenseForm):
            return self._dense(strings, form.shape, self._axes(len(form.shape)), first=0)
        if not isinstance(form, RaggedForm) or form.inner:
            raise InvalidArgumentError(f"reduce_join: inputs must be dense or ragged. Received: {describe(value)}.")
        if self.keepdims:
            raise InvalidArgumentError("reduce_join: keepdims must be False where inputs are ragged.")
        return self._ragged(strings, form.splits, self._axes(len(form.splits) + 1))

    def _dense(self, strings: BytesColumn, shape: tuple[int, ...], axes: tuple[int, ...], *, first: int) -> Any:
        if not axes:
            return restored(strings, DenseForm(shape))
        kept = [a for a in range(len(shape)) if a not in axes]
        order = np.arange(len(strings)).reshape(shape).transpose([*kept, *reversed(axes)]).reshape(-1)
        each = math.prod(shape[a] for a in axes)
        left = tuple(1 if a in axes else shape[a] for a in range(len(shape)) if self.keepdims or a not in axes)
        runs = math.prod(shape[a] for a in kept)
        result = joined(strings.take(order), np.arange(runs + 1, dtype=np.int64) * each, self.separator)
        if first:
            return as_rows(result, left[0], left[1:])
        return restored(result, DenseForm(left))

    def _ragged(self, strings: BytesColumn, splits: tuple[Int64s, ...], axes: tuple[int, ...]) -> Any:
        if len(axes) > len(splits):
            whole = np.array([0, len(strings)], dtype=np.int64)
            return restored(joined(strings, whole, self.separator), DenseForm(()))
        for axis in sorted(axes, reverse=True):
            if axis == len(splits) and axis:
                strings, splits = joined(strings, splits[-1], self.separator), splits[:-1]
            elif axis == 0 and len(splits) == 1:
                counts = np.diff(splits[0])
                place = np.arange(len(strings)) - np.repeat(splits[0][:-1], counts)
                order = np.argsort(place, kind="stable")
                ends = np.searchsorted(place[order], np.arange(int(counts.max(initial=0)) + 1))
                strings, splits = joined(strings.take(order), ends.astype(np.int64), self.separator), ()
            else:
                raise InvalidArgumentError(
                    "reduce_join: of ragged inputs, the last axis or the first of two can be joined. "
                    f"Received: axis={axis} of {len(splits) + 1}."
                )
        form = RaggedForm(splits, ()) if splits else DenseForm((len(strings),))
        return restored(strings, form)

    def apply_rows(self, n: int, rows: Any) -> Any:
        if isinstance(rows, BytesColumn):
            axes = tuple(a + 1 for a in self._axes(len(rows.shape)))
            if not axes:
                return rows
            return self._dense(BytesColumn(rows.data, rows.offsets), (n, *rows.shape), axes, first=1)
        if isinstance(rows, RaggedColumn) and isinstance(rows.values, BytesColumn) and not rows.values.shape:
            low, high = int(rows.splits[0]), int(rows.splits[-1])
            if not self.keepdims and self._axes(1) == (0,):
                return joined(rows.values.slice(low, high), rows.splits - low, self.separator)
        return column_of([self.apply(element_of(rows, i)) for i in range(n)])

    def infer_spec(self, spec: Spec) -> Spec:
        found = check_strings(spec, self.name)
        if found.shape is None:
            return TensorSpec(() if self.axes is None else None, "string")
        axes = self._axes(len(found.shape))
        shape = tuple(1 if a in axes else d for a, d in enumerate(found.shape) if self.keepdims or a not in axes)
        if isinstance(found, RaggedSpec) and len(shape) > 1:
            return RaggedSpec(shape, "string", min(found.ragged_rank, len(shape) - 1))
        return TensorSpec(shape, "string")


def reduce_join(inputs: Any, axis: Any = None, *, keepdims: bool = False, separator: Any = "") -> Any:
    """Return strings joined along axes.

    Args:
        inputs: Dense strings; or ragged ones, of which the last axis, or the first of two, can be joined.
        axis: An int or several: strings are joined along the first of these axes, the results along the next. None for
            all, from the last one to the first, so that strings keep their order.
        keepdims: Leave an axis of length 1 for each.
        separator: What stands between two.

    Raises:
        InvalidArgumentError: There is no such axis, or it is named twice.
    """
    axes = None if axis is None else tuple(int(a) for a in np.atleast_1d(np.asarray(axis)).tolist())
    return run(_ReduceJoin(axes, bool(keepdims), encode(separator)), inputs)


def unsorted_segment_join(inputs: Any, segment_ids: Any, num_segments: int, separator: Any = "") -> Any:
    """Return strings joined by segments, each in the order of its strings.

    Args:
        inputs: Array of strings, of shape `segment_ids.shape + rest`.
        segment_ids: Integers, the segment of each string (or part of shape `rest`), at least 0.
        num_segments: Number of segments.
        separator: What stands between two.

    Returns:
        Strings of shape `[num_segments, *rest]`; empty ones for segments without strings.

    Raises:
        InvalidArgumentError: A segment is not below `num_segments`, or shapes do not agree.
    """
    strings, form = as_strings(inputs, where="unsorted_segment_join")
    ids = np.asarray(segment_ids)
    shape = form.shape if isinstance(form, DenseForm) else ()
    if ids.dtype.kind not in "iu" or shape[: ids.ndim] != ids.shape:
        raise InvalidArgumentError(
            "unsorted_segment_join: segment_ids must be integers whose shape begins that of inputs. "
            f"Received: segment_ids={describe(segment_ids)}, inputs {describe(inputs)}."
        )
    count = int(num_segments)
    if ids.size and (ids.min() < 0 or ids.max() >= count):
        raise InvalidArgumentError(
            f"unsorted_segment_join: segment_ids must be at least 0 and below num_segments={count}. "
            f"Received: {int(ids.min())} to {int(ids.max())}."
        )
    rest = shape[ids.ndim :]
    each = math.prod(rest)
    segments = (ids.reshape(-1, 1) * each + np.arange(each)).reshape(-1)
    order = np.argsort(segments, kind="stable")
    splits = np.searchsorted(segments[order], np.arange(count * each + 1)).astype(np.int64)
    return restored(joined(strings.take(order), splits, encode(separator)), DenseForm((count, *rest)))
