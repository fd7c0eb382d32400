"""Keyed permutations: exact, the same everywhere, and random enough."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.errors import InvalidArgumentError
from penstock.core.random import Philox
from penstock.core.random.permutation import LARGEST, KeyedPermutation

MASK = 2**64 - 1


def slow_place(index: int, n: int, seed: int, seed2: int) -> int:
    """Return one place, as the module's docstring says it, with Python's integers."""

    def mix(word):
        word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & MASK
        return word ^ (word >> 31)

    words = Philox(seed, seed2).uint32(16).tolist()
    keys = [words[2 * i] | words[2 * i + 1] << 32 for i in range(8)]
    bits = max(8, (n - 1).bit_length())
    low_bits, high_bits = bits - bits // 2, bits // 2
    while True:
        low, high = index % 2**low_bits, index >> low_bits
        for r in range(4):
            low ^= mix((high + keys[2 * r]) & MASK) % 2**low_bits
            high ^= mix((low + keys[2 * r + 1]) & MASK) % 2**high_bits
        index = high << low_bits | low
        if index < n:
            return index


@pytest.mark.property
@given(st.integers(0, 3000), st.integers(0, MASK), st.integers(0, MASK))
def test_every_thing_has_one_place(n, seed, seed2) -> None:
    places = KeyedPermutation(n, seed, seed2).places(np.arange(n))
    assert np.array_equal(np.sort(places), np.arange(n))


@pytest.mark.property
@given(st.one_of(st.integers(1, 600), st.integers(1, LARGEST)), st.integers(0, MASK), st.integers(0, MASK), st.data())
def test_the_kernel_is_the_written_algorithm(n, seed, seed2, data) -> None:
    indices = data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=5))
    places = KeyedPermutation(n, seed, seed2).places(np.array(indices, np.int64))
    assert places.tolist() == [slow_place(i, n, seed, seed2) for i in indices]


@pytest.mark.unit
def test_the_order_of_a_seed_stays_the_same_for_ever() -> None:
    assert KeyedPermutation(10, 1, 2).places(np.arange(10)).tolist() == [slow_place(i, 10, 1, 2) for i in range(10)]
    assert KeyedPermutation(10, 7, 9).places(np.arange(10)).tolist() == GOLDEN


@pytest.mark.unit
def test_all_orders_of_few_things_are_about_as_frequent() -> None:
    counts = Counter(tuple(KeyedPermutation(4, seed).places(np.arange(4)).tolist()) for seed in range(2400))
    assert len(counts) == 24
    # 99.9 % of chi-square with 23 degrees of freedom is below 49.7.
    assert sum((count - 100) ** 2 / 100 for count in counts.values()) < 49.7


@pytest.mark.unit
def test_neighbours_are_torn_apart() -> None:
    n = 100_000
    places = KeyedPermutation(n, 3).places(np.arange(n))
    assert abs(np.corrcoef(places, np.arange(n))[0, 1]) < 0.02
    assert abs(np.corrcoef(places[:-1], places[1:])[0, 1]) < 0.02
    # In a random order the steps have either sign equally often, and one fixed point is expected.
    assert abs((np.diff(places) > 0).mean() - 0.5) < 0.01
    assert (places == np.arange(n)).sum() < 10


@pytest.mark.unit
@pytest.mark.parametrize("n", [-1, LARGEST + 1])
def test_sizes_out_of_range(n) -> None:
    with pytest.raises(InvalidArgumentError, match=r"n must be from 0 to 2\*\*62\. Received: n="):
        KeyedPermutation(n, 0)


GOLDEN = [5, 6, 2, 7, 1, 3, 8, 9, 4, 0]
