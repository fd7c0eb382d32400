"""Shapes that layers tell before they have seen data."""

import pytest

from penstock.core.errors import DTypeError
from penstock.core.specs import TensorSpec
from penstock.nn import Input
from penstock.preprocessing import CategoryEncoding, IntegerLookup, Pipeline, StringLookup, TextVectorization

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
