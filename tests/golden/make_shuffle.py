"""Write `shuffle.json`: the order of tf.data's shuffle, over three epochs of the same dataset object.

Run by hand, with TensorFlow 2.21 and penstock (for the description language of `penstock.testing.pipelines`) installed:

    python tests/golden/make_shuffle.py

Of each case the dataset is built once, after `tf.random.set_seed(global_seed)`, and iterated `len(epochs)` times.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from writer import versions, write

from penstock.testing.pipelines import apply, build, elements

Step = dict[str, Any]


def source(n: int) -> Step:
    return {"op": "range", "stop": n}


def shuffle(buffer_size: int, seed: int | None = None, reshuffle: bool | None = None) -> Step:
    step: Step = {"op": "shuffle", "buffer_size": buffer_size, "seed": seed}
    return step if reshuffle is None else {**step, "reshuffle_each_iteration": reshuffle}


def repeat(count: int) -> Step:
    return {"op": "repeat", "count": count}


def take(count: int) -> Step:
    return {"op": "take", "count": count}


def interleave(*function: Step, **arguments: Any) -> Step:
    return {"op": "interleave", "function": list(function), **arguments}


def flat_map(*function: Step) -> Step:
    return {"op": "flat_map", "function": list(function)}


SPAN = {"op": "span", "width": 10, "length": 5}


def basic() -> list[list[Step]]:
    """Sizes, buffers, seeds and the three values of reshuffle_each_iteration."""
    pipelines = [[source(12), shuffle(4, 42, reshuffle)] for reshuffle in (None, True, False)]
    pipelines += [[source(n), shuffle(b, 7)] for n in (0, 1, 2, 9) for b in (1, 2, 3, 8, 9, 10, 100)]
    pipelines += [[source(9), shuffle(b, 7, False)] for b in (1, 2, 8, 9, 10, 100)]
    seeds = [0, 1, -1, 2**31 - 2, 2**31 - 1, 2**31, 2**32 + 3, 2**40, -(2**40), 2**63 - 1]
    pipelines += [[source(10), shuffle(4, seed, reshuffle)] for seed in seeds for reshuffle in (True, False)]
    pipelines += [[source(200), shuffle(50, 3)], [source(300), shuffle(1000, 11)]]
    return pipelines


def combined() -> list[list[Step]]:
    """Shuffle among other transformations."""
    once, fixed = shuffle(4, 42), shuffle(4, 42, False)
    return [
        [source(12), once, repeat(2)],
        [source(12), fixed, repeat(2)],
        [source(12), once, repeat(3), take(20)],
        [source(5), once, repeat(-1), take(17)],
        [source(5), shuffle(3, 5), repeat(2), repeat(2)],
        [source(6), repeat(2), once],
        [source(6), repeat(2), fixed],
        [source(6), repeat(2), once, repeat(2)],
        [source(6), repeat(-1), once, take(15)],
        [source(8), once, take(3)],
        [source(8), once, take(3), repeat(3)],
        [source(8), once, {"op": "skip", "count": 3}],
        [source(8), once, {"op": "cache"}],
        [source(8), {"op": "cache"}, once],
        [source(8), once, {"op": "cache"}, repeat(2)],
        [source(8), once, {"op": "prefetch", "buffer_size": 2}],
        [source(8), once, {"op": "prefetch", "buffer_size": 2}, repeat(2)],
        [source(8), once, {"op": "add", "amount": 10}, repeat(1)],
        [source(8), once, {"op": "add", "amount": 10}, repeat(2), take(16)],
        [source(8), once, {"op": "add", "amount": 10}, repeat(2), take(17)],
        [source(8), once, {"op": "add", "amount": 10}, repeat(-1), take(16)],
        [source(8), once, repeat(1)],
        [source(8), once, repeat(2), {"op": "add", "amount": 10}, repeat(2)],
        [source(8), once, repeat(2), once, repeat(2)],
        [source(12), shuffle(4, 42), shuffle(4, 42)],
        [source(12), shuffle(4, 42), shuffle(3, 7)],
        [source(12), shuffle(4, 42, False), shuffle(3, 7)],
        [source(12), shuffle(4, 42), shuffle(3, 7, False), repeat(2)],
        [source(12), shuffle(4, 42), repeat(2), shuffle(3, 7)],
        [source(10), {"op": "batch", "batch_size": 3}, shuffle(3, 5)],
        [source(10), shuffle(5, 5), {"op": "batch", "batch_size": 4, "drop_remainder": True}, repeat(2)],
        [source(10), {"op": "batch", "batch_size": 3}, shuffle(3, 5), {"op": "unbatch"}],
        [source(20), shuffle(5, 5), {"op": "keep_multiples", "of": 3}],
        [source(20), {"op": "keep_multiples", "of": 3}, shuffle(3, 5), {"op": "add", "amount": 100}],
        [
            source(5),
            shuffle(3, 5),
            {"op": "concatenate", "other": [{"op": "range", "start": 5, "stop": 10}, shuffle(3, 5)]},
        ],
        [source(9), {"op": "shard", "num_shards": 2, "index": 1}, shuffle(3, 5)],
        [source(9), shuffle(3, 5), {"op": "shard", "num_shards": 2, "index": 1}],
    ]


def nested() -> list[list[Step]]:
    """Shuffle inside of functions that return datasets: each call makes a new dataset, in its first epoch."""
    inside = shuffle(3, 2)
    return [
        [source(3), flat_map(SPAN, inside)],
        [source(3), flat_map(SPAN, inside, repeat(2))],
        [source(3), flat_map(SPAN, shuffle(3, 2, False), repeat(2))],
        [source(3), interleave(SPAN, inside, cycle_length=2, block_length=2)],
        [source(3), interleave(SPAN, inside, repeat(2), cycle_length=2)],
        [source(4), interleave(SPAN, inside, cycle_length=3, block_length=1, num_parallel_calls=2)],
        [source(4), shuffle(4, 9), interleave(SPAN, inside, cycle_length=2, block_length=3)],
        [source(4), shuffle(4, 9), interleave(SPAN, inside, cycle_length=2), shuffle(6, 1), repeat(2)],
        [source(4), shuffle(4, 9), interleave(SPAN, cycle_length=2), repeat(2)],
        [source(2), flat_map(SPAN, shuffle(3, 2), shuffle(4, 3))],
    ]


def unseeded() -> list[list[Step]]:
    """No seed of its own: only with a global seed is the order fixed."""
    return [
        [source(10), shuffle(4)],
        [source(10), shuffle(4, None, False)],
        [source(10), shuffle(4), shuffle(4), repeat(2)],
        [source(10), shuffle(4, 5), shuffle(4)],
        [source(3), flat_map(SPAN, shuffle(3))],
        [source(3), flat_map(SPAN, shuffle(3), shuffle(4))],
        [source(4), shuffle(4), flat_map(SPAN, shuffle(3))],
        [source(4), flat_map(SPAN, shuffle(3)), shuffle(4)],
        [source(3), flat_map(SPAN, shuffle(3), repeat(2))],
        [source(3), interleave(SPAN, shuffle(3), cycle_length=2)],
        [source(2), flat_map(SPAN, shuffle(5)), flat_map({"op": "span", "width": 10, "length": 3}, shuffle(3))],
    ]


def case(global_seed: int | None, pipeline: list[Step]) -> dict[str, Any]:
    tf.random.set_seed(global_seed)
    dataset = build(tf.data.Dataset, pipeline)
    return {"global_seed": global_seed, "pipeline": pipeline, "epochs": [elements(dataset) for _ in range(3)]}


def shared_case(global_seed: int | None) -> dict[str, Any]:
    """Datasets built on one shuffled dataset, iterated in turns: they draw their epochs from it together."""
    tf.random.set_seed(global_seed)
    base = build(tf.data.Dataset, [source(8), shuffle(4, 42)])
    users: dict[str, list[Step]] = {
        "itself": [],
        "taken": [{"op": "take", "count": 4}],
        "mapped": [{"op": "add", "amount": 100}],
        "repeated": [repeat(2)],
        "none_taken": [take(0)],
        "all_skipped": [{"op": "skip", "count": -1}],
        "past_the_end": [{"op": "skip", "count": 9}],
        "sliced_repeats": [take(2), repeat(2)],
    }
    datasets = {name: apply(tf.data.Dataset, base, steps) for name, steps in users.items()}
    order = ["mapped", "taken", "itself", "repeated", "taken", "none_taken", "itself", "all_skipped", "itself"]
    order += ["past_the_end", "itself", "sliced_repeats", "itself"]
    return {
        "global_seed": global_seed,
        "base": [source(8), shuffle(4, 42)],
        "users": users,
        "iterations": [{"user": name, "elements": elements(datasets[name])} for name in order],
    }


def iterators_case() -> dict[str, Any]:
    """Two iterators of one dataset, made before either is read: the first made has the first epoch."""
    tf.random.set_seed(None)
    pipeline = [source(8), shuffle(4, 42)]
    dataset = build(tf.data.Dataset, pipeline)
    first, second = iter(dataset), iter(dataset)
    late = [int(x) for x in second]
    return {
        "pipeline": pipeline,
        "read_first": {"made": "second", "elements": late},
        "read_second": {"made": "first", "elements": [int(x) for x in first]},
    }


if __name__ == "__main__":
    cases = [case(None, pipeline) for pipeline in basic() + combined() + nested()]
    for seed in (0, 1, -3, 2**35):
        cases += [
            case(seed, pipeline) for pipeline in ([source(12), shuffle(4, 42)], [source(12), shuffle(4, 0), repeat(2)])
        ]
    for seed in (0, 7, 2**31):
        cases += [case(seed, pipeline) for pipeline in unseeded()]
    write(
        "shuffle",
        {
            "made_by": "make_shuffle.py",
            "versions": versions(),
            "cases": cases,
            "shared": [shared_case(None), shared_case(7)],
            "iterators": [iterators_case()],
        },
    )
