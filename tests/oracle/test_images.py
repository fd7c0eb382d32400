"""Images of any size become what TensorFlow and Keras make of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock import preprocessing
from penstock.preprocessing.images import resize
from penstock.preprocessing.images.resampling import METHODS

pytestmark = pytest.mark.oracle

tf = pytest.importorskip("tensorflow")

sides = st.integers(1, 40)
dtypes = st.sampled_from(["uint8", "int16", "int32", "float16", "float32", "float64"])
EXACT = ("bilinear", "nearest", "bicubic", "mitchellcubic")


def images(shape, dtype, seed):
    found = np.random.default_rng(seed).normal(100, 60, shape)
    return np.clip(found, 0, 255).astype(dtype)


def check(found, expected, *, exact):
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    if exact:
        np.testing.assert_array_equal(found, expected)
    else:
        np.testing.assert_allclose(found, expected, rtol=2e-6, atol=2e-4)


@settings(max_examples=300, deadline=None)
@given(
    st.tuples(st.integers(1, 3), sides, sides, st.integers(1, 4)),
    st.tuples(sides, sides),
    dtypes,
    st.sampled_from(METHODS),
    st.booleans(),
    st.integers(0, 9),
)
def test_resize(shape, size, dtype, method, antialias, seed):
    given_images = images(shape, dtype, seed)
    expected = tf.image.resize(given_images, size, method=method, antialias=antialias).numpy()
    check(resize(given_images, size, method=method, antialias=antialias), expected, exact=method in EXACT)


@settings(max_examples=100, deadline=None)
@given(st.tuples(sides, sides, st.just(1)), st.tuples(sides, sides))
def test_sizes_that_keep_the_aspect_ratio(shape, size):
    zeros = np.zeros(shape, np.float32)
    try:
        expected = tf.image.resize(zeros, size, preserve_aspect_ratio=True).numpy()
    except tf.errors.InvalidArgumentError:
        with pytest.raises(ValueError, match="size must be two ints >= 1"):
            resize(zeros, size, preserve_aspect_ratio=True)
        return
    check(resize(zeros, size, preserve_aspect_ratio=True), expected, exact=True)


@settings(max_examples=200, deadline=None)
@given(
    st.tuples(st.integers(1, 2), sides, sides, st.integers(1, 3)),
    st.tuples(sides, sides),
    st.sampled_from(["uint8", "int32", "float32"]),
    st.sampled_from(["bilinear", "nearest", "bicubic"]),
    st.sampled_from([{}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True, "fill_value": 9}]),
    st.sampled_from(["channels_last", "channels_first"]),
)
def test_resizing(shape, size, dtype, interpolation, ratio, data_format):
    given_images = images(shape, dtype, 1)
    options = {"interpolation": interpolation, "data_format": data_format, **ratio}
    expected = tf.keras.layers.Resizing(*size, **options)(given_images).numpy()
    check(preprocessing.Resizing(*size, **options)(given_images), expected, exact=True)


@settings(max_examples=200, deadline=None)
@given(
    st.tuples(st.integers(1, 2), sides, sides, st.integers(1, 3)),
    st.tuples(sides, sides),
    st.sampled_from(["uint8", "int32", "float32"]),
)
def test_center_crop(shape, size, dtype):
    given_images = images(shape, dtype, 2)
    expected = tf.keras.layers.CenterCrop(*size)(given_images).numpy()
    check(preprocessing.CenterCrop(*size)(given_images), expected, exact=True)
