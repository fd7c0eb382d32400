"""Pipelines with random layers go on with exactly the same images after a resume."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from penstock import Dataset, random
from penstock.preprocessing import Pipeline, RandomFlip, RandomHeight, RandomRotation
from penstock.testing import assert_resumes_exactly

pytestmark = pytest.mark.unit

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 5, 4, 1)).astype(np.uint8)


def elements() -> Any:
    layer = RandomRotation(0.4, seed=3)
    return Dataset.from_tensor_slices(IMAGES).shuffle(10, seed=1).map(layer).prefetch(3)


def batches() -> Any:
    rotate, flip = RandomRotation(0.4, seed=3), RandomFlip(seed=4)
    source = Dataset.from_tensor_slices(IMAGES).batch(4)
    return source.map(lambda x: (flip(rotate(x)), x)).prefetch(1).unbatch().repeat(2)


def layers_in_a_pipeline() -> Any:
    layer = Pipeline([RandomFlip(seed=1), RandomHeight(0.9, "nearest", seed=2)])
    return Dataset.from_tensor_slices(IMAGES[:12]).map(layer).padded_batch(1)


def a_generator() -> Any:
    generator = random.Generator(5)
    return Dataset.range(30).map(lambda x: float(x) + float(generator.uniform(()))).batch(4)


@pytest.mark.parametrize("make", [elements, batches, layers_in_a_pipeline, a_generator])
def test_every_position(make: Any) -> None:
    assert_resumes_exactly(make)


def test_a_later_pass_goes_on_in_a_fresh_layer() -> None:
    dataset = elements()
    list(dataset)
    iterator = iter(dataset)
    for _ in range(17):
        next(iterator)
    state = json.loads(json.dumps(iterator.get_state()))
    rest = list(iterator)
    other = iter(elements())
    other.set_state(state)
    for got, expected in zip(other, rest, strict=True):
        np.testing.assert_array_equal(got, expected)


def joined() -> Any:
    one, other = RandomFlip(seed=1), RandomRotation(0.4, seed=2)
    first = Dataset.from_tensor_slices(IMAGES[:6]).map(one)
    return first.concatenate(Dataset.from_tensor_slices(IMAGES[6:12]).map(other)).repeat(2)


def test_layers_of_inputs_that_are_over_go_on_as_well() -> None:
    assert_resumes_exactly(joined)


def test_in_another_process() -> None:
    assert_resumes_exactly(elements, steps=12, fresh_process=True)
