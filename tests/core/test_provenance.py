"""Provenance: file and record of each row."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.provenance import Origin, Provenance, file_id

PARTS = st.lists(
    st.builds(
        lambda path, first, n: (
            Provenance.unknown(n) if path is None else Provenance.of_file(path, first, n),
            path,
            first,
            n,
        ),
        st.sampled_from(["a", "b", "c", None]),
        st.integers(0, 9),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=4,
)


def places(provenance):
    found = [provenance.where(i) for i in range(len(provenance))]
    return [None if f is None else (f.path, f.number) for f in found]


@given(PARTS, st.data())
def test_rows_keep_their_place(parts, data):
    want = [None if path is None else (path, first + i) for _, path, first, n in parts for i in range(n)]
    whole = Provenance.concat([p for p, *_ in parts])
    assert places(whole) == want
    stop = data.draw(st.integers(0, len(want)))
    start = data.draw(st.integers(0, stop))
    assert places(whole.slice(start, stop)) == want[start:stop]
    indices = data.draw(st.lists(st.integers(0, len(want) - 1), max_size=5)) if want else []
    assert places(whole.take(np.array(indices, dtype=np.int64))) == [want[i] for i in indices]
    assert places(pickle.loads(pickle.dumps(whole))) == places(copy.deepcopy(whole)) == want


def test_files_and_lines_are_told_apart():
    lines, records = Provenance.of_file("x", 4, 1, unit="line"), Provenance.of_file("x", 4, 1)
    assert lines.where(0) == Origin("x", 4, "line")
    assert records.where(0) == Origin("x", 4, "record")
    assert str(lines.where(0)) == "x, line 5"  # as editors count
    assert str(records.where(0)) == "x, record 4"


def test_a_file_has_one_number_on_all_threads():
    paths = [f"shard-{i % 7}" for i in range(200)]
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(file_id, paths))
    assert len(set(zip(paths, numbers, strict=True))) == 7
    assert len(set(numbers)) == 7


def test_provenance_means_the_same_file_in_another_process():
    data = pickle.dumps(Provenance.concat([Provenance.of_file("only-here", 3, 1), Provenance.unknown(1)]))
    code = f"""
import pickle
from penstock.core.provenance import file_id
file_id("another"), file_id("numbering")
there = pickle.loads({data!r})
print(there.where(0), there.where(1))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "only-here, record 3 None"
