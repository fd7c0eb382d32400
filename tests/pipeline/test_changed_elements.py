"""Elements belong to whoever gets them: writing into them changes no array, no cache and no later element."""

from __future__ import annotations

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.values import Ragged, Sparse
from penstock.pipeline import TFRecordDataset
from penstock.records import TFRecordWriter

ROWS = np.arange(24, dtype=np.float32).reshape(12, 2)


def _slices(rows):
    return Dataset.from_tensor_slices(rows)


def _made(rows):
    """Return the rows as a traced function makes them."""
    return _slices(rows).map(lambda x: x * 1)


PIPELINES = {
    "slices": _slices,
    "batches of slices": lambda rows: _slices(rows).batch(5),
    "one element": Dataset.from_tensors,
    "a list": lambda rows: Dataset.from_list(list(rows)),
    "a list of several shapes": lambda rows: Dataset.from_list([rows[:2], rows[:5], rows]),
    "shards": lambda rows: _slices(rows).shard(2, 1),
    "a full shuffle": lambda rows: _slices(rows).global_shuffle(seed=1, reshuffle_each_iteration=False),
    "a shuffle": lambda rows: _slices(rows).shuffle(4, seed=1, reshuffle_each_iteration=False),
    "a cache": lambda rows: _made(rows).cache(),
    "a cache of opaque results": lambda rows: _slices(rows).map(lambda x: x + 0, vectorize=False).cache(),
    "batches of a cache": lambda rows: _made(rows).cache().batch(5),
    "a cache of batches": lambda rows: _made(rows).batch(5).cache(),
    "repetitions": lambda rows: _made(rows).cache().repeat(2),
    "overlapping windows": lambda rows: _made(rows).window(4, shift=1).flat_map(lambda w: w.batch(4)),
    "a constant of a function": lambda rows: _slices(rows).map(lambda x: np.ones(3)),
    "a function that returns its argument": lambda rows: _slices(rows).map(lambda x: x).prefetch(1),
    "datasets side by side": lambda rows: Dataset.range(3).interleave(lambda i: Dataset.from_tensor_slices(ROWS)),
    "groups": lambda rows: _made(rows).group_by_window(lambda x: np.int64(0), lambda key, w: w.batch(4), 4),
}


@pytest.mark.parametrize("name", PIPELINES)
def test_writing_into_elements_changes_nothing_else(name):
    rows = ROWS.copy()
    dataset = PIPELINES[name](rows)
    expected = [element.copy() for element in PIPELINES[name](ROWS.copy())]
    for _ in range(2):
        seen = []
        for element in dataset:
            seen.append(element.copy())
            element += 1000
        for one, other in zip(seen, expected, strict=True):
            np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(rows, ROWS)
    np.testing.assert_array_equal(ROWS, np.arange(24).reshape(12, 2))


@pytest.mark.parametrize("name", ["slices", "batches of slices", "a cache", "a list", "overlapping windows"])
def test_functions_may_write_into_their_arguments(name):
    def add(x):
        x += 1
        return x

    rows = ROWS.copy()
    dataset = PIPELINES[name](rows).map(add, vectorize=False)
    first = list(dataset)
    for one, other, before in zip(first, dataset, PIPELINES[name](ROWS.copy()), strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(one, before + 1)
    np.testing.assert_array_equal(rows, ROWS)


@pytest.mark.parametrize("cached", [False, True])
def test_ragged_and_sparse_elements_too(cached):
    ragged = Ragged.from_row_lengths(np.arange(6.0), [2, 1, 3])
    sparse = [Sparse([[0], [2]], [1.0, 2.0], [4]), Sparse([[1]], [3.0], [4])]
    for dataset in (
        Dataset.from_tensor_slices(ragged),
        Dataset.from_tensor_slices(ragged).ragged_batch(2),
        Dataset.from_list(sparse),
    ):
        dataset = dataset.cache() if cached else dataset
        arrays = [np.asarray(getattr(element, "values", element)) for element in dataset]
        expected = [array.copy() for array in arrays]
        for array in arrays:
            array += 1000
        for element, other in zip(dataset, expected, strict=True):
            np.testing.assert_array_equal(getattr(element, "values", element), other)


def test_tables_of_a_dict_too():
    table = {"x": ROWS.copy(), "y": np.arange(12)}
    for batch in Dataset.from_tensor_slices(table).cache().batch(4):
        batch["x"] *= 0
        batch["y"] *= 0
    np.testing.assert_array_equal(table["x"], ROWS)
    np.testing.assert_array_equal(table["y"], np.arange(12))


def test_elements_of_files_can_be_written_into(tmp_path):
    path = tmp_path / "numbers.tfrecord"
    with TFRecordWriter(path) as writer:
        writer.write_many([np.float32(i).tobytes() * 2 for i in range(6)])
    dataset = TFRecordDataset(path).map(lambda record: np.frombuffer(record, np.float32), vectorize=False).batch(3)
    for batch in dataset:
        assert batch.flags.writeable
