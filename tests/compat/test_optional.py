"""Optionals: what `tf.data.Iterator.get_next_as_optional` returns, and those made by hand."""

from __future__ import annotations

import numpy as np
import pytest

import penstock.compat.tensorflow as tf

Optional = tf.experimental.Optional


@pytest.mark.unit
def test_one_class_by_two_names() -> None:
    assert tf.data.experimental.Optional is Optional


@pytest.mark.unit
@pytest.mark.parametrize(
    ("value", "spec"),
    [
        (1, tf.TensorSpec([], tf.int32)),
        (2.5, tf.TensorSpec([], tf.float32)),
        (b"a", tf.TensorSpec([], tf.string)),
        ("a", tf.TensorSpec([], tf.string)),
        ([1, 2], tf.TensorSpec([2], tf.int32)),
        (np.arange(3), tf.TensorSpec([3], tf.int64)),
        (tf.constant([[1.0]]), tf.TensorSpec([1, 1], tf.float32)),
    ],
)
def test_a_value_becomes_a_tensor(value, spec) -> None:
    found = Optional.from_value(value)
    assert found.element_spec == spec
    assert found.has_value().numpy() and found.has_value().dtype == tf.bool
    got = found.get_value()
    assert isinstance(got, tf.Tensor) and got.dtype == spec.dtype
    assert np.asarray(got).tolist() == (b"a" if isinstance(value, str) else np.asarray(value).tolist())


@pytest.mark.unit
def test_nests_and_other_kinds_of_tensors() -> None:
    ragged, sparse = tf.ragged.constant([[1], [2, 3]]), tf.sparse.from_dense([[0, 1]])
    found = Optional.from_value({"a": (1, ragged), "b": sparse})
    assert found.element_spec == {
        "a": (tf.TensorSpec([], tf.int32), tf.RaggedTensorSpec([2, None], tf.int32)),
        "b": tf.SparseTensorSpec([1, 2], tf.int32),
    }
    value = found.get_value()
    assert value["a"][1].to_list() == [[1], [2, 3]] and isinstance(value["b"], tf.SparseTensor)
    assert repr(Optional.from_value(1)).startswith("Optional.from_value(<penstock.Tensor")


@pytest.mark.unit
def test_an_empty_one_has_no_value() -> None:
    spec = {"a": tf.TensorSpec([None], tf.int32)}
    found = Optional.empty(spec)
    assert not found.has_value().numpy() and found.element_spec == spec
    assert repr(found) == f"Optional.empty({spec!r})"
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"get_value: there must be a value.*Ask has_value\(\)"):
        found.get_value()


@pytest.mark.unit
def test_a_pass_by_optionals() -> None:
    dataset = tf.data.Dataset.range(2).map(lambda x: (x, {"half": x / 2}))
    elements = iter(dataset)
    found = [elements.get_next_as_optional(), tf.data.experimental.get_next_as_optional(elements)]
    assert [optional.get_value()[0].numpy() for optional in found] == [0, 1]
    assert found[1].get_value()[1]["half"].numpy() == 0.5
    ends = [elements.get_next_as_optional() for _ in range(2)]
    assert [bool(end.has_value()) for end in ends] == [False, False]
    assert ends[0].element_spec == found[0].element_spec == dataset.element_spec


@pytest.mark.unit
def test_an_error_is_no_end() -> None:
    elements = iter(tf.data.Dataset.from_tensor_slices(["1", "x"]).map(lambda s: tf.strings.to_number(s)))
    assert elements.get_next_as_optional().get_value().numpy() == 1
    with pytest.raises(tf.errors.InvalidArgumentError):
        elements.get_next_as_optional()


@pytest.mark.unit
def test_optionals_are_elements() -> None:
    dataset = tf.data.Dataset.range(2).map(Optional.from_value)
    assert dataset.element_spec == tf.OptionalSpec(tf.TensorSpec([], tf.int64))
    assert repr(dataset.element_spec) == "OptionalSpec(TensorSpec(shape=(), dtype=int64))"
    assert [int(found.get_value()) for found in dataset] == [0, 1]
    assert list(dataset.map(lambda found: found.get_value()).as_numpy_iterator()) == [0, 1]
    nested = tf.data.Dataset.from_tensors({"x": Optional.empty(tf.TensorSpec([None], tf.string))})
    assert nested.element_spec == {"x": tf.OptionalSpec(tf.TensorSpec([None], tf.string))}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("step", "match"),
    [
        (lambda d: d.batch(2), r"Optionals cannot be stacked. Take their values with map\(\) first"),
        (lambda d: d.unbatch(), r"every leaf must have a first axis. Received: OptionalSpec"),
    ],
)
def test_optionals_are_neither_stacked_nor_taken_apart(step, match) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=match):
        list(step(tf.data.Dataset.range(2).map(Optional.from_value)))
