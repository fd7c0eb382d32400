"""Live comparison of stateless random numbers and seed generators with TensorFlow and Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core import random
from penstock.core.random import SeedGenerator, draw_seed

tf = pytest.importorskip("tensorflow")
keras = pytest.importorskip("keras")
pytestmark = pytest.mark.oracle

int64s = st.integers(-(2**63), 2**63 - 1)
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("uniform", {}),
    ("uniform", {"minval": -2.5, "maxval": 7.25, "dtype": "float64"}),
    ("uniform", {"dtype": "float16"}),
    ("uniform", {"minval": -7, "maxval": 1000, "dtype": "int32"}),
    ("uniform", {"minval": -(2**62), "maxval": 2**62 + 5, "dtype": "int64"}),
    *(("uniform", {"minval": None, "maxval": None, "dtype": d}) for d in ("int32", "int64", "uint32", "uint64")),
    ("normal", {"mean": 1.5, "stddev": 0.5}),
    ("normal", {"dtype": "float64"}),
    ("truncated_normal", {}),
    ("truncated_normal", {"dtype": "float64"}),
]


def assert_same(got: np.ndarray, expected: np.ndarray, *, exact: bool) -> None:
    assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
    if exact:
        np.testing.assert_array_equal(got, expected)
    else:
        tolerance = 4 * np.finfo(expected.dtype).eps
        np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


@given(st.tuples(int64s, int64s), st.sampled_from(CALLS), st.integers(0, 70))
def test_samples(seed: tuple[int, int], call: tuple[str, dict[str, Any]], n: int) -> None:
    name, arguments = call
    expected = getattr(tf.random, f"stateless_{name}")([n], seed=tf.constant(seed, tf.int64), **arguments).numpy()
    assert_same(getattr(random, f"stateless_{name}")([n], seed, **arguments), expected, exact="normal" not in name)


def test_many_numbers() -> None:
    for name in ("uniform", "normal", "truncated_normal"):
        expected = getattr(tf.random, f"stateless_{name}")([300, 1001], seed=[3, 4]).numpy()
        got = getattr(random, f"stateless_{name}")([300, 1001], [3, 4])
        assert_same(got, expected, exact=name == "uniform")


@given(int64s, st.integers(1, 4))
def test_keras_draws(seed: int, calls: int) -> None:
    theirs, mine = keras.random.SeedGenerator(seed), SeedGenerator(seed)
    for _ in range(calls):
        expected = keras.random.uniform((5,), -1.0, 3.0, seed=theirs).numpy()
        assert_same(random.stateless_uniform((5,), draw_seed(mine), -1.0, 3.0), expected, exact=True)
