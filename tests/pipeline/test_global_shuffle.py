"""global_shuffle: every element once, in a computed order; positions are numbers, for any number of workers."""

from __future__ import annotations

import functools
import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock import Dataset
from penstock.core.errors import InvalidArgumentError
from penstock.core.random import set_seed
from penstock.testing import assert_resumes_exactly


def ints(dataset):
    return [int(x) for x in dataset]


@pytest.mark.unit
def test_all_elements_once_in_another_order() -> None:
    order = ints(Dataset.range(1000).global_shuffle(seed=1))
    assert sorted(order) == list(range(1000)) != order
    assert order == ints(Dataset.range(1000).global_shuffle(seed=1)) != ints(Dataset.range(1000).global_shuffle(seed=2))


@pytest.mark.unit
def test_each_pass_has_its_own_order_unless_told_otherwise() -> None:
    again = Dataset.range(50).global_shuffle(seed=1)
    first, second = ints(again), ints(again)
    assert first != second
    assert ints(Dataset.range(50).global_shuffle(seed=1).repeat(2)) == first + second
    same = Dataset.range(50).global_shuffle(seed=1, reshuffle_each_iteration=False)
    assert ints(same) == ints(same) == first or ints(same) == ints(same)


@pytest.mark.unit
def test_the_global_seed_takes_part() -> None:
    orders = []
    for seed in (1, 1, 2):
        set_seed(seed)
        orders.append(ints(Dataset.range(50).global_shuffle()))
    assert orders[0] == orders[1] != orders[2]


@pytest.mark.unit
def test_parts_and_maps_of_arrays() -> None:
    rows = {"x": np.arange(20), "name": [f"row {i}" for i in range(20)]}
    part = Dataset.from_tensor_slices(rows).skip(2).take(15).shard(2, 1).map(lambda e: (e["x"], e["name"]))
    shuffled = [(int(x), name) for x, name in part.global_shuffle(seed=4)]
    assert sorted(shuffled) == [(i, f"row {i}".encode()) for i in range(3, 17, 2)]
    assert len(part.global_shuffle()) == 7


@pytest.mark.unit
def test_functions_run_in_the_new_order_when_asked_for() -> None:
    calls = []

    def note(x):
        calls.append(int(x))
        return x

    iterator = iter(Dataset.range(100).map(note, vectorize=False).global_shuffle(seed=1))
    given = [int(next(iterator)) for _ in range(3)]
    assert calls == given == ints(Dataset.range(100).global_shuffle(seed=1).take(3))


@pytest.mark.unit
def test_no_elements() -> None:
    assert ints(Dataset.range(0).global_shuffle(seed=1)) == []
    assert ints(Dataset.range(9).skip(-1).global_shuffle(seed=1)) == []


@pytest.mark.unit
def test_what_cannot_be_had_by_number_is_refused() -> None:
    message = r"global_shuffle: the elements must be had by number: .* Received: filter\(<lambda>\)\. Shuffle before"
    with pytest.raises(InvalidArgumentError, match=message):
        Dataset.range(9).filter(lambda x: x > 3).map(lambda x: x).global_shuffle()


@pytest.mark.unit
def test_explain() -> None:
    text = Dataset.range(9).map(lambda x: x).global_shuffle(seed=1, reshuffle_each_iteration=False).explain("logical")
    assert "1 global_shuffle(seed=1, reshuffle_each_iteration=False)  →  int64, 9 elements" in text


@pytest.mark.unit
def test_shards_are_parts_of_one_order() -> None:
    parts = [ints(Dataset.from_tensor_slices(np.arange(30)).global_shuffle(seed=1).shard(3, i)) for i in range(3)]
    whole = ints(Dataset.range(30).global_shuffle(seed=1))
    assert parts == [whole[i::3] for i in range(3)]


SOURCES = {
    "range": lambda: Dataset.range(61),
    "arrays": lambda: Dataset.from_tensor_slices(np.arange(61)),
    "shuffled": lambda: Dataset.range(61).global_shuffle(seed=5),
    "unseeded": lambda: Dataset.range(61).global_shuffle(),
    "part": lambda: Dataset.range(100).skip(3).take(61).global_shuffle(seed=5),
}


@pytest.mark.property
@pytest.mark.parametrize("source", SOURCES)
@given(
    counts=st.lists(st.integers(1, 6), min_size=2, max_size=4),
    steps=st.integers(0, 4),
    batch=st.sampled_from([None, 1, 3]),
    stages=st.sets(st.sampled_from(["map", "opaque", "prefetch"])),
    saver=st.integers(0, 5),
)
def test_any_number_of_workers_goes_on_from_the_state_of_one(source, counts, steps, batch, stages, saver) -> None:
    """All workers read equally many elements; one state is saved; other workers go on; and again."""

    def worker(count, index):
        dataset = SOURCES[source]().shard(count, index)
        dataset = dataset.map(lambda x: x + 0) if "map" in stages else dataset
        dataset = dataset.map(lambda x: x, num_parallel_calls=2, vectorize=False) if "opaque" in stages else dataset
        dataset = dataset if batch is None else dataset.batch(batch)
        return iter(dataset.prefetch(2) if "prefetch" in stages else dataset)

    seen, state, pair, done = [], None, None, 0
    for turn, count in enumerate(counts):
        workers = [worker(count, i) for i in range(count)]
        for one in workers:
            if state is None and source == "unseeded":
                # Workers that start together share their seeds; here the first one gives them to the others.
                pair = pair or one.get_state()
                one.set_state(pair)
            if state is not None:
                one.set_state(state)
                assert one.get_state() == state
        # All read equally many: a round that does not find enough for everybody is the last one.
        share = steps * (batch or 1)
        last = turn == len(counts) - 1 or done + count * share > 61
        done += count * share
        for one in workers:
            for element in one if last else itertools.islice(one, steps):
                seen += np.atleast_1d(element).tolist()
        if last:
            break
        state = json.loads(json.dumps(workers[saver % count].get_state()))
        [one.close() for one in workers]
    offset = 3 if source == "part" else 0
    assert sorted(seen) == [offset + i for i in range(61)]


@pytest.mark.unit
def test_other_stages_hold_elements_of_one_worker() -> None:
    def worker(count, index):
        return iter(Dataset.range(40).shard(count, index).shuffle(4, seed=1))

    state = worker(2, 0).get_state()
    worker(2, 0).set_state(state)
    with pytest.raises(
        InvalidArgumentError, match=r"is for shard\(2, index=0\) at node 1; this pipeline has shard\(3, "
    ):
        worker(3, 0).set_state(state)


@pytest.mark.unit
def test_a_resume_goes_to_its_place_at_once() -> None:
    """The position is a number: nothing is read again, whatever holds rows back above."""
    iterator = iter(Dataset.range(10**9).global_shuffle(seed=1).map(lambda x: x + 0).batch(7))
    next(itertools.islice(iterator, 100, None))
    position = iterator.get_state()["position"]
    while "from" in position or "input" in position:
        assert position.get("skip", 0) == 0
        position = position.get("from", position.get("input"))
    assert position["next"] == 101 * 7


def shards_of(source):
    return SOURCES[source]().shard(2, 1).map(lambda x: x * 2).batch(3).repeat(2)


@pytest.mark.unit
@pytest.mark.parametrize("source", SOURCES)
def test_resume_at_every_step(source) -> None:
    if source == "unseeded":
        set_seed(3)

    make = functools.partial(shards_of, source)
    report = assert_resumes_exactly(make, fresh_process=source == "shuffled", next_epoch=source != "unseeded")
    assert report.largest_state_bytes < 700
