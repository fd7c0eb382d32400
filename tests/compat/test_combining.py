"""Combined datasets with TensorFlow's arguments: Tensors in functions and out, TensorFlow's dtypes."""

from __future__ import annotations

import numpy as np
import pytest

import penstock.compat.tensorflow as tf


def shown(dataset):
    return [np.asarray(element).tolist() for element in dataset]


@pytest.mark.unit
def test_elements_are_tensors() -> None:
    pairs = tf.data.Dataset.zip((tf.data.Dataset.from_list([1, 2], name="list"), tf.data.Dataset.counter(5)))
    first, second = next(iter(pairs.enumerate(name="numbers")))
    assert (first.dtype, second[0].dtype, second[1].dtype) == ("int64", "int32", "int64")
    one = tf.data.Dataset.range(1).get_single_element()
    assert isinstance(one, tf.Tensor) and one.numpy() == 0
    total = tf.data.Dataset.range(5).reduce(np.int64(0), lambda state, x: state + x)
    assert isinstance(total, tf.Tensor) and total.numpy() == 10


@pytest.mark.unit
def test_functions_see_tensors() -> None:
    seen = []

    def step(state, x):
        seen.append((type(state), type(x)))
        return state + x, state

    dataset = tf.data.Dataset.range(4).scan(tf.constant(0, tf.int64), step, name="scan")
    assert shown(dataset) == [0, 0, 1, 3]
    assert set(seen) == {(tf.Tensor, tf.Tensor)}
    assert shown(tf.data.Dataset.range(9).take_while(lambda x: tf.less(x, 2), name="first")) == [0, 1]


@pytest.mark.unit
def test_names_come_last() -> None:
    numbers = tf.data.Dataset.from_tensor_slices([1, 1, 2])
    assert shown(numbers.unique("name")) == [1, 2]
    assert shown(numbers.shard(2, 1, "name")) == [1]
    assert shown(numbers.concatenate(numbers, "name")) == [1, 1, 2, 1, 1, 2]
    assert shown(numbers.ignore_errors(False, "name")) == [1, 1, 2]
    assert shown(tf.data.Dataset.random(1, None, "name").take(1)) == [2870909127]


@pytest.mark.unit
def test_sample_takes_tensors_as_weights() -> None:
    datasets = [tf.data.Dataset.range(9), tf.data.Dataset.range(10, 19)]
    sampled = [
        shown(tf.data.Dataset.sample_from_datasets(datasets, weights, seed=3))
        for weights in ([0.2, 0.8], tf.constant([0.2, 0.8]), np.array([0.2, 0.8], np.float32))
    ]
    assert sampled[0] == sampled[1] == sampled[2]


@pytest.mark.unit
def test_functions_of_experimental() -> None:
    experimental = tf.data.experimental
    numbers = tf.data.Dataset.range(5)
    assert shown(numbers.apply(experimental.assert_cardinality(5))) == [0, 1, 2, 3, 4]
    assert shown(numbers.apply(experimental.take_while(lambda x: x < 2))) == [0, 1]
    assert shown(numbers.apply(experimental.unique())) == [0, 1, 2, 3, 4]
    assert shown(numbers.apply(experimental.scan(np.int64(0), lambda s, x: (s + x, s)))) == [0, 0, 1, 3, 6]
    assert shown(numbers.apply(experimental.ignore_errors())) == [0, 1, 2, 3, 4]
    assert [int(i) for i, _ in numbers.apply(experimental.enumerate_dataset(3))] == [3, 4, 5, 6, 7]
    assert experimental.get_single_element(numbers.take(1)).numpy() == 0
    assert shown(experimental.from_list([1, 2])) == [1, 2]
    assert shown(experimental.Counter(1, 2).take(2)) == [1, 3]
    assert shown(experimental.RandomDataset(1).take(1)) == [2870909127]
    turns = tf.data.Dataset.from_tensor_slices(np.array([0, 1, 0, 0, 1]))
    chosen = experimental.choose_from_datasets([numbers.take(1), numbers.skip(3)], turns)
    assert shown(chosen) == [0, 3, 4]
    assert len(shown(experimental.sample_from_datasets([numbers, numbers], seed=1))) == 10
