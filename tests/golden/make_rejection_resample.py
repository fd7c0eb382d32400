"""Write `rejection_resample.json`: what tf.data leaves out and repeats.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_rejection_resample.py

Elements are 0, 1, …; the class of x is x * x % (number of classes). Rows are pairs (class, element).
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from writer import versions, write

CASES: list[dict[str, Any]] = [
    {"n": 60, "target_dist": [0.0, 0.25, 0.75], "initial_dist": [0.4, 0.4, 0.2], "seed": 5},
    {"n": 60, "target_dist": [0.1, 0.3, 0.6], "initial_dist": [0.4, 0.4, 0.2], "seed": 5},
    {"n": 60, "target_dist": [0.1, 0.3, 0.6], "initial_dist": [0.2, 0.5, 0.3], "seed": -7},
    {"n": 20, "target_dist": [0.5, 0.5], "initial_dist": [0.5, 0.5], "seed": 1},
    {"n": 120, "target_dist": [0.1, 0.3, 0.6], "initial_dist": None, "seed": 5},
    {"n": 120, "target_dist": [0.0, 0.3, 0.7], "initial_dist": None, "seed": 2**40},
    {"n": 70, "target_dist": [0.5, 0.5], "initial_dist": None, "seed": None, "global_seed": 9},
    {"n": 50, "target_dist": [0.9, 0.1], "initial_dist": [0.5, 0.5], "seed": None, "global_seed": 3},
    {"n": 50, "target_dist": [0.9, 0.1], "initial_dist": [0.5, 0.5], "seed": 4, "global_seed": 3},
    {"n": 0, "target_dist": [0.9, 0.1], "initial_dist": [0.5, 0.5], "seed": 4},
]


def rows(case: dict[str, Any]) -> list[list[list[int]]]:
    tf.random.set_seed(case.get("global_seed"))
    classes = len(case["target_dist"])
    dataset = tf.data.Dataset.range(case["n"]).rejection_resample(
        lambda x: tf.cast(x * x % classes, tf.int32), case["target_dist"], case["initial_dist"], case["seed"]
    )
    return [[[int(label), int(x)] for label, x in dataset.as_numpy_iterator()] for _ in range(2)]


if __name__ == "__main__":
    write(
        "rejection_resample",
        {
            "made_by": "make_rejection_resample.py",
            "versions": versions(),
            "cases": [{**case, "epochs": rows(case)} for case in CASES],
        },
    )
