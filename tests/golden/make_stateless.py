"""Write `stateless.json`: TensorFlow's stateless random numbers, and Keras's seed generators.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_stateless.py

Floats are stored as `float.hex()`, so that they are compared bit for bit.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from writer import versions, write

SEEDS: list[list[int]] = [
    [0, 0],
    [1, 2],
    [-1, 7],
    [2**31 - 1, -(2**31)],
    [2**40 + 3, -5],
    [-(2**63), 2**63 - 1],
]
CALLS: list[tuple[str, list[int], dict[str, Any]]] = [
    ("stateless_uniform", [7], {}),
    ("stateless_uniform", [2, 3], {"dtype": "float64"}),
    ("stateless_uniform", [5], {"dtype": "float16"}),
    ("stateless_uniform", [4], {"minval": -3.0, "maxval": 0.1}),
    ("stateless_uniform", [5], {"minval": -10, "maxval": 1000, "dtype": "int32"}),
    ("stateless_uniform", [4], {"minval": -(2**63), "maxval": 2**63 - 1, "dtype": "int64"}),
    *(
        ("stateless_uniform", [3], {"minval": None, "maxval": None, "dtype": d})
        for d in ("int32", "int64", "uint32", "uint64")
    ),
    ("stateless_uniform", [], {}),
    ("stateless_uniform", [0, 3], {}),
    ("stateless_normal", [9], {}),
    ("stateless_normal", [3], {"mean": 2.5, "stddev": 0.25, "dtype": "float64"}),
    ("stateless_normal", [5], {"dtype": "float16"}),
    ("stateless_truncated_normal", [13], {}),
    ("stateless_truncated_normal", [5], {"mean": -1.0, "stddev": 3.0, "dtype": "float64"}),
]
KERAS_CALLS: list[tuple[str, list[int], dict[str, Any]]] = [
    ("uniform", [3], {"minval": -1.0, "maxval": 2.0}),
    ("normal", [3], {}),
    ("truncated_normal", [3], {"dtype": "float64"}),
    ("randint", [3], {"minval": 0, "maxval": 1000}),
]
KERAS_SEEDS = [0, 3, -5, 2**31 - 2, 2**31 - 1, 2**31, 2**33 + 1, 2**63 - 1, -(2**63)]


def values(tensor: tf.Tensor) -> dict[str, Any]:
    array = tensor.numpy()
    flat = array.ravel()
    listed = [int(v) for v in flat] if array.dtype.kind in "iu" else [float(v).hex() for v in flat]
    return {"dtype": array.dtype.name, "shape": list(array.shape), "values": listed}


def samples() -> list[dict[str, Any]]:
    return [
        {
            "seed": seed,
            "function": function,
            "shape": shape,
            "arguments": arguments,
            "result": values(getattr(tf.random, function)(shape, seed=seed, **arguments)),
        }
        for seed in SEEDS
        for function, shape, arguments in CALLS
    ]


def derived() -> list[dict[str, Any]]:
    cases = []
    for seed in SEEDS[:4]:
        for kind in ("int32", "int64"):
            pair = tf.constant(seed, kind)
            cases.append(
                {
                    "seed": seed,
                    "kind": kind,
                    "split": values(tf.random.split(pair, 3)),
                    "fold_in": values(tf.random.fold_in(pair, tf.constant(-9, kind))),
                }
            )
    return cases


def generators() -> list[dict[str, Any]]:
    """Pairs of generators, and two draws with each function of `keras.random`."""
    cases = []
    for seed in KERAS_SEEDS:
        ordered, jumping = keras.random.SeedGenerator(seed), keras.random.SeedGenerator(seed)
        draws = []
        for function, shape, arguments in KERAS_CALLS:
            generator = keras.random.SeedGenerator(seed)
            call = getattr(keras.random, function)
            got = [values(call(shape, seed=generator, **arguments)) for _ in range(2)]
            draws.append({"function": function, "shape": shape, "arguments": arguments, "results": got})
        cases.append(
            {
                "seed": seed,
                "ordered": [np.array(ordered.next()).tolist() for _ in range(3)],
                "unordered": [np.array(jumping.next(ordered=False)).tolist() for _ in range(4)],
                "draws": draws,
            }
        )
    return cases


if __name__ == "__main__":
    write(
        "stateless",
        {
            "made_by": "make_stateless.py",
            "versions": versions(),
            "samples": samples(),
            "derived": derived(),
            "generators": generators(),
        },
    )
