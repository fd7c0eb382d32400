"""cache: one complete pass is kept and served from then on."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from penstock import Dataset
from penstock.pipeline import UNKNOWN_CARDINALITY


def counted(n):
    calls = []

    def note(x):
        calls.append(int(x))
        return {"x": x, "text": f"row {x}"}

    return Dataset.range(n).map(note, vectorize=False), calls


@pytest.mark.unit
def test_functions_run_in_the_first_pass_only() -> None:
    dataset, calls = counted(20)
    cached = dataset.cache()
    first, second, third = list(cached), list(cached), list(cached.repeat(2))
    assert calls == list(range(20))
    assert [r["text"] for r in second] == [f"row {i}".encode() for i in range(20)]
    assert [r["x"] for r in first] == [r["x"] for r in second]
    assert len(third) == 40


@pytest.mark.unit
def test_a_pass_that_is_not_finished_keeps_nothing() -> None:
    dataset, calls = counted(10)
    cached = dataset.cache()
    assert len(list(cached.take(4))) == 4
    assert len(list(cached)) == 10
    assert calls == [0, 1, 2, 3, *range(10)]
    list(cached.take(3))
    assert len(calls) == 14


@pytest.mark.unit
def test_all_datasets_on_a_cache_share_it() -> None:
    dataset, calls = counted(6)
    cached = dataset.cache()
    list(cached.map(lambda e: e["x"]))
    assert list(cached.map(lambda e: e["x"] * 2).batch(3))[1].tolist() == [6, 8, 10]
    assert len(calls) == 6


@pytest.mark.unit
def test_shuffle_above_a_cache_goes_on_shuffling_and_below_is_frozen() -> None:
    above = Dataset.range(20).cache().shuffle(20, seed=1)
    assert list(above) != list(above)
    below = Dataset.range(20).shuffle(20, seed=1).cache()
    assert list(below) == list(below)


@pytest.mark.unit
def test_an_empty_pass_is_complete() -> None:
    runs = []

    def nothing():
        runs.append(1)
        return iter(())

    cached = Dataset.from_generator(nothing).cache()
    assert [list(cached), list(cached)] == [[], []]
    assert len(runs) == 1
    assert cached.cardinality() == 0


@pytest.mark.unit
def test_the_count_is_known_once_the_cache_is_full() -> None:
    cached = Dataset.range(10).filter(lambda x: x > 3).cache()
    assert cached.cardinality() == UNKNOWN_CARDINALITY
    list(cached)
    assert len(cached) == 6


@pytest.mark.unit
def test_an_error_keeps_nothing(read_all) -> None:
    state = {"fail": True}

    def shaky(x):
        if x == 3 and state["fail"]:
            raise KeyError("three")
        return x

    cached = Dataset.range(6).map(shaky, vectorize=False).cache()
    with pytest.raises(Exception, match="'shaky' raised KeyError on element 3"):
        list(cached)
    state["fail"] = False
    assert list(cached) == [0, 1, 2, 3, 4, 5]


@pytest.mark.unit
def test_results_of_many_shapes_and_small_blocks() -> None:
    cached = Dataset.range(300).map(lambda x: np.full(int(x) % 3, x), vectorize=False).cache()
    for _ in range(3):
        assert [row.tolist() for row in cached] == [[i] * (i % 3) for i in range(300)]


@pytest.mark.unit
def test_two_passes_at_once_give_the_same() -> None:
    cached = Dataset.range(5000).map(lambda x: x * 2, vectorize=False).cache()
    results = [None, None]

    def read(i):
        results[i] = list(cached)

    threads = [threading.Thread(target=read, args=(i,)) for i in range(2)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert results[0] == results[1] == list(cached) == [2 * i for i in range(5000)]
