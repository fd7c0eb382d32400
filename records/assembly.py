"""From the lists of keys to the columns that feature specs ask for: partitions, coordinates, padding, batches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NoReturn

import numpy as np
import numpy.typing as npt

from ..core.columns import BytesColumn, Column, DenseColumn, ObjectColumn, RaggedColumn, SparseColumn
from ..core.columns.ragged import reshape_rows
from ..core.dtypes import int64
from ..core.specs import RaggedSpec, Shape, SparseSpec, Spec, TensorSpec
from ..core.values import Sparse
from .extraction import Lists
from .features import (
    FeatureSpec,
    FixedLenFeature,
    FixedLenSequenceFeature,
    ParseSpec,
    RaggedFeature,
    SparseFeature,
    VarLenFeature,
    sources_of,
)
from .partitions import Partition, RowLengths, RowLimits, RowSplits, RowStarts, UniformRowLength, ValueRowIds
from .reading_plan import Wanted

Splits = npt.NDArray[np.int64]

# Row ids say how many rows there are, and no length field of a file is believed without a limit.
MOST_ROWS: Final = 1 << 24


def reading_plan(spec: ParseSpec) -> dict[str, Wanted]:
    """Return what the features of a spec want that can be read while records are walked over.

    These are fixed numbers of values under keys that no other feature is made of.
    """
    pairs = list(zip(spec.keys, spec.features, strict=True))
    others = {source for key, f in pairs if not isinstance(f, FixedLenFeature) for source in sources_of(key, f)}
    return {key: f.wanted for key, f in pairs if isinstance(f, FixedLenFeature) and key not in others}


def assemble(key: str, feature: FeatureSpec, found: Mapping[str, Lists]) -> Column:
    """Return a column with one row for each list of `found`: for each record, or each step of a feature list.

    Raises:
        ParseError: A list is not as the feature asks.
    """
    if isinstance(feature, FixedLenFeature):
        return found[key].fixed(feature.wanted)
    if isinstance(feature, VarLenFeature):
        return _all_there(*found[key].variable(feature.dtype))
    if isinstance(feature, SparseFeature):
        return _sparse(feature, found)
    if isinstance(feature, RaggedFeature):
        return _ragged(key, feature, found)
    values, splits = found[key].variable(feature.dtype)
    width = feature.size
    uneven = np.diff(splits) % width != 0
    if uneven.any():
        unit = int(uneven.argmax())
        count = int(splits[unit + 1] - splits[unit])
        _refuse(found[key], unit, f"has {count} values, the spec asks for a multiple of {width}")
    return RaggedColumn(_shaped(values, feature.shape), splits // width)


def assemble_steps(key: str, feature: FeatureSpec, found: Mapping[str, Lists]) -> Column:
    """Return a column with one row for each SequenceExample: the steps of its feature list.

    Raises:
        ParseError: A step is not as the feature asks, or a list that must be there is missing.
    """
    lists = found[key] if not isinstance(feature, RaggedFeature) else found[sources_of(key, feature)[0]]
    assert lists.steps is not None
    if isinstance(feature, FixedLenSequenceFeature):
        if not feature.allow_missing and not lists.present.all():
            record = int(lists.present.argmin())
            what = f"feature list {key!r} is required ({feature!r}, allow_missing=False) but missing"
            raise lists.record_error(what, record)
        return RaggedColumn(lists.fixed(Wanted(feature.dtype, feature.shape, None)), lists.steps)
    if isinstance(feature, VarLenFeature):
        return _steps_all_there(*lists.variable(feature.dtype), lists.steps)
    for other in sources_of(key, feature)[1:]:
        steps = found[other].steps
        assert steps is not None
        uneven = np.diff(steps) != np.diff(lists.steps)
        if uneven.any():
            record = int(uneven.argmax())
            what = f"feature list {lists.key!r} and feature list {other!r} differ in their number of steps"
            raise lists.record_error(what, record)
    return RaggedColumn(assemble(key, feature, found), lists.steps)


def stacked(feature: FeatureSpec, column: Column, size: int) -> Column:
    """Return batches of `size` rows of a feature's column, as parsing `size` records at once gives them."""
    if isinstance(column, RaggedColumn):
        if isinstance(feature, FixedLenSequenceFeature):
            return _padded(feature, column, size, len(column) // size)
        return RaggedColumn(column, np.arange(len(column) // size + 1, dtype=np.int64) * size)
    return column.batch(size)


def as_batch(feature: FeatureSpec, column: Column) -> Any:
    """Return all rows of a feature's column as the value of one batch."""
    if isinstance(column, RaggedColumn) and isinstance(feature, FixedLenSequenceFeature):
        return _padded(feature, column, len(column), 1).element(0)
    value = column.as_value()
    if isinstance(feature, SparseFeature) and not len(column):
        # No row tells the sizes.
        return Sparse(value.indices, value.values, np.array([0, *feature.sizes], np.int64))
    return value


def spec_of_feature(feature: FeatureSpec, batch: Shape, steps: int = 0) -> Spec:
    """Return the spec of what parsing gives for a feature.

    Args:
        feature: The feature.
        batch: Shape of the serialized strings.
        steps: 1 when the feature is a feature list.
    """
    if isinstance(feature, VarLenFeature):
        return SparseSpec(None if batch is None else (*batch, *[None] * (steps + 1)), feature.dtype)
    if isinstance(feature, SparseFeature):
        return SparseSpec(None if batch is None else (*batch, *feature.sizes), feature.dtype)
    if isinstance(feature, RaggedFeature):
        ragged = feature.ragged_axes + steps + (1 if batch is None else len(batch))
        if batch is None:
            return RaggedSpec(None, feature.dtype, ragged)
        shape = (*batch, *[None] * (feature.ragged_axes + steps + 1), *feature.inner_shape)
        return RaggedSpec(shape, feature.dtype, ragged) if ragged else TensorSpec(shape, feature.dtype)
    between = [None] if isinstance(feature, FixedLenSequenceFeature) else []
    return TensorSpec(None if batch is None else (*batch, *between, *feature.shape), feature.dtype)


def _refuse(lists: Lists, unit: int, what: str) -> NoReturn:
    raise lists.error(f"{lists.name(unit)} {what}", unit)


def _shaped(values: Column, shape: tuple[int, ...]) -> Column:
    """Return flat values as rows of a shape; their number is known to fit."""
    if isinstance(values, BytesColumn):
        width = int(np.prod(shape, dtype=np.int64))
        return BytesColumn(values.data, values.offsets, shape, rows=(len(values.offsets) - 1) // width)
    assert isinstance(values, DenseColumn)
    return DenseColumn(values.values.reshape(-1, *shape))


def _all_there(values: Column, splits: Splits) -> SparseColumn:
    """Return rows of one-dimensional sparse values without gaps."""
    lengths = np.diff(splits)
    places = np.arange(int(splits[-1])) - np.repeat(splits[:-1], lengths)
    indices = RaggedColumn(DenseColumn(places.reshape(-1, 1)), splits)
    return SparseColumn(indices, RaggedColumn(values, splits), lengths.reshape(-1, 1))


def _steps_all_there(values: Column, splits: Splits, steps: Splits) -> SparseColumn:
    """Return rows of sparse values over steps and places, without gaps."""
    lengths, counts = np.diff(splits), np.diff(steps)
    step = np.arange(len(lengths)) - np.repeat(steps[:-1], counts)
    places = np.arange(int(splits[-1])) - np.repeat(splits[:-1], lengths)
    per_record = splits[steps]
    indices = RaggedColumn(DenseColumn(np.stack([np.repeat(step, lengths), places], axis=1)), per_record)
    longest = np.zeros(len(counts), np.int64)
    np.maximum.at(longest, np.repeat(np.arange(len(counts)), counts), lengths)
    return SparseColumn(indices, RaggedColumn(values, per_record), np.stack([counts, longest], axis=1))


def _sparse(feature: SparseFeature, found: Mapping[str, Lists]) -> SparseColumn:
    values, splits = found[feature.value_key].variable(feature.dtype)
    lists = found[feature.value_key]
    axes = []
    for key, size in zip(feature.index_keys, feature.sizes, strict=True):
        column, index_splits = found[key].variable(int64)
        assert isinstance(column, DenseColumn)
        uneven = np.diff(index_splits) != np.diff(splits)
        if uneven.any():
            unit = int(uneven.argmax())
            counts = f"{int(index_splits[unit + 1] - index_splits[unit])} and {int(splits[unit + 1] - splits[unit])}"
            _refuse(
                found[key], unit, f"and feature {feature.value_key!r} must have one length; they have {counts} values"
            )
        outside = (column.values < 0) | (column.values >= size)
        if outside.any():
            at = int(outside.argmax())
            unit = int(np.searchsorted(splits, at, side="right")) - 1
            _refuse(found[key], unit, f"holds {int(column.values[at])}, the spec asks for coordinates below {size}")
        axes.append(column.values)
    if not feature.already_sorted:
        rows = np.repeat(np.arange(len(lists.kinds)), np.diff(splits))
        order = np.lexsort((*reversed(axes), rows))
        axes, values = [axis[order] for axis in axes], values.take(order)
    indices = RaggedColumn(DenseColumn(np.stack(axes, axis=1)), splits)
    shapes = np.tile(np.array(feature.sizes, np.int64), (len(lists.kinds), 1))
    return SparseColumn(indices, RaggedColumn(values, splits), shapes)


def _ragged(key: str, feature: RaggedFeature, found: Mapping[str, Lists]) -> RaggedColumn:
    """Return rows with all partitions, the innermost one made first."""
    lists = found[sources_of(key, feature)[0]]
    values, splits = lists.variable(feature.dtype)
    inner: tuple[int, ...] | None = ()
    for partition in reversed(feature.partitions):
        if isinstance(partition, UniformRowLength):
            length = int(partition.length)
            uneven = np.diff(splits) % length != 0
            if uneven.any():
                unit = int(uneven.argmax())
                count = int(splits[unit + 1] - splits[unit])
                _refuse(lists, unit, f"has {count} values or rows, the partition {partition!r} asks for a multiple")
            splits = splits // length
            if inner is not None:
                inner = (length, *inner)
                values = _shaped(_flat(values), inner)
            else:
                values = RaggedColumn(values, np.arange(int(splits[-1]) + 1, dtype=np.int64) * length)
        else:
            inner = None
            lengths, rows = _row_lengths(partition, found[partition.key], splits)
            values = RaggedColumn(values, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]))
            splits = rows
    return RaggedColumn(values, splits)


def _flat(values: Column) -> Column:
    if isinstance(values, BytesColumn):
        return BytesColumn(values.data, values.offsets)
    assert isinstance(values, DenseColumn)
    return DenseColumn(values.values.reshape(-1))


def _row_lengths(partition: Partition, lists: Lists, splits: Splits) -> tuple[Splits, Splits]:
    """Return the lengths of all rows, and which rows belong to each list; `splits` are those of the values.

    Raises:
        ParseError: The integers do not part the values into rows.
    """
    column, given = lists.variable(int64)
    assert isinstance(column, DenseColumn)
    numbers, counts, sizes = column.values, np.diff(given), np.diff(splits)
    held = counts > 0
    first, last = given[:-1][held], given[1:][held] - 1
    good, rows = np.ones(len(counts), np.bool_), given
    lengths = numbers
    if isinstance(partition, RowSplits):
        good[held] = numbers[first] == 0
        inside = np.ones(len(numbers), np.bool_)
        inside[last] = False
        lengths = np.diff(numbers, append=0)[inside]
        rows = given - np.concatenate([np.zeros(1, np.int64), np.cumsum(held)])
    elif isinstance(partition, RowStarts):
        good[held] = numbers[first] == 0
        ends = np.append(numbers[1:], 0)
        ends[last] = sizes[held]
        lengths = ends - numbers
    elif isinstance(partition, RowLimits):
        starts = np.insert(numbers[:-1], 0, 0)[: len(numbers)]
        starts[first] = 0
        lengths = numbers - starts
    elif isinstance(partition, ValueRowIds):
        return _counted_rows(partition, lists, column.values, given, sizes)
    else:
        assert isinstance(partition, RowLengths)
    owner = np.repeat(np.arange(len(counts)), np.diff(rows))
    # No length is above the number of values from here on, so that sums cannot overflow.
    fits = (lengths >= 0) & (lengths <= sizes[owner])
    np.logical_and.at(good, owner, fits)
    total = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.where(fits, lengths, 0))])
    good &= total[rows[1:]] - total[rows[:-1]] == sizes
    _check_partition(partition, lists, good, sizes)
    return lengths, rows


