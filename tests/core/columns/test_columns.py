"""Columns against plain lists: the three primitives, batch and explode, and the rows of one value."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core import dtypes
from penstock.core.columns import (
    ObjectColumn,
    RowShapeError,
    concat,
    empty_column,
    from_elements,
    rows_of,
)
from penstock.core.specs import DatasetSpec, ObjectSpec, RaggedSpec, SparseSpec, TensorSpec, spec_of
from penstock.core.values import Ragged, Sparse
from penstock.testing import assert_elements_equal
from penstock.testing.strategies import leaf_specs, leaves, ragged_specs, sparse_specs, tensor_specs


def same(actual, expected):
    assert len(actual) == len(expected)
    for a, b in zip(actual, expected, strict=True):
        assert_elements_equal(a, b)


@st.composite
def columns(draw, specs=None, min_size=0, max_size=6):
    """A column that may be a view into a larger one, and its rows."""
    spec = draw(leaf_specs() if specs is None else specs)
    rows = draw(st.lists(leaves(spec), min_size=min_size, max_size=max_size))
    before, after = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    around = [rows[0]] * before + rows + [rows[-1]] * after if rows else rows
    column = from_elements(around, spec)
    return (column.slice(before, before + len(rows)) if rows else column), rows, spec


# --- laws -------------------------------------------------------------------------------------------------------------


@given(columns())
def test_rows_come_back(case):
    column, rows, spec = case
    same(column.to_list(), rows)
    same([column.element(i) for i in range(len(column))], rows)
    assert spec.is_compatible_with(column.spec)
    assert column.nbytes >= 0
    assert repr(column) == f"{type(column).__name__}(n={len(rows)}, spec={column.spec!r})"


@given(columns(min_size=1))
def test_the_spec_is_the_narrowest_of_the_rows(case):
    column, rows, _ = case
    narrowest = spec_of(rows[0])
    for row in rows[1:]:
        narrowest = narrowest.most_specific(spec_of(row)) or ObjectSpec()
    assert column.spec == narrowest


@given(columns(), st.data())
def test_slice_take_and_concat(case, data):
    column, rows, _ = case
    n = len(rows)
    stop = data.draw(st.integers(0, n))
    start = data.draw(st.integers(0, stop))
    same(column.slice(start, stop).to_list(), rows[start:stop])
    picks = data.draw(st.lists(st.integers(0, n - 1), max_size=6)) if n else []
    taken = column.take(np.array(picks, dtype=np.int64))
    same(taken.to_list(), [rows[i] for i in picks])
    same(column.take(np.arange(n)).to_list(), rows)
    same(concat([column.slice(0, start), column.slice(start, n)]).to_list(), rows)
    same(
        concat([taken, column.slice(start, stop), taken]).to_list(),
        [*taken.to_list(), *rows[start:stop], *taken.to_list()],
    )


@given(leaf_specs().flatmap(lambda s: st.tuples(columns(st.just(s)), columns(st.just(s)), columns(leaf_specs()))))
def test_concat_joins_columns_of_any_kind(cases):
    want = [row for _, rows, _ in cases for row in rows]
    joined = concat([column for column, _, _ in cases])
    same(joined.to_list(), want)
    if want:
        same(from_elements(want).to_list(), want)
        assert type(joined) is type(from_elements(want)) or not isinstance(from_elements(want), ObjectColumn)


def _uniform(specs):
    """Columns whose rows all can be stacked: dense rows of one shape, or ragged and sparse ones."""
    return columns(specs, max_size=6)


@given(_uniform(tensor_specs(unknown=False)), st.data())
def test_batch_stacks_and_explode_takes_apart(case, data):
    column, rows, _ = case
    size = data.draw(st.sampled_from([s for s in range(1, len(rows) + 2) if len(rows) % s == 0]))
    batched = column.batch(size)
    groups = [rows[i : i + size] for i in range(0, len(rows), size)]
    want = [np.stack([np.asarray(r, dtype=column.spec.dtype.numpy) for r in group]) for group in groups]
    same(batched.to_list(), want)
    again, lengths = batched.explode()
    same(again.to_list(), rows)
    assert lengths.tolist() == [size] * len(groups)
    assert lengths.dtype == np.int64
    if rows:
        assert_elements_equal(column.as_value(), np.stack([np.asarray(r, column.spec.dtype.numpy) for r in rows]))


@given(_uniform(ragged_specs() | sparse_specs()), st.data())
def test_ragged_and_sparse_batches_come_apart_again(case, data):
    column, _, _ = case
    for _ in range(2):  # a batch can be batched again
        size = data.draw(st.sampled_from([s for s in range(1, len(column) + 2) if len(column) % s == 0]))
        batched = column.batch(size)
        assert len(batched) == len(column) // size
        again, lengths = batched.explode()
        assert lengths.tolist() == [size] * len(batched)
        for a, b in zip(again.to_list(), column.to_list(), strict=True):
            if isinstance(b, Sparse):  # a batch has its largest row's shape
                assert_elements_equal((a.indices, a.values), (b.indices, b.values))
                assert (a.dense_shape >= b.dense_shape).all()
            else:
                assert_elements_equal(a, b)
        column = batched


@given(columns(ragged_specs(), min_size=1))
def test_a_ragged_batch_is_the_ragged_of_its_rows(case):
    column, rows, _ = case
    value = column.batch(len(rows)).element(0)
    assert value.ragged_rank == rows[0].ragged_rank + 1
    same(list(value), rows)
    same(list(column.as_value()), rows)


@given(columns(sparse_specs(), min_size=1))
def test_a_sparse_batch_is_the_stack_of_its_rows(case):
    column, rows, _ = case
    value = column.as_value()
    assert_elements_equal(value, column.batch(len(rows)).element(0))
    assert value.shape[0] == len(rows)
    for i, row in enumerate(rows):
        dense = value.to_dense()[i]
        np.testing.assert_array_equal(dense[tuple(slice(d) for d in row.shape)], row.to_dense())


@given(columns(tensor_specs()), st.data())
def test_rows_that_do_not_stack_are_named(case, data):
    column, rows, _ = case
    if len({np.shape(r) for r in rows}) <= 1:
        return
    k = next(i for i, r in enumerate(rows) if np.shape(r) != np.shape(rows[0]))
    with pytest.raises(RowShapeError) as caught:
        column.batch(len(rows))
    assert (caught.value.first, caught.value.other) == (0, k)
    assert caught.value.other_spec == spec_of(rows[k])
    assert f"row {k} is {spec_of(rows[k])!r}" in str(caught.value)


@given(columns())
def test_explode_gives_the_rows_of_rows(case):
    column, rows, spec = case
    shape = getattr(spec, "shape", None)
    if shape == ():
        return
    inner, lengths = column.explode()
    want = [r for row in rows for r in (rows_of(row).to_list())]
    same(inner.to_list(), want)
    assert lengths.tolist() == [row.shape[0] if isinstance(row, Sparse) else len(row) for row in rows]


@given(columns())
def test_copies_and_pickles(case):
    column, rows, _ = case
    for again in (pickle.loads(pickle.dumps(column)), copy.copy(column), copy.deepcopy(column)):
        assert type(again) is type(column)
        same(again.to_list(), rows)


@given(leaf_specs())
def test_an_empty_column_fits_its_spec(spec):
    column = empty_column(spec)
    assert len(column) == 0
    assert spec.is_compatible_with(column.spec)
    assert column.to_list() == []
    assert len(column.batch(3)) == 0
    assert len(column.take(np.empty(0, np.int64))) == 0
    same(concat([column, column]).to_list(), [])
    assert type(concat([column, column])) is type(column)


def test_empty_columns_of_other_specs():
    for spec in (None, ObjectSpec(), TensorSpec(None), DatasetSpec(TensorSpec(())), RaggedSpec(None, "int32", 1)):
        assert isinstance(empty_column(spec), ObjectColumn)
    assert empty_column(TensorSpec((None, 3), "int8")).spec == TensorSpec((None, 3), "int8")
    assert empty_column(TensorSpec((None,), "string")).spec == TensorSpec((None,), "string")
    assert empty_column(RaggedSpec((4, None, 5), "int8", 1)).spec == RaggedSpec((None, None, 5), "int8", 1)
    assert from_elements([], SparseSpec((3, 4), "int8")).spec == SparseSpec((None, None), "int8")


# --- rows of one value ------------------------------------------------------------------------------------------------


@given(columns(max_size=4))
def test_rows_of_an_element_are_its_rows(case):
    _, rows, _ = case
    for row in rows:
        if np.shape(row) == () and not isinstance(row, Ragged | Sparse):
            continue
        column = rows_of(row)
        if isinstance(row, Sparse):
            assert len(column) == row.shape[0]
            continue
        same(column.to_list(), list(row))


def test_a_column_is_its_own_rows():
    column = from_elements([1])
    assert rows_of(column) is column


def test_every_dtype_has_a_column():
    for dtype in dtypes.ALL:
        column = empty_column(TensorSpec((2,), dtype))
        assert column.spec.dtype == dtype
