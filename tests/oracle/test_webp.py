"""WebP files have TensorFlow's pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import penstock.compat.tensorflow as pt

tf = pytest.importorskip("tensorflow")
Image = pytest.importorskip("PIL.Image")
pytestmark = pytest.mark.oracle


def outcome(lib, data, channels):
    try:
        return lib.io.decode_webp(data, channels=channels).numpy()
    except (tf.errors.InvalidArgumentError, ValueError):
        return None


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from([3, 4])),
    st.booleans(),
    st.integers(0, 100),
    st.sampled_from([0, 1, 3, 4]),
    st.integers(0, 9),
)
def test_pixels(shape, lossless, quality, channels, seed):
    small = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(small).resize((shape[1] * 2, shape[0] * 2)).save(out, "WEBP", lossless=lossless, quality=quality)
    ours, theirs = outcome(pt, out.getvalue(), channels), outcome(tf, out.getvalue(), channels)
    assert (ours is None) == (theirs is None)
    if theirs is not None:
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)
