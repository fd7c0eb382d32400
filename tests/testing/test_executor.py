"""The reference executor gives TensorFlow's order, so that it may judge the engine; recipes build what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from penstock import Dataset
from penstock.core.random import set_seed, uniform
from penstock.pipeline import plan
from penstock.pipeline.exec.base import executed_nodes
from penstock.testing import assert_elements_equal, assert_same_order
from penstock.testing.executor import _OPEN, Run, reference_epochs, reference_iterator
from penstock.testing.pipelines import build
from penstock.testing.strategies.datasets import recipes
from penstock.testing.strategies.tables import tables


def plain(elements) -> list[object]:
    return [element.tolist() for element in elements]


def is_known(pipeline) -> bool:
    nested = [step[key] for step in pipeline for key in ("function", "other") if key in step]
    unknown = {"shard", "unbatch", "concatenate", "flat_map"}
    return not unknown & {step["op"] for step in pipeline} and all(map(is_known, nested))


@pytest.fixture(autouse=True)
def _no_global_seed():
    yield
    set_seed(None)


@pytest.mark.golden
def test_shuffle(golden) -> None:
    for case in golden("shuffle")["cases"]:
        if is_known(case["pipeline"]):
            set_seed(case["global_seed"])
            epochs = reference_epochs(build(Dataset, case["pipeline"]), len(case["epochs"]))
            assert [plain(epoch) for epoch in epochs] == case["epochs"], case


@pytest.mark.golden
def test_interleave(golden) -> None:
    document = golden("interleave")
    for case in document["cases"]:
        lengths = {"cycle_length": case["cycle_length"], "block_length": case["block_length"]}
        values = document["layouts"][case["layout"]]
        if values:
            source = {"op": "values", "values": values}
            dataset = build(Dataset, [source, {"op": "interleave", "function": [{"op": "ragged"}], **lengths}])
            assert plain(reference_iterator(dataset)) == case["elements"], case


@pytest.mark.golden
def test_batch_repeat_take(golden) -> None:
    for case in golden("batch_repeat_take")["cases"]:
        if is_known(case["pipeline"]) and "limit" not in case:
            assert plain(reference_iterator(build(Dataset, case["pipeline"]))) == case["elements"], case


@pytest.mark.unit
def test_passes_of_one_run_share_caches() -> None:
    calls = []
    dataset = Dataset.range(3).map(lambda x: calls.append(1) or x, vectorize=False).cache()
    run = Run()
    assert plain(run.open(dataset._node)) == plain(run.open(dataset._node)) == [0, 1, 2]
    assert len(calls) == 3


@pytest.mark.property
@given(recipes())
def test_a_recipe_builds_the_same_each_time(recipe) -> None:
    def read():
        found = []
        try:
            for element in reference_iterator(recipe.build()):
                found.append(element)
        except ValueError as err:
            found.append(str(err))
        return found

    first, second = read(), read()
    assert len(first) == len(second)
    for element, other in zip(first, second, strict=True):
        assert_elements_equal(element, other)
    sources = ("range(", "from_tensor_slices(", "from_generator(", "ParquetDataset(", "ArrowDataset(", "SqlDataset(")
    assert repr(recipe).startswith(sources)


@pytest.mark.unit
def test_every_node_that_the_engine_executes_is_known() -> None:
    # Other tests register nodes of their own.
    ours = [node for node in executed_nodes() if getattr(plan, node.__name__, None) is node]
    assert [node.__name__ for node in ours if node not in _OPEN] == []


@pytest.mark.property
@given(tables(12))
def test_tables(drawn) -> None:
    _, make = drawn
    found = list(make())
    expected = list(reference_iterator(make()))
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert_elements_equal(one, other)


@pytest.mark.unit
@pytest.mark.parametrize(
    "make",
    [
        lambda number: Dataset.range(4).map(lambda x: number()).repeat(2),
        lambda number: Dataset.range(9).filter(lambda x: bool(number() < 0.5)).repeat(2),
        lambda number: Dataset.range(9).take_while(lambda x: bool(number() < 0.8)).repeat(3),
        lambda number: Dataset.range(4).scan(np.float32(0), lambda total, x: (total + number(), total)).repeat(2),
        lambda number: Dataset.range(4).flat_map(lambda x: Dataset.range(2).map(lambda y: number())).repeat(2),
        lambda number: Dataset.range(4).interleave(lambda x: Dataset.range(2).map(lambda y: number()), cycle_length=2),
        lambda number: Dataset.range(9).group_by_window(
            lambda x: np.int64(number() * 3), lambda key, w: w.map(lambda v: v + number()).batch(2), 3
        ),
        lambda number: Dataset.range(20).rejection_resample(lambda x: x % 2, [0.5, 0.5], [0.2, 0.8], seed=2).repeat(2),
    ],
)
def test_random_functions_draw_what_the_engine_draws(make) -> None:
    set_seed(5)
    try:
        dataset = make(lambda: uniform([]))
        assert_same_order(dataset)
        epochs = reference_epochs(dataset, 2)
        assert [str(x) for x in epochs[0]] == [str(x) for x in epochs[1]] == [str(x) for x in dataset]
    finally:
        set_seed(None)
