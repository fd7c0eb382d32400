"""Write `resize.json`: images resized by tf.image.resize, and by Keras' Resizing and CenterCrop.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_resize.py

`images`: name to shape, dtype and bytes (base64). `resized`: `image`, `size`, `options`, and the `result` in the same
form, or the `error`. `layers`: the same, with the `layer` and its `arguments`.
"""

from __future__ import annotations

import base64
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from writer import outcome, versions, write

METHODS = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")
RANDOM = np.random.default_rng(5)


def pixels(shape: tuple[int, ...], dtype: str) -> Any:
    return (RANDOM.integers(0, 256, shape) if dtype != "float32" else RANDOM.normal(0, 3, shape)).astype(dtype)


IMAGES = {
    "bytes": pixels((2, 5, 7, 3), "uint8"),
    "grey": pixels((6, 4, 1), "float32"),
    "large": pixels((31, 40, 1), "uint8"),
    "line": pixels((1, 9, 1), "float32"),
    "pixel": pixels((1, 1, 2), "uint8"),
    "halves": pixels((4, 5, 1), "float32").astype("float16"),
    "doubles": pixels((4, 5, 1), "float32").astype("float64"),
    "whole": (pixels((4, 5, 1), "float32") * 1000).astype("int32"),
    "signed": (pixels((4, 5, 1), "float32") * 20).astype("int8"),
}


def coded(array: Any) -> dict[str, Any]:
    return {
        "shape": list(array.shape),
        "dtype": array.dtype.name,
        "pixels": base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii"),
    }


def resized() -> list[dict[str, Any]]:
    asked: list[tuple[str, list[int], dict[str, Any]]] = []
    for method in METHODS:
        for antialias in (False, True):
            options = {"method": method, "antialias": antialias}
            asked += [(name, size, options) for name, size in (("grey", [4, 7]), ("large", [5, 6]), ("line", [2, 4]))]
        asked += [("pixel", [2, 3], {"method": method}), ("halves", [3, 3], {"method": method})]
        asked += [(name, [2, 3], {"method": method}) for name in ("whole", "doubles", "signed")]
        asked += [("grey", [6, 4], {"method": method})]
    asked += [("bytes", [3, 4], {"method": m}) for m in ("bilinear", "bicubic", "nearest")]
    asked += [("large", size, {"preserve_aspect_ratio": True}) for size in ([5, 5], [9, 4], [3, 90])]
    rows = []
    for name, size, options in asked:
        got = outcome(lambda n=name, s=size, o=options: coded(tf.image.resize(IMAGES[n], s, **o).numpy()))
        rows.append({"image": name, "size": size, "options": options, **got})
    return rows


def layers() -> list[dict[str, Any]]:
    sizes = [{"height": 3, "width": 4}, {"height": 4, "width": 3}, {"height": 9, "width": 5}]
    asked: list[tuple[str, str, dict[str, Any]]] = []
    for size in sizes:
        asked += [("Resizing", name, size) for name in ("bytes", "grey", "whole", "halves", "signed")]
        asked += [("CenterCrop", name, size) for name in ("bytes", "grey", "whole", "line")]
        for ratio in ("crop_to_aspect_ratio", "pad_to_aspect_ratio"):
            asked += [("Resizing", name, {**size, ratio: True, "fill_value": 7}) for name in ("grey", "line", "whole")]
    small = {"height": 2, "width": 3}
    asked += [("Resizing", "bytes", {**small, "interpolation": m}) for m in METHODS]
    asked += [("Resizing", "large", {**small, "antialias": True, "interpolation": m}) for m in ("bilinear", "lanczos3")]
    first = {**small, "data_format": "channels_first"}
    asked += [(layer, "bytes", first) for layer in ("Resizing", "CenterCrop")]
    asked += [("Resizing", "bytes", {**first, "crop_to_aspect_ratio": True})]
    asked += [("Resizing", name, {**small, "dtype": d}) for name in ("bytes", "grey") for d in ("float16", "float64")]
    asked += [("CenterCrop", "whole", {**small, "dtype": d}) for d in ("float16", "float64", "uint8")]
    wrong: list[dict[str, Any]] = [{"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, {"fill_mode": "wrap"}]
    asked += [("Resizing", "grey", {**small, **options}) for options in wrong]
    rows = []
    for layer, name, arguments in asked:
        got = outcome(lambda x=layer, n=name, a=arguments: coded(getattr(keras.layers, x)(**a)(IMAGES[n]).numpy()))
        rows.append({"layer": layer, "image": name, "arguments": arguments, **got})
    return rows


if __name__ == "__main__":
    parts = {"images": {n: coded(image) for n, image in IMAGES.items()}, "resized": resized(), "layers": layers()}
    write("resize", {"made_by": "make_resize.py", "versions": versions(), **parts})