def _counted_rows(
    partition: Partition, lists: Lists, ids: Splits, given: Splits, sizes: Splits
) -> tuple[Splits, Splits]:
    """Return what `_row_lengths` does, from the row id of every value."""
    counts = np.diff(given)
    held = counts > 0
    good = counts == sizes
    good[held] &= ids[given[:-1][held]] >= 0
    inside = np.ones(max(len(ids) - 1, 0), np.bool_)
    inside[given[1:-1][(given[1:-1] > 0) & (given[1:-1] < len(ids))] - 1] = False
    falls = np.append((ids[1:] < ids[:-1]) & inside, [False])[: len(ids)]
    np.logical_and.at(good, np.repeat(np.arange(len(counts)), counts), ~falls)
    rows_each = np.zeros(len(counts), np.int64)
    most = ids[given[1:][held] - 1]
    good[held] &= most < MOST_ROWS
    _check_partition(partition, lists, good, sizes)
    rows_each[held] = most + 1
    rows = np.concatenate([np.zeros(1, np.int64), np.cumsum(rows_each)])
    if rows[-1] > max(MOST_ROWS, 16 * len(ids)):
        good[:] = rows[1:] <= MOST_ROWS
        _check_partition(partition, lists, good, sizes)
    return np.bincount(ids + np.repeat(rows[:-1], counts), minlength=int(rows[-1])), rows


