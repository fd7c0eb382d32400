"""take_while: the elements before the first one that does not hold."""

from __future__ import annotations

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.errors import InvalidArgumentError, StageError
from penstock.pipeline import UNKNOWN_CARDINALITY


@pytest.mark.unit
@pytest.mark.parametrize("vectorize", [None, False])
@pytest.mark.parametrize("n", [0, 1, 10, 4000])
@pytest.mark.parametrize("limit", [0, 1, 7, 3999, 5000])
def test_ends_where_the_predicate_is_false(vectorize, n, limit) -> None:
    found = [int(x) for x in Dataset.range(n).take_while(lambda x: x < limit, vectorize=vectorize)]
    assert found == list(range(min(n, limit)))


@pytest.mark.unit
def test_later_elements_do_not_count() -> None:
    numbers = np.array([1, 2, 9, 1, 1])
    assert list(Dataset.from_tensor_slices(numbers).take_while(lambda x: x < 5).repeat(2)) == [1, 2, 1, 2]


@pytest.mark.unit
@pytest.mark.parametrize("batch_size", [1, 4])
@pytest.mark.parametrize("vectorize", [None, False])
def test_nothing_runs_behind_the_end(batch_size, vectorize) -> None:
    log: list[str] = []

    def made(x):
        log.append(f"made {x}")
        return x

    def is_small(x):
        log.append(f"asked {x}")
        return x < 2

    dataset = Dataset.range(9).map(made, vectorize=False).take_while(is_small, vectorize=vectorize)
    assert [x.tolist() for x in dataset.batch(batch_size)] == ([[0], [1]] if batch_size == 1 else [[0, 1]])
    assert [line for line in log if line.startswith("made")] == ["made 0", "made 1", "made 2"]
    if vectorize is False:
        assert [line for line in log if line.startswith("asked")] == ["asked 0", "asked 1", "asked 2"]


@pytest.mark.unit
def test_count_is_unknown_and_the_plan_says_how_it_runs() -> None:
    dataset = Dataset.range(5).take_while(lambda x: x < 3)
    assert dataset.cardinality() == UNKNOWN_CARDINALITY
    assert repr(dataset.element_spec) == "TensorSpec(shape=(), dtype=int64)"
    assert "take_while(<lambda>)" in dataset.explain() and "runs on whole blocks" in dataset.explain()


@pytest.mark.fault
@pytest.mark.parametrize("vectorize", [None, False])
def test_an_error_comes_after_the_elements_before_it(read_all, vectorize) -> None:
    def shaky(x):
        if x == 3:
            raise RuntimeError("bad row")
        return x < 5

    found = read_all(Dataset.range(9).take_while(shaky, vectorize=vectorize))
    assert found[:3] == [0, 1, 2] and found[4:] == [4]
    assert str(found[3]) == "take_while: 'shaky' raised RuntimeError on element 3 (node 1): bad row"
    assert isinstance(found[3], StageError)


@pytest.mark.unit
def test_the_predicate_returns_one_bool() -> None:
    message = r"Dataset\.take_while: the predicate must return one bool\. Received: int64\[\] from '<lambda>'\."
    for vectorize in (None, False):
        with pytest.raises(InvalidArgumentError, match=message):
            list(Dataset.range(5).take_while(lambda x: x, vectorize=vectorize))
    with pytest.raises(InvalidArgumentError, match=r"Dataset\.take_while: predicate must be callable\. Received: .*3"):
        Dataset.range(5).take_while(3)
