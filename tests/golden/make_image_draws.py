"""Write `image_draws.json`: what random functions of tf.image do to small images.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_image_draws.py

`images`: name to shape, dtype and bytes (base64). `cases`: `function`, `image`, `arguments`, the `seed` (a pair for
stateless functions; `global_seed` is set before the others), and the `results` of three calls in the form of images.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import tensorflow as tf
from writer import versions, write

RANDOM = np.random.default_rng(9)
IMAGES = {
    "batch": RANDOM.integers(0, 256, (5, 2, 2, 3)).astype("uint8"),
    "one": RANDOM.integers(0, 256, (3, 4, 3)).astype("uint8"),
    "floats": RANDOM.random((2, 2, 3)).astype("float32"),
}
CHANGES: list[tuple[str, str, list[Any]]] = [
    ("flip_left_right", "batch", []),
    ("flip_left_right", "one", []),
    ("flip_up_down", "batch", []),
    ("flip_up_down", "floats", []),
    ("brightness", "one", [0.4]),
    ("brightness", "floats", [0.4]),
    ("contrast", "floats", [0.2, 1.8]),
    ("saturation", "floats", [0.2, 1.8]),
    ("hue", "floats", [0.5]),
    ("crop", "one", [[2, 2, 3]]),
    ("crop", "batch", [[3, 2, 1, 2]]),
]


def coded(array: Any) -> dict[str, Any]:
    return {
        "shape": list(array.shape),
        "dtype": array.dtype.name,
        "pixels": base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii"),
    }


def case(prefix: str, change: tuple[str, str, list[Any]], seed: Any, global_seed: int | None) -> dict[str, Any]:
    name, image, arguments = change
    function = f"{prefix}{name}"
    if global_seed is not None:
        tf.random.set_seed(global_seed)
    results = [coded(getattr(tf.image, function)(IMAGES[image], *arguments, seed=seed).numpy()) for _ in range(3)]
    return {
        "function": function,
        "image": image,
        "arguments": arguments,
        "seed": seed,
        "global_seed": global_seed,
        "results": results,
    }


if __name__ == "__main__":
    cases = [case("stateless_random_", change, seed, None) for change in CHANGES for seed in ([1, 2], [-5, 2**31 - 1])]
    cases += [case("random_", change, seed, 7) for change in CHANGES for seed in (None, 3)]
    parts = {"images": {name: coded(image) for name, image in IMAGES.items()}, "cases": cases}
    write("image_draws", {"made_by": "make_image_draws.py", "versions": versions(), **parts})
