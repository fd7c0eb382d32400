"""Hash tables of strings against Python's dict."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.columns import BytesColumn
from penstock.preprocessing.kernels import table
from penstock.preprocessing.vocabulary import Vocabulary

pytestmark = pytest.mark.property

# Few different bytes, zeros among them, and lengths around the words of eight bytes.
strings = st.lists(st.binary(max_size=3) | st.text("a\0b", max_size=27).map(str.encode), max_size=40)


@given(strings, strings)
def test_lookups_agree_with_a_dict(tokens, others):
    tokens = list(dict.fromkeys(tokens))
    column = BytesColumn.from_list(tokens + others)
    expected = {token: code for code, token in enumerate(tokens, start=5)}
    codes, unknown = Vocabulary(column.slice(0, len(tokens)), where="test").codes(column, 5, (1, 1))
    assert codes.tolist() == [expected.get(s, 1) for s in tokens + others]
    assert unknown == sum(s not in expected for s in others)


@given(strings)
def test_hashes_depend_on_the_bytes_and_not_on_their_place(values):
    column = BytesColumn.from_list([b"before", *values, b"behind"])
    for k, value in enumerate(values, start=1):
        alone = np.frombuffer(value, np.uint8)
        here = table.hash_bytes(column.data, column.offsets[k], column.offsets[k + 1])
        assert here == table.hash_bytes(alone, 0, len(value))


def test_hashes_of_similar_strings_fill_a_table_evenly():
    names = BytesColumn.from_list([f"{prefix}{i}" for prefix in ("w", "a long common prefix ") for i in range(20_000)])
    bounds = zip(names.offsets, names.offsets[1:], strict=False)
    hashes = np.array([table.hash_bytes(names.data, a, b) for a, b in bounds], dtype=np.uint64)
    assert len(np.unique(hashes)) == len(names)
    for part in (hashes & np.uint64(0xFFFF), hashes >> np.uint64(48)):
        taken = len(np.unique(part))
        assert abs(taken - 65_536 * (1 - np.exp(-40_000 / 65_536))) < 500  # what chance gives, 5 deviations
