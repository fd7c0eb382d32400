"""Affine kernels against a plain reference, pixel by pixel."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.preprocessing.kernels import affine

pytestmark = pytest.mark.property

F = np.float32
sizes = st.integers(1, 40)


def placed(position: Any, size: int, mode: int) -> Any:
    """Return where a position is looked up, in float32 step by step."""
    if mode == affine.CONSTANT:
        return position
    outside = position < 0 or position > size - 1
    if mode != affine.NEAREST and outside:
        if size == 1:
            position = F(0)
        elif mode == affine.REFLECT:
            if position < 0:
                position = F(2 * size * int(-position / F(2 * size))) + position
                position = position + F(2 * size) if position < -size else -position - F(1)
            else:
                position = position - F(2 * size * int(position / F(2 * size)))
                position = F(2 * size) - position - F(1) if position >= size else position
        elif position < 0:
            position = position + F(size * (int(-position / F(size - 1)) + 1))
        else:
            position = position - F(size * int(position / F(size - 1)))
    return min(max(position, F(0)), F(size - 1))


def looked_up(image: np.ndarray, y: int, x: int, fill: Any) -> np.ndarray:
    inside = 0 <= y < image.shape[0] and 0 <= x < image.shape[1]
    return image[y, x] if inside else np.full(image.shape[2], fill, image.dtype)


def reference(images: np.ndarray, transforms: np.ndarray, mode: int, fill: Any, *, bilinear: bool) -> np.ndarray:
    out = np.empty(images.shape, np.float32 if bilinear else images.dtype)
    for n, row, column in np.ndindex(images.shape[:3]):
        image, (a0, a1, a2, b0, b1, b2) = images[n], transforms[n]
        x = placed(a0 * F(column) + a1 * F(row) + a2, image.shape[1], mode)
        y = placed(b0 * F(column) + b1 * F(row) + b2, image.shape[0], mode)
        if not bilinear:
            i, j = (int(math.copysign(math.floor(abs(float(v)) + 0.5), v)) for v in (y, x))
            out[n, row, column] = looked_up(image, i, j, fill)
            continue
        top, left = math.floor(y), math.floor(x)
        corners = [looked_up(image, top + i, left + j, fill).astype(F) for i in (0, 1) for j in (0, 1)]
        right, lower = x - F(left), y - F(top)
        first, second = F(left + 1) - x, F(top + 1) - y
        above, below = first * corners[0] + right * corners[1], first * corners[2] + right * corners[3]
        out[n, row, column] = second * above + lower * below
    return out


def run(
    images: np.ndarray, transforms: np.ndarray, mode: int, fill: Any, *, bilinear: bool, planar: bool, cut: int
) -> np.ndarray:
    """Run a kernel in two ranges of rows, with channels last or, copied, first."""
    n, height, width, channels = images.shape
    source = np.ascontiguousarray(np.moveaxis(images, -1, 1) if planar else images)
    layout = (height, width, channels, 1, height * width) if planar else (height, width, channels, channels, 1)
    out = np.zeros(source.shape, np.float32 if bilinear else images.dtype)
    kernel = affine.affine_bilinear_kernel if bilinear else affine.affine_nearest_kernel
    flat, target = source.reshape(n, height * width * channels), out.reshape(n, height * width * channels)
    cut = min(cut, n * height)
    for start, stop in ((0, cut), (cut, n * height)):
        kernel(
            flat, *layout, transforms, mode, images.dtype.type(fill) if not bilinear else F(fill), start, stop, target
        )
    return np.moveaxis(out, 1, -1) if planar else out


@given(
    st.tuples(st.integers(0, 2), st.integers(1, 20), sizes, st.integers(1, 4)),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0, 1, 2, 3]),
    st.sampled_from(["uint8", "float32"]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 30),
    st.sampled_from([0.3, 1.0, 5.0]),
)
def test_reference(
    shape: tuple[int, ...], seed: int, mode: int, dtype: str, bilinear: bool, planar: bool, cut: int, spread: float
) -> None:
    rng = np.random.default_rng(seed)
    images = (rng.random(shape) * 255).astype(dtype)
    transforms = (rng.normal(0, spread, (shape[0], 6)) * [1, 1, 20, 1, 1, 20]).astype(np.float32)
    got = run(images, transforms, mode, 7, bilinear=bilinear, planar=planar, cut=cut)
    np.testing.assert_array_equal(got, reference(images, transforms, mode, 7, bilinear=bilinear))


@pytest.mark.parametrize("mode", [0, 1, 2, 3])
@pytest.mark.parametrize("bilinear", [False, True])
def test_halves_and_edges(mode: int, bilinear: bool) -> None:
    """Positions right at pixels, half-way between them, and at the ends."""
    images = np.arange(2 * 4 * 5 * 3, dtype=np.float32).reshape(2, 4, 5, 3)
    for shift in (-5.0, -4.5, -0.5, 0.0, 0.49999997, 0.5, 4.0, 4.5, 100.0, -1e6):
        transforms = np.array([[1, 0, shift, 0, 1, shift], [0.5, 0, shift, 0, 0, shift]], np.float32)
        got = run(images, transforms, mode, -1.0, bilinear=bilinear, planar=False, cut=3)
        np.testing.assert_array_equal(got, reference(images, transforms, mode, -1.0, bilinear=bilinear))
