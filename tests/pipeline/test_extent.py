"""take and skip."""

from __future__ import annotations

import itertools

import pytest

from penstock import Dataset
from penstock.core.errors import InvalidArgumentError

SOURCES = {
    "range": lambda: Dataset.range(7),
    "traced": lambda: Dataset.range(7).map(lambda x: x + 0),
    "opaque": lambda: Dataset.range(7).map(lambda x: x, vectorize=False),
    "generator": lambda: Dataset.from_generator(lambda: iter(range(7))),
    "slices": lambda: Dataset.from_tensor_slices(list(range(7))),
}


@pytest.mark.unit
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("count", [-1, 0, 1, 3, 7, 8, 10**15])
def test_are_slices(source, count) -> None:
    dataset = SOURCES[source]()
    assert list(dataset.take(count)) == list(range(7))[: count if count >= 0 else None]
    assert list(dataset.skip(count)) == (list(range(7))[count:] if count >= 0 else [])
    assert list(dataset.skip(2).take(count)) == list(range(7))[2:][: count if count >= 0 else None]
    assert list(dataset.take(5).skip(count)) == (list(range(5))[count:] if count >= 0 else [])


@pytest.mark.unit
def test_counts() -> None:
    ten = Dataset.range(10)
    assert [len(ten.take(n)) for n in (-1, 0, 4, 12)] == [10, 0, 4, 10]
    assert [len(ten.skip(n)) for n in (-1, 0, 4, 12)] == [0, 10, 6, 0]
    assert len(ten.repeat().take(25)) == 25
    assert ten.repeat().skip(25).cardinality() == -1
    assert ten.filter(lambda x: x > 1).take(3).cardinality() == -2


@pytest.mark.unit
def test_take_asks_for_no_more_than_it_gives() -> None:
    calls = []

    def rows():
        for i in itertools.count():
            calls.append(i)
            yield i

    assert list(Dataset.from_generator(rows).take(3)) == [0, 1, 2]
    assert calls == [0, 1, 2]


@pytest.mark.unit
def test_skip_runs_the_functions_of_what_it_skips() -> None:
    calls = []
    dataset = Dataset.range(3000).map(lambda x: calls.append(int(x)) or x, vectorize=False).skip(2500)
    assert next(iter(dataset)) == 2500
    assert calls == list(range(2501))


@pytest.mark.unit
@pytest.mark.parametrize("method", ["take", "skip"])
@pytest.mark.parametrize("count", [None, 1.0, "3", False])
def test_count_is_checked(method, count) -> None:
    with pytest.raises(InvalidArgumentError, match=f"Dataset.{method}: count must be an int\\. Received: count="):
        getattr(Dataset.range(3), method)(count)
