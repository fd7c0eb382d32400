"""Configs that Keras wrote make layers that give what Keras's gave."""

import json

import numpy as np
import pytest

from penstock import preprocessing
from penstock.core.errors import DTypeError
from penstock.preprocessing import Rescaling, StringLookup

pytestmark = pytest.mark.golden


def test_layers_of_keras_configs_give_what_keras_gives(golden):
    cases = golden("keras_configs")["cases"]
    assert len(cases) > 20
    for case in cases:
        layer = getattr(preprocessing, case["layer"]).from_config(case["config"])
        arguments = {"training": False} if case["layer"].startswith("Random") else {}
        outputs = layer(case["inputs"], **arguments)
        np.testing.assert_allclose(outputs, np.array(case["outputs"]), rtol=1e-6, err_msg=str(case))
        again = type(layer).from_config(json.loads(json.dumps(layer.get_config())))
        np.testing.assert_array_equal(again(case["inputs"], **arguments), outputs, err_msg=str(case))


def test_what_keras_writes_beyond_the_arguments_is_for_configs_only():
    with pytest.raises(ValueError, match="keyword arguments must be known ones. Received: vocabulary_size=3"):
        StringLookup(vocabulary_size=3)


def test_a_policy_of_mixed_dtypes_is_refused():
    policy = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}
    with pytest.raises(DTypeError, match="mixed_float16"):
        Rescaling(2.0, dtype=policy)
