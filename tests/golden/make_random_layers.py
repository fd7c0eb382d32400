"""Write `random_layers.json` and `random_colours.json`: random image layers of Keras on TensorFlow, two calls of each.

Run by hand, with TensorFlow 2.21 and tf_keras installed:

    python tests/golden/make_random_layers.py

Images are `IMAGES` below, in the layer's order of axes; results are bytes, in base64.
"""

from __future__ import annotations

import base64
import itertools
from typing import Any

import keras
import numpy as np
import tf_keras
from writer import versions, write

SHAPES = [(9, 4, 3, 2), (5, 4, 3), (2, 17, 3, 1)]
SEEDS = [3, -7]

MOVES: list[tuple[str, dict[str, Any]]] = [
    ("RandomTranslation", {"height_factor": 0.6, "width_factor": [-0.3, 1.0]}),
    ("RandomRotation", {"factor": 0.7}),
    ("RandomZoom", {"height_factor": 0.6}),
]
ROWS: list[tuple[str, dict[str, Any]]] = [
    *(("RandomFlip", {"mode": m}) for m in ("horizontal", "vertical", "horizontal_and_vertical")),
    *(
        (name, {**factors, "fill_mode": mode, "interpolation": method})
        for (name, factors), mode, method in itertools.product(
            MOVES, ("reflect", "wrap", "nearest"), ("bilinear", "nearest")
        )
    ),
    *((name, {**factors, "fill_mode": "constant", "fill_value": 7.5}) for name, factors in MOVES),
    ("RandomZoom", {"height_factor": [-0.5, 0.2], "width_factor": 0.4, "dtype": "uint8"}),
    ("RandomRotation", {"factor": [0.1, 0.3], "dtype": "float16"}),
    ("RandomContrast", {"factor": 0.8}),
    ("RandomContrast", {"factor": [0.3, 0.6], "value_range": [0, 100]}),
    ("RandomBrightness", {"factor": 0.8}),
    ("RandomBrightness", {"factor": [-0.4, 0.1], "value_range": [0, 100]}),
    ("RandomCrop", {"height": 3, "width": 2}),
    ("RandomCrop", {"height": 7, "width": 2}),
    ("RandomHeight", {"factor": 0.4}),
    ("RandomWidth", {"factor": [0.1, 0.6], "interpolation": "nearest"}),
]
COLOURS: list[tuple[str, dict[str, Any]]] = [
    ("RandomGrayscale", {"factor": 0.6}),
    ("RandomHue", {"factor": 0.8}),
    ("RandomHue", {"factor": [0.3, 0.9], "value_range": [-20, 300]}),
    ("RandomSaturation", {"factor": [0.2, 0.8]}),
    ("RandomSaturation", {"factor": 0.9, "value_range": [0, 1]}),
    ("RandomInvert", {"factor": [0.2, 0.9]}),
    ("RandomInvert", {"value_range": [10, 200]}),
    ("RandomPosterization", {"factor": 5}),
    ("RandomPosterization", {"factor": [2, 8], "value_range": [-10, 300]}),
    ("RandomPosterization", {"factor": [3, 3]}),
    ("Solarization", {}),
    ("Solarization", {"addition_factor": 0.3, "threshold_factor": [0.2, 0.6]}),
    ("Solarization", {"threshold_factor": 0.6, "value_range": [0, 300]}),
    ("RandomColorJitter", {"brightness_factor": 0.3, "contrast_factor": 0.4, "saturation_factor": 0.5}),
    ("RandomColorJitter", {"hue_factor": [0.1, 0.5], "contrast_factor": 0.4, "value_range": [0, 300]}),
    ("RandomColorJitter", {}),
]
COLOUR_SHAPES = [(5, 4, 3, 3), (5, 4, 3)]
KERAS_2 = ("RandomHeight", "RandomWidth")
# Keras's jitter looks for channels at the end whatever it is told.
WITHOUT_FORMAT = ("RandomBrightness", "RandomColorJitter", *KERAS_2)


def images(shape: tuple[int, ...]) -> np.ndarray:
    """Return the numbers 0, 7, 14, … modulo 256, as floats."""
    return (np.arange(np.prod(shape)) * 7 % 256).astype(np.float32).reshape(shape)


def cases(rows: list[tuple[str, dict[str, Any]]], shapes: list[tuple[int, ...]]) -> list[dict[str, Any]]:
    found = []
    for number, (name, options) in enumerate(rows):
        shape = shapes[number % len(shapes)]
        seed = SEEDS[number % len(SEEDS)]
        arguments = {**options, "seed": seed}
        batch = images(shape)
        if number % 4 == 3 and name not in WITHOUT_FORMAT:
            arguments["data_format"] = "channels_first"
            batch = np.moveaxis(batch, -1, -3)
        layer = getattr((tf_keras if name in KERAS_2 else keras).layers, name)(**arguments)
        results = []
        for _ in range(2):
            result = layer(batch, training=True).numpy()
            data = base64.b64encode(np.ascontiguousarray(result).tobytes()).decode()
            results.append({"shape": list(result.shape), "dtype": result.dtype.name, "data": data})
        found.append({"layer": name, "arguments": arguments, "shape": list(shape), "results": results})
    return found


if __name__ == "__main__":
    head = {"made_by": "make_random_layers.py", "versions": versions()}
    write("random_layers", {**head, "cases": cases(ROWS, SHAPES)})
    write("random_colours", {**head, "cases": cases(COLOURS, COLOUR_SHAPES)})
