"""Write `interleave.json`: the order of tf.data's interleave, sequential and parallel.

Run by hand, with TensorFlow 2.21 and penstock (for the description language of `penstock.testing.pipelines`) installed:

    python tests/golden/make_interleave.py

Outer element x stands for the sub-dataset x * 10, …, x * 10 + x % 10 - 1 (source "ragged"): 30 is an empty one.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from writer import versions, write

from penstock.testing.pipelines import build, elements

LAYOUTS = {
    "even": [12, 22, 32, 42],
    "ragged": [13, 21, 34, 42, 55],
    "with empty ones": [10, 23, 30, 41, 50, 60, 72],
    "empty at the end": [13, 22, 30, 40],
    "all empty": [10, 20, 30],
    "one": [14],
    "none": [],
}
CYCLES = (1, 2, 3, 4, 9)
BLOCKS = (1, 2, 3, 5)


def run(values: list[int], arguments: dict[str, Any]) -> list[int]:
    dataset = build(
        tf.data.Dataset,
        [
            {"op": "values", "values": values},
            {"op": "interleave", "function": [{"op": "ragged"}], **arguments},
        ],
    )
    return elements(dataset)


def cases() -> list[dict[str, Any]]:
    found = []
    for name, values in LAYOUTS.items():
        for cycle_length in CYCLES:
            for block_length in BLOCKS:
                arguments = {"cycle_length": cycle_length, "block_length": block_length}
                got = run(values, arguments)
                # Parallel, in order: the elements are the same, or the case says so. More calls than cycle_length
                # are an error.
                parallel = {
                    calls: run(values, {**arguments, "num_parallel_calls": calls})
                    for calls in (1, 2, 4)
                    if calls <= cycle_length
                }
                row = {"layout": name, **arguments, "elements": got}
                different = {str(calls): order for calls, order in parallel.items() if order != got}
                found.append({**row, "parallel_elements": different} if different else row)
    return found


def nested_cases() -> list[dict[str, Any]]:
    inner = {"op": "interleave", "function": [{"op": "ragged"}], "cycle_length": 2}
    pipelines = [
        [{"op": "values", "values": [1, 2, 3]}, {"op": "flat_map", "function": [{"op": "ragged"}]}, inner],
        [{"op": "range", "stop": 14}, inner, {"op": "batch", "batch_size": 4}],
        [{"op": "range", "stop": 6}, {**inner, "cycle_length": 3}, {"op": "repeat", "count": 2}],
        [
            {"op": "range", "stop": 6},
            {"op": "repeat", "count": 2},
            {**inner, "block_length": 2},
            {"op": "skip", "count": 5},
        ],
        [
            {"op": "range", "stop": 5},
            {
                "op": "interleave",
                "function": [{"op": "ragged"}, {"op": "repeat", "count": 2}, {"op": "batch", "batch_size": 3}],
                "cycle_length": 3,
            },
        ],
    ]
    return [{"pipeline": pipeline, "elements": elements(build(tf.data.Dataset, pipeline))} for pipeline in pipelines]


if __name__ == "__main__":
    write(
        "interleave",
        {
            "made_by": "make_interleave.py",
            "versions": versions(),
            "layouts": LAYOUTS,
            "cases": cases(),
            "nested_cases": nested_cases(),
        },
    )
