"""Kernels of columns against plain loops: compiled, interpreted and with checked bounds."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.columns import (
    BytesColumn,
)
from penstock.core.columns import kernels as column_kernels


def _reference(splits, indices):
    lengths = [splits[i + 1] - splits[i] for i in indices]
    new = [0]
    for n in lengths:
        new.append(new[-1] + n)
    return new, [p for i in indices for p in range(splits[i], splits[i + 1])]


def _check_kernels(lengths, indices):
    splits = np.concatenate([[2], 2 + np.cumsum(lengths)]).astype(np.int64)
    rows = np.array(indices, dtype=np.int64)
    new_splits, want = _reference(splits.tolist(), indices)
    out = np.empty(len(rows) + 1, dtype=np.int64)
    column_kernels.taken_lengths_kernel(column_kernels.frozen(splits), column_kernels.frozen(rows), out)
    assert out.tolist() == new_splits
    positions = np.empty(out[-1], dtype=np.int64)
    column_kernels.take_positions_kernel(column_kernels.frozen(splits), column_kernels.frozen(rows), out, positions)
    assert positions.tolist() == want
    data = np.arange(splits[-1], dtype=np.uint8)
    taken = np.empty(out[-1], dtype=np.uint8)
    frozen = column_kernels.frozen
    column_kernels.take_ranges_kernel(frozen(data), frozen(splits), frozen(rows), out, taken)
    assert taken.tolist() == data[want].tolist()


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.data())
def test_kernels_equal_their_reference(lengths, data):
    _check_kernels(lengths, data.draw(st.lists(st.integers(0, len(lengths) - 1), max_size=8)))


@pytest.mark.parametrize("switch", ["NUMBA_DISABLE_JIT", "NUMBA_BOUNDSCHECK"])
def test_kernels_equal_their_reference_in_the_other_modes(switch, tmp_path):
    code = """
import runpy, sys
tests = runpy.run_path(sys.argv[1])
for lengths, indices in [([1], []), ([0, 3, 0, 2], [3, 1, 1, 0, 2]), ([4, 4], [1, 0, 1]), ([0], [0, 0])]:
    tests["_check_kernels"](lengths, indices)
"""
    environment = {**os.environ, switch: "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-W", "error", "-c", code, __file__], env=environment, check=True)
    assert list(tmp_path.rglob("*.nbc")) == []


def test_one_compilation_serves_every_kind_of_array():
    kernels = (column_kernels.taken_lengths_kernel, column_kernels.take_ranges_kernel)
    if not hasattr(kernels[0].dispatcher, "signatures"):
        pytest.skip("the JIT is off")
    before = [{*kernel.dispatcher.signatures} for kernel in kernels]
    writable = BytesColumn(np.frombuffer(bytearray(b"abc"), np.uint8), np.array([0, 1, 3]))
    for column in (writable, BytesColumn.from_list([b"a", b"bc"])):
        column.take(np.array([1, 0]))
        column.take(np.broadcast_to(np.int64(1), (4,)))
    for kernel, known in zip(kernels, before, strict=True):
        assert len({*kernel.dispatcher.signatures} - known) <= 1


def test_frozen_arrays_are_views():
    array = np.arange(4)
    view = column_kernels.frozen(array)
    assert np.shares_memory(view, array)
    assert not view.flags.writeable
    assert array.flags.writeable
