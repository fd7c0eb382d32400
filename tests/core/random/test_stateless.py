"""Stateless random arrays: TensorFlow's numbers, ranges, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from penstock.core import random
from penstock.core.random.philox import WORDS_PER_BLOCK
from penstock.errors import DTypeError, InvalidArgumentError, ShapeError

pairs = st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=2)


def assert_equal(got: np.ndarray, expected: dict[str, Any], context: object) -> None:
    """Compare bit for bit; normal numbers in single precision may differ by two units in the last place."""
    assert (got.dtype, got.shape) == (expected["dtype"], tuple(expected["shape"])), context
    if got.dtype.kind in "iu":
        assert got.ravel().tolist() == expected["values"], context
        return
    values = np.array([float.fromhex(v) for v in expected["values"]], got.dtype)
    maxulp = 2 if "normal" in str(context) else 0
    np.testing.assert_array_max_ulp(got.ravel(), values, maxulp=maxulp, dtype=got.dtype)


@pytest.mark.golden
def test_samples(golden) -> None:
    for case in golden("stateless")["samples"]:
        got = getattr(random, case["function"])(case["shape"], case["seed"], **case["arguments"])
        assert_equal(got, case["result"], case)


@pytest.mark.golden
def test_derived_seeds(golden) -> None:
    for case in golden("stateless")["derived"]:
        pair = np.array(case["seed"], case["kind"])
        assert_equal(random.split(pair, 3), case["split"], case)
        assert_equal(random.fold_in(pair, np.array(-9, case["kind"])), case["fold_in"], case)


@pytest.mark.unit
def test_python_seeds_derive_the_narrowest_type() -> None:
    assert random.split([1, 2]).dtype == np.int32
    assert random.split([1, 2**31]).dtype == np.int64
    assert random.fold_in([1, 2], 3).dtype == np.int32
    assert random.fold_in([1, 2], -(2**40)).tolist()[1] == -(2**40)


@pytest.mark.property
@given(pairs, st.integers(0, 90), st.sampled_from(["float16", "float32", "float64"]))
def test_a_pair_is_all_the_state_and_longer_arrays_begin_with_shorter_ones(seed: list[int], n: int, dtype: str) -> None:
    for draw in (random.stateless_uniform, random.stateless_normal, random.stateless_truncated_normal):
        short = draw((n,), seed, dtype=dtype)
        np.testing.assert_array_equal(draw((n + 9,), tuple(seed), dtype=dtype)[:n], short)


@pytest.mark.property
@given(pairs, st.integers(0, 63), st.integers(0, 1))
def test_pairs_that_differ_in_one_bit_have_nothing_in_common(seed: list[int], bit: int, part: int) -> None:
    other = list(seed)
    other[part] = int(np.int64(np.uint64(other[part] & (2**64 - 1)) ^ np.uint64(1 << bit)))
    a, b = (random.stateless_uniform((64,), s, None, None, "uint64") for s in (seed, other))
    differing = np.unpackbits((a ^ b).view(np.uint8)).mean()
    assert 0.4 < differing < 0.6


@pytest.mark.property
@given(pairs, st.sampled_from(["int32", "int64"]), st.data())
def test_integers_lie_in_their_range(seed: list[int], dtype: str, data: st.DataObject) -> None:
    info = np.iinfo(dtype)
    low = data.draw(st.integers(int(info.min), int(info.max) - 1))
    high = data.draw(st.integers(low + 1, int(info.max)))
    assert all(low <= v < high for v in random.stateless_uniform((50,), seed, low, high, dtype).tolist())


@pytest.mark.property
@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 5), st.integers(0, 40_000))
@example(1, 2, 3, 1 << 14)
@example(2**64 - 1, 2**64 - 1, 2**60, 20_000)
@example(2**64 - 1, 2**64 - 1, 2**62 - 5, 20_000)
@example(5, 6, 2**64 - 3, 40)
def test_words_are_those_of_the_blocks(seed: int, seed2: int, block: int, n: int) -> None:
    stream = random.Philox(seed, seed2)
    stream.skip(block * WORDS_PER_BLOCK)
    words = stream.words(n)
    assert words.shape == (n,)
    for i in {0, 1, n // 2, n // 3, n - 2, n - 1} & set(range(n)):
        assert words[i] == stream.block(block + i // WORDS_PER_BLOCK)[i % WORDS_PER_BLOCK]


@pytest.mark.unit
def test_arguments_broadcast() -> None:
    drawn = random.stateless_normal([2, 3], [1, 2], mean=np.array([0.0, 100.0, 200.0]), stddev=0.0)
    np.testing.assert_array_equal(drawn, [[0, 100, 200]] * 2)


@pytest.mark.unit
@pytest.mark.parametrize("seed", [1, [1], [1, 2, 3], [1.0, 2.0], "ab", [[1, 2]], None, [1, "a"]])
def test_bad_seeds_are_errors(seed: Any) -> None:
    for draw in (random.stateless_uniform, random.stateless_normal, random.stateless_truncated_normal):
        with pytest.raises(InvalidArgumentError, match=r"stateless_\w+: seed must be two integers\. Received: seed="):
            draw([2], seed)


@pytest.mark.unit
def test_bad_arguments_are_errors() -> None:
    with pytest.raises(ShapeError, match=r"stateless_normal: shape must be integers >= 0\. Received: shape=-1"):
        random.stateless_normal(-1, [1, 2])
    with pytest.raises(DTypeError, match=r"stateless_normal: dtype must be one of float16.*Received: dtype=int32\."):
        random.stateless_normal([1], [1, 2], dtype="int32")
    with pytest.raises(
        DTypeError, match=r"stateless_uniform: a range of integers needs int32 or int64\. Received: dtype=uint32\."
    ):
        random.stateless_uniform([1], [1, 2], 0, 5, "uint32")
    with pytest.raises(
        InvalidArgumentError, match=r"a range of integers needs minval\. Received: minval=None, maxval=5\."
    ):
        random.stateless_uniform([1], [1, 2], None, 5, "int32")
    with pytest.raises(InvalidArgumentError, match=r"an integer dtype needs maxval\. Received: maxval=None"):
        random.stateless_uniform([1], [1, 2], dtype="int32")
