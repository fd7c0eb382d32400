"""Random arrays: TensorFlow's numbers, ranges, and errors."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core import random
from penstock.core.random import samplers
from penstock.errors import DTypeError, InvalidArgumentError, ShapeError


def assert_equal(got: np.ndarray, expected: dict[str, Any], context: object) -> None:
    """Compare bit for bit; normal numbers in single precision may differ by one unit in the last place."""
    assert got.dtype == expected["dtype"], context
    assert got.shape == tuple(expected["shape"]), context
    if got.dtype.kind in "iu":
        assert got.ravel().tolist() == expected["values"], context
        return
    values = np.array([float.fromhex(v) for v in expected["values"]], got.dtype)
    exact = "normal" not in str(context)
    np.testing.assert_array_max_ulp(got.ravel(), values, maxulp=0 if exact else 2, dtype=got.dtype)


@pytest.mark.golden
def test_functions(golden) -> None:
    for case in golden("random")["samples"]:
        random.set_seed(case["global_seed"])
        call = getattr(random, case["function"])
        for expected in case["results"]:
            assert_equal(call(case["shape"], seed=case["seed"], **case["arguments"]), expected, case)


@pytest.mark.golden
def test_shuffle(golden) -> None:
    for case in golden("random")["shuffles"]:
        random.set_seed(case["global_seed"])
        for order in case["orders"]:
            assert random.shuffle(np.arange(case["n"]), seed=case["seed"]).tolist() == order, case


@pytest.mark.golden
def test_generator(golden) -> None:
    for case in golden("random")["generators"]:
        generator = random.Generator(case["seed"])
        for call in case["calls"]:
            got = getattr(generator, call["function"])(call["shape"], **call["arguments"])
            assert_equal(got, call["result"], (case["seed"], call))


@pytest.mark.property
@given(st.integers(0, 2**32), st.integers(0, 200), st.sampled_from(samplers.FLOATS))
def test_longer_arrays_begin_with_the_shorter_ones(seed: int, n: int, dtype: str) -> None:
    for name in ("uniform", "normal", "truncated_normal"):
        short = getattr(random.Generator(seed), name)([n], dtype=dtype)
        long = getattr(random.Generator(seed), name)([n + 7], dtype=dtype)
        np.testing.assert_array_equal(short, long[:n])


@pytest.mark.property
@given(st.integers(0, 2**32), st.sampled_from(samplers.FLOATS))
def test_ranges(seed: int, dtype: str) -> None:
    generator = random.Generator(seed)
    unit = generator.uniform([300], dtype=dtype)
    assert (unit >= 0).all()
    assert (unit < 1).all()
    assert (np.abs(generator.truncated_normal([300], dtype=dtype)) < 2).all()
    assert np.isfinite(generator.normal([300], dtype=dtype)).all()


@pytest.mark.property
@given(st.integers(0, 2**32), st.sampled_from(samplers.INTEGERS), st.data())
def test_integers_lie_in_their_range(seed: int, dtype: str, data: st.DataObject) -> None:
    info = np.iinfo(dtype)
    low = data.draw(st.integers(int(info.min), int(info.max) - 1))
    high = data.draw(st.integers(low + 1, int(info.max)))
    drawn = random.Generator(seed).uniform([100], low, high, dtype).tolist()
    assert all(low <= value < high for value in drawn)


@pytest.mark.unit
def test_moments() -> None:
    generator = random.Generator(1)
    assert abs(generator.uniform([100_000]).mean() - 0.5) < 0.005
    drawn = generator.normal([100_000], mean=3.0, stddev=2.0)
    assert abs(drawn.mean() - 3.0) < 0.03
    assert abs(drawn.std() - 2.0) < 0.03
    # Standard deviation of a normal distribution cut at two: sqrt(1 - 4 φ(2) / (2 Φ(2) - 1)).
    assert abs(generator.truncated_normal([100_000]).std() - 0.8796) < 0.01


@pytest.mark.property
@given(st.integers(0, 2**32), st.integers(0, 50))
def test_shuffle_is_a_permutation_of_rows(seed: int, n: int) -> None:
    rows = np.arange(3 * n).reshape(n, 3)
    shuffled = random.shuffle(rows, seed=seed)
    np.testing.assert_array_equal(np.sort(shuffled[:, 0]), rows[:, 0])
    np.testing.assert_array_equal(shuffled, shuffled[:, :1] + np.arange(3))


@pytest.mark.unit
def test_shuffle_copies() -> None:
    value = np.arange(1)
    assert random.shuffle(value) is not value
    assert random.shuffle(7).shape == ()
    assert random.shuffle(["a", "b"], seed=1).shape == (2,)


@pytest.mark.unit
def test_every_shuffle_takes_an_operation_seed() -> None:
    random.set_seed(1)
    random.shuffle([])
    after = random.get_seed()
    random.set_seed(1)
    random.get_seed()
    assert random.get_seed() == after


@pytest.mark.unit
def test_own_seed_continues_until_set_seed() -> None:
    random.set_seed(1)
    first, second = random.uniform([4], seed=2), random.uniform([4], seed=2)
    assert not np.array_equal(first, second)
    random.set_seed(1)
    np.testing.assert_array_equal(random.uniform([4], seed=2), first)


@pytest.mark.unit
def test_without_any_seed_calls_differ() -> None:
    assert not np.array_equal(random.uniform([8]), random.uniform([8]))
    assert not np.array_equal(random.Generator().normal([8]), random.Generator().normal([8]))


@pytest.mark.unit
@pytest.mark.parametrize("shape", [3, (3,), [3], np.array([3])])
def test_shapes_of_every_kind(shape: Any) -> None:
    assert random.uniform(shape).shape == (3,)


@pytest.mark.unit
def test_empty_shape_gives_an_array_without_axes() -> None:
    for draw in (random.uniform, random.normal, random.truncated_normal):
        assert draw(()).shape == ()
        assert isinstance(draw([]), np.ndarray)


@pytest.mark.unit
def test_arguments_broadcast() -> None:
    drawn = random.normal([2, 3], mean=np.array([0.0, 100.0, 200.0]), stddev=0.0)
    np.testing.assert_array_equal(drawn, [[0, 100, 200]] * 2)


@pytest.mark.unit
def test_generator_state_survives_json() -> None:
    generator = random.Generator(-9)
    generator.uniform([5])
    state = json.loads(json.dumps(generator.get_state()))
    other = random.Generator(0)
    other.set_state(state)
    np.testing.assert_array_equal(other.normal([5]), generator.normal([5]))


@pytest.mark.unit
@pytest.mark.parametrize("shape", [-1, [2, -3], [1.5], "ab", [[1]], None])
def test_bad_shapes_are_errors(shape: Any) -> None:
    with pytest.raises(ShapeError, match=r"normal: shape must be integers >= 0\. Received: shape="):
        random.normal(shape)


@pytest.mark.unit
def test_bad_generator_seed_is_an_error() -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"Generator: seed must be an integer\. Received: seed=1\.5 \(float\)\."
    ):
        random.Generator(1.5)


@pytest.mark.unit
def test_bad_dtypes_are_errors() -> None:
    with pytest.raises(
        DTypeError, match=r"normal: dtype must be one of float16, float32, float64\. Received: dtype=int32"
    ):
        random.normal([1], dtype="int32")
    with pytest.raises(DTypeError, match=r"uniform: dtype must be one of .*int64\. Received: dtype=bool\."):
        random.uniform([1], dtype=bool)
    with pytest.raises(DTypeError, match=r"uniform_full_int: dtype must be one of int32, int64, uint32, uint64\."):
        random.Generator(1).uniform_full_int([1], dtype="float32")


@pytest.mark.unit
def test_integer_range_without_end_is_an_error() -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"uniform: an integer dtype needs maxval\. Received: maxval=None, dtype=int32\."
    ):
        random.uniform([1], dtype="int32")


@pytest.mark.unit
@pytest.mark.parametrize(("low", "high"), [(5, 5), (6, 5), (-(2**31) - 1, 0), (0, 2**31)])
def test_impossible_integer_ranges_are_errors(low: int, high: int) -> None:
    message = (
        rf"uniform: must hold -2147483648 <= minval < maxval <= 2147483647\. Received: minval={low}, maxval={high}\."
    )
    with pytest.raises(InvalidArgumentError, match=message):
        random.uniform([1], low, high, "int32")
