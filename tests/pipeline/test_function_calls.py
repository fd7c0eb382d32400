"""Functions of elements are called once per element; random operations in them give TensorFlow's numbers."""

from __future__ import annotations

import numpy as np
import pytest

import penstock as ps
from penstock import Dataset, random


@pytest.mark.golden
def test_random_operations_in_map_give_tensorflows_numbers(golden):
    for case in golden("random")["functions"]:
        random.set_seed(case["global_seed"])
        seed = case["seed"]

        def draw(_, seed=seed):
            one = random.uniform((), 0, 1000, "int32", seed=seed)
            return one, random.uniform((2,), 0, 1000, "int32", seed=seed)

        dataset = Dataset.range(4).map(draw)
        for expected in case["epochs"]:
            assert [[int(a), b.tolist()] for a, b in dataset] == expected, case


@pytest.mark.unit
def test_a_function_that_is_given_up_is_called_once_per_element():
    calls = []

    class Counter:
        def __call__(self, x):
            if not hasattr(x, "spec"):  # symbols are not elements
                calls.append(int(x))
            return x + np.int64(len(calls) > 1)

    elements = [int(x) for x in Dataset.range(6).map(Counter())]
    assert calls == list(range(6))
    assert elements == [0, 2, 3, 4, 5, 6]


@pytest.mark.unit
def test_a_function_that_fails_while_it_is_checked_is_called_once_per_element():
    def refuse(x):
        return ps.records.decode_csv(x, record_defaults=[0])[0]

    dataset = Dataset.from_tensor_slices(["1", "x", "3"]).map(refuse)
    iterator = iter(dataset)
    assert next(iterator) == 1
    with pytest.raises(ps.errors.StageError, match="on element 1"):
        next(iterator)
    assert next(iterator) == 3
