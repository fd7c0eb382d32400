"""Philox words: known answers, three implementations against a fourth, and the laws of skip and state."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.random import Philox
from penstock.core.random.philox_kernels import fill_words_kernel, philox_block
from penstock.errors import InvalidArgumentError

seeds = st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 2**31 - 1, 2**32 - 1, 2**32, 2**63, 2**64 - 1])
positions = st.integers(0, 100) | st.integers(0, 2**63)


def reference_block(key: int, counter: int) -> list[int]:
    """The ten rounds as the paper writes them: a bijection of 128 bits under a 64-bit key."""
    x = [counter >> shift & 0xFFFFFFFF for shift in (0, 32, 64, 96)]
    k = [key & 0xFFFFFFFF, key >> 32]
    for _ in range(10):
        left, right = 0xD2511F53 * x[0], 0xCD9E8D57 * x[2]
        x = [right >> 32 ^ x[1] ^ k[0], right % 2**32, left >> 32 ^ x[3] ^ k[1], left % 2**32]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return x


def reference_words(seed: int, seed2: int, start: int, n: int) -> list[int]:
    blocks = range(start // 4, (start + n + 3) // 4)
    words = [word for block in blocks for word in reference_block(seed, (seed2 << 64) + block)]
    return words[start % 4 : start % 4 + n]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("key", "counter", "words"),
    [
        (0, 0, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        (2**64 - 1, 2**128 - 1, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            0x299F31D0_A4093822,
            0x03707344_13198A2E_85A308D3_243F6A88,
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_known_answers_of_the_authors(key: int, counter: int, words: list[int]) -> None:
    # Source: kat_vectors of the Random123 library, philox4x32 with 10 rounds.
    assert reference_block(key, counter) == words
    stream = Philox(key, counter >> 64)
    stream.skip(4 * (counter & 2**64 - 1))
    assert stream.uint32(4).tolist() == words
    parts = [key & 0xFFFFFFFF, key >> 32, *(counter >> shift & 0xFFFFFFFF for shift in (0, 32, 64, 96))]
    assert [int(word) for word in philox_block(*(np.uint64(part) for part in parts))] == words


@pytest.mark.golden
def test_words_of_datasets(golden) -> None:
    for case in golden("random")["raw_streams"]:
        stream = Philox(case["key"], case["counter"][1])
        stream.skip(4 * case["counter"][0])
        assert stream.uint32(len(case["words"])).tolist() == case["words"], case


@pytest.mark.property
@given(seeds, seeds, positions, st.integers(0, 40))
def test_all_implementations_agree(seed: int, seed2: int, start: int, n: int) -> None:
    expected = reference_words(seed, seed2, start, n)
    stream = Philox(seed, seed2)
    stream.skip(start)
    assert stream.uint32(n).tolist() == expected
    stream.skip(-n)
    assert [stream.next_uint32() for _ in range(n)] == expected
    filled = np.empty(n, np.uint32)
    fill_words_kernel(np.uint64(seed), np.uint64(seed2), np.uint64(start), filled)
    assert filled.tolist() == expected


@pytest.mark.unit
def test_long_runs_cross_chunks() -> None:
    stream, filled = Philox(3, 4), np.empty(100_001, np.uint32)
    fill_words_kernel(np.uint64(3), np.uint64(4), np.uint64(0), filled)
    np.testing.assert_array_equal(stream.uint32(100_001), filled)


@pytest.mark.unit
def test_block_number_carries_into_the_second_seed() -> None:
    stream = Philox(5, 6)
    stream.skip(4 * (2**64 - 1))
    words = stream.uint32(8).tolist()
    assert words[4:] == Philox(5, 7).uint32(4).tolist()
    stream.skip(-8)
    assert [stream.next_uint32() for _ in range(8)] == words


@pytest.mark.property
@given(seeds, seeds, st.lists(st.integers(0, 9), max_size=12))
def test_words_do_not_depend_on_how_they_are_asked_for(seed: int, seed2: int, runs: list[int]) -> None:
    whole = Philox(seed, seed2).uint32(sum(runs)).tolist()
    stream = Philox(seed, seed2)
    parts = [word for n in runs for word in (stream.uint32(n).tolist() if n != 1 else [stream.next_uint32()])]
    assert parts == whole


@pytest.mark.property
@given(seeds, seeds, positions, st.integers(0, 30))
def test_skip_equals_reading(seed: int, seed2: int, start: int, n: int) -> None:
    read, skipped = Philox(seed, seed2), Philox(seed, seed2)
    read.skip(start)
    skipped.skip(start)
    read.uint32(n)
    skipped.skip(n)
    assert read.next_uint32() == skipped.next_uint32()


@pytest.mark.property
@given(seeds, seeds, positions, st.integers(0, 9))
def test_state_survives_json_and_restores_into_any_stream(seed: int, seed2: int, start: int, n: int) -> None:
    stream = Philox(seed, seed2)
    stream.skip(start)
    stream.uint32(n)
    state = json.loads(json.dumps(stream.get_state()))
    other = Philox(1, 2)
    other.next_uint32()
    other.set_state(state)
    assert other.get_state() == state
    assert [other.next_uint32() for _ in range(5)] == stream.uint32(5).tolist()


@pytest.mark.unit
def test_negative_seeds_wrap() -> None:
    assert Philox(-1, -2).uint32(4).tolist() == Philox(2**64 - 1, 2**64 - 2).uint32(4).tolist()


@pytest.mark.unit
def test_numpy_integers_are_seeds() -> None:
    assert Philox(np.int64(-1), np.uint32(7)).uint32(4).tolist() == Philox(-1, 7).uint32(4).tolist()


@pytest.mark.unit
def test_a_copy_goes_its_own_way() -> None:
    stream = Philox(1, 2)
    stream.next_uint32()
    twin = stream.copy()
    assert twin.uint32(5).tolist() == stream.uint32(5).tolist()
    twin.next_uint32()
    assert (twin.position, stream.position) == (7, 6)


@pytest.mark.unit
def test_repr() -> None:
    stream = Philox(3, 4)
    stream.next_uint32()
    assert repr(stream) == "Philox(3, 4, position=1)"


@pytest.mark.unit
def test_going_back_too_far_is_an_error() -> None:
    stream = Philox(1)
    stream.uint32(3)
    with pytest.raises(InvalidArgumentError, match=r"cannot go back before word 0\. Received: n=-4 at position 3\."):
        stream.skip(-4)
    assert stream.position == 3


@pytest.mark.unit
def test_negative_count_is_an_error() -> None:
    with pytest.raises(InvalidArgumentError, match=r"Philox\.uint32: n must be >= 0\. Received: n=-1\."):
        Philox(1).uint32(-1)


@pytest.mark.unit
@pytest.mark.parametrize("state", [{}, {"seed": 1, "seed2": 2, "position": 3}, 7])
def test_foreign_state_is_an_error(state: object) -> None:
    with pytest.raises(InvalidArgumentError, match=r"Philox\.set_state: state must be a dict from Philox\.get_state"):
        Philox(1).set_state(state)


@pytest.mark.unit
@pytest.mark.parametrize("change", [{"position": -1}, {"seed": "1"}, {"position": 1.0}, {"extra": 1}])
def test_damaged_state_is_an_error(change: dict[str, object]) -> None:
    with pytest.raises(InvalidArgumentError, match="must be a dict from"):
        Philox(1).set_state(Philox(1).get_state() | change)


@pytest.mark.unit
def test_state_of_another_format_is_an_error() -> None:
    with pytest.raises(InvalidArgumentError, match=r"format must be 1\. Received: format=2\."):
        Philox(1).set_state(Philox(1).get_state() | {"format": 2})
