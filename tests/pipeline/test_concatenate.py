"""concatenate: one dataset after another."""

from __future__ import annotations

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.errors import DTypeError, InvalidArgumentError
from penstock.pipeline import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY


@pytest.mark.unit
def test_one_after_another() -> None:
    assert list(Dataset.range(2).concatenate(Dataset.range(5, 7))) == [0, 1, 5, 6]
    assert list(Dataset.range(0).concatenate(Dataset.range(2)).concatenate(Dataset.range(0))) == [0, 1]


@pytest.mark.unit
def test_shapes_may_differ() -> None:
    joined = Dataset.from_tensors(np.arange(2)).concatenate(Dataset.from_tensors(np.arange(3)))
    assert [x.tolist() for x in joined] == [[0, 1], [0, 1, 2]]
    assert joined.element_spec.shape == (None,)


@pytest.mark.unit
def test_cardinality_is_the_sum() -> None:
    five, endless = Dataset.range(5), Dataset.range(3).repeat()
    assert len(five.concatenate(five)) == 10
    assert five.concatenate(five.filter(lambda x: x > 0)).cardinality() == UNKNOWN_CARDINALITY
    assert endless.filter(lambda x: x > 0).concatenate(endless).cardinality() == INFINITE_CARDINALITY


@pytest.mark.unit
def test_the_second_dataset_is_made_when_its_turn_comes() -> None:
    made = []

    def note(x):
        made.append(int(x))
        return x

    iterator = iter(Dataset.range(2000).concatenate(Dataset.range(5).map(note, vectorize=False)))
    for _ in range(2001):
        next(iterator)
    assert made == [0]


@pytest.mark.unit
def test_elements_of_which_nothing_is_known_are_taken() -> None:
    nothing = Dataset.range(0).map(lambda x: (int(x), 1))
    assert repr(nothing.element_spec) == "ObjectSpec()"
    pairs = Dataset.range(2).map(lambda x: (x, 1))
    assert list(nothing.concatenate(pairs)) == list(pairs.concatenate(nothing)) == [(0, 1), (1, 1)]


@pytest.mark.unit
@pytest.mark.parametrize(
    "other", [Dataset.from_tensors(1.5), Dataset.from_tensors((1, 2)), Dataset.from_tensors({"x": 1})]
)
def test_other_elements_are_refused(other) -> None:
    message = (
        r"Dataset\.concatenate: the elements of all datasets must have one structure and the same dtypes\. "
        r"Received: dataset 0 with TensorSpec\(shape=\(\), dtype=int64\); dataset 1 with .*\. Use map\(\)"
    )
    with pytest.raises(DTypeError, match=message):
        Dataset.range(3).concatenate(other)
    with pytest.raises(InvalidArgumentError, match=r"Dataset\.concatenate: takes datasets\. Received: 3 \(int\)\."):
        Dataset.range(3).concatenate(3)
