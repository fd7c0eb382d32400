"""Counting with bounded memory: the bound on counts holds for any split, any order and any tree of merges."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import penstock as ps
from penstock.core.columns import BytesColumn
from penstock.errors import InvalidArgumentError
from penstock.preprocessing import IntegerLookup, StringLookup, TextVectorization
from penstock.preprocessing.token_counts import TokenCounts

pytestmark = [pytest.mark.unit, pytest.mark.property]

STREAMS = st.lists(st.lists(st.sampled_from([f"t{i}" for i in range(40)]), max_size=25), min_size=1, max_size=6)
LIMITS = st.integers(2, 24)


def counted(strings, limit=None):
    counts = TokenCounts(limit)
    add(counts, strings)
    return counts


def add(counts, strings):
    counts.add(BytesColumn.from_list(strings), np.arange(len(strings) + 1, dtype=np.int64))


def as_dict(counts):
    return dict(zip([t.decode() for t in counts.tokens.strings()], counts.counts[:, 0].tolist(), strict=True))


class Reference:
    """The same summary, token by token, in plain Python."""

    def __init__(self, limit):
        self.limit, self.error, self.counts = limit, 0, {}

    def add(self, token):
        if token not in self.counts and len(self.counts) == self.limit:
            least = sorted(self.counts.values(), reverse=True)[self.limit // 2]
            self.counts = {t: n - least for t, n in self.counts.items() if n > least}
            self.error += least
        self.counts[token] = self.counts.get(token, 0) + 1


@settings(deadline=None, max_examples=60)
@given(parts=STREAMS, limit=LIMITS)
def test_one_stream_is_counted_as_the_reference_counts_it(parts, limit):
    counts, reference = TokenCounts(limit), Reference(limit)
    for part in parts:
        add(counts, part)
        for token in part:
            reference.add(token)
    assert as_dict(counts) == reference.counts
    assert counts.error == reference.error
    assert len(counts) <= limit


def check_law(counts, truth, limit):
    """The law that holds for every order and tree of merges."""
    total, found = sum(truth.values()), as_dict(counts)
    assert len(found) <= limit
    assert counts.error <= total / (limit // 2 + 1)
    for token, count in found.items():
        assert truth[token] - counts.error <= count <= truth[token]
    for token, count in truth.items():
        if count > counts.error:
            assert token in found


@settings(deadline=None, max_examples=100)
@given(parts=STREAMS, limit=LIMITS, random=st.randoms(use_true_random=False))
def test_the_bound_holds_for_any_order_and_tree_of_merges(parts, limit, random):
    truth = Counter(token for part in parts for token in part)
    random.shuffle(parts)
    nodes = [counted(part, limit) for part in parts]
    while len(nodes) > 1:
        other = nodes.pop(random.randrange(len(nodes)))
        one = nodes[random.randrange(len(nodes))]
        before = as_dict(other)
        one.merge(other)
        assert as_dict(other) == before
    check_law(nodes[0], truth, limit)
    again = TokenCounts.from_arrays(nodes[0].to_arrays(), where="test", limit=limit)
    assert (as_dict(again), again.error) == (as_dict(nodes[0]), nodes[0].error)
    check_law(again, truth, limit)


@settings(deadline=None, max_examples=50)
@given(parts=STREAMS, limit=st.integers(40, 60), random=st.randoms(use_true_random=False))
def test_as_long_as_nothing_is_forgotten_the_state_is_exact(parts, limit, random):
    whole = counted([token for part in parts for token in part])
    random.shuffle(parts)
    bounded = TokenCounts(limit)
    for part in parts:
        bounded.merge(counted(part, limit))
    assert as_dict(bounded) == as_dict(whole)
    assert bounded.error == 0
    assert "error" not in bounded.to_arrays()


def test_merging_with_itself_doubles():
    for limit in (None, 4):
        counts = counted(["a", "b", "a"], limit)
        counts.merge(counts)
        assert as_dict(counts) == {"a": 4, "b": 2}


def test_frequent_tokens_are_found_in_little_memory():
    random = np.random.default_rng(0)
    rare = random.integers(1000, 10**9, 20_000)
    data = random.permutation(np.concatenate([rare, np.repeat(np.arange(50), np.arange(200, 450, 5))]))
    layer = IntegerLookup(max_tokens=51, max_counted=2000)
    layer.adapt(data, batch_size=1_000)
    assert len(layer._counts) <= 2000
    assert layer.get_vocabulary()[1:] == list(range(49, -1, -1))
    assert 0 < layer.count_error <= len(data) / 1001


@pytest.mark.parametrize("make", [StringLookup, TextVectorization])
def test_layers_take_the_option(make):
    words = [f"w{i % 7}" for i in range(70)] + ["rare"]
    exact, bounded = make(), make(max_counted=8)
    for layer in (exact, bounded):
        layer.adapt(ps.Dataset.from_tensor_slices(words))
    assert bounded.get_vocabulary() == exact.get_vocabulary()
    assert exact.count_error == bounded.count_error == 0
    twin = make.from_config(bounded.get_config())
    assert twin.max_counted == 8
    assert twin.get_vocabulary() == bounded.get_vocabulary()
    assert "max_counted" not in exact.get_config()
    part = make(max_counted=8)
    part.update_state(words)
    twin = make(max_counted=8)
    twin.set_state(part.get_state())
    twin.merge_state(part)
    twin.finalize_state()
    assert twin.get_vocabulary() == exact.get_vocabulary()


@pytest.mark.parametrize(("options", "least"), [({}, 2), ({"max_tokens": 10}, 20)])
@pytest.mark.parametrize("value", [1, 0, -3, 2.5, "many"])
def test_bad_options(options, least, value):
    message = (
        rf"'s': max_counted must be an int >= {least} \(twice max_tokens\) or None\. Received: max_counted={value!r}"
    )
    with pytest.raises(InvalidArgumentError, match=message):
        StringLookup(**options, max_counted=value, name="s")


@settings(deadline=None, max_examples=60)
@given(
    words=st.lists(st.sampled_from(["a", "b", "ab", "c", "é", ""]) | st.text(max_size=3), min_size=1, max_size=80),
    limit=st.none() | st.integers(0, 10),
    drop=st.sets(st.sampled_from(["a", "", "é", "zz"])),
)
def test_ranking_the_first_is_sorting_all(words, limit, drop):
    words = [word.encode("utf-8", "surrogatepass") for word in words]
    dropped = frozenset(word.encode() for word in drop)
    tokens, counts = counted(words).ranked(dropped, limit)
    truth = sorted(((n, t) for t, n in Counter(words).items() if t not in dropped), reverse=True)[:limit]
    assert tokens.strings() == [t for _, t in truth]
    assert counts[:, 0].tolist() == [n for n, _ in truth]
