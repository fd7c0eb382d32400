"""Write `normalization.json`: outputs and statistics of Keras' Normalization layer.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_normalization.py

A case has the constructor's `arguments`, the data given to `adapt` (one array in `adapt`, or the batches of a dataset
in `adapt_batches`, or neither), the `input`, and either `output`, with the layer's `mean` and `variance`, or `error`.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from writer import plain, versions, write

ROWS = np.array([[1.0, 10.0, -3.0], [2.0, 20.0, -3.0], [4.0, 40.0, -3.0], [9.0, -5.0, -3.0]], np.float32)
CUBE = (np.arange(24, dtype=np.float32).reshape(2, 3, 4) ** 1.5) / 7
LARGE = np.array([[1e6 + 1], [1e6 + 2], [1e6 + 4]], np.float32)
COUNTS = np.array([[1, 2], [3, 4], [100, -7]], np.int64)


def case(
    arguments: dict[str, Any],
    value: np.ndarray,
    adapt: np.ndarray | None = None,
    adapt_batches: list[np.ndarray] | None = None,
) -> dict[str, Any]:
    row: dict[str, Any] = {"arguments": arguments}
    if adapt is not None:
        row |= {"adapt": plain(adapt), "adapt_dtype": str(adapt.dtype)}
    if adapt_batches is not None:
        row |= {"adapt_batches": plain(adapt_batches), "adapt_dtype": str(adapt_batches[0].dtype)}
    row |= {"input": plain(value), "input_dtype": str(value.dtype)}
    try:
        layer = keras.layers.Normalization(**arguments)
        if adapt is not None:
            layer.adapt(adapt)
        if adapt_batches is not None:
            whole = tf.data.Dataset.from_tensor_slices(np.concatenate(adapt_batches))
            layer.adapt(whole.batch(len(adapt_batches[0])))
        output = layer(value)
        row |= {"output": plain(output), "output_dtype": output.dtype.name}
        row |= {"mean": plain(layer.mean), "variance": plain(layer.variance)}
    except Exception as err:
        row |= {"error": type(err).__name__, "message": str(err).splitlines()[0]}
    return row


def cases() -> list[dict[str, Any]]:
    halves = [ROWS[:3], ROWS[3:]]
    found = [case({"axis": axis}, ROWS, adapt=ROWS) for axis in (-1, 1, None, 0, (0, 1), (), [1])]
    found += [case({"axis": axis, "invert": True}, ROWS, adapt=ROWS) for axis in (-1, None)]
    found += [case({"axis": axis}, CUBE, adapt=CUBE) for axis in (-1, 1, (1, 2), (2, 1), None, (0, 2))]
    found += [case({"axis": axis}, ROWS, adapt_batches=halves) for axis in (-1, None)]
    found += [
        case({"axis": -1}, LARGE, adapt=LARGE),
        case({"axis": -1}, LARGE, adapt_batches=[LARGE[:2], LARGE[2:]]),
        case({"axis": -1}, COUNTS, adapt=COUNTS),
        case({"axis": None}, ROWS[:, 0], adapt=ROWS[:, 0]),
        case({"axis": -1}, ROWS[:, 0], adapt=ROWS[:, 0]),
        case({"axis": None}, np.array(3.0, np.float32), adapt=ROWS[:, 0]),
        case({"axis": -1}, ROWS[1], adapt=ROWS),
        case({"axis": -1, "dtype": "float64"}, ROWS.astype(np.float64), adapt=ROWS.astype(np.float64)),
        case({"axis": -1}, ROWS.astype(np.float64), adapt=ROWS.astype(np.float64)),
        case({"mean": 3.0, "variance": 4.0}, ROWS),
        case({"mean": 3.0, "variance": 4.0, "axis": None}, ROWS),
        case({"mean": [1.0, 2.0, 3.0], "variance": [1.0, 4.0, 9.0]}, ROWS),
        case({"mean": [1.0, 2.0, 3.0], "variance": [1.0, 4.0, 0.0], "invert": True}, ROWS),
        case({"mean": [1.0, 2.0, 3.0], "variance": [1.0, 4.0, 0.0]}, ROWS),
        case({"mean": [1.0, 2.0, 3.0], "variance": [1.0, 4.0, 9.0], "axis": 1}, CUBE),
        case({"mean": 3.0}, ROWS),
        case({"variance": 3.0}, ROWS),
        case({"axis": 2}, ROWS, adapt=ROWS),
        case({"axis": -3}, ROWS, adapt=ROWS),
        case({"axis": -1}, ROWS[:, :2], adapt=ROWS),
        case({"axis": -1}, ROWS),
    ]
    return found


if __name__ == "__main__":
    write("normalization", {"made_by": "make_normalization.py", "versions": versions(), "cases": cases()})
