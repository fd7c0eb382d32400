"""Hash tables of strings against Python's dict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.columns import BytesColumn
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
