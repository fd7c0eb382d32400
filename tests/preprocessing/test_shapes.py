"""Shapes that layers tell before they have seen data, and sparse and ragged rows in models."""

import numpy as np
import pytest

from penstock import Dataset
from penstock.core.errors import DTypeError
from penstock.core.specs import TensorSpec
from penstock.nn import Input, Model, Sequential, layers
from penstock.preprocessing import (
    CategoryEncoding,
    Hashing,
    IntegerLookup,
    Pipeline,
    Resizing,
    StringLookup,
    TextVectorization,
)

pytestmark = pytest.mark.unit


def test_shapes_of_results_are_told_for_shapes_of_inputs_whatever_the_layer_takes():
    assert StringLookup().compute_output_shape((None, 3)) == (None, 3)
    assert IntegerLookup(vocabulary=[4], invert=True).compute_output_shape((2,)) == (2,)
    assert StringLookup(vocabulary=["a"], invert=True).compute_output_shape((2, None)) == (2, None)
    assert TextVectorization(output_sequence_length=4).compute_output_shape((None, 1)) == (None, 4)
    assert Pipeline([StringLookup(), CategoryEncoding(3, "one_hot")]).compute_output_shape((None, 1)) == (None, 3)
    with pytest.raises(DTypeError, match="inputs must be strings"):
        StringLookup().compute_output_spec(TensorSpec((None,), "float32"))


def test_the_shape_of_sparse_and_ragged_rows_is_known_in_a_model():
    words = Input(shape=(1,), dtype="string")
    counts = StringLookup(vocabulary=["a", "b"], output_mode="count", sparse=True)(words)
    assert (counts.shape, counts.dtype.name) == ((None, 3), "int64")
    assert TextVectorization(vocabulary=["a"], ragged=True)(words).shape == (None, None)


@pytest.mark.parametrize(
    "make",
    [
        lambda sparse: StringLookup(vocabulary=["a", "b"], output_mode="count", sparse=sparse),
        lambda sparse: Hashing(4, output_mode="multi_hot", sparse=sparse),
        lambda sparse: TextVectorization(vocabulary=["a", "b"], output_mode="count", sparse=sparse),
    ],
)
def test_sparse_rows_train_a_dense_layer_as_dense_rows_do(make):
    inputs, targets = np.array([["a"], ["b"], ["q"]]), np.array([[1.0], [2.0], [3.0]])
    results = []
    for sparse in (False, True):
        words = Input(shape=(1,), dtype="string")
        model = Model(words, layers.Dense(1, kernel_initializer="ones")(make(sparse)(words)))
        model.compile("sgd", "mse")
        model.fit(inputs, targets, batch_size=2, shuffle=False, verbose=0)
        results.append([*model.get_weights(), model.predict(inputs, verbose=0)])
    for dense, sparse in zip(*results, strict=True):
        np.testing.assert_array_equal(sparse, dense)
    lone = layers.Dense(2, use_bias=False, kernel_initializer="ones")
    np.testing.assert_array_equal(lone(make(True)(inputs)), np.ones((3, 2)))


def test_first_layers_of_a_sequential_model_may_say_what_they_are_called_on():
    words = Sequential([StringLookup(vocabulary=["a"], input_shape=(1,)), layers.Dense(1)])
    assert words.output_shape == (None, 1)
    big = Sequential([IntegerLookup(vocabulary=[2**40 + 1], input_shape=(1,))])
    assert big.predict(np.array([[2**40 + 1], [2**40]]), verbose=0).tolist() == [[1], [0]]


def test_sequential_models_take_numbers_in_the_dtype_of_their_input_as_in_keras():
    images = np.arange(6 * 6 * 3, dtype=np.uint8).reshape(1, 6, 6, 3)
    resizing = Resizing(4, 4)
    expected = resizing(images.astype(np.float32))
    for model in (Sequential([Input((6, 6, 3)), resizing]), Model(image := Input((6, 6, 3)), resizing(image))):
        np.testing.assert_array_equal(model.predict(images, verbose=0), expected)
        np.testing.assert_array_equal(model(images), expected)
    whole = Sequential([Input((6, 6, 3), dtype="uint8"), Resizing(4, 4)])
    assert whole.predict(images, verbose=0).dtype == np.uint8
    mapped = Dataset.from_tensor_slices(images).batch(1).map(Sequential([Input((6, 6, 3)), resizing]))
    np.testing.assert_array_equal(next(iter(mapped)), expected)
