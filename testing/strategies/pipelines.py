"""Strategies for pipelines of integers, in the description language of `penstock.testing.pipelines`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..pipelines import Step
from .hypothesis_extra import st

LONGEST_SOURCE = 20
LARGEST_REPEAT = 3


def seeds() -> st.SearchStrategy[int]:
    """Seeds of operations: mostly small ones, sometimes at the edges of 31, 32 and 63 bits."""
    edges = [0, -1, 2**31 - 2, 2**31 - 1, 2**31, 2**32, 2**63 - 1, -(2**63)]
    return st.integers(0, 1000) | st.sampled_from(edges) | st.integers(-(2**63), 2**63 - 1)


@st.composite
def shuffles(draw: st.DrawFn, *, unseeded: bool = False) -> Step:
    """Draw a shuffle.

    Args:
        draw: Given by Hypothesis.
        unseeded: Whether the seed may be missing; the order is then fixed by a global seed alone.
    """
    seed = draw(st.none() | seeds()) if unseeded else draw(seeds())
    step: Step = {"op": "shuffle", "buffer_size": draw(st.integers(1, 12)), "seed": seed}
    reshuffle = draw(st.sampled_from([None, True, False]))
    return step if reshuffle is None else {**step, "reshuffle_each_iteration": reshuffle}


@st.composite
def integer_pipelines(
    draw: st.DrawFn, *, unseeded: bool = False, max_steps: int = 5, without: Collection[str] = ()
) -> list[Step]:
    """Draw a finite pipeline whose elements are integers, or batches in its last steps.

    Sources have at most 20 elements and repeats are small, so that an epoch has some thousands of elements at most.

    Args:
        draw: Given by Hypothesis.
        unseeded: Whether shuffles may have no seed of their own.
        max_steps: How many transformations there are at most.
        without: Names of steps that must not occur, e.g. `("cache", "shard")`.
    """
    steps: list[Step] = [{"op": "range", "stop": draw(st.integers(0, LONGEST_SOURCE))}]
    repeats = nested = 0
    for _ in range(draw(st.integers(0, max_steps))):
        offered = _transformations(unseeded=unseeded, nested=nested < 1, repeats=repeats < 2)
        step = draw(offered.filter(lambda step: step["op"] not in without))
        repeats += step["op"] == "repeat"
        nested += step["op"] in ("interleave", "flat_map", "window")
        steps.append(step)
    if draw(st.booleans()):
        steps += [step for step in draw(_endings()) if step["op"] not in without]
    return steps


def _simple() -> st.SearchStrategy[Step]:
    count = st.integers(-1, LONGEST_SOURCE + 2)
    shards = st.integers(1, 3).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1)))
    return st.one_of(
        count.map(lambda n: {"op": "take", "count": n}),
        count.map(lambda n: {"op": "skip", "count": n}),
        st.integers(-5, 5).map(lambda n: {"op": "add", "amount": n}),
        st.integers(1, 3).map(lambda n: {"op": "keep_multiples", "of": n}),
        st.integers(0, 3).map(lambda n: {"op": "prefetch", "buffer_size": n}),
        shards.map(lambda pair: {"op": "shard", "num_shards": pair[0], "index": pair[1]}),
        st.just({"op": "cache"}),
        st.just({"op": "unique"}),
        st.just({"op": "running_sum"}),
        count.map(lambda n: {"op": "take_below", "limit": n}),
        st.tuples(st.integers(1, 4), st.integers(1, 5)).map(
            lambda pair: {"op": "group_by_window", "modulus": pair[0], "window_size": pair[1]}
        ),
        st.integers(-3, 3).map(lambda n: {"op": "enumerate", "start": n}),
    )


@st.composite
def _others(draw: st.DrawFn, *, unseeded: bool) -> list[Step]:
    """Draw a pipeline to combine another one with."""
    if draw(st.booleans()):
        seed, again = draw(seeds()), draw(st.sampled_from([None, True, False]))
        step: Step = {"op": "random", "count": draw(st.integers(0, 4)), "seed": seed}
        return [step if again is None else {**step, "rerandomize_each_iteration": again}]
    source: Step = {"op": "range", "start": 1000, "stop": 1000 + draw(st.integers(0, 9))}
    return [source, *draw(st.lists(shuffles(unseeded=unseeded), max_size=1))]


@st.composite
def _combinations(draw: st.DrawFn, *, unseeded: bool) -> Step:
    """Draw a step that combines the pipeline with others."""
    name = draw(st.sampled_from(["concatenate", "zip", "choose", "sample"]))
    if name in ("concatenate", "zip"):
        return {"op": name, "other": draw(_others(unseeded=unseeded))}
    others = draw(st.lists(_others(unseeded=unseeded), min_size=1, max_size=3))
    step: Step = {"op": name, "others": others, "stop_on_empty_dataset": draw(st.booleans())}
    if name == "choose":
        return {**step, "turns": draw(st.lists(st.integers(0, len(others)), max_size=40))}
    weights = draw(st.none() | st.lists(_WEIGHTS, min_size=len(others) + 1, max_size=len(others) + 1))
    seed = draw(st.none() | seeds()) if unseeded else draw(seeds())
    return {**step, "weights": weights, "seed": seed, "rerandomize_each_iteration": draw(st.booleans())}


_WEIGHTS = st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0, 3.0])


# Not 0: TensorFlow's own fusion of shuffle and repeat refuses repeat(0) behind a shuffle.
_REPEATS = st.integers(1, LARGEST_REPEAT).map(lambda n: {"op": "repeat", "count": n})


def _transformations(*, unseeded: bool, nested: bool, repeats: bool) -> st.SearchStrategy[Step]:
    options: list[st.SearchStrategy[Any]] = [
        _simple(),
        shuffles(unseeded=unseeded),
        _combinations(unseeded=unseeded),
    ]
    if repeats:
        options.append(_REPEATS)
    if nested:
        options.append(_nested(unseeded=unseeded))
    return st.one_of(options)


@st.composite
def _windows(draw: st.DrawFn) -> Step:
    size, drop = draw(st.integers(1, 3)), draw(st.booleans())
    # TensorFlow reads the elements between two windows right after the first one: an epoch that ends there differs.
    arguments = {"size": size, "shift": draw(st.integers(1, size)), "stride": draw(st.integers(1, 2))}
    return {"op": "window", **arguments, "drop_remainder": drop}


@st.composite
def _nested(draw: st.DrawFn, *, unseeded: bool) -> Step:
    if draw(st.integers(0, 3)) == 0:
        return draw(_windows())
    source = draw(st.sampled_from([{"op": "ragged"}, {"op": "span", "width": 10, "length": 4}]))
    inner = st.one_of(shuffles(unseeded=unseeded), _REPEATS)
    function = [source, *draw(st.lists(inner, max_size=2))]
    if draw(st.booleans()):
        return {"op": "flat_map", "function": function}
    lengths = {"cycle_length": draw(st.integers(1, 4)), "block_length": draw(st.integers(1, 3))}
    return {"op": "interleave", "function": function, **lengths}


@st.composite
def _endings(draw: st.DrawFn) -> list[Step]:
    """Draw a batch and what may follow it."""
    size, drop = draw(st.integers(1, 6)), draw(st.booleans())
    after = st.one_of(
        _REPEATS,
        shuffles(),
        st.integers(-1, 4).map(lambda n: {"op": "take", "count": n}),
        st.integers(-1, 4).map(lambda n: {"op": "skip", "count": n}),
        st.just({"op": "unbatch"}),
        st.tuples(st.integers(1, 4) | st.lists(st.integers(1, 4), min_size=1, max_size=3), st.booleans()).map(
            lambda pair: {"op": "rebatch", "batch_size": pair[0], "drop_remainder": pair[1]}
        ),
    )
    batch: Step = {"op": "batch", "batch_size": size, "drop_remainder": drop}
    return [batch, *([draw(after)] if draw(st.booleans()) else [])]
