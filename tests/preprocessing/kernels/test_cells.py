"""Numbers in order, sorted, and counted in cells, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from penstock.preprocessing.kernels import cells

pytestmark = pytest.mark.property

floats = hnp.arrays(np.float32, st.integers(0, 60), elements=st.floats(width=32))
keys = hnp.arrays(np.uint32, st.integers(0, 300), elements=st.integers(0, 2**32 - 1) | st.integers(0, 3))


@given(floats)
def test_keys_have_the_order_of_the_numbers(values):
    out = np.empty(len(values), np.uint32)
    cells.ordered_kernel(values.view(np.uint32), out)
    np.testing.assert_array_equal(values[np.argsort(out, kind="stable")], np.sort(values))
    same = (values[:, None] == values) | (np.isnan(values[:, None]) & np.isnan(values))
    np.testing.assert_array_equal(out[:, None] == out, same)


@given(keys)
def test_sorted(values):
    out = np.empty_like(values)
    cells.sort_kernel(values.copy(), out)
    np.testing.assert_array_equal(out, np.sort(values))


def counted(values):
    found, counts = np.unique(values, return_counts=True)
    return found, counts.astype(np.int64)


def in_cells(values, level):
    """Return the largest number of each cell and how many are in it."""
    cell = values >> np.uint32(level)
    found = np.unique(cell)
    tops = np.array([values[cell == c].max() for c in found], np.uint32)
    return tops, np.array([(cell == c).sum() for c in found], np.int64)


@given(keys, keys, st.integers(0, 20))
def test_lists_of_cells_are_joined(first, second, level):
    (tops, counts), (more, more_counts) = in_cells(first, level), in_cells(second, level)
    size = len(tops) + len(more)
    out, sums = np.empty(size, np.uint32), np.empty(size, np.int64)
    n = cells.join_kernel(tops, counts, more, more_counts, level, out, sums)
    expected, expected_counts = in_cells(np.concatenate([first, second]), level)
    np.testing.assert_array_equal(out[:n], expected)
    np.testing.assert_array_equal(sums[:n], expected_counts)
    for coarser in range(level, 20 if n else 0):
        assert cells.count_cells_kernel(out[:n], coarser) == len(np.unique(expected >> np.uint32(coarser)))


@given(keys.filter(len), st.integers(0, 20))
def test_runs_of_one_cell(values, level):
    tops, ends = np.empty(len(values), np.uint32), np.empty(len(values), np.int64)
    n = cells.runs_kernel(np.sort(values), level, tops, ends)
    expected, counts = in_cells(values, level)
    np.testing.assert_array_equal(tops[:n], expected)
    np.testing.assert_array_equal(np.diff(ends[:n], prepend=0), counts)


@given(keys, st.integers(0, 20))
def test_neighbours_are_joined_to_coarser_cells(values, level):
    tops, counts = counted(values)
    n = cells.coarsen_kernel(tops, counts, level)
    cell = values >> np.uint32(level)
    expected = [(values[cell == c].max(), (cell == c).sum()) for c in np.unique(cell)]
    assert list(zip(tops[:n].tolist(), counts[:n].tolist(), strict=True)) == expected


@given(floats, st.integers(10, 20))
def test_a_table_counts_as_sorting_does(values, level):
    n = 1 << (32 - level)
    table, touched = np.zeros(n, np.uint64), np.zeros(-(-n // cells.PAGE), np.uint8)
    for part in (values[:7], values[7:]):
        cells.tally_kernel(part.view(np.uint32), level, table, touched)
    size = np.count_nonzero(touched) * cells.PAGE
    tops, counts = np.empty(size, np.uint32), np.empty(size, np.int64)
    found = cells.tallied_kernel(table, touched, tops, counts)
    ordered = np.empty(len(values), np.uint32)
    cells.ordered_kernel(values.view(np.uint32), ordered)
    expected, expected_counts = in_cells(ordered, level)
    np.testing.assert_array_equal(tops[:found], expected)
    np.testing.assert_array_equal(counts[:found], expected_counts)
