"""Large calls are split over the cores and give what whole ones give."""

from __future__ import annotations

import numpy as np
import pytest

from penstock import preprocessing as pp
from penstock.core import parallel
from penstock.core.columns import BytesColumn
from penstock.core.errors import InvalidArgumentError
from penstock.core.values import Ragged
from penstock.preprocessing import buckets, strings, text_vectorization, vocabulary

WORDS = ["a", "to", "grün", "längliches", "sehr langes Wort", "x" * 70, ""]
RNG = np.random.default_rng(0)
TOKENS = np.array(WORDS)[RNG.integers(0, len(WORDS), 1000)]
TEXTS = [" ".join(RNG.choice(WORDS, RNG.integers(0, 9))) + "!" for _ in range(300)]


@pytest.fixture
def many_ranges(monkeypatch):
    """Split everything into the smallest ranges; returns the numbers of rows of the calls that were split."""
    split, run = [], parallel._Split.run
    monkeypatch.setattr(parallel, "core_count", lambda: 3)
    for module in (buckets, strings, text_vectorization, vocabulary):
        monkeypatch.setattr(module, "_LEAST", 7)
    monkeypatch.setattr(parallel._Split, "run", lambda self, cores: split.append(self._bounds[-1]) or run(self, cores))
    return split


def plain(value):
    return value.to_list() if isinstance(value, Ragged) else np.asarray(value).tolist()


CALLS = {
    "string lookup": (pp.StringLookup(vocabulary=["a", "to", "längliches"], num_oov_indices=3), TOKENS.tolist()),
    "string lookup of U": (pp.StringLookup(vocabulary=["a", "grün"]), TOKENS),
    "integer lookup": (pp.IntegerLookup(vocabulary=[3, 1]), np.arange(1000) % 5),
    "hashing": (pp.Hashing(1000), TOKENS),
    "salted hashing": (pp.Hashing(1000, salt=[1, 2]), TOKENS),
    "text": (pp.TextVectorization(vocabulary=["a", "grün", "wort"]), TEXTS),
    "text, cut": (pp.TextVectorization(vocabulary=["a"], output_sequence_length=3), TEXTS),
    "text, ragged": (pp.TextVectorization(vocabulary=["a", "sehr"], ragged=True), TEXTS),
    "text, counted": (pp.TextVectorization(vocabulary=["a", "sehr"], output_mode="count"), TEXTS),
    "text, characters": (pp.TextVectorization(vocabulary=["a", "ü"], split="character", ngrams=2), TEXTS),
    "text, a function": (pp.TextVectorization(vocabulary=["A"], standardize=np.char.upper), TEXTS),
}


@pytest.mark.parametrize("name", CALLS)
def test_split_calls_give_what_whole_calls_give(name, monkeypatch, many_ranges):
    layer, data = CALLS[name]
    split = plain(layer(data))
    assert many_ranges
    monkeypatch.setattr(parallel, "core_count", lambda: 1)
    del many_ranges[:]
    assert plain(layer(data)) == split
    assert not many_ranges


def test_a_function_of_the_user_gets_all_texts_at_once(many_ranges):
    calls = []

    def standardize(texts):
        calls.append(len(texts))
        return texts

    pp.TextVectorization(vocabulary=["a"], standardize=standardize)(TEXTS)
    assert calls == [len(TEXTS)]


def test_the_first_unknown_tokens_are_named(many_ranges):
    layer = pp.StringLookup(vocabulary=["a"], num_oov_indices=0)
    with pytest.raises(InvalidArgumentError, match="Received: 'b', 'c'."):
        layer(["a"] * 50 + ["b"] + ["a"] * 50 + ["c"])


def test_a_column_that_begins_inside_its_buffer(many_ranges):
    column = BytesColumn.from_list(["drop", *TOKENS.tolist()]).slice(1, len(TOKENS) + 1)
    np.testing.assert_array_equal(pp.Hashing(50)(column), pp.Hashing(50)(TOKENS.tolist()))


@pytest.mark.parametrize("bad", [0, 57, 99])
def test_a_surrogate_is_named_wherever_it_stands(bad, many_ranges):
    texts = ["grün"] * 100
    texts[bad] = "\ud800x"
    with pytest.raises(InvalidArgumentError, match=r"lone surrogate has none. Received: .\\ud800x"):
        strings.as_strings(np.array(texts), where="test")
    assert many_ranges
