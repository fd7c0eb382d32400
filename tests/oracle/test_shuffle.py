"""Live comparison of pipelines with tf.data: order, epochs, seeds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import penstock
from penstock.testing import ReferenceDataset
from penstock.testing.pipelines import Step, build, elements
from penstock.testing.strategies.pipelines import integer_pipelines, seeds

tf = pytest.importorskip("tensorflow")
# TensorFlow's translation of closures warns about functions it reads the source of.
pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

EPOCHS = 3
METHODS = {"add": "map", "keep_multiples": "filter"}
STEPS = [
    "add",
    "keep_multiples",
    "take",
    "skip",
    "prefetch",
    "shard",
    "cache",
    "flat_map",
    "interleave",
    "batch",
    "unbatch",
    "rebatch",
    "window",
    "group_by_window",
]
MISSING = tuple(step for step in STEPS if not hasattr(penstock.Dataset, METHODS.get(step, step)))


@pytest.fixture(autouse=True)
def _no_global_seed() -> Iterator[None]:
    yield
    set_both(None)


def set_both(seed: int | None) -> None:
    tf.random.set_seed(seed)
    penstock.random.set_seed(seed)


def epochs(dataset_class: Any, pipeline: list[Step]) -> list[list[Any]]:
    dataset = build(dataset_class, pipeline)
    return [elements(dataset) for _ in range(EPOCHS)]


@pytest.mark.parametrize("dataset_class", [penstock.Dataset, ReferenceDataset])
@given(integer_pipelines(without=MISSING), st.none() | seeds())
def test_seeded_pipelines(dataset_class: Any, pipeline: list[Step], global_seed: int | None) -> None:
    set_both(global_seed)
    assert epochs(dataset_class, pipeline) == epochs(tf.data.Dataset, pipeline)


@pytest.mark.parametrize("dataset_class", [penstock.Dataset, ReferenceDataset])
@given(integer_pipelines(unseeded=True, without=MISSING), seeds())
def test_a_global_seed_fixes_shuffles_without_seed(dataset_class: Any, pipeline: list[Step], global_seed: int) -> None:
    set_both(global_seed)
    assert epochs(dataset_class, pipeline) == epochs(tf.data.Dataset, pipeline)


@pytest.mark.parametrize("dataset_class", [penstock.Dataset, ReferenceDataset])
@given(integer_pipelines(max_steps=3, without=(*MISSING, "prefetch")), st.data())
def test_abandoned_epochs(dataset_class: Any, pipeline: list[Step], data: st.DataObject) -> None:
    """Prefetch is left out: how far TensorFlow's thread has read when an epoch is abandoned is a matter of luck."""
    set_both(None)
    limits = data.draw(st.lists(st.none() | st.integers(0, 30), min_size=2, max_size=4))
    mine, theirs = build(dataset_class, pipeline), build(tf.data.Dataset, pipeline)
    assert [elements(mine, n) for n in limits] == [elements(theirs, n) for n in limits]
