"""assert_cardinality, get_single_element and apply."""

from __future__ import annotations

import pytest

from penstock import Dataset
from penstock.core.errors import FailedPreconditionError, InvalidArgumentError
from penstock.pipeline import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY


@pytest.mark.unit
def test_a_right_number_gives_a_length() -> None:
    dataset = Dataset.range(5).filter(lambda x: x > 1).assert_cardinality(3)
    assert len(dataset) == 3 and list(dataset) == [2, 3, 4]
    assert len(dataset.batch(2)) == 2
    assert Dataset.range(5).assert_cardinality(UNKNOWN_CARDINALITY).cardinality() == UNKNOWN_CARDINALITY
    assert list(Dataset.range(5).assert_cardinality(UNKNOWN_CARDINALITY)) == list(range(5))
    assert list(Dataset.range(3).repeat().assert_cardinality(INFINITE_CARDINALITY).take(4)) == [0, 1, 2, 0]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("expected", "good", "message"),
    [
        (4, 4, "the dataset must have 4 elements. Received: more than 4 elements."),
        (0, 0, "the dataset must have 0 elements. Received: more than 0 elements."),
        (7, 5, "the dataset must have 7 elements. Received: 5 elements."),
        (-1, 5, "the dataset must have infinitely many elements. Received: 5 elements."),
    ],
)
def test_a_wrong_number_is_an_error_behind_the_right_elements(read_all, expected, good, message) -> None:
    *elements, error = read_all(Dataset.range(5).assert_cardinality(expected))
    assert elements == list(range(good))
    assert isinstance(error, FailedPreconditionError)
    assert str(error) == f"Dataset.assert_cardinality: {message}"


@pytest.mark.unit
def test_the_number_is_checked() -> None:
    message = r"Dataset\.assert_cardinality: expected_cardinality must be an int >= -2\. Received: .*=-3 \(int\)\."
    with pytest.raises(InvalidArgumentError, match=message):
        Dataset.range(5).assert_cardinality(-3)


@pytest.mark.unit
def test_single_element() -> None:
    assert Dataset.range(3, 4).get_single_element() == 3
    where = r"Dataset\.get_single_element: the dataset must have exactly one element\."
    with pytest.raises(InvalidArgumentError, match=where + r" Received: an empty dataset\."):
        Dataset.range(0).get_single_element()
    with pytest.raises(InvalidArgumentError, match=where + r" Received: more than one\. Use take\(1\)"):
        Dataset.range(9).repeat().get_single_element()


@pytest.mark.unit
def test_apply() -> None:
    assert list(Dataset.range(5).apply(lambda dataset: dataset.skip(3))) == [3, 4]
    message = r"Dataset\.apply: transformation_func must return a Dataset\. Received: 3 \(int\)\."
    with pytest.raises(InvalidArgumentError, match=message):
        Dataset.range(5).apply(lambda dataset: 3)
