"""Lookup layers and tables over arbitrary Unicode, and bytes that are none, give what Keras and TensorFlow give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import penstock.compat.tensorflow as ours

pytestmark = pytest.mark.oracle

tf = pytest.importorskip("tensorflow")

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
texts = st.text(characters | st.sampled_from("abc "), max_size=6)
lists = st.lists(texts, min_size=1, max_size=12)


def array(layer, values):
    return np.asarray(layer(values))


@settings(max_examples=60, deadline=None)
@given(
    lists,
    lists,
    st.sampled_from(["int", "one_hot", "multi_hot", "count", "tf_idf"]),
    st.integers(1, 3),
    st.sampled_from([None, "[MASK]", ""]),
    st.none() | st.integers(6, 9),
)
def test_string_lookup_adapted(data, values, mode, n_oov, mask, most):
    layers = []
    for library in (tf, ours):
        options = {"output_mode": mode, "num_oov_indices": n_oov, "mask_token": mask, "max_tokens": most}
        layer = library.keras.layers.StringLookup(**options)
        try:
            layer.adapt(library.constant(data))
        except (ValueError, tf.errors.InvalidArgumentError):  # nothing but special tokens
            layer = None
        layers.append(layer)
    theirs, mine = layers
    if theirs is None or mine is None:
        return
    assert mine.get_vocabulary() == [str(t) for t in theirs.get_vocabulary()]
    np.testing.assert_allclose(array(mine, ours.constant(values)), array(theirs, tf.constant(values)), rtol=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=9),
    st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=9),
    st.integers(1, 3),
    st.sampled_from(["int", "multi_hot", "count"]),
)
def test_integer_lookup_adapted(data, values, n_oov, mode):
    layers = [library.keras.layers.IntegerLookup(num_oov_indices=n_oov, output_mode=mode) for library in (tf, ours)]
    layers[0].adapt(tf.constant(data, tf.int64))
    layers[1].adapt(ours.constant(data, "int64"))
    assert [int(v) for v in layers[1].get_vocabulary()] == [int(v) for v in layers[0].get_vocabulary()]
    looked = [*values, *data]
    expected = array(layers[0], tf.constant(looked, tf.int64))
    np.testing.assert_array_equal(array(layers[1], ours.constant(looked, "int64")), expected)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(characters | st.sampled_from("aAbB.,! "), max_size=14), min_size=1, max_size=6),
    st.lists(st.text(characters | st.sampled_from("aAbB.,! "), max_size=14), min_size=1, max_size=6),
    st.sampled_from([None, "lower", "strip_punctuation", "lower_and_strip_punctuation"]),
    st.sampled_from(["whitespace", "character"]),
    st.sampled_from([None, 2]),
    st.sampled_from(["int", "multi_hot", "count", "tf_idf"]),
)
def test_text_vectorization_adapted(data, values, standardize, split, ngrams, mode):
    layers = []
    for library in (tf, ours):
        layer = library.keras.layers.TextVectorization(
            standardize=standardize, split=split, ngrams=ngrams, output_mode=mode
        )
        try:
            layer.adapt(library.constant(data))
        except (ValueError, AttributeError, tf.errors.InvalidArgumentError):  # no tokens at all
            layer = None
        layers.append(layer)
    theirs, mine = layers
    if theirs is None or mine is None:
        return
    assert mine.get_vocabulary() == [str(t) for t in theirs.get_vocabulary()]
    np.testing.assert_allclose(array(mine, ours.constant(values)), array(theirs, tf.constant(values)), rtol=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.binary(max_size=9), st.integers(-9, 9), min_size=1, max_size=9),
    st.lists(st.binary(max_size=9), min_size=1, max_size=9),
    st.integers(1, 2**40),
)
def test_tables(pairs, others, n_oov):
    found = []
    for library in (tf, ours):
        keys, looked = library.constant(list(pairs)), library.constant([*pairs, *others])
        initializer = library.lookup.KeyValueTensorInitializer
        table = library.lookup.StaticHashTable(initializer(keys, library.constant(list(pairs.values()))), 77)
        codes = library.range(len(pairs), dtype=library.int64)
        vocabulary = library.lookup.StaticVocabularyTable(initializer(keys, codes), n_oov)
        found.append([table.lookup(looked).numpy().tolist(), vocabulary.lookup(looked).numpy().tolist()])
    assert found[0] == found[1]
