"""filter: the elements that a predicate holds for, in order."""

from __future__ import annotations

import numpy as np
import pytest

from penstock import Dataset, TextLineDataset
from penstock.core.errors import InvalidArgumentError, StageError
from penstock.pipeline import UNKNOWN_CARDINALITY


@pytest.mark.unit
@pytest.mark.parametrize("vectorize", [None, False])
@pytest.mark.parametrize("n", [0, 1, 10, 4000])
def test_keeps_what_holds(vectorize, n) -> None:
    assert list(Dataset.range(n).filter(lambda x: x % 3 == 1, vectorize=vectorize)) == list(range(1, n, 3))


@pytest.mark.unit
@pytest.mark.parametrize("vectorize", [None, False])
@pytest.mark.parametrize("keep", [True, False])
def test_all_or_nothing(vectorize, keep) -> None:
    kept = list(Dataset.range(50).filter(lambda x: (x >= 0) == keep, vectorize=vectorize))
    assert kept == (list(range(50)) if keep else [])


@pytest.mark.unit
def test_a_tuple_is_spread_and_structures_stay() -> None:
    data = (np.arange(4), {"name": ["a", "b", "c", "d"]})
    kept = list(Dataset.from_tensor_slices(data).filter(lambda x, rest: x > 1))
    assert [(x, rest["name"]) for x, rest in kept] == [(2, b"c"), (3, b"d")]


@pytest.mark.unit
def test_count_is_unknown_and_spec_stays() -> None:
    dataset = Dataset.range(5).filter(lambda x: x > 1)
    assert dataset.cardinality() == UNKNOWN_CARDINALITY
    assert repr(dataset.element_spec) == "TensorSpec(shape=(), dtype=int64)"


@pytest.mark.unit
def test_an_opaque_predicate_runs_when_its_element_is_asked_for() -> None:
    calls = []

    def is_odd(x):
        calls.append(int(x))
        return x % 2 == 1

    iterator = iter(Dataset.range(100).filter(is_odd))
    assert next(iterator) == 1 and calls == [0, 1]
    assert next(iterator) == 3 and calls == [0, 1, 2, 3]


@pytest.mark.fault
@pytest.mark.parametrize("vectorize", [None, False])
def test_an_error_comes_after_the_elements_before_it(read_all, vectorize) -> None:
    def shaky(x):
        if x == 7:
            raise RuntimeError("bad row")
        return x % 2 == 0

    found = read_all(Dataset.range(12).filter(shaky, vectorize=vectorize))
    assert found[:4] == [0, 2, 4, 6] and found[5:] == [8, 10]
    assert str(found[4]) == "filter: 'shaky' raised RuntimeError on element 7 (node 1): bad row"
    assert isinstance(found[4], StageError)


@pytest.mark.fault
def test_an_error_names_file_and_line(tmp_path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("1\nx\n")
    with pytest.raises(StageError, match=r"filter: .* raised ValueError on element 1 \(node 1, .*a\.txt, line 2\)"):
        list(TextLineDataset(path).filter(lambda line: int(line) > 0))


@pytest.mark.fault
@pytest.mark.parametrize("vectorize", [None, False])
@pytest.mark.parametrize(
    ("predicate", "received"),
    [(lambda x: x, r"int64\[\]"), (lambda x: np.array([True, False]), r"bool\[2\]")],
)
def test_the_predicate_must_return_one_bool(vectorize, predicate, received) -> None:
    text = rf"Dataset\.filter: the predicate must return one bool\. Received: {received} from '<lambda>'\."
    with pytest.raises(InvalidArgumentError, match=text):
        list(Dataset.range(3).filter(predicate, vectorize=vectorize))


@pytest.mark.unit
def test_predicate_must_be_callable() -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"Dataset.filter: predicate must be callable. Received: predicate=1"
    ):
        Dataset.range(3).filter(1)
