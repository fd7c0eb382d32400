"""The seed rules, against what TensorFlow answers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from penstock.core.random import Philox, get_global_seed, get_seed, set_seed
from penstock.errors import InvalidArgumentError


@pytest.fixture(autouse=True)
def _no_global_seed() -> Iterator[None]:
    set_seed(None)
    yield
    set_seed(None)


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
