"""resize, Resizing and CenterCrop give what TensorFlow and Keras give."""

import base64

import numpy as np
import pytest

from penstock import preprocessing
from penstock.core.errors import InvalidArgumentError
from penstock.preprocessing.images import resize

pytestmark = pytest.mark.golden

# Sums of rounded products, taken in another order.
CLOSE = {"rtol": 1e-6, "atol": 1e-5}


def decoded(coded):
    return np.frombuffer(base64.b64decode(coded["pixels"]), coded["dtype"]).reshape(coded["shape"])


def check(found, expected, *, exact):
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    if exact or expected.dtype.kind in "iu":
        np.testing.assert_array_equal(found, expected)
    else:
        scale = max(1.0, np.abs(expected.astype(float)).max())
        np.testing.assert_allclose(found / scale, expected / scale, **CLOSE)


def test_images_resized_are_those_of_tensorflow(golden):
    recorded = golden("resize")
    for case in recorded["resized"]:
        found = resize(decoded(recorded["images"][case["image"]]), case["size"], **case["options"])
        method = case["options"].get("method", "bilinear")
        check(found, decoded(case["result"]), exact=method in ("bilinear", "nearest", "bicubic", "mitchellcubic"))


def test_layers_give_what_keras_gives(golden):
    recorded = golden("resize")
    for case in recorded["layers"]:
        arguments, images = case["arguments"], decoded(recorded["images"][case["image"]])
        if "error" in case:
            with pytest.raises(InvalidArgumentError):
                getattr(preprocessing, case["layer"])(**arguments)
            continue
        found = getattr(preprocessing, case["layer"])(**arguments)(images)
        method = arguments.get("interpolation", "bilinear")
        check(found, decoded(case["result"]), exact=method in ("bilinear", "nearest", "bicubic"))
