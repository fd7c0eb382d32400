"""Layers that look up integers, hash, encode categories, bin and rescale give what Keras on TensorFlow gives."""

import numpy as np
import pytest

from penstock import preprocessing
from penstock.core.errors import InvalidArgumentError, NotAdaptedError, PenstockError
from penstock.core.values import Sparse

pytestmark = pytest.mark.golden

# By design: a number of bins is checked when the layer is made, not when it is used.
ERRORS = (InvalidArgumentError, NotAdaptedError, PenstockError)


def value(given):
    if isinstance(given[0], str):
        return np.array(given[1], dtype=object if given[0] == "string" else given[0])
    return [value(one) for one in given]


def run(case):
    layer = getattr(preprocessing, case["layer"])(**case["arguments"])
    if case["adapt"] is not None:
        layer.adapt(value(case["adapt"]))
    return layer, layer(value(case["inputs"]), **{k: value(v) for k, v in case.get("more", {}).items()})


@pytest.mark.parametrize(
    "name", ["IntegerLookup", "Hashing", "HashedCrossing", "CategoryEncoding", "Discretization", "Rescaling"]
)
def test_outputs_are_those_of_keras(golden, name):
    cases = [case for case in golden("coding_layers")["cases"] if case["layer"] == name]
    assert cases
    for case in cases:
        if "error" in case:
            with pytest.raises(ERRORS):
                run(case)
            continue
        layer, output = run(case)
        dense = output.to_dense() if isinstance(output, Sparse) else np.asarray(output)
        assert dense.dtype == case["output_dtype"], case
        if dense.dtype.kind == "f":
            np.testing.assert_allclose(dense, case["output"], rtol=1e-6, err_msg=str(case))
        else:
            assert dense.tolist() == case["output"], case
        if "vocabulary" in case:
            assert layer.get_vocabulary() == case["vocabulary"], case
        if "boundaries" in case:
            assert layer.bin_boundaries == case["boundaries"], case
