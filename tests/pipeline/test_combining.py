"""Datasets side by side, behind one another and in turn: what they give is what TensorFlow gives."""

from __future__ import annotations

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.random import set_seed
from penstock.testing import ReferenceDataset
from penstock.testing.pipelines import build, elements

LIMIT = 40


@pytest.mark.golden
@pytest.mark.parametrize("dataset_class", [Dataset, ReferenceDataset])
def test_elements_of_three_epochs(golden, has_all_steps, dataset_class) -> None:
    for case in golden("combining")["cases"]:
        assert has_all_steps(case["pipeline"])
        set_seed(case.get("global_seed"))
        dataset = build(dataset_class, case["pipeline"])
        epochs = [elements(dataset, LIMIT) for _ in range(3)]
        assert epochs == case["epochs"] * (3 // len(case["epochs"])), case


@pytest.mark.golden
def test_cardinality(golden) -> None:
    for case in golden("combining")["cases"]:
        assert build(Dataset, case["pipeline"]).cardinality() == case["cardinality"], case


@pytest.mark.golden
def test_counters(golden) -> None:
    for case in golden("combining")["counters"]:
        dataset = Dataset.counter(case["start"], case["step"], case["dtype"])
        numbers = list(dataset.take(12))
        assert [x.item() for x in numbers] == case["numbers"], case
        assert {x.dtype.name for x in numbers} == {case["dtype"]} == {dataset.element_spec.dtype.name}


@pytest.mark.golden
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_dataset_of_weights(golden, dtype) -> None:
    for case in golden("combining")["weighted"]:
        datasets = [Dataset.range(20), Dataset.range(100, 120)]
        turns = Dataset.from_tensor_slices(np.array(case["weights"], dtype)).repeat(4)
        assert elements(Dataset.sample_from_datasets(datasets, turns, case["seed"])) == case["elements"]


@pytest.mark.golden
def test_random_words(golden) -> None:
    for case in golden("random")["words"]:
        set_seed(case["global_seed"])
        assert elements(Dataset.random(case["seed"]), 23) == case["words"]
        again = Dataset.random(case["seed"], rerandomize_each_iteration=True)
        assert [elements(again, 5) for _ in range(3)] == case["rerandomized_epochs"]
