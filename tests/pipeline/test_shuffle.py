"""shuffle: TensorFlow's order, the epochs, memory, errors in their places."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.errors import InvalidArgumentError, StageError
from penstock.core.random import set_seed
from penstock.testing import ReferenceDataset
from penstock.testing.pipelines import apply, build, elements
from penstock.testing.strategies import integer_pipelines

FIRST = [1, 4, 2, 3, 5, 0, 6, 9, 8, 7, 10, 11]
SECOND = [3, 4, 2, 0, 1, 8, 5, 6, 9, 10, 11, 7]


@pytest.mark.golden
def test_order_is_tensorflows(golden, has_all_steps) -> None:
    for case in golden("shuffle")["cases"]:
        if not has_all_steps(case["pipeline"]):
            continue
        set_seed(case["global_seed"])
        dataset = build(Dataset, case["pipeline"])
        assert [elements(dataset) for _ in case["epochs"]] == case["epochs"], case


@pytest.mark.golden
def test_datasets_on_one_shuffle_draw_epochs_together(golden) -> None:
    for case in golden("shuffle")["shared"]:
        set_seed(case["global_seed"])
        base = build(Dataset, case["base"])
        users = {name: apply(Dataset, base, steps) for name, steps in case["users"].items()}
        got = [{"user": turn["user"], "elements": elements(users[turn["user"]])} for turn in case["iterations"]]
        assert got == case["iterations"]


@pytest.mark.golden
def test_the_iterator_that_is_made_first_has_the_first_epoch(golden) -> None:
    for case in golden("shuffle")["iterators"]:
        dataset = build(Dataset, case["pipeline"])
        iterators = {"first": iter(dataset), "second": iter(dataset)}
        for turn in (case["read_first"], case["read_second"]):
            assert list(iterators[turn["made"]]) == turn["elements"]


@pytest.mark.property
@given(integer_pipelines(unseeded=True), st.integers(0, 2**31))
def test_any_pipeline_has_the_order_of_the_slow_model(has_all_steps, pipeline, global_seed) -> None:
    if not has_all_steps(pipeline):
        return
    found = []
    for kind in (Dataset, ReferenceDataset):
        set_seed(global_seed)
        dataset = build(kind, pipeline)
        found.append([elements(dataset, 300) for _ in range(2)])
    assert found[0] == found[1]


@pytest.mark.unit
def test_known_answers() -> None:
    dataset = Dataset.range(12).shuffle(4, seed=42)
    assert [list(dataset), list(dataset)] == [FIRST, SECOND]
    assert list(Dataset.range(12).shuffle(4, seed=42).repeat(2)) == FIRST + SECOND


@pytest.mark.unit
def test_global_seed_makes_the_order_repeatable() -> None:
    orders = []
    for _ in range(2):
        set_seed(3)
        orders.append(list(Dataset.range(50).shuffle(50)))
    assert orders[0] == orders[1]
    assert list(Dataset.range(50).shuffle(50)) != orders[0]


@pytest.mark.unit
def test_looking_at_the_spec_is_no_epoch() -> None:
    opaque = Dataset.range(12).shuffle(4, seed=42).map(lambda x: int(x), vectorize=False)
    assert opaque.element_spec.dtype.name == "int64"
    assert list(opaque) == FIRST


@pytest.mark.unit
def test_a_buffer_larger_than_the_data_costs_nothing() -> None:
    found = list(Dataset.range(100).shuffle(10**12, seed=1))
    assert sorted(found) == list(range(100))


@pytest.mark.unit
def test_long_streams_keep_few_rows() -> None:
    iterator = iter(Dataset.range(200_000).shuffle(64, seed=1))
    rows = []
    for _ in range(50):
        for _ in range(2_000):
            next(iterator)
        rows.append(iterator._operator._store.rows)
    # Rows that left the buffer are forgotten: what is stored does not grow with what has passed.
    assert max(rows) <= max(rows[:5]) + 1


@pytest.mark.unit
def test_elements_of_any_structure() -> None:
    data = {"x": np.arange(20).reshape(10, 2), "name": [f"n{i}" for i in range(10)]}
    rows = list(Dataset.from_tensor_slices(data).shuffle(4, seed=1))
    assert sorted(row["name"] for row in rows) == sorted(name.encode() for name in data["name"])
    assert all(row["name"] == f"n{row['x'][0] // 2}".encode() for row in rows)


@pytest.mark.fault
@pytest.mark.parametrize("buffer_size", [1, 3, 20])
def test_an_error_comes_after_what_can_be_drawn_without_it(read_all, buffer_size) -> None:
    def fail_at_6(x):
        if x == 6:
            raise KeyError("six")
        return x

    dataset = Dataset.range(10).map(fail_at_6, vectorize=False).shuffle(buffer_size, seed=1)
    found = read_all(dataset)
    at = next(i for i, element in enumerate(found) if isinstance(element, Exception))
    # The first draw needs a full buffer; each later one needs one more element.
    assert at == max(0, 6 - buffer_size + 1)
    assert isinstance(found[at], StageError)
    assert sorted(x for x in found if not isinstance(x, Exception)) == [0, 1, 2, 3, 4, 5, 7, 8, 9]


@pytest.mark.unit
@pytest.mark.parametrize("size", [0, -1, 2.5, "4", None, True, np.array([1, 2])])
def test_buffer_size_must_be_a_positive_int(size) -> None:
    with pytest.raises(InvalidArgumentError, match=r"Dataset.shuffle: buffer_size must be an int >= 1. Received: buff"):
        Dataset.range(3).shuffle(size)


@pytest.mark.unit
def test_seed_must_be_an_integer() -> None:
    with pytest.raises(InvalidArgumentError, match=r"seed must be an integer. Received: seed='x' \(str\)\."):
        Dataset.range(3).shuffle(2, seed="x")


@pytest.mark.unit
def test_repr_hides_defaults() -> None:
    assert repr(Dataset.range(3).shuffle(2)) == "<Dataset range(3).shuffle(2)>"
    shown = repr(Dataset.range(3).shuffle(2, seed=7, reshuffle_each_iteration=False))
    assert shown == "<Dataset range(3).shuffle(2, seed=7, reshuffle_each_iteration=False)>"
