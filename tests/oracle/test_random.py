"""Live comparison of streams, seed rules and samples with TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from penstock.core import random
from penstock.testing.strategies.pipelines import seeds

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.oracle

maybe_seeds = st.none() | seeds()


@pytest.fixture(autouse=True)
def _no_global_seed() -> Iterator[None]:
    yield
    set_both(None)


def set_both(seed: int | None) -> None:
    tf.random.set_seed(seed)
    random.set_seed(seed)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 70))
@example(1, 2**64 - 1, 2**64 - 1, 9)
def test_words(key: int, low: int, high: int, n: int) -> None:
    state = np.array([low, high, key], np.uint64).view(np.int64)
    generator = tf.random.Generator.from_state(state, alg="philox")
    stream = random.Philox(key, high)
    stream.skip(4 * low)
    np.testing.assert_array_equal(generator.uniform_full_int([n], tf.uint32).numpy(), stream.uint32(n))


@given(maybe_seeds, st.lists(maybe_seeds, max_size=6))
def test_pairs(global_seed: int | None, op_seeds: list[int | None]) -> None:
    from tensorflow.python.data.util import random_seed

    set_both(global_seed)
    for seed in op_seeds:
        if global_seed is not None or seed is not None:
            assert tuple(int(part) for part in random_seed.get_seed(seed)) == random.get_seed(seed)


@given(maybe_seeds, seeds(), st.integers(0, 40))
def test_datasets_of_random_words(global_seed: int | None, seed: int, n: int) -> None:
    set_both(global_seed)
    expected = [int(word) for word in tf.data.Dataset.random(seed=seed).take(n)]
    assert random.Philox(*random.get_seed(seed)).uint32(n).tolist() == expected


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("uniform", {}),
    ("uniform", {"minval": -2.5, "maxval": 7.25, "dtype": "float64"}),
    ("uniform", {"dtype": "float16"}),
    ("uniform", {"minval": -7, "maxval": 1000, "dtype": "int32"}),
    ("uniform", {"minval": -(2**62), "maxval": 2**62 + 5, "dtype": "int64"}),
    ("normal", {"mean": 1.5, "stddev": 0.5}),
    ("normal", {"dtype": "float64"}),
    ("truncated_normal", {}),
    ("truncated_normal", {"dtype": "float64"}),
]


@given(seeds(), maybe_seeds, st.lists(st.tuples(st.sampled_from(CALLS), st.integers(0, 33)), max_size=5))
def test_samples(global_seed: int, seed: int | None, calls: list[tuple[tuple[str, dict[str, Any]], int]]) -> None:
    set_both(global_seed)
    for (name, arguments), n in calls:
        expected = getattr(tf.random, name)([n], seed=seed, **arguments).numpy()
        got = getattr(random, name)([n], seed=seed, **arguments)
        assert got.dtype == expected.dtype
        if "normal" in name:
            tolerance = 4 * np.finfo(expected.dtype).eps
            np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)
        else:
            np.testing.assert_array_equal(got, expected)


@given(seeds(), maybe_seeds, st.lists(st.integers(0, 50), max_size=4))
def test_shuffle(global_seed: int, seed: int | None, sizes: list[int]) -> None:
    set_both(global_seed)
    for n in sizes:
        expected = tf.random.shuffle(tf.range(n), seed=seed).numpy()
        np.testing.assert_array_equal(random.shuffle(np.arange(n, dtype=np.int32), seed=seed), expected)


@given(st.integers(-(2**63), 2**63 - 1), st.lists(st.tuples(st.sampled_from(CALLS), st.integers(0, 20)), max_size=4))
def test_generator(seed: int, calls: list[tuple[tuple[str, dict[str, Any]], int]]) -> None:
    theirs, mine = tf.random.Generator.from_seed(seed), random.Generator(seed)
    for (name, arguments), n in calls:
        if arguments.get("dtype") == "float16":
            continue
        given_dtype = {"dtype": tf.as_dtype(arguments["dtype"])} if "dtype" in arguments else {}
        expected = getattr(theirs, name)([n], **{**arguments, **given_dtype}).numpy()
        tolerance = 4 * np.finfo(expected.dtype).eps if "normal" in name else 0
        np.testing.assert_allclose(getattr(mine, name)([n], **arguments), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("global_seed", "seed"), [(3, None), (0, None), (3, 4), (None, 4)])
def test_operations_in_functions(global_seed: int | None, seed: int | None) -> None:
    set_both(global_seed)

    def function(x: Any) -> Any:
        first = tf.random.uniform([], 0, 1000, dtype=tf.int32, seed=seed)
        return first, tf.random.uniform([2], 0, 1000, dtype=tf.int32, seed=seed)

    dataset = tf.data.Dataset.range(4).map(function)
    for _ in range(2):
        expected = [(int(a), b.numpy().tolist()) for a, b in dataset]
        calls, got = random.FunctionSeeds(global_seed), []
        for _ in range(4):
            with calls:
                first = random.uniform([], 0, 1000, "int32", seed)
                got.append((int(first), random.uniform([2], 0, 1000, "int32", seed).tolist()))
        assert got == expected
