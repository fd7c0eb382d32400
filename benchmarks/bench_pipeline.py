"""Pipelines in memory, against tf.data and grain where they are installed, in the same run.

Each contender makes the same elements; that is checked on the first ones before anything is timed. tf.data's figure is
the better of its sequential and AUTOTUNE programs where there is something to parallelise.

Bars, as multiples of tf.data: shuffle of slices 10, range→map→batch 100, opaque Python map 30 (against
tf.numpy_function), from_generator 30, iteration over scalars 20; and 5 of grain's map+batch.

    python benchmarks/bench_pipeline.py
"""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from harness import alternate, print_table

import penstock as ps

ROUNDS = 3
ROWS = 1_000_000
FEW = 20_000  # for what costs tens of microseconds an element elsewhere
HAS_TF = importlib.util.find_spec("tensorflow") is not None
HAS_GRAIN = importlib.util.find_spec("grain") is not None


def drain(elements: Iterable[Any]) -> None:
    """Iterate to the end."""
    for _ in elements:
        pass


def first(elements: Iterable[Any], n: int = 5) -> list[Any]:
    """Return the first elements with NumPy leaves."""
    return [
        tuple(np.asarray(v) for v in e) if isinstance(e, tuple) else np.asarray(e)
        for e in itertools.islice(elements, n)
    ]


def collatz(value: Any) -> Any:
    """Branch on data: no tracer can follow."""
    if value % 2:
        return 3 * value + 1
    return value // 2


def count_up(rows: int) -> Callable[[], Iterable[int]]:
    """Return a generator function."""

    def generate() -> Iterable[int]:
        yield from range(rows)

    return generate


def shuffle_slices() -> tuple[str, int, dict[str, Callable[[], Any]]]:
    """One million rows through a buffer of 100,000, in batches of 256."""
    x = np.random.default_rng(0).normal(size=(ROWS, 8)).astype(np.float32)
    y = np.arange(ROWS)
    makers: dict[str, Callable[[], Any]] = {
        "penstock": lambda: ps.Dataset.from_tensor_slices((x, y)).shuffle(100_000, seed=1).batch(256)
    }
    if HAS_TF:
        import tensorflow as tf

        slices = tf.data.Dataset.from_tensor_slices((x, y))
        makers["tf.data"] = lambda: slices.shuffle(100_000, seed=1, reshuffle_each_iteration=True).batch(256)
        makers["tf.data, prefetch"] = lambda: makers["tf.data"]().prefetch(tf.data.AUTOTUNE)
    return "slices → shuffle(100k) → batch(256), 1 M rows", ROWS, makers


def map_and_batch() -> tuple[str, int, dict[str, Callable[[], Any]]]:
    """Arithmetic on numbers, in batches of 256."""
    makers: dict[str, Callable[[], Any]] = {
        "penstock": lambda: ps.Dataset.range(ROWS).map(lambda v: v * 2 + 1).batch(256)
    }
    if HAS_TF:
        import tensorflow as tf

        numbers = tf.data.Dataset.range(ROWS)
        makers["tf.data"] = lambda: numbers.map(lambda v: v * 2 + 1).batch(256)
        makers["tf.data, AUTOTUNE"] = lambda: numbers.map(lambda v: v * 2 + 1, num_parallel_calls=-1).batch(256)
    if HAS_GRAIN:
        import grain

        makers["grain"] = lambda: grain.MapDataset.range(ROWS).map(lambda v: v * 2 + 1).batch(256)
    return "range → map → batch(256), 1 M rows", ROWS, makers


def opaque_map() -> tuple[str, int, dict[str, Callable[[], Any]]]:
    """A Python function with a branch on the data."""
    makers: dict[str, Callable[[], Any]] = {"penstock": lambda: ps.Dataset.range(FEW).map(collatz).batch(256)}
    if HAS_TF:
        import tensorflow as tf

        def wrapped(v: Any) -> Any:
            return tf.numpy_function(collatz, [v], tf.int64)

        makers["tf.data, numpy_function"] = lambda: tf.data.Dataset.range(FEW).map(wrapped).batch(256)
        makers["tf.data, numpy_function, AUTOTUNE"] = lambda: (
            tf.data.Dataset.range(FEW).map(wrapped, num_parallel_calls=-1).batch(256)
        )
    return f"opaque Python map → batch(256), {FEW:,} rows", FEW, makers


def generator() -> tuple[str, int, dict[str, Callable[[], Any]]]:
    """Numbers from a Python generator."""
    makers: dict[str, Callable[[], Any]] = {
        "penstock": lambda: ps.Dataset.from_generator(count_up(FEW), output_signature=ps.TensorSpec((), "int64")).batch(
            256
        )
    }
    if HAS_TF:
        import tensorflow as tf

        makers["tf.data"] = lambda: tf.data.Dataset.from_generator(
            count_up(FEW), output_signature=tf.TensorSpec((), tf.int64)
        ).batch(256)
    return f"from_generator → batch(256), {FEW:,} rows", FEW, makers


def scalars() -> tuple[str, int, dict[str, Callable[[], Any]]]:
    """Numbers, one by one."""
    makers: dict[str, Callable[[], Any]] = {"penstock": lambda: ps.Dataset.range(FEW * 5)}
    if HAS_TF:
        import tensorflow as tf

        makers["tf.data"] = lambda: tf.data.Dataset.range(FEW * 5)
        makers["tf.data, as_numpy_iterator"] = lambda: tf.data.Dataset.range(FEW * 5).as_numpy_iterator()
    return f"iteration over scalars, {FEW * 5:,} rows", FEW * 5, makers


def main() -> None:
    """Check, time and print each comparison."""
    for compare in (shuffle_slices, map_and_batch, opaque_map, generator, scalars):
        title, rows, makers = compare()
        expected = first(makers["penstock"]())
        for name, make in makers.items():
            for mine, other in zip(expected, first(make()), strict=True):
                same = (
                    all(np.array_equal(a, b) for a, b in zip(mine, other, strict=True))
                    if isinstance(mine, tuple)
                    else (np.array_equal(mine, other))
                )
                assert same, f"{title}: {name} makes other elements"
        seconds = alternate({name: (lambda make=make: drain(make())) for name, make in makers.items()}, ROUNDS)
        rivals = [n for n in seconds if n.startswith("tf.data")]
        best = min(rivals, key=lambda n: min(seconds[n])) if rivals else None
        print_table(title, seconds, rows, best)


if __name__ == "__main__":
    main()
