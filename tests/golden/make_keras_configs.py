"""Write `keras_configs.json`: configs of Keras's preprocessing layers, and what the layers give.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_keras_configs.py

A case has the class of the layer, its config, the inputs and the outputs outside training, as nested lists.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from keras import layers
from writer import versions, write

WORDS = [["a", "b"], ["q", ""]]
NUMBERS = [[1.5, -2.0], [7.0, 0.25]]
CODES = [[1, 3], [0, 9]]
IMAGE = (np.arange(48.0).reshape(1, 4, 4, 3) % 17).tolist()

CASES: list[tuple[str, dict[str, Any], Any]] = [
    ("StringLookup", {"vocabulary": ["a", "b"]}, WORDS),
    ("StringLookup", {"vocabulary": ["a", "b"], "num_oov_indices": 3, "mask_token": ""}, WORDS),
    (
        "StringLookup",
        {
            "vocabulary": ["a", "b"],
            "output_mode": "tf_idf",
            "idf_weights": [0.5, 2.0],
            "max_tokens": 5,
            "pad_to_max_tokens": True,
        },
        WORDS,
    ),
    ("IntegerLookup", {"vocabulary": [3, 1], "num_oov_indices": 2}, CODES),
    ("IntegerLookup", {"vocabulary": [3, 1], "invert": True}, CODES),
    ("TextVectorization", {"vocabulary": ["a", "b", "a b"], "ngrams": 2, "standardize": "lower"}, ["A b", "q"]),
    ("TextVectorization", {"vocabulary": ["a", "b"], "output_mode": "count", "split": "character"}, ["ab", "q"]),
    ("Hashing", {"num_bins": 7, "salt": [1, 2], "mask_value": ""}, WORDS),
    ("Hashing", {"num_bins": 4, "output_mode": "multi_hot"}, WORDS),
    ("CategoryEncoding", {"num_tokens": 10, "output_mode": "count"}, CODES),
    ("Discretization", {"bin_boundaries": [0.0, 2.0]}, NUMBERS),
    ("Discretization", {"num_bins": 2, "output_mode": "one_hot"}, NUMBERS),
    ("Normalization", {"mean": [1.0, 2.0], "variance": [4.0, 0.25]}, NUMBERS),
    ("Normalization", {"axis": None, "mean": 1.0, "variance": 4.0, "invert": True}, NUMBERS),
    ("Rescaling", {"scale": [2.0, 3.0], "offset": 1.0}, NUMBERS),
    ("Resizing", {"height": 2, "width": 3, "interpolation": "nearest"}, IMAGE),
    ("CenterCrop", {"height": 2, "width": 2}, IMAGE),
    ("RandomFlip", {"mode": "vertical", "seed": 3}, IMAGE),
    ("RandomRotation", {"factor": 0.25, "fill_mode": "wrap", "seed": 3}, IMAGE),
    ("RandomContrast", {"factor": [0.25, 0.5], "value_range": [0, 1], "seed": 3}, IMAGE),
    ("RandomCrop", {"height": 4, "width": 4, "seed": 3}, IMAGE),
]


def case(kind: str, arguments: dict[str, Any], inputs: Any) -> dict[str, Any]:
    """Return what a layer with these arguments gives, and its config."""
    layer = getattr(layers, kind)(name="layer", **arguments)
    given = tf.constant(inputs)
    if "num_bins" in arguments and kind == "Discretization":
        layer.adapt(np.array(inputs))
    outputs = layer(given, training=False) if kind.startswith("Random") else layer(given)
    return {"layer": kind, "config": layer.get_config(), "inputs": inputs, "outputs": outputs.numpy().tolist()}


write("keras_configs", {**versions(), "cases": [case(*given) for given in CASES]})
