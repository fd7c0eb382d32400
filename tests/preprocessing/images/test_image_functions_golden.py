"""Functions of images give what tf.image gives."""

import base64

import numpy as np
import pytest

from penstock.core.errors import InvalidArgumentError
from penstock.preprocessing import images as functions

pytestmark = pytest.mark.golden


def decoded(coded):
    return np.frombuffer(base64.b64decode(coded["pixels"]), coded["dtype"]).reshape(coded["shape"])


def run(case, images):
    arguments = list(case["arguments"])
    options = {"saturate": arguments.pop()} if case["function"] == "convert_image_dtype" else {}
    if case["function"] == "crop_and_resize":
        options["extrapolation_value"], options["method"] = arguments.pop(), arguments.pop()
    return getattr(functions, case["function"])(decoded(images[case["image"]]), *arguments, **options)


def test_results_are_those_of_tensorflow(golden):
    recorded = golden("image_functions")
    for case in recorded["cases"]:
        if "error" in case:
            with pytest.raises(InvalidArgumentError):
                run(case, recorded["images"])
            continue
        found, expected = np.asarray(run(case, recorded["images"])), decoded(case["result"])
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape), case["function"]
        if expected.dtype.kind == "f":
            np.testing.assert_allclose(found, expected, rtol=2e-6, atol=2e-6)
        else:
            # Colours computed as floats are cut off: the last bit of a float may decide.
            apart = np.abs(found.astype(int) - expected.astype(int))
            limit = int("adjust" in case["function"])
            assert apart.max() <= limit
            assert (apart > 0).mean() <= 0.05
