"""Write `shaping.json`: tf.data's batches of all kinds, windows, groups and buckets.

Run by hand, with TensorFlow 2.21 and penstock installed:

    python tests/golden/make_shaping.py

Sequences of length n are n numbers n. A case has the arguments by tf.data's names; `"rows"` are the elements, ragged
and sparse ones as `{"ragged": …}` and `{"indices": …, "values": …, "dense_shape": …}`. Windows are lists of their
elements.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from writer import plain, versions, write

LENGTHS = [3, 1, 5, 2, 8, 4, 6, 1, 9, 2, 3, 7, 2, 12, 5, 0]


def sequences(lengths: list[int]) -> tf.data.Dataset:
    return tf.data.Dataset.from_generator(
        lambda: (np.full(n, n, np.int64) for n in lengths), output_signature=tf.TensorSpec([None], tf.int64)
    )


def shown(element: Any) -> Any:
    if isinstance(element, tf.SparseTensor):
        parts = ("indices", "values", "dense_shape")
        return {name: plain(getattr(element, name)) for name in parts}
    if isinstance(element, tf.RaggedTensor):
        return {"ragged": element.to_list()}
    return plain(element)


def rows(dataset: tf.data.Dataset) -> list[Any]:
    return [shown(element) for element in dataset]


def outcome(make: Callable[[], tf.data.Dataset]) -> dict[str, Any]:
    try:
        dataset = make()
        spec = dataset.element_spec
        found: dict[str, Any] = {"rows": rows(dataset), "cardinality": int(dataset.cardinality())}
        if isinstance(spec, tf.TensorSpec | tf.SparseTensorSpec | tf.RaggedTensorSpec):
            found["shape"] = [None if n is None else int(n) for n in spec.shape]
        return found
    except Exception as err:
        return {"error": type(err).__name__}


def padded_cases() -> list[dict[str, Any]]:
    options: list[dict[str, Any]] = [
        {"batch_size": 3},
        {"batch_size": 3, "drop_remainder": True},
        {"batch_size": 4, "padded_shapes": [12]},
        {"batch_size": 4, "padded_shapes": [None], "padding_values": -1},
        {"batch_size": 4, "padded_shapes": [-1]},
        {"batch_size": 4, "padded_shapes": [5]},
        {"batch_size": 4, "padded_shapes": [5, 5]},
        {"batch_size": 20, "padding_values": 7},
    ]
    found = []
    for option in options:
        given = dict(option)
        if "padding_values" in given:
            given["padding_values"] = tf.constant(given["padding_values"], tf.int64)
        found.append({**option, **outcome(lambda given=given: sequences(LENGTHS).padded_batch(**given))})
    return found


def window_cases() -> list[dict[str, Any]]:
    found = []
    grid = itertools.product((1, 2, 3, 5), (None, 1, 2, 4, 7), (1, 2, 3), (False, True))
    for size, shift, stride, drop in grid:
        arguments = {"size": size, "shift": shift, "stride": stride, "drop_remainder": drop}
        dataset = tf.data.Dataset.range(10).window(**arguments)
        windows = [[int(x) for x in window] for window in dataset]
        found.append({**arguments, "rows": windows, "cardinality": int(dataset.cardinality())})
    return found


def rebatch_cases() -> list[dict[str, Any]]:
    grid = itertools.product((1, 4, 11, [2, 1, 3], [4, 4], [5]), (False, True), (1, 3, 10))
    return [
        {
            "of": of,
            "batch_size": size,
            "drop_remainder": drop,
            **outcome(lambda of=of, size=size, drop=drop: tf.data.Dataset.range(10).batch(of).rebatch(size, drop)),
        }
        for size, drop, of in grid
    ]


def group_cases() -> list[dict[str, Any]]:
    values = [7, -3, 12, 5, 5, 0, -8, 31, 2, 2, 9, 14, -3, 6, 1, 8, 5, 20, 3, -1]
    found = []
    for modulus, size, batch in itertools.product((1, 3, 5), (1, 2, 3, 50), (2, 5)):
        dataset = tf.data.Dataset.from_tensor_slices(np.array(values, np.int64)).group_by_window(
            lambda x, modulus=modulus: x % modulus - 2, lambda key, window, batch=batch: window.batch(batch), size
        )
        found.append({"modulus": modulus, "window_size": size, "batch": batch, "rows": rows(dataset)})
    by_key = tf.data.Dataset.from_tensor_slices(np.array(values, np.int64)).group_by_window(
        lambda x: x % 4, lambda key, window: window.map(lambda x: x * 10 + key), window_size_func=lambda key: key + 1
    )
    return [{"values": values}, *found, {"modulus": 4, "window_size": None, "rows": rows(by_key)}]


def bucket_cases() -> list[dict[str, Any]]:
    base = {"bucket_boundaries": [3, 6], "bucket_batch_sizes": [2, 3, 2]}
    options: list[dict[str, Any]] = [
        base,
        {**base, "drop_remainder": True},
        {**base, "padded_shapes": [15]},
        {**base, "padding_values": -1},
        {**base, "pad_to_bucket_boundary": True},
        {"bucket_boundaries": [3, 6, 13], "bucket_batch_sizes": [2, 3, 2, 1], "pad_to_bucket_boundary": True},
        {"bucket_boundaries": list(range(1, 13)), "bucket_batch_sizes": [2] * 13, "no_padding": True},
        {"bucket_boundaries": [3, 3], "bucket_batch_sizes": [2, 3, 2]},
        {"bucket_boundaries": [], "bucket_batch_sizes": [4]},
        {"bucket_boundaries": [3, 6], "bucket_batch_sizes": [2, 3]},
        {"bucket_boundaries": [3, 6], "bucket_batch_sizes": [2, 0, 1]},
    ]
    found = []
    for option in options:
        given = dict(option)
        if "padding_values" in given:
            given["padding_values"] = tf.constant(given["padding_values"], tf.int64)
        found.append(
            {
                **option,
                **outcome(
                    lambda given=given: sequences(LENGTHS).bucket_by_sequence_length(lambda x: tf.shape(x)[0], **given)
                ),
            }
        )
    return found


def other_cases() -> list[dict[str, Any]]:
    strings = tf.data.Dataset.from_tensor_slices([["a", ""], ["c", "d"], ["e", "f"]])
    squares = sequences([1, 2, 3]).map(lambda x: tf.fill([x[0], 4 - x[0]], x[0]))
    makers: dict[str, Callable[[], tf.data.Dataset]] = {
        "ragged_batch": lambda: sequences(LENGTHS).ragged_batch(3),
        "ragged_batch, drop_remainder": lambda: sequences(LENGTHS).ragged_batch(3, drop_remainder=True),
        "ragged_batch of dense rows": lambda: strings.ragged_batch(2),
        "ragged_batch of scalars": lambda: tf.data.Dataset.range(5).ragged_batch(2),
        "ragged_batch of squares": lambda: squares.ragged_batch(2),
        "sparse_batch": lambda: sequences(LENGTHS).sparse_batch(3, [12]),
        "sparse_batch, open": lambda: sequences(LENGTHS).sparse_batch(3, [None]),
        "sparse_batch, too small": lambda: sequences(LENGTHS).sparse_batch(3, [4]),
        "sparse_batch of strings": lambda: strings.sparse_batch(2, [3]),
        "sparse_batch of squares": lambda: squares.sparse_batch(2, [None, 3]),
        "sparse_batch of scalars": lambda: tf.data.Dataset.range(3).sparse_batch(2, []),
        "padded_batch of squares": lambda: squares.padded_batch(2, [None, 5]),
        "padded_batch of strings": lambda: strings.padded_batch(2, [3], "x"),
        "unbatch": lambda: tf.data.Dataset.range(7).batch(3).unbatch(),
        "unbatch of sequences": lambda: sequences([2, 0, 3]).unbatch(),
        "unbatch of a ragged batch": lambda: sequences([2, 0, 3]).ragged_batch(2).unbatch(),
        "rebatch of a ragged batch": lambda: sequences([2, 0, 3]).ragged_batch(2).rebatch(3),
    }
    return [{"name": name, **outcome(make)} for name, make in makers.items()]


if __name__ == "__main__":
    write(
        "shaping",
        {
            "made_by": "make_shaping.py",
            "versions": versions(),
            "lengths": LENGTHS,
            "padded_batch": padded_cases(),
            "window": window_cases(),
            "rebatch": rebatch_cases(),
            "group_by_window": group_cases(),
            "bucket_by_sequence_length": bucket_cases(),
            "others": other_cases(),
        },
    )
