"""Image layers against Keras on TensorFlow, where it is installed, in the same run.

Both sides get batches of images in memory (penstock arrays, Keras tensors) and their results are compared before
anything is timed. A ratio is that of the shortest runs; runs alternate. Two cores.

Bars, as multiples of Keras: Resizing 1, random layers 2. RandomHeight and RandomWidth, of Keras 2 alone, run only
where `tf_keras` is installed.

    python benchmarks/bench_images.py
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from harness import alternate

from penstock import preprocessing as pp

ROUNDS = 15
HAS_TF = importlib.util.find_spec("tensorflow") is not None
HAS_KERAS_2 = importlib.util.find_spec("tf_keras") is not None

rng = np.random.default_rng(0)


class Row(NamedTuple):
    """One layer on one batch; `call` is how both sides are called."""

    title: str
    layer: str
    arguments: dict[str, Any]
    images: Any
    call: dict[str, Any]


def batch(n: int, side: int, dtype: str) -> Any:
    """Return `T[n, side, side, 3]` of numbers from 0 to 255."""
    return rng.integers(0, 256, (n, side, side, 3)).astype(dtype)


def resizing_rows() -> Iterator[Row]:
    """Yield what is resized, to 224 × 224 unless the title says otherwise."""
    target = {"height": 224, "width": 224}
    for dtype in ("uint8", "float32"):
        photos, large, small = batch(32, 256, dtype), batch(16, 512, dtype), batch(32, 160, dtype)
        for method in ("bilinear", "nearest", "bicubic", "area", "lanczos3"):
            arguments = {**target, "interpolation": method}
            yield Row(f"{method}, 32 of 256 x 256 {dtype}", "Resizing", arguments, photos, {})
        yield Row(f"bilinear, 16 of 512 x 512 {dtype}", "Resizing", target, large, {})
        yield Row(f"bilinear, antialias, 16 of 512 x 512 {dtype}", "Resizing", {**target, "antialias": True}, large, {})
        yield Row(f"bilinear, 32 of 160 x 160 {dtype}", "Resizing", target, small, {})
        cropped = {**target, "crop_to_aspect_ratio": True}
        yield Row(f"bilinear, cut to 4:3, 32 of 256 x 256 {dtype}", "Resizing", {**cropped, "height": 168}, photos, {})
        yield Row(f"CenterCrop, 32 of 256 x 256 {dtype}", "CenterCrop", target, photos, {})


def random_rows() -> Iterator[Row]:
    """Yield what is changed at random in training: batches of 32 of 224 × 224."""
    photos, call = batch(32, 224, "float32"), {"training": True}
    modes, methods = ("reflect", "constant", "wrap", "nearest"), ("bilinear", "nearest")
    turned = np.ascontiguousarray(np.moveaxis(photos, -1, 1))
    rows: list[tuple[str, str, dict[str, Any]]] = [
        *((f"flip, {mode}", "RandomFlip", {"mode": mode}) for mode in ("horizontal", "horizontal_and_vertical")),
        *(
            (f"rotation, {f}, {i}", "RandomRotation", {"factor": 0.2, "fill_mode": f, "interpolation": i})
            for f in modes
            for i in methods
        ),
        ("translation", "RandomTranslation", {"height_factor": 0.2, "width_factor": 0.2}),
        ("zoom", "RandomZoom", {"height_factor": 0.3, "width_factor": 0.3}),
        ("contrast", "RandomContrast", {"factor": 0.3}),
        ("brightness", "RandomBrightness", {"factor": 0.3}),
        ("crop to 200 x 200", "RandomCrop", {"height": 200, "width": 200}),
        ("grayscale", "RandomGrayscale", {"factor": 0.5}),
        ("hue", "RandomHue", {"factor": 0.5}),
        ("saturation", "RandomSaturation", {"factor": [0.3, 0.7]}),
        ("invert", "RandomInvert", {}),
        ("posterization", "RandomPosterization", {"factor": 6}),
        ("solarization", "Solarization", {"addition_factor": 0.3, "threshold_factor": 0.5}),
    ]
    for title, layer, arguments in rows:
        yield Row(title, layer, {**arguments, "seed": 1}, photos, call)
    yield from resized_rows(photos, call)
    for title, layer, arguments in [rows[0], rows[2], rows[12]]:
        first = {**arguments, "seed": 1, "data_format": "channels_first"}
        yield Row(f"{title}, channels first", layer, first, turned, call)


def resized_rows(photos: Any, call: dict[str, Any]) -> Iterator[Row]:
    """Yield the random layers that resize; both ends of a range are equal, so that both sides draw the same size."""
    for layer in ("RandomHeight", "RandomWidth"):
        for change in (-0.3, 0.3) if HAS_KERAS_2 or not HAS_TF else ():
            yield Row(f"{layer}, times {1 + change}", layer, {"factor": (change, change), "seed": 1}, photos, call)
    for side in (100, 160):
        arguments = {"height": 224, "width": 224, "seed": 1}
        yield Row(f"crop of {side} x {side} to 224 x 224", "RandomCrop", arguments, batch(32, side, "float32"), call)


def check(row: Row, found: Any, expected: Any) -> None:
    """Compare results.

    Random layers agree to the bit; of lanczos, a few bytes in a million that lie half-way are rounded to the other
    side.
    """
    if row.call:
        np.testing.assert_array_equal(found, expected)
    elif found.dtype == np.uint8:
        apart = np.abs(found.astype(int) - expected)
        assert found.dtype == expected.dtype
        assert apart.max() <= 1
        assert (apart > 0).mean() < 1e-5
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-3)


def keras_layer(name: str, tf: Any) -> Any:
    """Return a layer of Keras 3, of Keras 2 where it has none."""
    if hasattr(tf.keras.layers, name):
        return getattr(tf.keras.layers, name)
    import tf_keras

    return getattr(tf_keras.layers, name)


def compare(row: Row) -> None:
    """Check that both sides agree, then time them and print a line."""
    ours = getattr(pp, row.layer)(**row.arguments)
    runs: dict[str, Callable[[], Any]] = {"penstock": lambda: ours(row.images, **row.call)}
    if HAS_TF:
        import tensorflow as tf

        theirs, tensor = keras_layer(row.layer, tf)(**row.arguments), tf.constant(row.images)
        runs["keras"] = lambda: theirs(tensor, **row.call)
        check(row, runs["penstock"](), runs["keras"]().numpy())
    seconds = {name: min(times) for name, times in alternate(runs, ROUNDS).items()}
    n = len(row.images)
    line = "  ".join(f"{name} {n / s:>8,.0f} images/s" for name, s in seconds.items())
    ratio = f"{seconds['keras'] / seconds['penstock']:>7.2f}x" if HAS_TF else ""
    print(f"  {row.title:<52}{line}{ratio}", flush=True)


def main() -> None:
    """Run every comparison."""
    print("Resizing (bar: 1)")
    for row in resizing_rows():
        compare(row)
    print("Random layers, 32 of 224 x 224 float32, in training (bar: 2)")
    for row in random_rows():
        compare(row)


if __name__ == "__main__":
    main()
