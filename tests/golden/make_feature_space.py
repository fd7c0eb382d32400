"""Write `feature_space.json`: what Keras's FeatureSpace makes of a small table.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_feature_space.py

`train` and `call` are the columns that spaces are adapted to and called on; a case has the arguments, and the results
for the whole table (`batch`) and for its first row (`row`) with dtypes, shapes and flat values.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from keras.utils import FeatureSpace
from writer import versions, write

TRAIN: dict[str, Any] = {
    "age": [31.5, 18.0, 47.25, 60.0, 22.0, 35.0, 18.0, 90.0],
    "rooms": [3, 5, 3, 9, 5, 3, 1, 4],
    "city": ["Rome", "Oslo", "Rome", "Bonn", "é", "Oslo", "Rome", ""],
    "zone": ["a", "b", "a", "c", "a", "b", "a", "a"],
}
CALL: dict[str, Any] = {
    "age": [31.5, -4.0, 47.0, 1000.0],
    "rooms": [3, 77, 1, -5],
    "city": ["Rome", "?", "é", ""],
    "zone": ["c", "a", "zz", "b"],
}
PRESETS = {
    "age": ["float", "float_normalized", "float_rescaled", "float_discretized"],
    "rooms": ["float", "integer_categorical", "integer_hashed", "float_normalized"],
    "city": ["string_categorical", "string_hashed"],
}

# A feature is a preset, or the method of `FeatureSpace` with its arguments; a cross a list of names or of arguments.
CASES: list[dict[str, Any]] = [
    *({"features": {column: kind}} for column, kinds in PRESETS.items() for kind in kinds),
    {"features": {"age": ["float_rescaled", {"scale": 0.5, "offset": -3.0}]}},
    {"features": {"age": ["float_discretized", {"num_bins": 3}]}},
    {"features": {"age": ["float_discretized", {"num_bins": 3, "output_mode": "int"}]}, "output_mode": "dict"},
    {"features": {"city": ["string_categorical", {"max_tokens": 3, "num_oov_indices": 2}]}},
    {"features": {"city": ["string_categorical", {"output_mode": "int"}]}, "output_mode": "dict"},
    {"features": {"rooms": ["integer_categorical", {"max_tokens": 4}]}},
    {"features": {"rooms": ["integer_hashed", {"num_bins": 5, "output_mode": "int"}]}, "output_mode": "dict"},
    {"features": {"city": ["string_hashed", {"num_bins": 5}]}},
    {"features": {"city": "string_categorical", "age": "float_normalized", "rooms": "integer_categorical"}},
    {
        "features": {"zone": "string_categorical", "city": "string_categorical", "age": "float"},
        "crosses": [["zone", "city"], ["city", "zone"]],
        "crossing_dim": 5,
    },
    {
        "features": {"zone": "string_categorical", "rooms": "integer_hashed", "age": "float_discretized"},
        "crosses": [["zone", "rooms"], {"feature_names": ["age", "zone"], "crossing_dim": 7}],
        "output_mode": "dict",
        "hashing_dim": 6,
        "num_discretization_bins": 4,
    },
    {
        "features": {"zone": "string_hashed", "rooms": "integer_categorical"},
        "crosses": [{"feature_names": ["zone", "rooms"], "crossing_dim": 9, "output_mode": "int"}],
        "output_mode": "dict",
    },
]


def made(case: dict[str, Any]) -> FeatureSpace:
    """Return the space of a case."""
    features = {
        name: kind if isinstance(kind, str) else getattr(FeatureSpace, kind[0])(**kind[1])
        for name, kind in case["features"].items()
    }
    crosses = [FeatureSpace.cross(**c) if isinstance(c, dict) else tuple(c) for c in case.get("crosses", [])]
    options = {k: v for k, v in case.items() if k not in ("features", "crosses")}
    return FeatureSpace(features=features, crosses=crosses, **options)


def told(value: Any) -> Any:
    """Return results with their dtypes and shapes."""
    if isinstance(value, dict):
        return {"keys": list(value), "values": [told(v) for v in value.values()]}
    return {"dtype": value.dtype.name, "shape": list(value.shape), "values": value.numpy().ravel().tolist()}


def result(case: dict[str, Any]) -> dict[str, Any]:
    """Return a case with its results."""
    space, names = made(case), list(case["features"])
    # One batch: the boundaries that Keras learns depend on the batches.
    space.adapt(tf.data.Dataset.from_tensor_slices({name: np.array(TRAIN[name]) for name in names}).batch(100))
    call = {name: np.array(CALL[name]) for name in names}
    batch = told(space(call))
    assert told(space({name: values[:, None] for name, values in call.items()})) == batch
    return {"arguments": case, "batch": batch, "row": told(space({name: values[0] for name, values in call.items()}))}


if __name__ == "__main__":
    head = {"made_by": "make_feature_space.py", "versions": versions()}
    write("feature_space", {**head, "train": TRAIN, "call": CALL, "cases": [result(case) for case in CASES]})
