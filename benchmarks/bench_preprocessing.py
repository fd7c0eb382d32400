"""Preprocessing layers against Keras on TensorFlow, where it is installed, in the same run.

Inputs: a million tokens by Zipf's law over 50 000 words, and 50 000 documents of 20 such words. Results are compared
before anything is timed. TensorFlow is given string tensors, penstock a `BytesColumn` (rows that say `U` are given
NumPy's fixed-width strings on both sides). Two cores.

Bars, as multiples of Keras: StringLookup call 2, from `U` arrays 2, adapt on a Dataset 5; Hashing 1.2;
TextVectorization call 4, adapt 2; Normalization.adapt on a Dataset 10; Discretization.adapt on a Dataset 5; and one-row
calls of Normalization and lookups in at most 30 µs.

Boundaries of bins differ: Keras's depend on the batches, and its first decile of this data is 0.1 off.

    python benchmarks/bench_preprocessing.py
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from harness import alternate, print_table

import penstock as ps
from penstock import preprocessing as pp
from penstock.core.columns import BytesColumn

ROUNDS = 5
TOKENS = 1_000_000
WORDS = 50_000
DOCUMENTS = 50_000
BATCH = 1000
HAS_TF = importlib.util.find_spec("tensorflow") is not None

rng = np.random.default_rng(0)
ranks = np.minimum(rng.zipf(1.3, TOKENS), WORDS)
names = np.array([f"w{i * 7919 % 1_000_003:x}" for i in range(WORDS + 1)])
tokens = names[ranks]
documents = [" ".join(row) + "!" for row in names[ranks.reshape(DOCUMENTS, -1)]]
numbers = rng.normal(5, 3, (TOKENS // 10, 10)).astype(np.float32)
vocabulary = list(dict.fromkeys(tokens.tolist()))


def compare(title: str, runs: dict[str, Callable[[], Any]], *, rows: int, exact: bool = True) -> None:
    """Check that all contenders agree, then time them."""
    results = [np.asarray(run()) for run in runs.values()]
    for result in results[1:]:
        if exact:
            np.testing.assert_array_equal(result, results[0])
        else:
            np.testing.assert_allclose(result, results[0], rtol=2e-2, atol=0.2)
    print_table(title, alternate(runs, ROUNDS), rows, baseline="keras" if "keras" in runs else None)


def adapted(layer: Any, data: Any, learned: Callable[[Any], Any]) -> Any:
    """Adapt a layer and return what it learned."""
    layer.adapt(data)
    return learned(layer)


def by_code(layer: Any) -> Any:
    """Return the vocabulary as an array of str."""
    return np.array([str(token) for token in layer.get_vocabulary()])


def main() -> None:
    """Run every comparison."""
    column, texts = BytesColumn.from_list(tokens.tolist()), BytesColumn.from_list(documents)
    lookup, text = pp.StringLookup(vocabulary=vocabulary), pp.TextVectorization(vocabulary=vocabulary)
    hashing = pp.Hashing(1000)
    stream = ps.Dataset.from_tensor_slices(tokens).batch(BATCH)
    lines = ps.Dataset.from_tensor_slices(documents).batch(BATCH)
    rows = ps.Dataset.from_tensor_slices(numbers).batch(BATCH)
    runs: dict[str, dict[str, Callable[[], Any]]] = {
        "StringLookup, call": {"penstock": lambda: lookup(column)},
        "StringLookup, call on U": {"penstock": lambda: lookup(tokens)},
        "StringLookup, adapt on a Dataset": {"penstock": lambda: adapted(pp.StringLookup(), stream, by_code)},
        "Hashing, call": {"penstock": lambda: hashing(column)},
        "TextVectorization, call": {"penstock": lambda: text(texts)},
        "TextVectorization, adapt on a Dataset": {
            "penstock": lambda: adapted(pp.TextVectorization(), lines, by_code),
        },
        "Normalization, adapt on a Dataset": {
            "penstock": lambda: adapted(pp.Normalization(), rows, lambda layer: layer.mean),
        },
        "Discretization, adapt on a Dataset": {
            "penstock": lambda: adapted(pp.Discretization(num_bins=10), rows, lambda layer: layer.bin_boundaries),
        },
    }
    if HAS_TF:
        for title, run in keras_runs().items():
            runs[title]["keras"] = run
    for title, contenders in runs.items():
        compare(title, contenders, rows=TOKENS, exact=title[:4] not in ("Norm", "Disc"))
    one_row(lookup)


def keras_runs() -> dict[str, Callable[[], Any]]:
    """Return Keras's side of every comparison."""
    import tensorflow as tf

    layers = tf.keras.layers
    lookup, text = layers.StringLookup(vocabulary=vocabulary), layers.TextVectorization(vocabulary=vocabulary)
    hashing = layers.Hashing(1000)
    column, texts = tf.constant(tokens), tf.constant(documents)
    stream = tf.data.Dataset.from_tensor_slices(column).batch(BATCH).prefetch(2)
    lines = tf.data.Dataset.from_tensor_slices(texts).batch(BATCH).prefetch(2)
    rows = tf.data.Dataset.from_tensor_slices(numbers).batch(BATCH).prefetch(2)
    return {
        "StringLookup, call": lambda: lookup(column),
        "StringLookup, call on U": lambda: lookup(tokens),
        "StringLookup, adapt on a Dataset": lambda: adapted(layers.StringLookup(), stream, by_code),
        "Hashing, call": lambda: hashing(column),
        "TextVectorization, call": lambda: text(texts),
        "TextVectorization, adapt on a Dataset": lambda: adapted(layers.TextVectorization(), lines, by_code),
        "Normalization, adapt on a Dataset": lambda: adapted(
            layers.Normalization(), rows, lambda layer: np.asarray(layer.mean)
        ),
        "Discretization, adapt on a Dataset": lambda: adapted(
            layers.Discretization(num_bins=10), rows, lambda layer: layer.bin_boundaries
        ),
    }


def one_row(lookup: Any) -> None:
    """Time calls on one row."""
    normalization = pp.Normalization()
    normalization.adapt(numbers)
    row, word = numbers[:1], tokens[:1]
    repeats = 1000
    seconds = alternate(
        {
            "Normalization": lambda: [normalization(row) for _ in range(repeats)],
            "StringLookup, U": lambda: [lookup(word) for _ in range(repeats)],
            "StringLookup, list": lambda: [lookup(["w1"]) for _ in range(repeats)],
        },
        ROUNDS,
    )
    print_table("One row a call (bar: 30 µs, 33 333 rows/s)", seconds, repeats)


if __name__ == "__main__":
    main()
