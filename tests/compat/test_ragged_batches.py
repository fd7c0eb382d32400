"""Batches of rows of RaggedTensors are RaggedTensors, as in TensorFlow (see `tests/oracle/test_ragged_batches.py`)."""

from __future__ import annotations

import pytest

import penstock.compat.tensorflow as tf
from penstock import Dataset
from penstock.core.errors import ShapeError, StageError
from penstock.core.values import Ragged


def rows():
    return tf.data.Dataset.from_tensor_slices((tf.ragged.constant([[1], [2, 3], []]), ["a", "b", "c"]))


@pytest.mark.unit
@pytest.mark.parametrize(
    "steps",
    [
        lambda d: d,
        lambda d: d.cache().prefetch(1).take(3).filter(lambda r, s: True),
        lambda d: d.batch(2).unbatch(),
        lambda d: d.take(1).concatenate(d.skip(1)),
    ],
)
def test_batches_are_ragged_and_the_spec_says_so(steps) -> None:
    dataset = steps(rows())
    batches = list(dataset.batch(2))
    assert [type(ragged) for ragged, _ in batches] == [tf.RaggedTensor] * 2
    assert [ragged.to_list() for ragged, _ in batches] == [[[1], [2, 3]], [[]]]
    assert [names.numpy().tolist() for _, names in batches] == [[b"a", b"b"], [b"c"]]
    assert dataset.batch(2).element_spec == (
        tf.RaggedTensorSpec([None, None], tf.int32),
        tf.TensorSpec([None], tf.string),
    )


@pytest.mark.unit
def test_rows_of_one_length_are_ragged_all_the_same() -> None:
    dataset = tf.data.Dataset.from_tensor_slices(tf.ragged.constant([[1, 2], [3, 4]]))
    for batched in (dataset.batch(2), dataset.ragged_batch(2)):
        (batch,) = batched
        assert batch.to_list() == [[1, 2], [3, 4]]
        assert batched.element_spec == tf.RaggedTensorSpec([None, None], tf.int32)


@pytest.mark.unit
def test_rows_in_nests_of_datasets() -> None:
    ragged = tf.data.Dataset.from_tensor_slices(tf.ragged.constant([[1], [2, 3]]))
    zipped = tf.data.Dataset.zip({"n": tf.data.Dataset.range(2), "r": (ragged, ragged)})
    (batch,) = zipped.batch(2)
    assert batch["n"].numpy().tolist() == [0, 1]
    assert [part.to_list() for part in batch["r"]] == [[[1], [2, 3]]] * 2
    ((numbers, part),) = ragged.enumerate().batch(2)
    assert numbers.numpy().tolist() == [0, 1] and part.to_list() == [[1], [2, 3]]


@pytest.mark.unit
def test_natively_batch_stacks_and_ragged_batch_does_not() -> None:
    dataset = Dataset.from_tensor_slices(Ragged.from_list([[1], [2, 3]]))
    with pytest.raises(ShapeError, match=r"Use padded_batch\(\) or ragged_batch\(\)"):
        list(dataset.batch(2))
    assert [batch.to_list() for batch in dataset.ragged_batch(2)][0] == [[1], [2, 3]]


@pytest.mark.unit
@pytest.mark.parametrize("lists", [[[1], [2, 3], [], [4]], [[1, 2], [3, 4], [5, 6], [7, 8]]])
def test_windows_hold_rows(lists) -> None:
    rows = tf.data.Dataset.from_tensor_slices({"r": tf.ragged.constant(lists), "x": [0, 1, 2, 3]})
    windows = rows.window(3)
    batches = windows.flat_map(lambda w: w["r"].take(3).batch(2))
    assert batches.element_spec == tf.RaggedTensorSpec([None, None], tf.int32)
    assert [type(batch) for batch in batches] == [tf.RaggedTensor] * 3
    assert [batch.to_list() for batch in batches] == [lists[:2], lists[2:3], lists[3:]]
    pairs = list(windows.flat_map(lambda w: tf.data.Dataset.zip((w["r"].batch(3), w["x"].batch(3)))))
    assert [(r.to_list(), x.numpy().tolist()) for r, x in pairs] == [(lists[:3], [0, 1, 2]), (lists[3:], [3])]


@pytest.mark.unit
@pytest.mark.parametrize("lists", [[[1], [2, 3], [], [4]], [[1, 2], [3, 4], [5, 6], [7, 8]]])
@pytest.mark.parametrize(
    "steps",
    [
        lambda d: d.window(2).flat_map(lambda w: w),
        lambda d: d.window(2).prefetch(1).interleave(lambda w: w, cycle_length=1),
        lambda d: d.window(3, shift=2).flat_map(lambda w: w.take(2).batch(2)).unbatch(),
    ],
)
def test_windows_that_are_joined_again_hold_rows(steps, lists) -> None:
    dataset = steps(tf.data.Dataset.from_tensor_slices(tf.ragged.constant(lists))).batch(3)
    assert dataset.element_spec == tf.RaggedTensorSpec([None, None], tf.int32)
    assert [batch.to_list() for batch in dataset] == [lists[:3], lists[3:]]
    zipped = tf.data.Dataset.zip({"r": tf.data.Dataset.from_tensor_slices(tf.ragged.constant(lists))}).window(2)
    pairs = zipped.flat_map(lambda w: w["r"].enumerate()).batch(4)
    assert [(n.numpy().tolist(), r.to_list()) for n, r in pairs] == [([0, 1, 0, 1], lists)]


@pytest.mark.unit
def test_functions_of_windows_are_looked_at_without_reading() -> None:
    calls = []

    def opened(window):
        calls.append(window.cardinality())
        raise KeyError("later")

    rows = tf.data.Dataset.from_tensor_slices(tf.ragged.constant([[1], [2, 3]]))
    batches = rows.window(2).flat_map(opened).batch(2)
    assert [int(n) for n in calls] == [0]
    with pytest.raises(StageError, match="flat_map: 'opened' raised KeyError on element 0"):
        list(batches)
    numbers = tf.data.Dataset.range(4).window(2).flat_map(opened).batch(2)
    assert len(calls) == 2 and numbers is not None


@pytest.mark.unit
def test_groups_hold_rows() -> None:
    rows = tf.data.Dataset.from_tensor_slices((tf.ragged.constant([[1], [2, 3], [4, 5], []]), [0, 1, 1, 0]))
    groups = rows.group_by_window(lambda r, x: tf.cast(x, tf.int64), lambda key, w: w.batch(2), window_size=2)
    assert [(r.to_list(), x.numpy().tolist()) for r, x in groups] == [([[2, 3], [4, 5]], [1, 1]), ([[1], []], [0, 0])]
