"""choose_from_datasets and sample_from_datasets: turns; kernels against slow models; errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.errors import DTypeError, InvalidArgumentError, StageError
from penstock.core.random import Philox
from penstock.pipeline.exec.choose_kernels import choose_kernel, draw_kernel
from penstock.pipeline.plan.draw import cumulated


def turns(*numbers):
    return Dataset.from_tensor_slices(np.array(numbers, dtype=np.int64))


def parts(count):
    return [Dataset.range(100 * i, 100 * i + 10) for i in range(count)]


@pytest.mark.unit
def test_each_choice_is_the_next_element_of_that_dataset() -> None:
    chosen = Dataset.choose_from_datasets(parts(3), turns(2, 0, 2, 1))
    assert list(chosen) == [200, 0, 201, 100]
    assert repr(chosen.element_spec) == "TensorSpec(shape=(), dtype=int64)"


@pytest.mark.unit
def test_a_dataset_that_has_ended_stops_all_or_is_passed_over() -> None:
    datasets = [Dataset.range(2), Dataset.range(10, 14)]
    choices = turns(0, 1, 0, 0, 1, 1, 0, 1, 1)
    assert list(Dataset.choose_from_datasets(datasets, choices)) == [0, 10, 1]
    goes_on = Dataset.choose_from_datasets(datasets, choices, stop_on_empty_dataset=False)
    assert list(goes_on) == [0, 10, 1, 11, 12, 13]


@pytest.mark.unit
def test_large_blocks() -> None:
    n = 20_000
    order = np.random.default_rng(0).integers(0, 3, n)
    found = np.array(list(Dataset.choose_from_datasets([Dataset.range(i, 3 * n, 3) for i in range(3)], turns(*order))))
    for i in range(3):
        assert np.array_equal(found[order == i], np.arange(i, 3 * n, 3)[: (order == i).sum()])


@pytest.mark.unit
def test_functions_run_when_their_element_is_chosen() -> None:
    made = []

    def note(x):
        made.append(int(x))
        return x

    datasets = [dataset.map(note, vectorize=False) for dataset in parts(2)]
    iterator = iter(Dataset.choose_from_datasets(datasets, turns(1, 0, 1)))
    assert [int(next(iterator)) for _ in range(2)] == [100, 0]
    assert made == [100, 0]


@pytest.mark.fault
@pytest.mark.parametrize("vectorize", [None, False])
def test_a_failing_element_uses_its_turn_up(read_all, vectorize) -> None:
    def shaky(x):
        if x == 1:
            raise RuntimeError("bad row")
        return x

    datasets = [Dataset.range(5).map(shaky, vectorize=vectorize), Dataset.range(10, 15)]
    found = read_all(Dataset.choose_from_datasets(datasets, turns(0, 1, 0, 1, 0, 1)))
    assert isinstance(found.pop(2), StageError)
    assert found == [0, 10, 11, 2, 12]


@pytest.mark.fault
def test_a_choice_without_dataset_is_an_error_in_its_turn(read_all) -> None:
    found = read_all(Dataset.choose_from_datasets(parts(2), turns(0, 2, 1, -1)))
    assert found[0] == 0 and found[2] == 100
    assert [type(error) for error in (found[1], found[3])] == [InvalidArgumentError] * 2
    assert str(found[1]) == (
        "Dataset.choose_from_datasets: choices must be numbers of datasets, 0 to 1. Received: choice 2."
    )


@pytest.mark.unit
def test_arguments_are_checked() -> None:
    with pytest.raises(DTypeError, match=r"elements of choice_dataset must be int64 scalars\. Received: .*float64"):
        Dataset.choose_from_datasets(parts(2), Dataset.from_tensor_slices([0.5]))
    untraced = Dataset.from_generator(lambda: iter([0.5]))
    with pytest.raises(InvalidArgumentError, match=r"choice_dataset must be int64 scalars\. Received: .*float64"):
        list(Dataset.choose_from_datasets(parts(2), untraced))
    with pytest.raises(DTypeError, match=r"Dataset\.choose_from_datasets: the elements of all datasets must have"):
        Dataset.choose_from_datasets([Dataset.range(1), Dataset.from_tensors("a")], turns(0))
    with pytest.raises(InvalidArgumentError, match=r"Dataset\.choose_from_datasets: at least one dataset is needed"):
        Dataset.choose_from_datasets([], turns(0))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0], r"Dataset\.sample_from_datasets: weights must be one number for each of the 2 datasets\. Received: .*"),
        ([1.0, -1.0], r"weights must be numbers >= 0\. Received: weights=\[1\.0, -1\.0\]\."),
        ([1.0, float("nan")], r"weights must be numbers >= 0\. Received: weights=\[1\.0, nan\]\."),
        (["a", "b"], r"weights must be one number for each of the 2 datasets"),
    ],
)
def test_weights_are_checked(weights, message) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        Dataset.sample_from_datasets(parts(2), weights)


@pytest.mark.unit
def test_weights_that_are_drawn_from_a_dataset_are_checked() -> None:
    weights = Dataset.range(5).map(lambda x: (x, x))
    message = r"elements of weights must be vectors of float32 or float64\. Received: .*int64"
    with pytest.raises(InvalidArgumentError, match=message):
        list(Dataset.sample_from_datasets(parts(2), weights.map(lambda a, b: a), seed=1))


@pytest.mark.unit
def test_a_sample_has_the_proportions_of_the_weights() -> None:
    datasets = [Dataset.from_tensors(i).repeat() for i in range(3)]
    drawn = Dataset.sample_from_datasets(datasets, [1, 2, 5], seed=7).take(20_000)
    shares = np.bincount([int(x) for x in drawn]) / 20_000
    assert np.abs(shares - np.array([1, 2, 5]) / 8).max() < 0.02


# --- kernels ----------------------------------------------------------------------------------------------------


def slow_choices(choices, available, taken, closed, limit):
    """The schedule, one row at a time."""
    taken, scheduled = list(taken), []
    for i, choice in enumerate(choices):
        if len(scheduled) == limit:
            return scheduled, i
        if not 0 <= choice < len(taken):
            return scheduled, i
        if closed[choice]:
            continue
        if taken[choice] == available[choice]:
            return scheduled, i
        scheduled.append((choice, taken[choice]))
        taken[choice] += 1
    return scheduled, len(choices)


@pytest.mark.property
@given(
    st.lists(st.integers(-1, 3), max_size=20),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans()), min_size=1, max_size=3),
    st.integers(1, 15),
)
def test_schedule_is_that_of_a_slow_model(choices, lanes, limit) -> None:
    available = np.array([a + b for a, b, _ in lanes], dtype=np.int64)
    taken = np.array([b for _, b, _ in lanes], dtype=np.int64)
    closed = np.array([c for _, _, c in lanes])
    wanted, used = slow_choices(choices, available, taken, closed, limit)
    before = taken.copy()
    out_lanes, out_rows = np.empty(limit, np.int64), np.empty(limit, np.int64)
    _, n, position = choose_kernel(np.array(choices, np.int64), 0, available, taken, closed, out_lanes, out_rows)
    assert list(zip(out_lanes[:n].tolist(), out_rows[:n].tolist(), strict=True)) == wanted
    # A full schedule stops before the choices that would be passed over.
    assert position == used or n == limit
    assert (taken - before).sum() == n


@pytest.mark.property
@given(
    st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)), min_size=1, max_size=8),
    st.lists(st.sampled_from([0.0, 0.1, 0.25, 1.0, 7.0]), min_size=1, max_size=5).filter(any),
)
def test_draws_are_those_of_a_slow_model(pairs, weights) -> None:
    shares = cumulated(np.array([weights], dtype=np.float32))
    out = np.empty(len(pairs), dtype=np.int64)
    draw_kernel(np.array(pairs, dtype=np.uint64), shares, out)
    for (first, second), drawn in zip(pairs, out, strict=True):
        mixed = Philox(0x3EC8F720 | 0x02461E29 << 32, second)
        mixed.position = 4 * first
        a, b, c, d = (int(word) for word in mixed.uint32(4))
        high, low = (int(word) for word in Philox(a | b << 32, c | d << 32).uint32(2))
        target = ((high & 0xFFFFF) << 32 | low) * 2.0**-52 * shares[0, -1]
        assert drawn == np.searchsorted(shares[0], target, side="right")
        assert weights[drawn] > 0
