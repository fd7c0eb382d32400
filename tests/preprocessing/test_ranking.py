"""Ranking of counted strings: the order, and that its work grows with the strings and not faster."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.core.columns import BytesColumn
from penstock.preprocessing import StringLookup, ranking
from penstock.preprocessing.kernels.ranking import sort_rows_kernel
from penstock.preprocessing.token_counts import TokenCounts

pytestmark = pytest.mark.unit

STRINGS = st.binary(max_size=20) | st.text(st.sampled_from("ab\0"), max_size=30).map(str.encode)


@settings(deadline=None, max_examples=150)
@given(strings=st.lists(STRINGS, unique=True, max_size=60), prefix=STRINGS, data=st.data())
def test_by_count_then_by_bytes(strings, prefix, data):
    strings = [prefix + s for s in strings]
    counts = data.draw(
        st.lists(st.integers(0, 3) | st.integers(0, 2**62), min_size=len(strings), max_size=len(strings))
    )
    column = BytesColumn.from_list([b"before", *strings]).slice(1, len(strings) + 1)
    found = ranking.ranked_rows(column, np.array(counts, dtype=np.int64))
    expected = sorted(range(len(strings)), key=lambda i: (counts[i], strings[i]), reverse=True)
    assert found.tolist() == expected


@settings(deadline=None)
@given(keys=st.lists(st.integers(0, 5) | st.integers(0, 2**64 - 1), max_size=50))
def test_sort_is_stable(keys):
    given_keys, rows = np.array(keys, dtype=np.uint64), np.arange(len(keys))
    spare = np.empty_like(given_keys), np.empty_like(rows)
    side = sort_rows_kernel(given_keys, rows, *spare)
    found = spare if side else (given_keys, rows)
    assert found[1].tolist() == sorted(range(len(keys)), key=lambda i: keys[i])
    assert found[0].tolist() == sorted(keys)


def words(n):
    """Return distinct words of 16 bytes whose first eight do not tell them apart."""
    return BytesColumn.from_list([b"prefix%03d-%06d" % (i % 1000, i) for i in range(n)])


def test_the_work_for_each_string_does_not_grow_with_their_number(monkeypatch):
    sorted_keys = []
    kernel = ranking.kernels.sort_rows_kernel

    def counting(keys, *rest):
        sorted_keys.append(len(keys))
        return kernel(keys, *rest)

    monkeypatch.setattr(ranking.kernels, "sort_rows_kernel", counting)
    per_string = []
    for n in (2_000, 4_000, 16_000):
        sorted_keys.clear()
        ranking.ranked_rows(words(n), np.ones(n, dtype=np.int64))
        per_string.append(sum(sorted_keys) / n)
    assert max(per_string) <= 1.01 * min(per_string)
    assert max(per_string) <= 6


def test_memory_of_a_vocabulary_is_bounded_by_it():
    """What counting, adapting, saving and loading hold grows with the bytes of the vocabulary, and not faster."""

    def held(counts):
        arrays = (counts._slots, counts._data, counts._offsets, counts._counts, counts._seen)
        return sum(array.nbytes for array in arrays)

    per_token = []
    for n in (2_000, 8_000, 16_000):
        counts = TokenCounts()
        for _ in range(2):
            counts.add(words(n), np.arange(n + 1, dtype=np.int64))
        per_token.append(held(counts) / n)
        layer = StringLookup(mask_token="")
        layer.set_state(counts.to_arrays())
        layer.finalize_state()
        arrays = layer.save_arrays()
        assert sum(array.nbytes for array in arrays.values()) == 16 * n + 8 * (n + 1)
        # The table, the heads, and one copy of the tokens: the layer and its transform share it.
        assert np.shares_memory(layer._tokens.data, layer._transform.vocabulary.tokens.data)
        table = layer._transform.vocabulary
        parts = [getattr(table, name) for name in type(table).__slots__]
        flat = [array for part in parts for array in (part if isinstance(part, tuple) else (part,))]
        assert sum(array.nbytes for array in flat) <= 2 * (16 + 8) * (n + 1) + 64 * n
    assert max(per_token) <= 2 * (16 + 8 + 16 + 8) + 8 * 8
