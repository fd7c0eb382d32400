"""Combined datasets, and those that carry something along, go on exactly where they were saved."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from penstock import Dataset
from penstock.testing import assert_resumes_exactly


def shuffled(n, seed):
    return Dataset.range(n).shuffle(4, seed=seed)


def opaque(x):
    return int(x) + 1


def shaky(x):
    if x % 5 == 3:
        raise ValueError("bad")
    return x


def ragged(x):
    return Dataset.range(x * 10, x * 10 + x % 4)


def zipped():
    return Dataset.zip(shuffled(12, 1), {"x": Dataset.range(11).map(opaque)}, shuffled(20, 2).batch(2)).repeat(2)


def shared():
    source = Dataset.range(9).shuffle(4, seed=3)
    return Dataset.zip(source, source.concatenate(source).enumerate(5))


def concatenated():
    return shuffled(9, 1).concatenate(Dataset.range(6).map(opaque)).concatenate(shuffled(5, 1).repeat(2)).repeat(2)


def sharded():
    return shuffled(40, 5).interleave(ragged, 2).shard(3, 1)


def chosen():
    turns = Dataset.from_tensor_slices(np.array([0, 2, 1, 2, 0, 0, 1, 2, 2, 1] * 4, np.int64)).shuffle(5, seed=1)
    datasets = [shuffled(9, 1), Dataset.range(100, 130).map(opaque), Dataset.range(200, 206)]
    return Dataset.choose_from_datasets(datasets, turns, stop_on_empty_dataset=False).repeat(2)


def sampled(weights=None, *, again=True):
    datasets = [shuffled(12, 1), Dataset.range(100, 110).map(opaque), Dataset.range(200, 214).batch(1).unbatch()]
    sample = Dataset.sample_from_datasets(datasets, weights, seed=4, rerandomize_each_iteration=again)
    return sample.shuffle(3, seed=9).repeat(2)


def sampled_unseeded():
    return Dataset.sample_from_datasets([Dataset.range(9), Dataset.range(100, 109)], rerandomize_each_iteration=True)


def numbers():
    return Dataset.zip(Dataset.counter(0, 0.1, "float32"), Dataset.random(seed=3, rerandomize_each_iteration=True))


def prefix():
    return shuffled(30, 1).take_while(lambda x: x < 24).concatenate(shuffled(30, 2).take_while(lambda x: int(x) < 27))


def unique():
    words = Dataset.from_tensor_slices(["a", "b", "a", "c", "d", "b", "e"]).shuffle(3, seed=1).repeat(3)
    return Dataset.zip(words.unique(), Dataset.range(40).map(lambda x: x % 7).unique())


def scanned():
    def step(state, x):
        return {"sum": state["sum"] + x, "last": np.append(state["last"], x)[-3:]}, (state["sum"], state["last"].sum())

    return shuffled(20, 1).scan({"sum": 0, "last": np.zeros(0, np.int64)}, step).shuffle(4, seed=2).repeat(2)


def counted():
    return shuffled(12, 1).filter(lambda x: x > 2).assert_cardinality(9).enumerate()


def skipping(calls=None):
    mapped = shuffled(30, 1).map(shaky, num_parallel_calls=calls, on_error="skip")
    return mapped.filter(lambda x: shaky(x + 1) > 5, on_error="skip").map(shaky).ignore_errors().shuffle(3, seed=1)


def interleaved_skipping():
    return shuffled(12, 1).interleave(lambda x: ragged(shaky(x)), 2, 2, on_error="skip")


@pytest.mark.unit
@pytest.mark.parametrize(
    "make",
    [
        zipped,
        shared,
        concatenated,
        sharded,
        chosen,
        sampled,
        functools.partial(sampled, [0.5, 0.0, 3.0], again=False),
        sampled_unseeded,
        prefix,
        unique,
        scanned,
        counted,
        skipping,
        functools.partial(skipping, 3),
        interleaved_skipping,
    ],
)
def test_resumes_exactly(make) -> None:
    assert assert_resumes_exactly(make).elements > 0


@pytest.mark.unit
def test_endless_sources_resume_exactly() -> None:
    assert_resumes_exactly(numbers, steps=80)


@pytest.mark.unit
def test_threads_may_differ() -> None:
    assert_resumes_exactly(skipping, make_restored=functools.partial(skipping, 3))


@pytest.mark.slow
@pytest.mark.parametrize("make", [zipped, chosen, sampled])
def test_resumes_in_another_process(make) -> None:
    assert_resumes_exactly(make, steps=7, fresh_process=True)
