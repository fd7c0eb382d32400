"""make_batched_features_dataset: from file names to batches of features."""

from __future__ import annotations

import re

import numpy as np
import pytest

from penstock import Dataset, make_batched_features_dataset
from penstock.core.errors import InvalidArgumentError, InvalidElementError, NotFoundError, ParseError
from penstock.records import FixedLenFeature, TFRecordWriter, VarLenFeature, encode_example

FEATURES = {"n": FixedLenFeature([], "int64"), "s": FixedLenFeature([], "string", b"none")}


def write(path, numbers):
    with TFRecordWriter(str(path)) as writer:
        writer.write_many(encode_example({"n": [n], "s": [str(n)]} if n % 2 else {"n": [n]}) for n in numbers)


@pytest.fixture
def pattern(tmp_path):
    write(tmp_path / "a.tfrecord", range(5))
    write(tmp_path / "b.tfrecord", range(10, 13))
    return str(tmp_path / "*.tfrecord")


def numbers(dataset):
    return [batch["n"].tolist() for batch in dataset]


@pytest.mark.unit
def test_files_are_read_in_order(pattern) -> None:
    dataset = make_batched_features_dataset(pattern, 3, FEATURES, num_epochs=1, shuffle=False)
    first, second, third = dataset
    assert first["n"].tolist() == [0, 1, 2] and first["s"].tolist() == [b"none", b"1", b"none"]
    assert [second["n"].tolist(), third["n"].tolist()] == [[3, 4, 10], [11, 12]]
    dropped = make_batched_features_dataset(pattern, 3, FEATURES, num_epochs=1, shuffle=False, drop_final_batch=True)
    assert numbers(dropped) == [[0, 1, 2], [3, 4, 10]]


@pytest.mark.unit
def test_several_files_at_once_and_several_passes(pattern) -> None:
    options = {"shuffle": False, "reader_num_threads": 2, "parser_num_threads": 3}
    dataset = make_batched_features_dataset(pattern, 4, FEATURES, num_epochs=2, **options)
    assert numbers(dataset) == [[0, 10, 1, 11], [2, 12, 3, 4]] * 2
    endless = make_batched_features_dataset(pattern, 3, FEATURES, prefetch_buffer_size=0, **options)
    assert numbers(endless.take(3)) == [[0, 10, 1], [11, 2, 12], [3, 4, 0]]
    loose = make_batched_features_dataset(pattern, 8, FEATURES, num_epochs=1, sloppy_ordering=True, **options)
    assert sorted(numbers(loose)[0]) == [0, 1, 2, 3, 4, 10, 11, 12]


@pytest.mark.unit
def test_the_order_follows_the_seed(pattern) -> None:
    def order(seed):
        dataset = make_batched_features_dataset(pattern, 8, FEATURES, num_epochs=1, shuffle_seed=seed)
        return numbers(dataset)[0]

    assert order(1) == order(1) != order(2)
    assert sorted(order(1)) == [0, 1, 2, 3, 4, 10, 11, 12]


@pytest.mark.unit
def test_labels_and_readers(pattern) -> None:
    def pairs(name, first):
        size = {"a": 5, "b": 3}[name.decode()[-10]]
        messages = [encode_example({"n": [first + i]}) for i in range(size)]
        return Dataset.from_tensor_slices((np.arange(size), messages))

    dataset = make_batched_features_dataset(
        pattern, 4, FEATURES, pairs, label_key="n", reader_args=[100], num_epochs=1, shuffle=False
    )
    (features, label), (_, other) = dataset
    assert list(features) == ["s"] and features["s"].tolist() == [b"none"] * 4
    assert [label.tolist(), other.tolist()] == [[100, 101, 102, 103], [104, 100, 101, 102]]


@pytest.mark.unit
def test_values_that_vary_in_number_are_sparse(pattern) -> None:
    dataset = make_batched_features_dataset(pattern, 5, {"s": VarLenFeature("string")}, num_epochs=1, shuffle=False)
    first = next(iter(dataset))["s"]
    assert first.values.tolist() == [b"1", b"3"] and first.indices.tolist() == [[1, 0], [3, 0]]


@pytest.mark.unit
def test_a_pass_goes_on_where_it_was_saved(pattern) -> None:
    dataset = make_batched_features_dataset(pattern, 2, FEATURES, num_epochs=2, shuffle_seed=3)
    elements = iter(dataset)
    next(elements)
    state, rest = elements.get_state(), numbers(elements)
    again = iter(make_batched_features_dataset(pattern, 2, FEATURES, num_epochs=2, shuffle_seed=3))
    again.set_state(state)
    assert numbers(again) == rest


@pytest.mark.unit
def test_errors(pattern, tmp_path) -> None:
    make = make_batched_features_dataset
    message = "label_key must be one of the features: n, s. Received: label_key='m'"
    with pytest.raises(InvalidArgumentError, match=re.escape(message)):
        make(pattern, 2, FEATURES, label_key="m")
    with pytest.raises(InvalidArgumentError, match="make_batched_features_dataset: reader_num_threads must be"):
        make(pattern, 2, FEATURES, reader_num_threads=-7)
    with pytest.raises(InvalidArgumentError, match="make_batched_features_dataset"):
        make(pattern, 2, {})
    with pytest.raises(InvalidArgumentError, match="Dataset.batch: batch_size must be an int >= 1"):
        make(pattern, 0, FEATURES)
    with pytest.raises(NotFoundError):
        make(str(tmp_path / "none*"), 2, FEATURES)
    missing = make(pattern, 2, {"m": FixedLenFeature([], "int64")}, num_epochs=1, shuffle=False)
    with iter(missing) as elements, pytest.raises(InvalidElementError, match="feature 'm' is required") as caught:
        next(elements)
    assert isinstance(caught.value.__cause__, ParseError)