def _check_partition(partition: Partition, lists: Lists, good: npt.NDArray[np.bool_], sizes: Splits) -> None:
    if not good.all():
        unit = int(good.argmin())
        _refuse(lists, unit, f"is no {type(partition).__name__} of {int(sizes[unit])} values")


def _padded(feature: FixedLenSequenceFeature, column: RaggedColumn, size: int, groups: int) -> Column:
    """Return batches of rows padded to the longest of each batch."""
    inner, padding = column._used(), feature.padding()
    shape = feature.shape
    if isinstance(inner, BytesColumn):
        extra: Column = _shaped(BytesColumn.from_list([padding] * feature.size), shape)
    else:
        extra = DenseColumn(np.full((1, *shape), padding, feature.dtype.numpy))
    filled = type(inner).concat_same([inner, extra])
    assert filled is not None
    splits, lengths = column.splits - column.splits[0], column.lengths
    longest = lengths.reshape(groups, size).max(axis=1, initial=0)

    def batch(first: int, last: int, width: int) -> Column:
        place = np.arange(width)
        chosen = np.where(place < lengths[first:last, None], splits[first:last, None] + place, len(inner))
        return reshape_rows(filled.take(chosen.reshape(-1)), last - first, width)

    if groups and (longest == longest[0]).all():
        rows = batch(0, size * groups, int(longest[0]))
        return rows.batch(size) if size else ObjectColumn([rows.as_value()])
    parts = [batch(g * size, (g + 1) * size, int(width)).as_value() for g, width in enumerate(longest)]
    return ObjectColumn(parts)
