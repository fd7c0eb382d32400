"""counter, random and from_list: sources of numbers and of listed elements."""

from __future__ import annotations

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.errors import InvalidArgumentError
from penstock.pipeline import INFINITE_CARDINALITY


@pytest.mark.unit
def test_counter_counts_without_end() -> None:
    assert list(Dataset.counter().take(3)) == [0, 1, 2]
    assert Dataset.counter().cardinality() == INFINITE_CARDINALITY
    assert [int(x) for x in Dataset.counter(5, -2).skip(30_000).take(2)] == [5 - 60_000, 5 - 60_002]


@pytest.mark.unit
def test_floats_are_added_up_whatever_the_blocks() -> None:
    total, wanted = np.float32(0.5), []
    for _ in range(1000):
        wanted.append(total)
        total = np.float32(total + np.float32(0.1))
    assert list(Dataset.counter(0.5, 0.1, "float32").take(1000)) == wanted


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.5,), r"Dataset\.counter: start must be a number that int64 holds\. Received: start=1\.5 \(float\)\."),
        ((300, 1, "uint8"), r"Dataset\.counter: start must be a number that uint8 holds\. Received: start=300"),
        ((0, "a", "float32"), r"Dataset\.counter: step must be a number that float32 holds\. Received: step='a'"),
        ((0, 1, "string"), r"Dataset\.counter: start must be a number that string holds"),
    ],
)
def test_numbers_that_the_dtype_does_not_hold_are_refused(arguments, message) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        Dataset.counter(*arguments)


@pytest.mark.unit
def test_random_is_the_same_in_each_pass_unless_asked_otherwise() -> None:
    fixed, fresh = Dataset.random(seed=3).take(5), Dataset.random(3, rerandomize_each_iteration=True).take(5)
    assert list(fixed) == list(fixed)
    assert list(fresh) != list(fresh)
    assert list(Dataset.random().take(5)) != list(Dataset.random().take(5))
    assert Dataset.random().cardinality() == INFINITE_CARDINALITY
    assert repr(fresh.element_spec) == "TensorSpec(shape=(), dtype=int64)"


@pytest.mark.unit
def test_listed_elements_may_differ_in_shape() -> None:
    dataset = Dataset.from_list([{"x": [1], "y": "a"}, {"x": [1, 2], "y": "b"}])
    assert [(e["x"].tolist(), e["y"]) for e in dataset] == [([1], b"a"), ([1, 2], b"b")]
    assert dataset.element_spec["x"].shape == (None,) and len(dataset) == 2
    assert repr(dataset) == "<Dataset from_tensor_slices(from_list, 2 elements)>"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("elements", "message"),
    [
        ([], r"Dataset\.from_list: elements must be a list of at least one element\. .* use Dataset\.range\(0\)\."),
        (3, r"Dataset\.from_list: elements must be a list of at least one element\. Received: 3 \(int\)"),
        ([1, "a"], r"Dataset\.from_list: .* of the same dtypes and ranks"),
        ([{"a": 1}, {"a": [1]}], r"Dataset\.from_list: .* of the same dtypes and ranks\. .* at \['a'\]"),
        ([1, (1, 2)], r"Dataset\.from_list: elements must have one structure"),
    ],
)
def test_elements_that_do_not_fit_together_are_refused(elements, message) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        Dataset.from_list(elements)
