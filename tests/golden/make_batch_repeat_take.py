"""Write `batch_repeat_take.json`: elements, cardinality and element_spec of tf.data pipelines, corner counts included.

Run by hand, with TensorFlow 2.21 and penstock (for the description language of `penstock.testing.pipelines`) installed:

    python tests/golden/make_batch_repeat_take.py

`cardinality` is a count, "infinite" or "unknown". `spec` is the shape and the dtype of an element, unknown sizes
as null.
"""

from __future__ import annotations

import itertools
from typing import Any

import tensorflow as tf
from writer import outcome, versions, write

from penstock.testing.pipelines import build, elements

Step = dict[str, Any]
LIMIT = 25
NAMES = {tf.data.INFINITE_CARDINALITY: "infinite", tf.data.UNKNOWN_CARDINALITY: "unknown"}


def step(op: str, **arguments: Any) -> Step:
    return {"op": op, **arguments}


def counts() -> list[list[Step]]:
    found = []
    for n, op, count in itertools.product((0, 5), ("repeat", "take", "skip"), (-1, 0, 1, 2, 5, 6)):
        found.append([step("range", stop=n), step(op, count=count)])
    return found


def batches() -> list[list[Step]]:
    found = []
    for n, size, drop in itertools.product((0, 1, 6, 7), (1, 2, 3, 7, 8), (False, True)):
        found.append([step("range", stop=n), step("batch", batch_size=size, drop_remainder=drop)])
    return found


def chains() -> list[list[Step]]:
    five, forever, pairs = step("range", stop=5), step("repeat", count=-1), step("batch", batch_size=2)
    even, nested = step("keep_multiples", of=2), [step("span", width=10, length=2)]
    four = step("take", count=4)
    return [
        [five, forever, step("take", count=7)],
        [five, forever, pairs, four],
        [five, forever, step("skip", count=7), four],
        [five, forever, step("repeat", count=0)],
        [five, forever, step("repeat", count=2), four],
        [five, forever, step("shard", num_shards=2, index=1), four],
        [five, pairs, step("unbatch")],
        [five, step("batch", batch_size=2, drop_remainder=True), step("repeat", count=2)],
        [five, step("repeat", count=2), pairs],
        [five, step("take", count=3), step("repeat", count=2), step("skip", count=1)],
        [five, even],
        [five, even, step("repeat", count=2), pairs],
        [five, even, forever, four],
        [five, even, step("take", count=0)],
        [five, even, step("take", count=2)],
        [five, step("add", amount=1), step("prefetch", buffer_size=1), step("cache")],
        [five, step("shuffle", buffer_size=1, seed=1), forever],
        [five, step("interleave", function=nested, cycle_length=2)],
        [five, step("flat_map", function=nested)],
        [five, forever, step("flat_map", function=nested), four],
        [five, step("concatenate", other=[step("range", start=5, stop=7)])],
        [five, forever, step("concatenate", other=[five]), four],
        [five, step("concatenate", other=[five, even])],
        [step("values", values=[3, 1, 2, 4]), pairs, step("batch", batch_size=2, drop_remainder=True)],
        *[[five, step("shard", num_shards=3, index=i)] for i in range(3)],
        [step("range", start=3, stop=3)],
        [step("range", start=5, stop=2)],
        [step("range", start=-3, stop=2), step("prefetch", buffer_size=0)],
    ]


def errors() -> list[list[Step]]:
    five = step("range", stop=5)
    return [
        [five, step("batch", batch_size=0)],
        [five, step("batch", batch_size=-1)],
        [five, step("shuffle", buffer_size=0, seed=1)],
        [five, step("shard", num_shards=0, index=0)],
        [five, step("shard", num_shards=2, index=2)],
        [five, step("shard", num_shards=2, index=-1)],
        [five, step("interleave", function=[step("ragged")], cycle_length=0)],
        [five, step("interleave", function=[step("ragged")], cycle_length=2, block_length=0)],
        [five, step("prefetch", buffer_size=-3)],
        [five, step("unbatch")],
        [five, step("batch", batch_size=2), step("batch", batch_size=3)],
        [
            five,
            step("interleave", function=[step("span", width=9, length=1)], cycle_length=1, num_parallel_calls=2),
        ],
    ]


def cardinality(dataset: tf.data.Dataset) -> int | str:
    value = int(dataset.cardinality())
    return NAMES.get(value, value)


def case(pipeline: list[Step]) -> dict[str, Any]:
    dataset = build(tf.data.Dataset, pipeline)
    size, spec = cardinality(dataset), dataset.element_spec
    listed = elements(dataset, LIMIT)
    more = {"limit": LIMIT} if len(listed) == LIMIT else {}
    shape = None if spec.shape.rank is None else spec.shape.as_list()
    return {"pipeline": pipeline, "cardinality": size, "spec": [shape, spec.dtype.name], "elements": listed, **more}


if __name__ == "__main__":
    rows = [case(pipeline) for pipeline in counts() + batches() + chains()]
    failures = [{"pipeline": p, **outcome(lambda p=p: elements(build(tf.data.Dataset, p)))} for p in errors()]
    write(
        "batch_repeat_take",
        {"made_by": "make_batch_repeat_take.py", "versions": versions(), "cases": rows, "errors": failures},
    )
