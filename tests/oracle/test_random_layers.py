"""Live comparison of random image layers with Keras on TensorFlow: the same seeds give the same images."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock import Dataset, preprocessing
from penstock.preprocessing.augment.trigonometry import sine_cosine

tf = pytest.importorskip("tensorflow")
keras = pytest.importorskip("keras")
tf_keras = pytest.importorskip("tf_keras")
pytestmark = pytest.mark.oracle

seeds = st.integers(-(2**63), 2**63 - 1)
shapes = st.tuples(st.integers(1, 20), st.integers(1, 20), st.integers(1, 20), st.integers(1, 4))
moves = st.fixed_dictionaries(
    {
        "fill_mode": st.sampled_from(["reflect", "wrap", "nearest", "constant"]),
        "interpolation": st.sampled_from(["bilinear", "nearest"]),
        "fill_value": st.sampled_from([0.0, 7.5]),
    }
)
# TensorFlow takes the smallest numbers for zero.
part = st.floats(-1, 1, width=32, allow_subnormal=False)
LAYERS: dict[str, Any] = {
    "RandomFlip": st.fixed_dictionaries(
        {"mode": st.sampled_from(["horizontal", "vertical", "horizontal_and_vertical"])}
    ),
    "RandomTranslation": st.builds(lambda a, b, m: {"height_factor": a, "width_factor": b, **m}, part, part, moves),
    "RandomRotation": st.builds(lambda a, m: {"factor": a, **m}, part, moves),
    "RandomZoom": st.builds(
        lambda a, b, m: {"height_factor": abs(a), "width_factor": b, **m}, part, st.none() | part.map(abs), moves
    ),
    "RandomContrast": part.map(lambda a: {"factor": abs(a)}),
    "RandomBrightness": part.map(lambda a: {"factor": a}),
    "RandomCrop": st.fixed_dictionaries({"height": st.integers(1, 12), "width": st.integers(1, 12)}),
}
drawn = st.sampled_from(sorted(LAYERS)).flatmap(lambda name: st.tuples(st.just(name), LAYERS[name]))


def images(shape: tuple[int, ...]) -> np.ndarray:
    return (np.random.default_rng(math.prod(shape)).random(shape) * 255).astype(np.float32)


def assert_same(layer: Any, other: Any, batch: np.ndarray, calls: int = 2) -> None:
    for _ in range(calls):
        expected = other(batch, training=True).numpy()
        got = layer(batch, training=True)
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got, expected)


@settings(max_examples=150)
@given(drawn, shapes, seeds, st.booleans(), st.booleans())
def test_images(row: tuple[str, dict[str, Any]], shape: tuple[int, ...], seed: int, first: bool, single: bool) -> None:
    name, arguments = row
    batch = images(shape)
    options: dict[str, Any] = {"seed": seed, **arguments}
    if first and name != "RandomBrightness":
        batch, options["data_format"] = np.ascontiguousarray(np.moveaxis(batch, -1, 1)), "channels_first"
    batch = batch[0] if single else batch
    assert_same(getattr(preprocessing, name)(**options), getattr(keras.layers, name)(**options), batch)


ranges = st.sampled_from([(0, 255), (0, 1), (-20, 300)])
two_parts = st.tuples(
    st.floats(0, 1, width=32, allow_subnormal=False), st.floats(0, 1, width=32, allow_subnormal=False)
)
COLOURS: dict[str, Any] = {
    "RandomGrayscale": part.map(lambda a: {"factor": abs(a)}),
    "RandomHue": st.builds(lambda a, r: {"factor": a, "value_range": r}, two_parts, ranges),
    "RandomSaturation": st.builds(lambda a, r: {"factor": a, "value_range": r}, two_parts, ranges),
    "RandomInvert": st.builds(lambda a, r: {"factor": a, "value_range": r}, two_parts, ranges),
    "RandomPosterization": st.builds(
        lambda a, r: {"factor": a, "value_range": r}, st.tuples(st.integers(1, 8), st.integers(1, 8)), ranges
    ),
    "RandomColorJitter": st.builds(
        lambda a, b, c, d, r: {
            "brightness_factor": a,
            "contrast_factor": b,
            "saturation_factor": c,
            "hue_factor": d,
            "value_range": r,
        },
        st.none() | part,
        st.none() | part.map(abs),
        st.none() | part,
        st.none() | part.map(abs),
        ranges,
    ),
    "Solarization": st.builds(
        lambda a, b, r: {"addition_factor": a, "threshold_factor": b, "value_range": r}, two_parts, two_parts, ranges
    ),
}


@settings(max_examples=100)
@given(
    st.sampled_from(sorted(COLOURS)).flatmap(lambda name: st.tuples(st.just(name), COLOURS[name])),
    shapes,
    seeds,
    st.booleans(),
)
def test_colours(row: tuple[str, dict[str, Any]], shape: tuple[int, ...], seed: int, first: bool) -> None:
    name, arguments = row
    # Of a lone pixel TensorFlow adds up the weighted sum in another order.
    batch = images((*shape[:2], shape[2] + 1, 3))
    low, high = arguments.get("value_range", (0, 255))
    batch = (batch / 255 * (high - low) + low).astype(np.float32)
    options: dict[str, Any] = {"seed": seed, **arguments}
    if first and name != "RandomColorJitter":  # Keras's jitter looks for channels at the end whatever it is told.
        batch, options["data_format"] = np.ascontiguousarray(np.moveaxis(batch, -1, 1)), "channels_first"
    assert_same(getattr(preprocessing, name)(**options), getattr(keras.layers, name)(**options), batch)


@pytest.mark.parametrize("name", ["RandomFlip", "RandomTranslation", "RandomRotation", "RandomZoom", "RandomCrop"])
@pytest.mark.parametrize("dtype", ["uint8", "int32", "float16", "float64"])
def test_dtypes(name: str, dtype: str) -> None:
    arguments: dict[str, Any] = {
        "RandomFlip": {},
        "RandomTranslation": {"height_factor": 0.4, "width_factor": 0.9, "fill_mode": "constant", "fill_value": 7.6},
        "RandomRotation": {"factor": 0.4},
        "RandomZoom": {"height_factor": 0.4, "interpolation": "nearest"},
        "RandomCrop": {"height": 5, "width": 4},
    }[name]
    layer = getattr(preprocessing, name)(seed=3, dtype=dtype, **arguments)
    other = getattr(keras.layers, name)(seed=3, dtype=dtype, **arguments)
    assert_same(layer, other, images((6, 9, 8, 3)))
    assert_same(layer, other, images((6, 9, 8, 3)).astype(np.uint8))


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_contrast_and_brightness_of_other_precisions(dtype: str) -> None:
    for name in ("RandomContrast", "RandomBrightness"):
        layer = getattr(preprocessing, name)(0.4, seed=3, dtype=dtype)
        expected = getattr(keras.layers, name)(0.4, seed=3, dtype=dtype)(images((6, 9, 8, 3)), training=True).numpy()
        got = layer(images((6, 9, 8, 3)))
        assert got.dtype == expected.dtype
        tolerance = 1.0 if dtype == "float16" else 1e-11
        np.testing.assert_allclose(got.astype(float), expected.astype(float), rtol=0, atol=tolerance)


def test_large_images() -> None:
    batch = images((9, 224, 200, 3))
    for name, arguments in [
        ("RandomContrast", {"factor": 0.9}),
        ("RandomRotation", {"factor": 0.9}),
        ("RandomZoom", {"height_factor": 0.9, "width_factor": 0.2}),
    ]:
        assert_same(
            getattr(preprocessing, name)(seed=5, **arguments), getattr(keras.layers, name)(seed=5, **arguments), batch
        )


@pytest.mark.parametrize("name", ["RandomFlip", "RandomRotation", "RandomContrast", "RandomBrightness", "RandomCrop"])
def test_in_map(name: str) -> None:
    arguments: dict[str, Any] = {"RandomCrop": {"height": 4, "width": 5}, "RandomFlip": {}}.get(name, {"factor": 0.5})
    batch = images((9, 8, 7, 3)).astype(np.uint8)
    layer = getattr(preprocessing, name)(seed=2, **arguments)
    other = getattr(keras.layers, name)(seed=2, **arguments)
    ours = Dataset.from_tensor_slices(batch).map(layer)
    theirs = tf.data.Dataset.from_tensor_slices(batch).map(other)
    for _ in range(2):
        for got, expected in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(got, expected.numpy())


@settings(max_examples=60)
@given(
    st.sampled_from(["RandomHeight", "RandomWidth"]),
    st.tuples(st.integers(1, 4), st.integers(4, 20), st.integers(4, 20), st.integers(1, 4)),
    st.integers(-(2**31), 2**31),
    st.sampled_from([0.5, (-0.3, 0.9), (0.1, 0.2)]),
    st.sampled_from(["bilinear", "nearest", "bicubic", "area", "lanczos3"]),
)
def test_sizes(name: str, shape: tuple[int, ...], seed: int, factor: Any, method: str) -> None:
    layer = getattr(preprocessing, name)(factor, method, seed)
    other = getattr(tf_keras.layers, name)(factor, method, seed)
    for _ in range(3):
        expected = other(images(shape), training=True).numpy()
        got = layer(images(shape))
        assert got.shape == expected.shape
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-3)


@given(st.lists(st.floats(-50, 50, width=32, allow_subnormal=False), min_size=1, max_size=40))
def test_sines(angles: list[float]) -> None:
    values = np.array(angles, np.float32)
    sine, cosine = sine_cosine(values)
    np.testing.assert_array_equal(sine, tf.sin(values).numpy())
    np.testing.assert_array_equal(cosine, tf.cos(values).numpy())
