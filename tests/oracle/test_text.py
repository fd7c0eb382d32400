"""Arbitrary Unicode, and bytes that are none, become the tokens that TensorFlow makes of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.core.columns import BytesColumn
from penstock.core.values import Ragged
from penstock.preprocessing import Hashing
from penstock.preprocessing.text import Tokenizer

pytestmark = pytest.mark.oracle

tf = pytest.importorskip("tensorflow")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(str.encode) | st.binary(max_size=12)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(texts, min_size=1, max_size=8),
    st.sampled_from([None, "lower", "strip_punctuation", "lower_and_strip_punctuation"]),
    st.sampled_from(["whitespace", "character"]),
    st.sampled_from([None, 2, (3, 1)]),
)
def test_tokens(values, standardize, split, ngrams):
    theirs = tf.keras.layers.TextVectorization(standardize=standardize, split=split, ngrams=ngrams)
    expected = theirs._preprocess(tf.constant(values)).to_list()
    widths = (1, 2) if ngrams == 2 else ngrams
    tokens, splits = Tokenizer(standardize, split, widths, "test").rows(BytesColumn.from_list(values))
    assert Ragged(tokens.as_value(), splits).to_list() == expected


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.binary(max_size=80), min_size=1), st.integers(1, 2**40), st.none() | st.integers(-(2**63), 2**63 - 1)
)
def test_bins(values, num_bins, salt):
    array = np.array(values, dtype=object)
    expected = tf.keras.layers.Hashing(num_bins, salt=salt)(tf.constant(values)).numpy()
    assert Hashing(num_bins, salt=salt)(array).tolist() == expected.tolist()
