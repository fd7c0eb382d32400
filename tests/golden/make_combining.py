"""Write `combining.json`: elements over three epochs, and cardinality, of pipelines that combine datasets.

Run by hand, with TensorFlow 2.21 and penstock (for the description language of `penstock.testing.pipelines`) installed:

    python tests/golden/make_combining.py

`cases` hold a pipeline, `epochs` (one when all are alike), `cardinality` (-1 is infinite, -2 unknown), and a
`global_seed` where one was set. `counters` hold arguments of `Dataset.counter` and the first numbers. `weighted` holds
elements of `sample_from_datasets` with a dataset of weights.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from writer import integers, plain, versions, write

from penstock.testing.pipelines import build, elements

Step = dict[str, Any]
EPOCHS = 3
LIMIT = 40


def step(op: str, **arguments: Any) -> Step:
    return {"op": op, **arguments}


FIVE, SEVEN = step("range", stop=5), step("range", stop=7)
FAR = [step("range", start=100, stop=104)]
FARTHER = [step("range", start=200, stop=206)]
SHUFFLED = [step("range", start=300, stop=305), step("shuffle", buffer_size=3, seed=4)]
FILTERED = [step("range", stop=9), step("keep_multiples", of=2)]
ENDLESS = [step("range", start=400, stop=402), step("repeat", count=-1)]
TWICE = step("repeat", count=2)


def samples() -> list[list[Step]]:
    found = []
    for seed in (0, 1, 42, -1, 2**40):
        for weights in (None, [0.5, 0.25, 0.25], [1.0, 0.0, 3.0], [0.2, 0.3, 0.4]):
            found.append([SEVEN, step("sample", others=[FAR, FARTHER], seed=seed, weights=weights)])
    for again in (None, False, True):
        for stop in (False, True):
            options = {"seed": 3, "stop_on_empty_dataset": stop, "rerandomize_each_iteration": again}
            found.append([SEVEN, step("sample", others=[FAR, SHUFFLED], **options)])
            found.append([SEVEN, step("sample", others=[FAR, FILTERED], **options), TWICE])
    found += [
        [SEVEN, step("sample", others=[], seed=1)],
        [SEVEN, step("sample", others=[FAR], seed=1, weights=[0.0, 0.0])],
        [SEVEN, step("sample", others=[FAR], seed=1, weights=[0.0, 2.0])],
        [SEVEN, step("sample", others=[ENDLESS], seed=1)],
    ]
    return found


def choices() -> list[list[Step]]:
    found = []
    for turns in ([0, 1, 2, 1, 0], [2] * 8 + [0, 1, 1, 0], [0, 1] * 9, []):
        for stop in (False, True):
            found.append([FIVE, step("choose", others=[FAR, SHUFFLED], turns=turns, stop_on_empty_dataset=stop)])
    found.append([FIVE, step("choose", others=[ENDLESS], turns=[1, 0, 1])])
    return found


def chains() -> list[list[Step]]:
    shuffle = step("shuffle", buffer_size=4, seed=1)
    return [
        *[[first, step("zip", other=other)] for first in (FIVE, SEVEN) for other in (FAR, FARTHER, SHUFFLED, ENDLESS)],
        *[[first, step("concatenate", other=other)] for first in (FIVE, SEVEN) for other in (FAR, SHUFFLED, ENDLESS)],
        [FIVE, shuffle, step("zip", other=SHUFFLED), TWICE],
        [FIVE, shuffle, step("concatenate", other=SHUFFLED), TWICE],
        [FIVE, step("zip", other=FILTERED)],
        [FIVE, step("concatenate", other=FILTERED)],
        [step("range", stop=0), step("zip", other=FAR)],
        [FIVE, step("enumerate", start=3)],
        [*FILTERED, step("enumerate", start=-1)],
        *[[SEVEN, step("shard", num_shards=3, index=i)] for i in range(3)],
        [SEVEN, shuffle, step("shard", num_shards=2, index=1), TWICE],
        [*FILTERED, step("shard", num_shards=2, index=1)],
        [SEVEN, step("take_below", limit=4)],
        [SEVEN, shuffle, step("take_below", limit=5), TWICE],
        [step("values", values=[3, 1, 3, 2, 1, 3]), step("unique")],
        [SEVEN, shuffle, TWICE, step("unique")],
        [step("values", values=[3, 1, 3, 2]), step("running_sum"), TWICE],
        [step("random", count=5, seed=7)],
        [step("random", count=5, seed=7, rerandomize_each_iteration=True), TWICE],
    ]


def case(pipeline: list[Step], global_seed: int | None = None) -> dict[str, Any]:
    tf.random.set_seed(global_seed)
    dataset = build(tf.data.Dataset, pipeline)
    epochs = [elements(dataset, LIMIT) for _ in range(EPOCHS)]
    epochs = epochs[:1] if epochs == epochs[:1] * EPOCHS else epochs
    return {
        **({} if global_seed is None else {"global_seed": global_seed}),
        "pipeline": pipeline,
        "cardinality": int(dataset.cardinality()),
        "epochs": epochs,
    }


def seeded_globally() -> list[dict[str, Any]]:
    unseeded = [step("range", start=300, stop=305), step("shuffle", buffer_size=3)]
    return [
        case([SEVEN, step("sample", others=[FAR, unseeded], rerandomize_each_iteration=again)], seed)
        for seed in (0, 5)
        for again in (False, True)
    ]


def counters() -> list[dict[str, Any]]:
    rows: list[tuple[Any, Any, str]] = [(0, 1, "int64"), (5, -2, "int32"), (250, 3, "uint8"), (0, 0.1, "float32")]
    found = []
    for start, by, dtype in rows:
        numbers = tf.data.Dataset.counter(start, by, tf.as_dtype(dtype)).take(12)
        found.append({"start": start, "step": by, "dtype": dtype, "numbers": [plain(x) for x in numbers]})
    return found


def weighted() -> list[dict[str, Any]]:
    weights = [[0.1, 0.9], [0.9, 0.1], [0.5, 0.5], [1.0, 0.0]]
    found = []
    tf.random.set_seed(None)
    for seed in (3, 8):
        datasets = [tf.data.Dataset.range(20), tf.data.Dataset.range(100, 120)]
        turns = tf.data.Dataset.from_tensor_slices(np.array(weights)).repeat(4)
        got = integers(tf.data.Dataset.sample_from_datasets(datasets, turns, seed=seed))
        found.append({"seed": seed, "weights": weights, "elements": got})
    return found


if __name__ == "__main__":
    rows = [case(pipeline) for pipeline in samples() + choices() + chains()]
    write(
        "combining",
        {
            "made_by": "make_combining.py",
            "versions": versions(),
            "cases": rows + seeded_globally(),
            "counters": counters(),
            "weighted": weighted(),
        },
    )
