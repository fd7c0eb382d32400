"""Write `random.json`: TensorFlow's random words, seed pairs and samples.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_random.py

Floats are stored as `float.hex()`, so that they are compared bit for bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.data.util import random_seed
from writer import integers, versions, write

SEEDS = [0, 1, 42, -1, -5, 2**31 - 2, 2**31 - 1, 2**31, 2**32, 2**33 + 5, 2**63 - 1, 2**63, -(2**63), 2**64 + 3]


def words() -> list[dict[str, Any]]:
    cases = []
    for global_seed, seed in [(None, 42), (None, 0), (None, -1), (None, 2**40), (7, 42), (0, 0), (2**31 - 1, 3)]:
        tf.random.set_seed(global_seed)
        dataset = tf.data.Dataset.random(seed=seed).take(23)
        again = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True).take(5)
        cases.append(
            {
                "global_seed": global_seed,
                "seed": seed,
                "words": integers(dataset),
                "rerandomized_epochs": [integers(again) for _ in range(3)],
            }
        )
    return cases


def pairs() -> list[dict[str, Any]]:
    cases = []
    for global_seed in [None, *SEEDS]:
        tf.random.set_seed(global_seed)
        op_seeds = SEEDS if global_seed is None else [None, None, *SEEDS, None]
        got = [[int(s) for s in random_seed.get_seed(seed)] for seed in op_seeds]
        cases.append({"global_seed": global_seed, "op_seeds": op_seeds, "pairs": got})
    return cases


def raw_streams() -> list[dict[str, Any]]:
    """Streams with 64-bit seeds: the algorithm alone, without the seed rules."""
    cases = []
    for key, counter in [
        (0, [0, 0]),
        (2**63 + 12345, [1, 2**62]),
        (987654321, [2**64 - 2, 5]),
        (3, [2**40, 2**64 - 1]),
    ]:
        state = np.array([*counter, key], np.uint64).view(np.int64)
        generator = tf.random.Generator.from_state(state, alg="philox")
        got = generator.uniform_full_int([12], dtype=tf.uint32).numpy()
        cases.append({"key": key, "counter": counter, "words": [int(w) for w in got]})
    return cases


CALLS: list[tuple[str, list[int], dict[str, Any]]] = [
    ("uniform", [7], {}),
    ("uniform", [2, 3], {"dtype": "float64"}),
    ("uniform", [5], {"dtype": "float16"}),
    ("uniform", [5], {"minval": -3.0, "maxval": 0.1}),
    ("uniform", [5], {"minval": 2.0, "maxval": -1.0}),
    ("uniform", [9], {"minval": -10, "maxval": 1000, "dtype": "int32"}),
    ("uniform", [5], {"minval": -(2**31), "maxval": 2**31 - 1, "dtype": "int32"}),
    ("uniform", [5], {"minval": -10, "maxval": 2**60, "dtype": "int64"}),
    ("uniform", [5], {"minval": -(2**63), "maxval": 2**63 - 1, "dtype": "int64"}),
    ("uniform", [], {}),
    ("uniform", [0, 3], {}),
    ("normal", [11], {}),
    ("normal", [5], {"mean": 2.5, "stddev": 0.25}),
    ("normal", [5], {"dtype": "float64"}),
    ("normal", [5], {"dtype": "float16"}),
    ("truncated_normal", [37], {}),
    ("truncated_normal", [9], {"dtype": "float64"}),
    ("truncated_normal", [5], {"mean": -1.0, "stddev": 3.0}),
]


def values(tensor: tf.Tensor) -> dict[str, Any]:
    array = tensor.numpy()
    flat = array.ravel()
    listed = [int(v) for v in flat] if array.dtype.kind in "iu" else [float(v).hex() for v in flat]
    return {"dtype": array.dtype.name, "shape": list(array.shape), "values": listed}


def samples() -> list[dict[str, Any]]:
    """Each call twice: a stream with a seed of its own goes on, one without is new."""
    cases = []
    for global_seed, seed in [(None, 9), (5, 9), (5, None)]:
        for function, shape, arguments in CALLS:
            tf.random.set_seed(global_seed)
            call = getattr(tf.random, function)
            got = [values(call(shape, seed=seed, **arguments)) for _ in range(2)]
            cases.append(
                {
                    "global_seed": global_seed,
                    "seed": seed,
                    "function": function,
                    "shape": shape,
                    "arguments": arguments,
                    "results": got,
                }
            )
    return cases


def shuffles() -> list[dict[str, Any]]:
    cases = []
    for global_seed, seed, n in [
        (None, 9, 11),
        (5, 9, 11),
        (5, None, 11),
        (5, 1, 1),
        (5, 1, 2),
        (5, 1, 17),
        (5, 1, 0),
        (0, 0, 0),
    ]:
        tf.random.set_seed(global_seed)
        got = [[int(v) for v in tf.random.shuffle(tf.range(n), seed=seed)] for _ in range(3)]
        cases.append({"global_seed": global_seed, "seed": seed, "n": n, "orders": got})
    return cases


def generators() -> list[dict[str, Any]]:
    cases = []
    for seed in [123, 0, -3, 2**63 - 1, 2**63 + 1]:
        generator = tf.random.Generator.from_seed(seed)
        calls = []
        for function, shape, arguments in [
            ("uniform", [5], {}),
            ("normal", [6], {}),
            ("uniform", [3], {"minval": 0, "maxval": 100, "dtype": "int32"}),
            ("truncated_normal", [9], {}),
            ("uniform_full_int", [3], {"dtype": "uint64"}),
            ("uniform", [2], {"dtype": "float64"}),
        ]:
            got = values(getattr(generator, function)(shape, **{**arguments, **_as_tf_dtype(arguments)}))
            calls.append({"function": function, "shape": shape, "arguments": arguments, "result": got})
        cases.append({"seed": seed, "calls": calls})
    return cases


def _as_tf_dtype(arguments: dict[str, Any]) -> dict[str, Any]:
    return {"dtype": tf.as_dtype(arguments["dtype"])} if "dtype" in arguments else {}


def functions() -> list[dict[str, Any]]:
    """Two random operations in a mapped function, `uniform([], 0, 1000)` and `uniform([2], 0, 1000)`, int32."""
    cases = []
    for global_seed, seed in [(3, None), (0, None), (3, 4), (None, 4)]:
        tf.random.set_seed(global_seed)

        def function(_: tf.Tensor, seed: int | None = seed) -> tuple[tf.Tensor, tf.Tensor]:
            first = tf.random.uniform([], 0, 1000, dtype=tf.int32, seed=seed)
            return first, tf.random.uniform([2], 0, 1000, dtype=tf.int32, seed=seed)

        dataset = tf.data.Dataset.range(4).map(function)
        epochs = [[[int(first), second.numpy().tolist()] for first, second in dataset] for _ in range(2)]
        cases.append({"global_seed": global_seed, "seed": seed, "epochs": epochs})
    return cases


if __name__ == "__main__":
    write(
        "random",
        {
            "made_by": "make_random.py",
            "versions": versions(),
            "words": words(),
            "pairs": pairs(),
            "raw_streams": raw_streams(),
            "samples": samples(),
            "shuffles": shuffles(),
            "generators": generators(),
            "functions": functions(),
        },
    )
