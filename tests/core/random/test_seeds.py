"""The seed rules, against what TensorFlow answers."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest

from penstock.core import random
from penstock.core.random import FunctionSeeds, Philox, get_global_seed, get_seed, set_seed
from penstock.errors import InvalidArgumentError


@pytest.mark.golden
def test_pairs(golden) -> None:
    for case in golden("random")["pairs"]:
        set_seed(case["global_seed"])
        assert [list(get_seed(seed)) for seed in case["op_seeds"]] == case["pairs"], case


@pytest.mark.golden
def test_pairs_name_the_streams_of_random_datasets(golden) -> None:
    for case in golden("random")["words"]:
        set_seed(case["global_seed"])
        pair = get_seed(case["seed"])
        assert Philox(*pair).uint32(len(case["words"])).tolist() == case["words"], case
        parent = Philox(*pair)
        epochs = [Philox(parent.next_uint32(), parent.next_uint32()).uint32(5).tolist() for _ in range(3)]
        assert epochs == case["rerandomized_epochs"], case


@pytest.mark.unit
def test_set_seed_restarts_the_stream_of_operation_seeds() -> None:
    set_seed(3)
    first = [get_seed() for _ in range(4)]
    assert len(set(first)) == 4
    set_seed(3)
    assert [get_seed() for _ in range(4)] == first


@pytest.mark.unit
def test_explicit_seeds_do_not_move_the_stream_of_operation_seeds() -> None:
    set_seed(3)
    expected = [get_seed(), get_seed()]
    set_seed(3)
    got = [get_seed()]
    get_seed(12)
    assert [*got, get_seed()] == expected


@pytest.mark.golden
def test_operations_in_functions(golden) -> None:
    for case in golden("random")["functions"]:
        seed = case["seed"]
        for epoch in case["epochs"]:
            calls, got = FunctionSeeds(case["global_seed"]), []
            for _ in epoch:
                with calls:
                    first = random.uniform([], 0, 1000, "int32", seed)
                    got.append([int(first), random.uniform([2], 0, 1000, "int32", seed).tolist()])
            assert got == epoch, case


@pytest.mark.unit
def test_functions_inside_functions_count_for_themselves() -> None:
    set_seed(1)
    outer, inner = FunctionSeeds(7), FunctionSeeds(0)
    with outer:
        assert get_seed() == (7, 0)
        with inner:
            assert get_seed() == (0, 2**31 - 1)
            assert get_seed() == (0, 1)
        assert get_seed() == (7, 1)
    set_seed(1)
    expected = get_seed()
    set_seed(1)
    with outer:
        get_seed()
    assert get_seed() == expected


@pytest.mark.unit
def test_a_failing_function_leaves_no_trace() -> None:
    set_seed(1)
    expected = get_seed()
    set_seed(1)
    with pytest.raises(ZeroDivisionError), FunctionSeeds(7):
        raise ZeroDivisionError
    assert get_seed() == expected


@pytest.mark.unit
def test_functions_on_other_threads_count_for_themselves() -> None:
    calls = FunctionSeeds(7)
    got: list[tuple[int, int]] = []

    def run() -> None:
        with calls:
            got.append(get_seed())

    with calls:
        get_seed()
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        got.append(get_seed())
    assert got == [(7, 0), (7, 1)]


@pytest.mark.unit
def test_without_a_global_seed_operations_in_functions_are_fresh() -> None:
    calls = FunctionSeeds(None)
    with calls:
        assert get_seed() != get_seed()
        assert get_seed(5) == (87654321, 5)


@pytest.mark.unit
@pytest.mark.parametrize("seed", [None, 7])
def test_streams_of_functions_go_on_from_a_saved_state(seed) -> None:
    def draw(calls):
        with calls:
            return get_seed(), random.uniform([3]).tolist(), random.uniform([2], seed=4).tolist()

    first = FunctionSeeds(seed)
    assert not first.is_used
    states, drawn = [], []
    for _ in range(3):
        states.append(json.loads(json.dumps(first.get_state())))
        drawn.append(draw(first))
    assert first.is_used
    for state, expected in zip(states, drawn, strict=True):
        again = FunctionSeeds(seed)
        again.set_state(state)
        assert again.get_state() == state
        assert draw(again) == expected


@pytest.mark.unit
def test_without_seeds_the_pair_is_fresh() -> None:
    assert get_seed() != get_seed()


@pytest.mark.unit
def test_global_seed_is_kept_as_given() -> None:
    assert get_global_seed() is None
    set_seed(-5)
    assert get_global_seed() == -5


@pytest.mark.unit
@pytest.mark.parametrize("seed", [np.int32(7), np.int64(7), np.array(7), True])
def test_integers_of_every_kind_are_seeds(seed: int) -> None:
    assert get_seed(seed) == (87654321, int(seed))
    set_seed(seed)
    assert get_global_seed() == int(seed)


@pytest.mark.unit
@pytest.mark.parametrize("call", [set_seed, get_seed])
def test_other_types_are_errors(call) -> None:
    with pytest.raises(InvalidArgumentError, match=rf"{call.__name__}: seed must be an integer\. Received: seed=1\.5"):
        call(1.5)
    assert get_global_seed() is None
