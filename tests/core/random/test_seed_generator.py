"""SeedGenerator: Keras's pairs, state, errors."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core import random
from penstock.core.random import SeedGenerator, draw_seed
from penstock.errors import InvalidArgumentError

CALLS = {
    "uniform": random.stateless_uniform,
    "normal": random.stateless_normal,
    "truncated_normal": random.stateless_truncated_normal,
    "randint": lambda shape, seed, minval, maxval: random.stateless_uniform(shape, seed, minval, maxval, "int32"),
}


@pytest.mark.golden
def test_keras_pairs_and_draws(golden) -> None:
    for case in golden("stateless")["generators"]:
        generator = SeedGenerator(case["seed"])
        assert [generator.next().tolist() for _ in range(3)] == case["ordered"]
        generator = SeedGenerator(case["seed"])
        assert [generator.next(ordered=False).tolist() for _ in range(4)] == case["unordered"]
        for draw in case["draws"]:
            generator = SeedGenerator(case["seed"])
            for expected in draw["results"]:
                got = CALLS[draw["function"]](draw["shape"], draw_seed(generator), **draw["arguments"])
                assert (got.dtype, got.shape) == (expected["dtype"], tuple(expected["shape"]))
                if got.dtype.kind == "i":
                    assert got.tolist() == expected["values"], case["seed"]
                else:
                    values = np.array([float.fromhex(v) for v in expected["values"]], got.dtype)
                    np.testing.assert_array_max_ulp(got, values, maxulp=2 if "normal" in draw["function"] else 0)


@pytest.mark.property
@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 20))
def test_state_is_the_next_pair_and_may_be_set(seed: int, calls: int) -> None:
    generator, other = SeedGenerator(seed), SeedGenerator(1)
    for _ in range(calls):
        generator.next()
    other.state = json.loads(json.dumps(generator.state.tolist()))
    assert generator.state.tolist() == [seed, calls] == other.next().tolist()


@pytest.mark.unit
def test_an_integer_seed_gives_one_pair_and_none_gives_new_ones() -> None:
    assert draw_seed(7) == draw_seed(7) == (7, 0)
    assert draw_seed() != draw_seed()


@pytest.mark.unit
def test_without_a_seed_it_follows_the_global_one() -> None:
    random.set_seed(5)
    first = SeedGenerator().state.tolist()
    random.set_seed(5)
    assert SeedGenerator().state.tolist() == first
    assert SeedGenerator().state.tolist() != first
    assert 1 <= first[0] <= 10**9


@pytest.mark.unit
def test_configs_copies_and_pickles() -> None:
    generator = SeedGenerator(3, name="augment")
    generator.next()
    assert generator.get_config() == {"seed": 3, "name": "augment"}
    assert SeedGenerator.from_config(generator.get_config()).state.tolist() == [3, 0]
    assert SeedGenerator().get_config()["seed"] is None
    for twin in (copy.deepcopy(generator), pickle.loads(pickle.dumps(generator))):
        assert twin.next().tolist() == [3, 1]
    assert generator.state.tolist() == [3, 1]
    assert repr(generator) == "SeedGenerator(3, calls=1)"


@pytest.mark.unit
def test_threads_share_a_generator() -> None:
    generator, seen = SeedGenerator(0), []
    threads = [threading.Thread(target=lambda: seen.extend(generator.next()[1] for _ in range(200))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(800))


@pytest.mark.unit
@pytest.mark.parametrize("seed", [1.5, "a", True, 2**63, -(2**63) - 1, [1], np.float32(1)])
def test_bad_seeds_are_errors(seed: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"SeedGenerator: seed must be an integer of 64 bits\. Received: "):
        SeedGenerator(seed)
    with pytest.raises(InvalidArgumentError, match=r"draw_seed: seed must be .* or a SeedGenerator\. Received: seed="):
        draw_seed(seed)


@pytest.mark.unit
def test_bad_states_are_errors() -> None:
    for state in ([1], [1.5, 2.0], "ab"):
        with pytest.raises(InvalidArgumentError, match=r"SeedGenerator: state must be int64\[2\]\. Received: state="):
            SeedGenerator(1).state = state


@pytest.mark.unit
def test_functions_save_the_places_of_their_generators() -> None:
    seeds, numbers = SeedGenerator(-3), random.Generator(4)
    calls = random.FunctionSeeds(7, (seeds, numbers))
    assert calls.is_used
    seeds.next()
    numbers.uniform([3])
    state = json.loads(json.dumps(calls.get_state()))
    expected = seeds.next().tolist(), numbers.uniform([3]).tolist()
    other = SeedGenerator(1), random.Generator(1)
    random.FunctionSeeds(7, other).set_state(state)
    assert (other[0].next().tolist(), other[1].uniform([3]).tolist()) == expected
    random.FunctionSeeds(7).set_state(state)  # A function without generators leaves them alone.
