"""Kernels of flips, brightness and contrast, and sums in TensorFlow's order, against plain references."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.preprocessing.kernels import pixels

pytestmark = pytest.mark.property

F = np.float32
shapes = st.tuples(st.integers(0, 4), st.integers(1, 40), st.integers(1, 40))
random_seeds = st.integers(0, 2**32 - 1)


@given(
    st.tuples(st.integers(0, 3), st.integers(1, 7), st.integers(1, 7), st.integers(1, 3)),
    random_seeds,
    st.booleans(),
    st.booleans(),
    st.integers(0, 20),
    st.sampled_from([("uint8", "float32"), ("uint32", "uint32"), ("uint8", "uint8")]),
)
def test_flips(
    shape: tuple[int, ...], seed: int, horizontal: bool, vertical: bool, cut: int, dtypes: tuple[str, str]
) -> None:
    rng = np.random.default_rng(seed)
    images, flips = rng.integers(0, 200, shape).astype(dtypes[0]), rng.random(shape[0]) < 0.5
    out = np.zeros(shape, dtypes[1])
    rows = shape[0] * shape[1]
    for start, stop in ((0, min(cut, rows)), (min(cut, rows), rows)):
        flat = (shape[0], shape[1], shape[2] * shape[3])
        pixels.flip_kernel(images.reshape(flat), shape[3], flips, horizontal, vertical, start, stop, out.reshape(flat))
    axes = tuple(axis for axis, wanted in ((0, vertical), (1, horizontal)) if wanted)
    for image, flip, got in zip(images, flips, out, strict=True):
        np.testing.assert_array_equal(got, np.flip(image, axes) if flip else image)


@given(shapes, random_seeds, st.sampled_from(["uint8", "float32"]), st.integers(0, 90))
def test_brightness_and_contrast(shape: tuple[int, ...], seed: int, dtype: str, cut: int) -> None:
    rng = np.random.default_rng(seed)
    images = (rng.random(shape) * 255).astype(dtype)
    each = rng.normal(0, 50, shape[0]).astype(F)
    means = (rng.random((shape[0], shape[2])) * 255).astype(F)
    brighter, sharper = np.zeros(shape, F), np.zeros(shape, F)
    rows = shape[0] * shape[1]
    for start, stop in ((0, min(cut, rows)), (min(cut, rows), rows)):
        pixels.brighten_kernel(images, each, F(10), F(200), start, stop, brighter)
        pixels.contrast_kernel(images, means, each, F(10), F(200), start, stop, sharper)
    np.testing.assert_array_equal(brighter, np.clip(images.astype(F) + each[:, None, None], F(10), F(200)))
    wide = means[:, None]
    np.testing.assert_array_equal(
        sharper, np.clip((images.astype(F) - wide) * each[:, None, None] + wide, F(10), F(200))
    )


def test_numbers_that_are_none_stay() -> None:
    images = np.array([[[np.nan, np.inf, -np.inf]]], F)
    out = np.zeros_like(images)
    pixels.brighten_kernel(images, np.zeros(1, F), F(0), F(255), 0, 1, out)
    np.testing.assert_array_equal(out, [[[np.nan, 255, 0]]])


def in_order(values: np.ndarray) -> np.ndarray:
    """Return sums over the first axis, one after another."""
    total = np.zeros(values.shape[1:], F)
    for value in values:
        total = total + value
    return total


def column_sums(images: np.ndarray) -> np.ndarray:
    n, rows, numbers = images.shape
    out = np.empty((n, numbers), F)
    for i, k in np.ndindex(out.shape):
        column = images[i, :, k].astype(F)
        eight = (i * numbers + k) // 8 * 8
        if rows < 16 or eight < i * numbers or eight + 8 > (i + 1) * numbers:
            out[i, k] = in_order(column)
        else:
            whole = rows // 4 * 4
            lanes = in_order(column[:whole].reshape(-1, 4))
            out[i, k] = in_order(np.concatenate([[in_order(lanes)], column[whole:]]))
    return out


@given(shapes, random_seeds, st.sampled_from(["uint8", "float32"]), st.integers(0, 4))
def test_column_sums(shape: tuple[int, ...], seed: int, dtype: str, cut: int) -> None:
    images = (np.random.default_rng(seed).random(shape) * 255).astype(dtype)
    out = np.zeros((shape[0], shape[2]), F)
    for start, stop in ((0, min(cut, shape[0])), (min(cut, shape[0]), shape[0])):
        pixels.column_sums_kernel(images, start, stop, out)
    np.testing.assert_array_equal(out, column_sums(images))


@given(st.integers(0, 3), st.integers(1, 150), random_seeds)
def test_row_sums(n: int, numbers: int, seed: int) -> None:
    rows = (np.random.default_rng(seed).random((n, numbers)) * 255).astype(F)
    out = np.zeros(n, F)
    pixels.row_sums_kernel(rows, out)
    for row, got in zip(rows, out, strict=True):
        fours, eights = numbers // 32 * 32, numbers // 8 * 8
        lanes = in_order(in_order(row[:fours].reshape(-1, 4, 8)))
        lanes = in_order(np.concatenate([lanes[None], row[fours:eights].reshape(-1, 8)]))
        while len(lanes) > 1:
            lanes = lanes[: len(lanes) // 2] + lanes[len(lanes) // 2 :]
        assert got == lanes[0] + in_order(row[eights:])
