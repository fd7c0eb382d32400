"""Sine and cosine in single precision."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.preprocessing.augment.trigonometry import sine_cosine

pytestmark = pytest.mark.property

angles = st.lists(st.floats(-20, 20, width=32), max_size=30)


@given(angles)
def test_within_two_units_in_the_last_place(values: list[float]) -> None:
    given_angles = np.array(values, np.float32)
    sine, cosine = sine_cosine(given_angles)
    exact = given_angles.astype(np.float64)
    np.testing.assert_allclose(sine, np.sin(exact), rtol=0, atol=2e-7)
    np.testing.assert_allclose(cosine, np.cos(exact), rtol=0, atol=2e-7)


def test_single_angles_agree_with_eights() -> None:
    many = np.linspace(-7, 7, 1000).astype(np.float32)
    for together, alone in zip(sine_cosine(many), sine_cosine_of_each(many), strict=True):
        np.testing.assert_allclose(together, alone, rtol=0, atol=2e-7)


def sine_cosine_of_each(many: np.ndarray) -> list[np.ndarray]:
    pairs = [sine_cosine(many[i : i + 1]) for i in range(len(many))]
    return [np.concatenate([pair[i] for pair in pairs]) for i in (0, 1)]
