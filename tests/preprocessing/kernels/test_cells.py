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


@given(keys, keys, st.booleans())
def test_lists_of_cells_are_joined(first, second, counts_given):
    tops, counts = counted(first)
    more, more_counts = counted(second) if counts_given else (np.sort(second), np.empty(0, np.int64))
    size = len(tops) + len(more)
    out, sums, gaps = np.empty(size, np.uint32), np.empty(size, np.int64), np.empty(32, np.int64)
    n = cells.join_kernel(tops, counts, more, more_counts, out, sums, gaps)
    expected, expected_counts = counted(np.concatenate([first, second]))
    np.testing.assert_array_equal(out[:n], expected)
    np.testing.assert_array_equal(sums[:n], expected_counts)
    for level in range(32):
        cells_left = len(np.unique(expected >> np.uint32(level)))
        assert gaps[level:].sum() + min(n, 1) == cells_left


@given(keys, st.integers(0, 20))
def test_neighbours_are_joined_to_coarser_cells(values, level):
    tops, counts = counted(values)
    n = cells.coarsen_kernel(tops, counts, level)
    cell = values >> np.uint32(level)
    expected = [(values[cell == c].max(), (cell == c).sum()) for c in np.unique(cell)]
    assert list(zip(tops[:n].tolist(), counts[:n].tolist(), strict=True)) == expected
