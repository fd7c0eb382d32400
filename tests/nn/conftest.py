"""Data and models that several tests of nn use."""

import numpy as np
import pytest

import penstock
from penstock.nn import Sequential, layers, losses


@pytest.fixture(autouse=True)
def _repeatable():
    penstock.random.set_seed(7)
    yield
    penstock.random.set_seed(None)


@pytest.fixture(scope="session")
def blobs():
    """300 points of 8 numbers around three centres, and the number of each one's centre."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(3, 8)) * 2
    y = rng.integers(0, 3, 300)
    return (centres[y] + rng.normal(size=(300, 8))).astype(np.float32), y


@pytest.fixture
def classifier():
    """A compiled classifier for `blobs`."""
    model = Sequential([layers.Dense(16, activation="relu"), layers.Dense(3)])
    model.compile("adam", losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model
