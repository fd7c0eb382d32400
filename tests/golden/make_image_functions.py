"""Write `image_functions.json`: what functions of tf.image do to small images.

Run by hand, with TensorFlow 2.21 installed:

    python tests/golden/make_image_functions.py

`images`: name to shape, dtype and bytes (base64). `cases`: `function`, `image`, `arguments` (dtypes by name), and the
`result` in the same form as images, or the `error`.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import tensorflow as tf
from writer import outcome, versions, write

RANDOM = np.random.default_rng(7)
IMAGES = {
    "bytes": RANDOM.integers(0, 256, (2, 3, 5, 3)).astype("uint8"),
    "floats": RANDOM.random((4, 3, 3)).astype("float32"),
    "doubles": RANDOM.random((2, 3, 3)).astype("float64"),
    "signed": RANDOM.integers(-128, 128, (3, 4, 3)).astype("int8"),
    "short": RANDOM.integers(0, 2**15, (3, 2, 3)).astype("int16"),
    "grey": RANDOM.integers(0, 256, (2, 3, 1)).astype("uint8"),
}
DTYPES = ("uint8", "int8", "int16", "uint16", "int32", "float32")


def coded(array: Any) -> dict[str, Any]:
    return {
        "shape": list(array.shape),
        "dtype": array.dtype.name,
        "pixels": base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii"),
    }


def run(function: str, image: str, arguments: list[Any]) -> dict[str, Any]:
    return coded(np.asarray(getattr(tf.image, function)(tf.constant(IMAGES[image]), *arguments).numpy()))


def asked() -> list[tuple[str, str, list[Any]]]:
    rows: list[tuple[str, str, list[Any]]] = []
    for name in ("bytes", "floats"):
        rows += [(function, name, []) for function in ("flip_left_right", "flip_up_down", "transpose")]
        rows += [("rot90", name, [k]) for k in (1, 2, -1, 5)]
        rows += [("central_crop", name, [f]) for f in (0.3, 0.6, 1.0)]
        rows += [("crop_to_bounding_box", name, [1, 0, 2, 3]), ("crop_to_bounding_box", name, [0, 1, 9, 1])]
        rows += [("pad_to_bounding_box", name, [1, 2, 6, 8]), ("pad_to_bounding_box", name, [2, 0, 4, 8])]
        rows += [("resize_with_crop_or_pad", name, size) for size in ([2, 6], [5, 2], [4, 4])]
        rows += [("resize_with_pad", name, size) for size in ([2, 6], [7, 4])]
    for name in ("bytes", "floats", "doubles", "signed"):
        rows += [("adjust_brightness", name, [0.2]), ("adjust_brightness", name, [-0.4])]
        rows += [("adjust_contrast", name, [0.5]), ("adjust_contrast", name, [2.0])]
        rows += [("adjust_gamma", name, [2.0]), ("adjust_gamma", name, [3.0, 0.9])]
        rows += [("adjust_saturation", name, [0.5]), ("adjust_saturation", name, [4.0])]
        rows += [("adjust_hue", name, [0.25]), ("adjust_hue", name, [-0.6])]
        rows += [("rgb_to_grayscale", name, []), ("per_image_standardization", name, [])]
    rows += [("total_variation", name, []) for name in ("floats", "short")]
    rows += [(function, "floats", []) for function in ("rgb_to_hsv", "hsv_to_rgb")]
    for function in ("rgb_to_yiq", "yiq_to_rgb", "rgb_to_yuv", "yuv_to_rgb"):
        rows += [(function, name, []) for name in ("floats", "doubles", "bytes")]
    rows += [("grayscale_to_rgb", "grey", []), ("grayscale_to_rgb", "floats", []), ("rgb_to_grayscale", "grey", [])]
    for name in ("grey", "floats", "short", "signed"):
        rows += [("convert_image_dtype", name, [dtype, saturate]) for dtype in DTYPES for saturate in (False, True)]
    boxes = [[0.0, 0.0, 1.0, 1.0], [0.2, -0.1, 0.75, 0.6], [0.9, 1.0, 0.1, 0.5]]
    for method in ("bilinear", "nearest"):
        rows += [("crop_and_resize", "bytes", [boxes, [0, 1, 1], size, method, 3.0]) for size in ([4, 3], [1, 2])]
    rows += [("crop_and_resize", "bytes", [boxes, [0, 1, 2], [2, 2], "bilinear", 0.0])]
    rows += [("central_crop", "grey", [0.0]), ("adjust_gamma", "grey", [-1.0]), ("adjust_hue", "floats", [1.5])]
    return rows


if __name__ == "__main__":
    cases = []
    for function, image, arguments in asked():
        got = outcome(lambda f=function, i=image, a=arguments: run(f, i, a))
        cases.append({"function": function, "image": image, "arguments": arguments, **got})
    parts = {"images": {name: coded(image) for name, image in IMAGES.items()}, "cases": cases}
    write("image_functions", {"made_by": "make_image_functions.py", "versions": versions(), **parts})
